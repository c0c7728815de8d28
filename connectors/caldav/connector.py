"""Any calendar, over CalDAV or as an .ics file: read only.

The one surprising fact: in a calendar a booking that was given up is mostly just deleted, and then
nothing is left to tell of. It counts as one that never was.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from journeysync.connectors.booking_rules import read_rules
from journeysync.connectors.caldav import check, normalise
from journeysync.connectors.caldav.client import Client
from journeysync.connectors.caldav.read import Reader
from journeysync.connectors.caldav.settings import Settings, read_settings
from journeysync.core.models import RawRecord, Reading, RecordKey
from journeysync.core.ports import Batch, Finding, ToolSetup

MAPPING = "caldav.yaml"
STREAM = "events"


class CalDav:
    """The calendars of one address, as `Source`."""

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
        self._rules = read_rules(setup.folder, settings.mapping, MAPPING)
        self._view = normalise.View(
            settings.ours, settings.staff, settings.no_show, settings.private, settings.free
        )
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        self._reader = Reader(self._client, settings, setup.timezone)
        self.mapping_version = f"{normalise.VERSION}-{self._rules.version}-{self._view.version}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that bookings can give under the mapping."""
        return self._rules.kinds()

    def resume(self, stream: str, marks: Mapping[RecordKey, str]) -> None:
        """Take what is stored, to be told or to find what changed since."""
        assert stream == STREAM
        self._reader.resume(marks)

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield all events of the window, or those that changed."""
        assert stream == STREAM
        return self._reader.read(since, until)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._rules, self._view)

    def remember(self, record: RawRecord, before: Mapping[str, object], now: datetime) -> RawRecord:
        """Carry over what an event forgets: its earlier times. Pure."""
        return normalise.remember(record, before, now)

    def check(self) -> Sequence[Finding]:
        """Look at the calendars, and at titles that no rule names."""
        return check.check(self._reader, self._rules, self._view, datetime.now(UTC))

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> CalDav:
    """Make the connector of a tool. Sends no request."""
    return CalDav(setup, read_settings(setup))
