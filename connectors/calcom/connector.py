"""Cal.com: read only, in two contracts.

The one surprising fact: a move is a cancellation and a new booking there, and the old one may
learn of the new one without being "updated".
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from journeysync.connectors.booking_rules import read_rules
from journeysync.connectors.calcom import check, normalise
from journeysync.connectors.calcom.client import Client
from journeysync.connectors.calcom.contracts import HOSTED, SELF_HOSTED, Contract
from journeysync.connectors.calcom.read import Reader
from journeysync.connectors.calcom.settings import Settings, read_settings
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import Batch, Finding, ToolSetup

MAPPING = "calcom.yaml"
STREAM = "bookings"


class CalCom:
    """One account, as `Source`."""

    streams: tuple[str, ...] = (STREAM,)
    lag = timedelta(minutes=10)
    """What is asked for twice: their clock and ours need not agree."""

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        contract: Contract,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = setup.name
        self._zone = setup.timezone
        self._back = timedelta(days=settings.days_back)
        self._rules = read_rules(setup.folder, settings.mapping, MAPPING)
        self._client = Client(setup.name, settings, contract, sleep=sleep, monotonic=monotonic)
        self._reader = Reader(self._client)
        self.mapping_version = f"{normalise.VERSION}-{self._rules.version}-{self._zone}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that bookings can give under the mapping."""
        return self._rules.kinds() | normalise.BEYOND

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield all bookings, or those that changed and those that can still change."""
        assert stream == STREAM
        if since is None:
            return self._reader.everything()
        return self._reader.changed(since, until, self._back)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._rules, self._zone)

    def remember(self, record: RawRecord, before: Mapping[str, object], now: datetime) -> RawRecord:
        """Carry over to which chain a booking belongs, and who gave up a seat. Pure."""
        return normalise.remember(record, before, now)

    def check(self) -> Sequence[Finding]:
        """Look at the key, at the contract, and at event types that no rule names."""
        return check.check(self._client, self._rules)


def make(setup: ToolSetup) -> CalCom:
    """Make the connector of the hosted Cal.com. Sends no request."""
    return CalCom(setup, read_settings(setup, own_address=False), HOSTED)


def make_self_hosted(setup: ToolSetup) -> CalCom:
    """Make the connector of an installation of one's own. Sends no request."""
    return CalCom(setup, read_settings(setup, own_address=True), SELF_HOSTED)
