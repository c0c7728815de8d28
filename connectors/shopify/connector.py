"""Shopify: customers, orders, parcels, refunds, returns, carts and subscriptions, by GraphQL.

Shows stages on customers where `write_to` names it. The one surprising fact: what a key may not
see is left out without a word, orders of more than 60 days ago among it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from journeysync.connectors.mapping_files import read_mapping
from journeysync.connectors.shopify import check, show
from journeysync.connectors.shopify.client import Client
from journeysync.connectors.shopify.documents import SHAPES
from journeysync.connectors.shopify.facts import Under
from journeysync.connectors.shopify.mapping import TOOL, ShopMapping
from journeysync.connectors.shopify.normalise import normalise
from journeysync.connectors.shopify.read import Reader
from journeysync.connectors.shopify.replies import Denied
from journeysync.connectors.shopify.settings import Settings, read_settings
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
"""The lists are searched by an index, which a change reaches a little later."""

OPTIONAL = ("checkouts", "drafts", "subscriptions")
"""What an app need not be allowed to see."""


class Shopify:
    """One shop, as `Source` and `Display`."""

    batch = show.BATCH
    shows = show.SHOWS
    carries: frozenset[str] | None = None
    lag = LAG
    streams: tuple[str, ...] = tuple(SHAPES)

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
        self._mapping = read_mapping(setup.folder, settings.mapping, TOOL, ShopMapping)
        self._under = Under(self._mapping, setup.currency, settings.test_orders)
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        sweep = timedelta(hours=settings.sweep_hours)
        self._reader = Reader(self._client, self._mapping, sweep, settings.bulk_from)
        test = "test" if settings.test_orders else ""
        self.mapping_version = f"{self._mapping.version}-{setup.currency or ''}-{test}"

    def emits(self) -> frozenset[str]:
        """Return the event kinds that records can give under the mapping."""
        return self._mapping.kinds()

    def gives(self, stream: str) -> frozenset[str]:
        """Return the event kinds that one stream can give under the mapping."""
        return self._mapping.gives(stream)

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until), what went away included.

        A shop whose clock is behind ours is read up to that time and no further.
        """
        given = False
        try:
            for batch in self._reader.read(stream, since, until):
                given = given or bool(batch.records)
                yield batch
        except Denied as error:
            if given or stream not in OPTIONAL:
                raise
            yield Batch((), withheld=f"{stream} are left out: {error}")
        self.lag = LAG + self._reader.behind

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise(record, self._under)

    def check(self) -> Sequence[Finding]:
        """Look at the key, its scopes, the version, personal data and currencies."""
        return check.check(self._client, self._reader, self._settings, self._under.currency)

    def told(self) -> datetime | None:
        """Say what time it was in the shop when it last answered."""
        return self._client.at

    # --- Display -------------------------------------------------------------------------------

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        """Read our fields of these customers; Shopify keeps no history of a metafield."""
        del object_type, history  # customers are all that shows a stage
        return show.present(self._client, ids, fields)

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Set our fields in customers' metafield."""
        return show.write(self._client, rows)

    def provision(
        self,
        object_types: Sequence[str],
        specs: Sequence[FieldSpec],
        *,
        dry_run: bool,
        remove: bool,
    ) -> list[Provisioning]:
        """Make nothing: a metafield needs no definition."""
        del object_types, specs, dry_run, remove
        return []

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        """Look whether the app may write on customers."""
        del object_types, fields  # a metafield needs no definition
        return list(check.check_writing(self._reader))

    def record_url(self, object_type: str, record_id: str) -> str:
        """Say where a person sees the customer; guests have no page."""
        if object_type not in self.shows or not self._settings.shop:
            return ""
        return f"https://{self._settings.shop}/admin/customers/{record_id}"

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> Shopify:
    """Make the connector of a tool. Sends no request."""
    return Shopify(setup, read_settings(setup))
