"""What `journeysync check` says of calendars: which there are, and what no rule names.

A few calls, none of which changes anything.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from journeysync.connectors.booking_rules import Rules, fits
from journeysync.connectors.caldav.normalise import View, occurrences_with_guests
from journeysync.connectors.caldav.places import Calendar
from journeysync.connectors.caldav.read import EVENT, OBJECT, Reader
from journeysync.core.ports import Finding

_SHOWN = 20


def check(reader: Reader, rules: Rules, view: View, now: datetime) -> list[Finding]:
    """Look at the calendars. A refused key ends the look."""
    found = [_place(one) for one in reader.calendars()]
    records = [one for batch in reader.read(None, now) for one in batch.records]
    broken = sum(one.key.type == OBJECT for one in records)
    if broken:
        found.append(
            Finding("warning", f"{broken} events cannot be read; a sync reports each by its id.")
        )
    if not view.ours:
        found.append(
            Finding(
                "note",
                "The tool's key `own` names nobody: whoever is invited and has not invited counts "
                "as a customer.",
                "Set it to your own addresses or domain, such as `own: [studio.example]`.",
            )
        )
    titles = [
        service
        for one in records
        if one.key.type == EVENT
        for service, names in occurrences_with_guests(one.content, view)
        if not any(fits(rule.service, name) for rule in rules.services for name in names)
    ]
    found += _paste(list(dict.fromkeys(titles)))
    return found


def _place(one: Calendar) -> Finding:
    how = "tells what changed" if one.token else "is compared"
    return Finding("ok", f"Calendar `{one.name or 'file'}` answers; it {how}.")


def _paste(titles: Sequence[str]) -> Iterator[Finding]:
    if titles:
        lines = [f"  - {{service: {_quoted(one)}, sends: []}}" for one in titles[:_SHOWN]]
        more = [f"  # and {len(titles) - _SHOWN} more"] if len(titles) > _SHOWN else []
        text = "\n".join(["services:", *lines, *more])
        yield Finding(
            "note",
            f"Titles of events with customers that no rule of the mapping names: {len(titles)}.",
            f"Say in mappings/fields/caldav.yaml which service they are:\n{text}",
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
