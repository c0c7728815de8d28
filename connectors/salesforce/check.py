"""What `journeysync check` says of an org: sign-in, objects, fields, clock, calls, unmapped things.

A few cheap calls, none of which changes anything.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.mapping_files import ANY, fits
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.mapping import SalesforceMapping, StageRule
from journeysync.connectors.salesforce.names import OVERRIDES
from journeysync.connectors.salesforce.query import select
from journeysync.connectors.salesforce.read import Reader
from journeysync.connectors.salesforce.shapes import fields_of
from journeysync.connectors.salesforce.streams import STREAMS, Stream, mapped
from journeysync.core.errors import BadCredentials, JourneysyncError
from journeysync.core.ports import Finding

_FAR = 60.0
_SHOWN = 20
_SIMPLE = frozenset(
    {"string", "picklist", "boolean", "double", "int", "currency", "percent", "date", "datetime"}
)
_FILE = "mappings/fields/salesforce.yaml"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at an org needs."""

    client: Client
    reader: Reader
    mapping: SalesforceMapping
    own: SalesforceMapping


def check(look: Look) -> list[Finding]:
    """Look at an org. A refused key ends the look; an object that is not given is one finding."""
    client = look.client
    org = next(client.query(select(("Id", "OrganizationType", "IsSandbox"), "Organization")))[0]
    kind = "sandbox" if org["IsSandbox"] else "org"
    found = [
        Finding(
            "ok",
            f"The {kind} {org['Id']} answers ({org['OrganizationType']}), "
            f"API {client.settings.api_version}.",
        )
    ]
    found += _signing_in(client)
    readable = [*_objects(look, found)]
    for stream in readable:
        found += _fields(look, stream)
    found += _unmapped(look, {stream.name for stream in readable})
    found += _calls(client)
    return found


def _signing_in(client: Client) -> Iterator[Finding]:
    """Warn of a way to sign in that ends, and of a clock that is far from the server's."""
    if client.settings.sign_in == "password":
        yield Finding(
            "warning",
            "Signing in by password ends with Salesforce's Summer '27 release, and new orgs refuse "
            "it already.",
            "Make an External Client App and use `sign_in: client_credentials`.",
        )
    ahead = abs(datetime.now(UTC) - client.now()).total_seconds()
    if ahead > _FAR:
        yield Finding(
            "note",
            f"This machine's clock and Salesforce's differ by {ahead:.0f} s; readings go by "
            "Salesforce's.",
        )


def _objects(look: Look, found: list[Finding]) -> Iterator[Stream]:
    """Read one record of each object, and name those that our user may not read."""
    for stream in STREAMS.values():
        try:
            look.client.describe(stream.source)
            soql = select(look.reader.shape(stream).fields, stream.source, limit=1)
            list(look.client.query(soql))
        except (BadCredentials, Refused) as error:
            asked = not stream.optional or look.own.asks_for(stream.name)
            found.append(_without(stream, error, asked=asked))
        else:
            yield stream


def _without(stream: Stream, error: JourneysyncError, *, asked: bool) -> Finding:
    """Say what is not given: an error where it is needed, a note where it may be missing."""
    if asked or (isinstance(error, BadCredentials) and not isinstance(error, LacksScope)):
        code = error.exit_code if isinstance(error, BadCredentials) else 2
        return Finding("error", f"{stream.source}: {error}", "", code)
    return Finding(
        "note",
        f"{stream.source} is left out, with the events that only it tells: the org does not have "
        "it, or the integration user may not see it.",
    )


def _fields(look: Look, stream: Stream) -> Iterator[Finding]:
    """Name what the workspace's mapping asks for and cannot be followed."""
    shape = look.reader.shape(stream)
    defined = fields_of(look.client.describe(stream.source))
    for name in mapped(stream, look.own):
        if name in shape.unknown:
            near = difflib.get_close_matches(name, defined, n=1)
            guess = f" Did you mean `{near[0]}`?" if near else ""
            yield Finding(
                "error",
                f"The mapping reads `{stream.source}.{name}`, which this org does not have or the "
                f"integration user may not see.{guess}",
                f"Correct it in {_FILE}, or let a permission set show the field to the user.",
                2,
            )
        elif name in shape.formulas:
            yield Finding(
                "warning",
                f"The mapping reads `{stream.source}.{name}`, which Salesforce works out: a change "
                "of it alone marks no record as changed.",
                "It is seen with the next other change or full reading. Map the field it is made "
                "from, where you can.",
            )


def _calls(client: Client) -> Iterator[Finding]:
    daily = client.caller.daily
    if daily is not None and daily.left is not None:
        yield Finding(
            "warning" if daily.spent else "ok",
            f"{daily.left} of {daily.limit} calls are left of the last 24 hours'.",
        )


# --- what no rule names ------------------------------------------------------------------------


def _unmapped(look: Look, readable: set[str]) -> Iterator[Finding]:
    mapping = look.mapping
    for name, field, rules in (
        ("opportunities", "StageName", mapping.opportunities.stages),
        ("leads", "Status", mapping.leads.stages),
        ("cases", "Status", mapping.cases.stages),
    ):
        if name in readable:
            lines = _stages(_options(look, name, field), rules)
            yield from _paste(f"{STREAMS[name].source} stages", f"{name}:\n  stages:", lines)
    if "events" in readable:
        yield from _meeting_types(look)
    if "contacts" in readable:
        yield from _own_fields(look, "contacts")
    if "opportunities" in readable:
        yield from _own_fields(look, "opportunities")


def _options(look: Look, stream: str, field: str | None) -> list[str]:
    """Return the values that a picklist has."""
    defined = fields_of(look.client.describe(STREAMS[stream].source))
    options = defined.get(field or "", {}).get("picklistValues") or ()
    return [str(one["value"]) for one in options if one.get("active", True)]


def _stages(values: Sequence[str], rules: Sequence[StageRule]) -> list[str]:
    return [
        f"    - {{stage: {_quoted(value)}, name: {_named(value)}}}"
        for value in values
        if not any(fits(rule.stage, value) for rule in rules)
    ]


def _meeting_types(look: Look) -> Iterator[Finding]:
    section = look.mapping.events
    named = [rule for rule in section.rules if rule.type != ANY]
    lines = [
        f"    - {{type: {_quoted(value)}, subject: meeting, completed: meeting.held}}"
        for value in _options(look, "events", section.service)
        if not any(fits(rule.type, value) for rule in named)
    ]
    yield from _paste(
        "Types of calendar events, read as bookings unless a rule says otherwise,",
        "events:\n  rules:",
        lines,
    )


def _own_fields(look: Look, name: str) -> Iterator[Finding]:
    """List the org's own fields that the mapping does not speak of."""
    stream = STREAMS[name]
    known = {*mapped(stream, look.mapping), *look.reader.shape(stream).ours, *OVERRIDES}
    lines = [
        f"    {_named(one.removesuffix('__c'))}: {one}"
        for one, defined in sorted(fields_of(look.client.describe(stream.source)).items())
        if one.endswith("__c") and one not in known and defined["type"] in _SIMPLE
    ]
    yield from _paste(f"Fields of {stream.source}", f"{name}:\n  attributes:", lines)


def _paste(what: str, head: str, lines: Sequence[str]) -> Iterator[Finding]:
    if lines:
        more = f"\n    # and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        text = "\n".join([head, *lines[:_SHOWN]])
        yield Finding(
            "note",
            f"{what} that no rule of the mapping names: {len(lines)}.",
            f"Paste into {_FILE} what matters to your journey:\n{text}{more}",
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _named(text: str) -> str:
    """Make a name that maps can use."""
    name = "".join(letter if letter.isalnum() else "_" for letter in text.lower())
    return "_".join(part for part in name.split("_") if part) or "unnamed"
