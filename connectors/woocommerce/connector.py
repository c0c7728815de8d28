"""WooCommerce: carts, orders, refunds and the people who made them, by its REST API v3.

Shows stages on its accounts where `write_to` names it. The one surprising fact: the shop's dates
carry no zone and its filter takes them in the shop's own unless told otherwise, and answers an
empty list when that goes wrong.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from journeysync.connectors.mapping_files import read_mapping
from journeysync.connectors.woocommerce import check, normalise, show
from journeysync.connectors.woocommerce.client import Client
from journeysync.connectors.woocommerce.mapping import TOOL, ShopMapping
from journeysync.connectors.woocommerce.read import STREAMS, Reader
from journeysync.connectors.woocommerce.settings import Settings, read_settings
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import (
    Batch,
    FieldSpec,
    Finding,
    Outcome,
    PresentRecord,
    Provisioning,
    RecordWrite,
    ToolSetup,
)

LAG = timedelta(minutes=5)
"""An order that a checkout is still writing may be dated a little back."""


class WooCommerce:
    """One shop, as `Source` and `Display`."""

    batch = show.BATCH
    shows = show.SHOWS
    carries: frozenset[str] | None = None
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
        self._url = settings.url
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        sweep = timedelta(hours=settings.sweep_hours)
        self._reader = Reader(self._client, self._mapping, sweep)
        self.mapping_version = f"{self._mapping.version}-{setup.currency or ''}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that records can give under the mapping."""
        return self._mapping.kinds()

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until), tombstones included.

        A shop whose clock is behind ours is read up to that time and no further.
        """
        yield from self._reader.read(stream, since, until)
        self.lag = LAG + self._reader.behind

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._mapping, self._currency)

    def check(self) -> Sequence[Finding]:
        """Look at the key, the address, the shop's clock, and at statuses that no rule names."""
        return check.check(self._client, self._mapping, self._currency)

    def told(self) -> datetime | None:
        """Say what time it was in the shop when it last answered."""
        return self._client.caller.told

    # --- Display -------------------------------------------------------------------------------

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        """Read our keys of these accounts' metadata; the shop keeps no history of them."""
        del object_type, history  # accounts are all that shows a stage
        return show.present(self._client, ids, fields)

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Set our keys in accounts' metadata."""
        return show.write(self._client, rows)

    def provision(
        self,
        object_types: Sequence[str],
        specs: Sequence[FieldSpec],
        *,
        dry_run: bool,
        remove: bool,
    ) -> list[Provisioning]:
        """Make nothing: metadata needs no definition."""
        del object_types, specs, dry_run, remove
        return []

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        """Look whether the key may write on accounts."""
        del object_types, fields  # metadata needs no definition
        return show.check_writing(self._client)

    def record_url(self, object_type: str, record_id: str) -> str:
        """Say where a person sees the account; guests have no page."""
        if object_type not in self.shows:
            return ""
        return f"{self._url}/wp-admin/user-edit.php?user_id={record_id}"

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> WooCommerce:
    """Make the connector of a tool. Sends no request."""
    return WooCommerce(setup, read_settings(setup))
