"""A sandbox with a workspace that is ready to run on it: for `sandbox` and `demo`.

Everything is made in one folder and provisioned by the product's own code; the workspace takes
the sandbox's time and knows nothing of the outside world.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeysync.commands.common import Console
from journeysync.commands.failures import worst
from journeysync.commands.played import DEFAULT, PLAYED, mappings
from journeysync.core.errors import ToolDown, Usage

if TYPE_CHECKING:
    from journeysync.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Ready:
    """A sandbox that serves, and the workspace that belongs to it."""

    admin: str
    now: str
    tools: Mapping[str, Mapping[str, str]]
    workspace: Path

    def document(self) -> dict[str, Any]:
        """What `journeysync sandbox` prints."""
        return {
            "admin": self.admin,
            "now": self.now,
            "tools": {name: dict(tool) for name, tool in self.tools.items()},
            "workspace": str(self.workspace),
        }


@contextmanager
def pretend(
    console: Console,
    *,
    port: int = 0,
    customers: int | None = None,
    seed: int | None = None,
    only: Sequence[str] = (),
    limits: bool = True,
    folder: Path | None = None,
    journey: str = DEFAULT,
) -> Iterator[Ready]:
    """Serve pretend tools until the block ends. Without a folder the workspace goes with it."""
    from journeysync.sandbox import server

    if folder is not None and any(
        (folder / name).exists() for name in ("journeysync.yaml", ".env")
    ):
        raise Usage(f"`{folder}` is a workspace already, and stays as it is. Name a new folder.")
    with tempfile.TemporaryDirectory(prefix="journeysync-sandbox-") as temporary:
        try:
            sandbox = server.start(
                port=port,
                customers=server.DEFAULT_CUSTOMERS if customers is None else customers,
                seed=server.DEFAULT_SEED if seed is None else seed,
                tools=only or PLAYED[journey].tools,
                limits=limits,
                business=PLAYED[journey].business,
            )
        except ValueError as error:
            raise Usage(f"The sandbox cannot start: {error}.") from None
        except OverflowError:
            raise Usage(f"Port {port} does not exist. Ports end at 65535.") from None
        except OSError as error:
            raise Usage(
                f"The sandbox cannot serve on port {port} ({error.strerror}). Name another --port, "
                "or none: a free one is found."
            ) from None
        with sandbox:
            workspace = (folder or Path(temporary)).resolve()
            _write_workspace(workspace, sandbox, journey)
            inside = Console(workspace, as_json=console.as_json, verbose=console.verbose)
            _staff(inside)
            _make_fields(inside)
            yield Ready(sandbox.admin, sandbox.now, sandbox.tools, workspace)


def _write_workspace(folder: Path, sandbox: "Sandbox", journey: str) -> None:
    """Write the files of a workspace that reads and writes this sandbox."""
    from journeysync.core.running.secrets import variable

    # The cards of the pretend shop are charged in the pretend Stripe: each purchase counts once.
    shops = [name for name in ("woocommerce", "shopify") if name in sandbox.tools]
    more = {"stripe": f", shop: {shops[0]}"} if shops else {}
    tools = "".join(
        f"  {name}: {{base_url: {tool['base_url']}{more.get(name, '')}}}\n"
        for name, tool in sandbox.tools.items()
    )
    who = PLAYED[journey].customer
    customer = f"customer: {who}\n" if who != "person" else ""
    crms = [name for name in ("hubspot", "salesforce") if name in sandbox.tools]
    text = (
        "# A workspace of `journeysync sandbox`: its tools are pretend and end with the sandbox.\n"
        f"journeys: [{journey}]\n"
        f"{customer}"
        "timezone: Europe/London\n"
        f"clock: {sandbox.admin}/now\n"
        f"tools:\n{tools}"
        f"write_to: [{', '.join(crms)}]\n"
        f"precedence: [{', '.join(crms)}]\n"
    )
    keys = "".join(
        f"{variable(name, key)}={value}\n"
        for name, tool in sandbox.tools.items()
        for key, value in tool.items()
        if key != "base_url"
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "journeysync.yaml").write_text(text, "utf-8")
    for tool, mapping in mappings(journey, sandbox.tools).items():
        fields = folder / "mappings" / "fields"
        fields.mkdir(parents=True, exist_ok=True)
        (fields / f"{tool}.yaml").write_text(mapping, "utf-8")
    secret = os.open(folder / ".env", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(secret, "w", encoding="utf-8") as file:
        file.write(keys)


def _staff(inside: Console) -> None:
    """Give every department of the journey somebody who works in the pretend business."""
    from journeysync.commands.tools import make_destinations, make_sources
    from journeysync.core.ports import Destination

    opened = inside.open_workspace()
    owners = [place.owner for journey in opened.journeys for place in journey.places]
    owners += [one.owner for journey in opened.journeys for one in journey.touchpoints]
    departments = list(dict.fromkeys(filter(None, owners)))
    people = {
        crm: [owner.email for owner in destination.owners() if owner.active]
        for crm, destination in make_destinations(opened, make_sources(opened)).items()
        if isinstance(destination, Destination)
    }
    lines = ["departments:"]
    for number, department in enumerate(departments):
        addresses = ", ".join(
            f"{crm}_owner: {emails[number % len(emails)]}"
            for crm, emails in people.items()
            if emails
        )
        lines.append(f"  {department}: {{{addresses}}}")
    with (inside.folder / "journeysync.yaml").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _make_fields(inside: Console) -> None:
    """Make the fields as a user would, so that the first sync can write."""
    from journeysync.commands.provision import provision

    opened = inside.open_workspace()
    if not opened.workspace.write_to:
        return  # no CRM is served
    _, codes = provision(inside, opened)
    if worst(codes):
        raise ToolDown("The sandbox", "refused to make the fields.")
