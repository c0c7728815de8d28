"""Reads every appointment of some days, in lists that have a longest length and no next page.

A list that came back full is asked again for half of its days, then from its other end, then by
calendar and by type. What is still full then is reported as a gap and never taken for all there is.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from journeysync.connectors.acuity.client import Client, Row
from journeysync.connectors.booking_texts import parse_instant, parse_number
from journeysync.connectors.http import Refused
from journeysync.core.models import RawRecord, RecordKey

LONGEST = 100
"""The length that Acuity documents as its default; of more it might give less, without a word."""
FIRST_DAY = date(2006, 1, 1)
"""Acuity's first year: nothing is older."""
APPOINTMENT, GAP = "appointment", "gap"
_NOT_FOUND = 404

_PLAIN = (
    "firstName", "lastName", "phone", "email", "datetime", "datetimeCreated", "duration", "price",
    "priceSold", "paid", "amountPaid", "type", "appointmentTypeID", "category", "calendar",
    "calendarID", "calendarTimezone", "timezone", "location", "canceled", "noShow",
)  # fmt: skip
"""What is kept as it came; links to pages that need no password, and notes, are not."""

_SPLITS = (("calendarID", "/calendars"), ("appointmentTypeID", "/appointment-types"))
"""By what the appointments of one day are told apart, and where all such ids stand."""


class Reader:
    """Reads the appointments of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids: dict[str, set[str]] = {}

    def appointments(self, low: date, high: date, until: datetime) -> Iterator[list[RawRecord]]:
        """Yield all that start from one day to another, canceled ones included.

        First those that stand, then the canceled: what is canceled in between is in both, and the
        later one counts. Only the second list tells who did not turn up.
        """
        self._ids.clear()
        for canceled in ("false", "true"):
            asked = {"canceled": canceled}
            for rows, gap in self._days(low, high, asked):
                yield [self._record(row, until) for row in rows] + ([gap] if gap else [])

    def payments(self, number: str) -> list[Row]:
        """Read what was paid for one appointment, payment by payment."""
        try:
            rows = self._client.rows(f"/appointments/{number}/payments")
        except Refused as refused:
            if refused.answer.status != _NOT_FOUND:
                raise
            return []
        names = ("transactionID", "created", "processor", "amount")
        return [{name: str(row[name]) for name in names if row.get(name)} for row in rows]

    def _days(
        self, low: date, high: date, asked: Mapping[str, str]
    ) -> Iterator[tuple[list[Row], RawRecord | None]]:
        query = {**asked, "minDate": low.isoformat(), "maxDate": high.isoformat()}
        rows = self._list(query)
        if len(rows) < LONGEST:
            yield rows, None
        elif low < high:
            middle = low + (high - low) // 2
            yield from self._days(low, middle, asked)
            yield from self._days(middle + timedelta(days=1), high, asked)
        else:
            yield from self._day(query, rows, _SPLITS)

    def _day(
        self, query: Mapping[str, str], rows: list[Row], splits: Sequence[tuple[str, str]]
    ) -> Iterator[tuple[list[Row], RawRecord | None]]:
        yield rows, None
        other = self._list({**query, "direction": "ASC"})
        if _meet(rows, other):
            yield other, None
            return
        yield other, None if splits else self._gap(query)
        for name, path in splits[:1]:
            # A calendar or type that was removed is listed no more, but its appointments are.
            seen = {str(row.get(name)) for row in (*rows, *other)}
            for value in sorted(self._known(name, path) | seen):
                narrow = {**query, name: value}
                some = self._list(narrow)
                if len(some) < LONGEST:
                    yield some, None
                else:
                    yield from self._day(narrow, some, splits[1:])

    def _list(self, query: Mapping[str, str]) -> list[Row]:
        return self._client.rows("/appointments", max=str(LONGEST), **query)

    def _known(self, name: str, path: str) -> set[str]:
        if name not in self._ids:
            self._ids[name] = {str(row.get("id")) for row in self._client.rows(path)}
        return self._ids[name]

    def _gap(self, query: Mapping[str, str]) -> RawRecord:
        names = ("minDate", "calendarID", "appointmentTypeID", "canceled")
        key = RecordKey(self._client.caller.tool, GAP, ".".join(query[name] for name in names))
        return RawRecord(key, {"day": query["minDate"]})

    def _record(self, row: Row, until: datetime) -> RawRecord:
        return record(self._client.caller.tool, row, until)


def record(tool: str, row: Row, until: datetime) -> RawRecord:
    """Keep of an appointment what matters; note by when a canceled one was known to be."""
    content: dict[str, object] = {name: row[name] for name in _PLAIN if row.get(name) is not None}
    content["labels"] = [str(label.get("name") or "") for label in _dicts(row.get("labels"))]
    content["answers"] = [
        [str(value.get("name") or ""), str(value.get("value") or "")]
        for form in _dicts(row.get("forms"))
        for value in _dicts(form.get("values"))
    ]
    if truth(row.get("canceled")):
        content["canceled_by"] = until.isoformat()
    return RawRecord(RecordKey(tool, APPOINTMENT, _id(row)), content)


def paid_mark(record: RawRecord) -> str:
    """Fingerprint what was paid: another one means another payment."""
    paid = parse_number(record.content.get("amountPaid"))
    return f"paid {paid:.2f}" if paid else ""


def _meet(latest: Sequence[Row], earliest: Sequence[Row]) -> bool:
    """Say whether nothing can lie between the two ends of a list.

    Each end holds all that start beyond its last row, but not all that start with it.
    """
    ends = [[parse_instant(row.get("datetime")) for row in rows] for rows in (latest, earliest)]
    late, early = ([at for at in end if at is not None] for end in ends)
    return bool(late and early) and max(early) > min(late)


def _id(row: Row) -> str:
    """Name the appointment; one without an id, which could not be found again, by what it says."""
    number = str(row.get("id") or "").strip()
    return (
        number or "unnamed-" + hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()[:12]
    )


def _dicts(value: Any) -> list[Row]:
    """Read a list that may be null, missing, or something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def truth(value: object) -> bool:
    """Read a yes in any of the forms that Acuity uses."""
    return str(value).strip().lower() in {"true", "yes", "1"}


def has_gap(records: Sequence[RawRecord]) -> bool:
    """Say whether some of what was asked for did not fit."""
    return any(one.key.type == GAP for one in records)
