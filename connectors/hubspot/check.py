"""What `journeysync check` says of a portal: key, scopes, properties, quota, unmapped things.

A few cheap calls, none of which changes anything.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.client import Client, nothing
from journeysync.connectors.hubspot.mapping import FieldMapping, fits
from journeysync.connectors.hubspot.read import Reader
from journeysync.connectors.hubspot.settings import VERSIONS, Settings
from journeysync.connectors.hubspot.streams import LINES, STREAMS, mapped
from journeysync.core.errors import BadCredentials, JourneysyncError
from journeysync.core.ports import Finding

_NOTICE = timedelta(days=180)
"""So long before its end an API version is warned of."""
_SAMPLE = 100
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a portal needs."""

    client: Client
    reader: Reader
    mapping: FieldMapping
    own: FieldMapping


def check(look: Look, settings: Settings, today: date) -> list[Finding]:
    """Look at a portal. A refused key ends the look; a missing scope is one finding."""
    client, reader, mapping = look.client, look.reader, look.mapping
    account = client.get(client.paths.account(), answers.account)
    found = [
        Finding(
            "ok",
            f"Portal {account.portalId} answers ({account.accountType or 'unknown type'}, "
            f"{account.timeZone or 'no time zone'}), API {settings.api_version}.",
        )
    ]
    found += _version(settings.api_version, today)
    readable = [*_scopes(look, found)]
    found += _besides(look)
    for stream in readable:
        found += _properties(reader, look.own, stream)
    if "contacts" in readable:
        found += _never_seen(reader, mapping)
    found += _unmapped(client, reader, mapping, readable)
    found += _quota(client)
    return found


def _version(version: str, today: date) -> Iterator[Finding]:
    """Say when the API version ends, while there is time; and clearly when it has ended."""
    end = VERSIONS[version]
    newest = max(VERSIONS, key=lambda one: VERSIONS[one])
    step = f"Set `api_version: {newest}` for this tool in journeysync.yaml, then run `check` again."
    if version == newest:
        step = "Install a newer journeysync, which knows the versions that follow."
    if today > end:
        yield Finding("error", f"HubSpot's support of API {version} ended on {end}.", step, 2)
    elif end - today <= _NOTICE:
        yield Finding("warning", f"HubSpot ends its support of API {version} on {end}.", step)


def _scopes(look: Look, found: list[Finding]) -> Iterator[str]:
    """Read one record of each type, and name the types that the key may not read."""
    client = look.client
    for stream, described in STREAMS.items():
        try:
            client.get(client.paths.objects(stream), answers.page, limit="1")
        except (BadCredentials, Refused) as error:
            asked = not described.optional or look.own.asks_for(stream)
            found.append(_without(stream, error, asked=asked))
        else:
            yield stream


def _besides(look: Look) -> Iterator[Finding]:
    """Try what is read beside the types of records: forms, and the products on deals."""
    client, own = look.client, look.own
    for what, path, asked in (
        ("form submissions", client.paths.forms(), False),
        ("products on deals", client.paths.objects(LINES), bool(own.deals.lines)),
    ):
        try:
            client.get(path, nothing, limit="1")
        except (BadCredentials, Refused) as error:
            yield _without(what, error, asked=asked)


def _without(what: str, error: JourneysyncError, *, asked: bool) -> Finding:
    """Say what is not given: an error where it is needed, a note where it may be missing."""
    if asked or (isinstance(error, BadCredentials) and not isinstance(error, LacksScope)):
        code = error.exit_code if isinstance(error, BadCredentials) else 2
        return Finding("error", f"{what}: {error}", "", code)
    return Finding("note", f"{what} are left out, with the events that only they tell: {error}")


def _properties(reader: Reader, own: FieldMapping, stream: str) -> Iterator[Finding]:
    """Name what the workspace's mapping asks for and the portal does not have.

    HubSpot would leave an unknown property out of its answers without a word.
    """
    defined = reader.definitions(stream)
    for name in mapped(STREAMS[stream], own):
        if name not in defined:
            near = difflib.get_close_matches(name, defined, n=1)
            guess = f"; did you mean `{near[0]}`?" if near else "."
            yield Finding(
                "error",
                f"The mapping reads the {STREAMS[stream].type} property `{name}`, which this "
                f"portal does not have{guess}",
                "Correct it in mappings/fields/hubspot.yaml.",
                2,
            )


def _never_seen(reader: Reader, mapping: FieldMapping) -> Iterator[Finding]:
    """Name the properties of the shipped mapping that would have to tell of an event, and cannot.

    Without a word on it, a touchpoint that waits for such an event would count as missed.
    """
    section, defined = mapping.contacts, reader.definitions("contacts")
    lines = [
        f'    - {{property: {name}, value: "*", events: []}}'
        for name in dict.fromkeys(rule.property for rule in section.changes)
        if name not in defined and any(r.events for r in section.changes if r.property == name)
    ]
    if lines:
        yield Finding(
            "note",
            f"{len(lines)} properties that the shipped mapping reads events from are not in this "
            "portal, so these events will never be seen.",
            "Name your own properties instead, or say in mappings/fields/hubspot.yaml that there "
            "are none:\n" + "\n".join(["contacts:", "  changes:", *lines]),
        )


def _quota(client: Client) -> Iterator[Finding]:
    daily = client.caller.daily
    if daily is not None and daily.left is not None:
        yield Finding(
            "warning" if daily.spent else "ok",
            f"{daily.left} of {daily.limit} calls are left today.",
        )


# --- what no rule names ------------------------------------------------------------------------


def _unmapped(
    client: Client, reader: Reader, mapping: FieldMapping, readable: Sequence[str]
) -> Iterator[Finding]:
    if "deals" in readable:
        yield from _stages(reader, mapping)
    if "meetings" in readable:
        yield from _meeting_types(reader, mapping)
    if "calls" in readable:
        yield from _dispositions(reader, mapping)
    if "contacts" in readable:
        yield from _forms(client, mapping)
    if "emails" in readable:
        yield from _subjects(client, mapping)


def _stages(reader: Reader, mapping: FieldMapping) -> Iterator[Finding]:
    lines = [
        f"    - {{pipeline: {_quoted(pipeline.label)}, stage: {_quoted(stage.id)}, "
        f"name: {_named(stage.label)}}}   # {stage.label}"
        for pipeline in reader.pipelines("deals")
        for stage in pipeline.stages
        if not any(
            fits(rule.stage, stage.id) or fits(rule.stage, stage.label)
            for rule in mapping.deals.stages
        )
    ]
    yield from _paste("Deal stages", "deals:\n  stages:", lines)


def _meeting_types(reader: Reader, mapping: FieldMapping) -> Iterator[Finding]:
    named = [rule for rule in mapping.meetings.rules if rule.type != ("*",)]
    known = reader.definitions("meetings").get("hs_activity_type")
    lines = [
        f"    - {{type: {_quoted(option.value)}, subject: meeting, completed: meeting.held}}"
        for option in (known.options if known else ())
        if not any(fits(rule.type, option.value) for rule in named)
    ]
    yield from _paste(
        "Meeting types, read as bookings unless a rule says otherwise,",
        "meetings:\n  rules:",
        lines,
    )


def _dispositions(reader: Reader, mapping: FieldMapping) -> Iterator[Finding]:
    known = reader.definitions("calls").get("hs_call_disposition")
    lines = [
        f"    {option.value}: {_named(option.label)}"
        for option in (known.options if known else ())
        if option.value not in mapping.calls.dispositions
    ]
    yield from _paste("Call outcomes", "calls:\n  dispositions:", lines)


def _forms(client: Client, mapping: FieldMapping) -> Iterator[Finding]:
    special = [rule for rule in mapping.contacts.forms if rule.name != ("*",)]
    seen = _seen(client, "contacts", "recent_conversion_event_name")
    lines = [
        f"    - {{name: {_quoted(name)}, events: form.submitted}}"
        for name in seen
        if not any(fits(rule.name, name) for rule in special)
    ]
    yield from _paste("Forms", "contacts:\n  forms:", lines)


def _subjects(client: Client, mapping: FieldMapping) -> Iterator[Finding]:
    """List subjects that several e-mails share: one alone is a letter, and may name a person."""
    seen = _seen(client, "emails", "hs_email_subject", at_least=3)
    lines = [
        f"    - {{subject: {_quoted(name)}, template: {_named(name)}}}"
        for name in seen
        if not any(
            rule.subject != ("*",) and fits(rule.subject, name) for rule in mapping.emails.templates
        )
    ]
    yield from _paste("E-mail subjects", "emails:\n  templates:", lines)


def _seen(client: Client, stream: str, name: str, *, at_least: int = 1) -> list[str]:
    """Return the values of a property among some records, the most frequent first."""
    path = client.paths.objects(stream)
    page = client.get(path, answers.page, limit=str(_SAMPLE), properties=name)
    values = [value for one in page.results if (value := one.properties.get(name))]
    counts = {value: values.count(value) for value in values}
    return sorted(
        (value for value, count in counts.items() if count >= at_least),
        key=lambda value: (-counts[value], value),
    )


def _paste(what: str, head: str, lines: Sequence[str]) -> Iterator[Finding]:
    if lines:
        more = f"\n    # and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        text = "\n".join([head, *lines[:_SHOWN]])
        yield Finding(
            "note",
            f"{what} that no rule of the mapping names: {len(lines)}.",
            f"Paste into mappings/fields/hubspot.yaml what matters to your journey:\n{text}{more}",
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _named(text: str) -> str:
    """Make a name that maps can use."""
    name = "".join(letter if letter.isalnum() else "_" for letter in text.lower())
    return "_".join(part for part in name.split("_") if part) or "unnamed"
