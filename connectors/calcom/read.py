"""Reads bookings: all of them, or what changed and what can still change without a trace.

`afterUpdatedAt` shows what was changed. It does not show who was marked absent, nor what was
erased: what starts from some days ago on is listed besides, and compared with what is stored. A
link of a chain is told which booking it belongs to, and which link took its place.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from journeysync.connectors.booking_texts import parse_instant
from journeysync.connectors.calcom.client import Client, Row
from journeysync.connectors.http import Refused
from journeysync.core.errors import ToolDown
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch, Window

BOOKING = "booking"
LISTS, ONE = "/v2/bookings", "/v2/bookings/{}"
_NOT_FOUND = 404
_TRIES = 3
"""How often a list that changes under our hands is begun anew, or a page that repeats is asked."""

_PLAIN = (
    "uid", "status", "start", "end", "duration", "eventType", "location", "absentHost",
    "createdAt", "updatedAt", "metadata", "rating", "bookingFieldsResponses", "guests",
    "cancelledByEmail", "cancellationReason", "rescheduledByEmail", "rescheduledFromUid",
    "rescheduledToUid", "recurringBookingUid",
)  # fmt: skip
_OF_PEOPLE = (
    "name", "email", "displayEmail", "timeZone", "absent", "phoneNumber", "seatUid",
    "bookingFieldsResponses", "metadata",
)  # fmt: skip
"""What is kept as it came."""


class Reader:
    """Reads the bookings that the key's owner can see."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tool = client.caller.tool

    def everything(self) -> Iterator[Batch]:
        """Yield all bookings."""
        rows = self._listed({})
        yield from self._batches(rows, rows)
        yield Batch((), complete=True)

    def changed(self, since: datetime, until: datetime, back: timedelta) -> Iterator[Batch]:
        """Yield what was changed since, and all that starts from some days ago on."""
        start = until - back
        changed = self._listed({"afterUpdatedAt": _iso(since)})
        present = self._listed({"afterStart": _iso(start)})
        yield from self._batches({**present, **changed}, changed)
        # What starts exactly then may or may not be meant by "after".
        yield Batch((), complete=True, window=Window(start + timedelta(seconds=1), None))

    # -- lists ------------------------------------------------------------------------------------

    def _listed(self, wanted: Mapping[str, str]) -> dict[str, Row]:
        """List all rows that are wanted, by their uid."""
        for _ in range(_TRIES):
            rows, total = self._pages(wanted)
            if total is None or len(rows) >= total:
                return rows
            # One was erased while we turned the page, and another slipped through.
        raise ToolDown(self._tool, "keeps changing while it is read; the next run tries again.")

    def _pages(self, wanted: Mapping[str, str]) -> tuple[dict[str, Row], int | None]:
        contract = self._client.contract
        asked = {**contract.first, **wanted}
        rows: dict[str, Row] = {}
        total: int | None = None
        again = 0
        while asked:
            answer = self._client.get(LISTS, contract.lists, asked)
            self._assert_contract(answer)
            before = len(rows)
            rows.update((_uid(row), row) for row in answer["data"] if isinstance(row, dict))
            following = contract.following(asked, answer)
            again = again + 1 if following and len(rows) == before else 0
            if again > _TRIES:
                raise ToolDown(self._tool, f"gives the same page of GET {LISTS} again and again.")
            total = answer["pagination"].get("totalItems")
            asked = following
        return rows, total if isinstance(total, int) else None

    def _assert_contract(self, answer: Row) -> None:
        """Refuse a list that pages otherwise: its first page would look like all there is."""
        contract = self._client.contract
        if isinstance(answer.get("data"), list) and contract.fits(answer.get("pagination")):
            return
        other = "calcom-selfhosted" if contract.kind == "hosted" else "calcom"
        raise ToolDown(
            self._tool,
            f"pages its bookings in another way than Cal.com {contract.kind} {contract.lists} "
            f"does. Check `base_url`; a Cal.com of the other kind has the type `{other}`.",
        )

    # -- chains -----------------------------------------------------------------------------------

    def _batches(self, rows: dict[str, Row], follow: Mapping[str, Row]) -> Iterator[Batch]:
        """Yield rows with their chains; the links before those of `follow` are read, if need be."""
        for row in list(follow.values()):
            self._fetch_before(row, rows)
        after = {str(row["rescheduledFromUid"]): uid for uid, row in rows.items() if _before(row)}
        records = [
            record(self._tool, row, chain=_chain(row, rows), to=after.get(uid, ""))
            if row
            else RawRecord(RecordKey(self._tool, BOOKING, uid), {}, deleted=True)
            for uid, row in rows.items()
        ]
        size = self._client.contract.page
        for first in range(0, len(records), size):
            yield Batch(tuple(records[first : first + size]))

    def _fetch_before(self, row: Row, rows: dict[str, Row]) -> None:
        """Read the links before one: they may know nothing of it, and it must know its first."""
        while (before := _before(row)) and before not in rows:
            try:
                answer = self._client.get(ONE.format(before), self._client.contract.reads)
            except Refused as refused:
                if refused.answer.status == _NOT_FOUND:
                    rows[before] = {}  # erased: nothing is known of it
                    return
                raise
            row = rows[before] = answer["data"]


def _before(row: Row) -> str:
    return str(row.get("rescheduledFromUid") or "")


def _chain(row: Row, rows: Mapping[str, Row]) -> str:
    """Name the first link of a chain; nothing where the way there is not known here."""
    seen = set()
    while before := _before(row):
        if before not in rows or before in seen:
            return ""
        if not rows[before]:
            return before
        seen.add(before)
        row = rows[before]
    return _uid(row)


def record(tool: str, row: Row, *, chain: str, to: str) -> RawRecord:
    """Keep of a booking what matters."""
    content: dict[str, object] = {name: row[name] for name in _PLAIN if row.get(name) is not None}
    content["hosts"] = _people(row.get("hosts"), ("name", "email"))
    content["attendees"] = _people(row.get("attendees"), _OF_PEOPLE)
    if chain:
        content["chain"] = chain
    if to and not content.get("rescheduledToUid"):
        content["rescheduledToUid"] = to
    return RawRecord(
        RecordKey(tool, BOOKING, _uid(row)), content, listed_at=parse_instant(row.get("start"))
    )


def _people(value: Any, names: tuple[str, ...]) -> list[Row]:
    """Read a list that may be null, missing, or something else."""
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return [{name: one[name] for name in names if one.get(name) is not None} for one in rows]


def _uid(row: Row) -> str:
    """Name the booking; one without a uid, which could not be found again, by what it says."""
    uid = str(row.get("uid") or "").strip()
    return uid or "unnamed-" + hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()[:12]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
