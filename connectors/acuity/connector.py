"""Acuity Scheduling: read only.

The one surprising fact: an appointment that is moved keeps its id and forgets where it stood, and
no list says what changed. So every run reads all days that can still change, and the stored row is
asked what it knew.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock

from msgspec import structs

from journeysync.connectors import bookings
from journeysync.connectors.acuity import check, normalise
from journeysync.connectors.acuity.client import Client
from journeysync.connectors.acuity.read import FIRST_DAY, Reader, has_gap, paid_mark
from journeysync.connectors.acuity.settings import Settings, read_settings
from journeysync.connectors.booking_rules import read_rules
from journeysync.connectors.booking_texts import known_zone, parse_instant
from journeysync.core.models import RawRecord, Reading, RecordKey
from journeysync.core.ports import Batch, Finding, ToolSetup, Window

MAPPING = "acuity.yaml"
STREAM = "appointments"
_DAY = timedelta(days=1)
_FAR = timedelta(days=3_650)
"""How far ahead a full reading looks: as good as for ever."""


class Acuity:
    """One account, as `Source`."""

    streams: tuple[str, ...] = (STREAM,)
    lag = timedelta(minutes=1)

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = setup.name
        self._zone = setup.timezone
        self._back = timedelta(days=settings.days_back)
        self._ahead = timedelta(days=settings.days_ahead)
        self._rules = read_rules(setup.folder, settings.mapping, MAPPING)
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        self._reader = Reader(self._client)
        self._marks: Mapping[RecordKey, str] = {}
        self.mapping_version = f"{normalise.VERSION}-{self._rules.version}-{self._zone}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that appointments can give under the mapping."""
        return self._rules.kinds() | {bookings.PAID}

    def resume(self, stream: str, marks: Mapping[RecordKey, str]) -> None:
        """Take of which appointments the payments are known."""
        assert stream == STREAM
        self._marks = marks

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield all appointments, or all of the days that can still change."""
        assert stream == STREAM
        today = until.astimezone(UTC).date()
        low, high = (today - self._back, today + self._ahead)
        if since is None:
            low, high = FIRST_DAY, today + _FAR
        elif since < until - self._back:
            # Not read for long: what was then still to come must be seen.
            low = min(low, since.astimezone(UTC).date() - self._back)
        whole = True
        for records in self._reader.appointments(low, high, until):
            whole = whole and not has_gap(records)
            yield Batch(tuple(self._paid(self._placed(record)) for record in records))
        if since is None:
            yield Batch((), complete=whole)
        else:
            # A day begins somewhere else in every zone: the outer two are not claimed.
            window = Window(*(datetime.combine(day, clock(), UTC) for day in (low + _DAY, high)))
            yield Batch((), complete=whole, window=window if whole else None)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._rules, self._zone)

    def remember(self, record: RawRecord, before: Mapping[str, object], now: datetime) -> RawRecord:
        """Carry over what Acuity forgets: earlier starts, and when it was seen canceled. Pure."""
        return normalise.remember(record, before, now)

    def check(self) -> Sequence[Finding]:
        """Look at the key, and at types and questions that no rule names."""
        return check.check(self._client, self._rules)

    def _paid(self, record: RawRecord) -> RawRecord:
        """Add the payments, one by one, where the sum is another than the stored one."""
        mark = paid_mark(record)
        if not mark or self._marks.get(record.key) == mark:
            return structs.replace(record, mark=mark)
        content = {**record.content, "payments": self._reader.payments(record.key.id)}
        return structs.replace(record, content=content, mark=mark)

    def _placed(self, record: RawRecord) -> RawRecord:
        row = record.content
        zone = known_zone(row.get("calendarTimezone"), self._zone)
        return structs.replace(record, listed_at=parse_instant(row.get("datetime"), zone))


def make(setup: ToolSetup) -> Acuity:
    """Make the connector of a tool. Sends no request."""
    return Acuity(setup, read_settings(setup))
