"""WooCommerce: carts, orders, refunds and the people who made them, by its REST API v3.

Reads only. The one surprising fact: the shop's dates carry no zone and its filter takes them in
the shop's own unless told otherwise, and answers an empty list when that goes wrong.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from journeysync.connectors.mapping_files import read_mapping
from journeysync.connectors.woocommerce import check, normalise
from journeysync.connectors.woocommerce.client import Client
from journeysync.connectors.woocommerce.mapping import TOOL, ShopMapping
from journeysync.connectors.woocommerce.read import STREAMS, Reader
from journeysync.connectors.woocommerce.settings import Settings, read_settings
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import Batch, Finding, ToolSetup

LAG = timedelta(minutes=5)
"""An order that a checkout is still writing may be dated a little back."""


class WooCommerce:
    """One shop, as `Source`."""

    lag = LAG
    streams: tuple[str, ...] = STREAMS

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = setup.name
        self._currency = setup.currency
        self._mapping = read_mapping(setup.folder, settings.mapping, TOOL, ShopMapping)
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        sweep = timedelta(hours=settings.sweep_hours)
        self._reader = Reader(self._client, self._mapping, sweep)
        self.mapping_version = f"{self._mapping.version}-{setup.currency or ''}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that records can give under the mapping."""
        return self._mapping.kinds()

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until), tombstones included."""
        return self._reader.read(stream, since, until)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._mapping, self._currency)

    def check(self) -> Sequence[Finding]:
        """Look at the key, the address, the shop's clock, and at statuses that no rule names."""
        return check.check(self._client, self._mapping, self._currency)

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> WooCommerce:
    """Make the connector of a tool. Sends no request."""
    return WooCommerce(setup, read_settings(setup))
