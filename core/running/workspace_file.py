"""A workspace folder, opened: its file, its journeys, its tools with their keys.

Everything that is wrong with it is said at once. Connects to nothing and writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from journeysync.core.errors import Usage
from journeysync.core.language.model import Journey
from journeysync.core.language.workspace_text import read_workspace
from journeysync.core.language.written import read_yaml
from journeysync.core.ports import ToolSetup
from journeysync.core.problems import Problem
from journeysync.core.running.clock import read_clock
from journeysync.core.running.maps import read_maps
from journeysync.core.running.secrets import (
    Secrets,
    holds_password,
    passwords_in,
    read_secrets,
    secrets_in,
)
from journeysync.core.workspace import Workspace

WORKSPACE_FILE = "journeysync.yaml"


@dataclass(frozen=True, slots=True)
class OpenWorkspace:
    """A workspace that can be run."""

    folder: Path
    workspace: Workspace
    journeys: tuple[Journey, ...]
    """In the workspace's order."""
    setups: Mapping[str, ToolSetup]
    """Tool name -> what its connector is made from, in the file's order."""
    warnings: tuple[Problem, ...]
    state_url: str = field(repr=False)
    """Where the state is, for SQLAlchemy: relative files start in the workspace folder."""
    secrets: tuple[str, ...] = field(repr=False)
    """Every secret value, so that it can be kept out of all that is printed."""

    def now(self, given: str | None = None) -> datetime:
        """Say what time it is: as given, else by the workspace's clock, else by this machine's."""
        return read_clock(given, url=self.workspace.clock, zone=self.workspace.timezone)


def open_workspace(folder: Path, *, plain: Collection[str] = ()) -> OpenWorkspace:
    """Read the workspace in a folder. Raises Usage with everything that must be mended first.

    `plain`: names of settings that may come from the environment too but are no secrets.
    """
    path = folder / WORKSPACE_FILE
    text = _text(path)
    file = str(path)
    workspace, problems = read_workspace(text, file)
    secrets = read_secrets(folder, workspace.tools if workspace else ())
    names = workspace.journeys if workspace else journeys_named(text, file)
    journeys, found = _journeys(names, folder)
    found = [_where_named(problem, text, path) for problem in found]
    problems = [*problems, *secrets_in(text, file), *secrets.problems, *found]
    wrong = [problem for problem in problems if not problem.warning]
    if wrong or workspace is None:
        count = f"{len(wrong)} mistakes" if len(wrong) > 1 else "One mistake"
        raise Usage(
            f"{count} in the workspace {folder}. Correct what is listed above and run again.",
            sorted(problems),
        )
    return OpenWorkspace(
        folder=folder,
        workspace=workspace,
        journeys=journeys,
        setups={name: _setup(folder, workspace, name, secrets, plain) for name in workspace.tools},
        warnings=tuple(sorted(problems)),
        state_url=_state_url(folder, secrets.state or workspace.state),
        secrets=_values(secrets, plain),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Usage(
            f"There is no {WORKSPACE_FILE} in `{path.parent}`. Run `journeysync init` there, or "
            "name another folder with --workspace."
        ) from None
    except UnicodeDecodeError:
        raise Usage(f"`{path}` is not UTF-8. Save it as UTF-8 text.") from None


def _setup(
    folder: Path, workspace: Workspace, name: str, secrets: Secrets, plain: Collection[str]
) -> ToolSetup:
    tool = workspace.tools[name]
    settings = tool.model_dump(exclude_none=True, exclude={"type"})
    for key, value in secrets.by_tool.get(name, {}).items():
        settings[key] = value if key in plain else SecretStr(value)
    return ToolSetup(
        name=name,
        settings=settings,
        folder=folder,
        timezone=workspace.timezone,
        region=workspace.region,
        currency=workspace.currency,
    )


def _state_url(folder: Path, url: str) -> str:
    kind, mark, path = url.partition(":///")
    if kind.startswith("sqlite") and mark and path and path != ":memory:":
        return f"{kind}{mark}{(folder / path).resolve()}"
    return url


def _values(secrets: Secrets, plain: Collection[str]) -> tuple[str, ...]:
    values = {
        value
        for keys in secrets.by_tool.values()
        for key, value in keys.items()
        if key not in plain or holds_password(value)
    }
    if secrets.state:
        values |= {secrets.state, *passwords_in(secrets.state)}
    return tuple(sorted(values))


def journeys_named(text: str, file: str) -> tuple[str, ...]:
    """Name the maps that a workspace file asks for, as far as it can be read."""
    root, _ = read_yaml(text, file)
    names = root.child("journeys") if root else None
    return tuple(str(name.value) for name in names.items()) if names else ()


def _where_named(problem: Problem, text: str, path: Path) -> Problem:
    """Point at the line that names a map which is not there."""
    root, _ = read_yaml(text, str(path))
    named = root.child("journeys") if root else None
    for name in named.items() if named else ():
        map_ = path.parent / str(name.value)
        if problem.file == str(map_) and not problem.line and not map_.is_file():
            return replace(problem, file=str(path), line=name.line)
    return problem


def _journeys(names: Sequence[str], folder: Path) -> tuple[tuple[Journey, ...], list[Problem]]:
    try:
        return read_maps(names, folder)
    except Usage as error:
        return (), [*error.problems]
