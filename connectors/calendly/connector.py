"""Calendly: the bookings of an organisation, read only.

The one surprising fact: moving a booking makes a new event with a new invitee and cancels the old
one; all of them are one booking here, and no cancellation.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from journeysync.connectors import bookings
from journeysync.connectors.booking_rules import read_rules
from journeysync.connectors.calendly import check, normalise
from journeysync.connectors.calendly.client import Client
from journeysync.connectors.calendly.read import Reader
from journeysync.connectors.calendly.settings import Settings, read_settings
from journeysync.core.models import RawRecord, Reading, RecordKey
from journeysync.core.ports import Batch, Finding, ToolSetup

STREAM = "bookings"


class Calendly:
    """One organisation, as `Source`."""

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
        self._settings = settings
        self._rules = read_rules(setup.folder, settings.mapping, "calendly.yaml")
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        self._reader = Reader(self._client, settings)
        self.mapping_version = f"{normalise.VERSION}-{self._rules.version}-{settings.salesforce}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that bookings can give under the mapping."""
        return self._rules.kinds() | {bookings.PAID}

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what may have changed since; all there is in the window is shown."""
        assert stream == STREAM
        if since is None:
            return self._reader.full(until)
        return self._reader.changed(since, until)

    def reread(self, stream: str, keys: Sequence[RecordKey]) -> Iterator[Batch]:
        """Yield these events, with who is invited, as they are now."""
        assert stream == STREAM
        return self._reader.reread(keys)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._rules, self._settings.salesforce)

    def check(self) -> Sequence[Finding]:
        """Look at token and scope, and at what no mapping names."""
        return check.check(self._client, self._reader, self._rules, self._settings)

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> Calendly:
    """Make the connector of a tool. Sends no request."""
    return Calendly(setup, read_settings(setup))
