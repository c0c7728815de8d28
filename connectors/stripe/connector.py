"""Stripe: customers, invoices, payments, subscriptions, checkouts, refunds and disputes.

Shows stages on its customers where `write_to` names it. The one surprising fact: no list can be
asked what changed; events tell it, each in the version of the API that was current when it
happened.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from journeysync.connectors.mapping_files import read_mapping
from journeysync.connectors.stripe import check, show
from journeysync.connectors.stripe.client import Client
from journeysync.connectors.stripe.mapping import TOOL, StripeMapping
from journeysync.connectors.stripe.normalise import Under, normalise
from journeysync.connectors.stripe.read import STREAMS, Reader
from journeysync.connectors.stripe.settings import Settings, read_settings
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
"""An event may be listed a little later than what it tells of."""


class Stripe:
    """One account, as `Source` and `Display`."""

    batch = show.BATCH
    shows = show.SHOWS
    carries: frozenset[str] | None = None
    lag = LAG
    streams = tuple(STREAMS)

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = setup.name
        self._mapping = read_mapping(setup.folder, settings.mapping, TOOL, StripeMapping)
        self._under = Under(self._mapping, setup.currency, settings.shop)
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        self._reader = Reader(self._client, self._mapping)
        told = (self._mapping.version, setup.currency or "", settings.shop or "")
        self.mapping_version = "-".join(told)

    def emits(self) -> frozenset[str]:
        """Return the event kinds that records can give under the mapping."""
        return self._mapping.kinds()

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until), tombstones included."""
        return self._reader.read(stream, since, until)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise(record, self._under)

    def check(self) -> Sequence[Finding]:
        """Look at the key's rights, at payments of shops, and at currencies."""
        return check.check(self._client, self._mapping, self._under.currency, self._under.shop)

    # --- Display -------------------------------------------------------------------------------

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        """Read our keys of these customers' metadata; Stripe keeps no history of them."""
        del object_type, history  # customers are all that shows a stage
        return show.present(self._client, ids, fields)

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Set our keys in customers' metadata."""
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
        """Look whether the key may write on customers."""
        del object_types, fields  # metadata needs no definition
        return show.check_writing(self._client)

    def record_url(self, object_type: str, record_id: str) -> str:
        """Say where a person sees the customer."""
        return f"https://dashboard.stripe.com/customers/{record_id}" if object_type else ""

    def told(self) -> datetime | None:
        """Return the time of Stripe's last answer."""
        return self._client.told

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> Stripe:
    """Make the connector of a tool. Sends no request."""
    return Stripe(setup, read_settings(setup))
