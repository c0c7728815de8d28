"""Reads an account: what is new by its date, what changed by Stripe's own list of events.

No list can be asked for changes; events tell them, for 30 days. Each event shows its object as it
was then, in the version of the API of then, so only its id is taken and the object is read now.
Sends nothing that changes the account.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from journeysync.connectors.stripe.client import Client, Row
from journeysync.connectors.stripe.contents import CUSTOMER, INVOICE, Kept, id_of, inside
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch

KEPT_EVENTS = timedelta(days=29)
"""Stripe keeps events for 30 days; a day is left for clocks and slow runs."""

OVERLAP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Stream:
    """One type of object."""

    path: str
    object: str
    """What Stripe calls it inside an event."""
    events: tuple[str, ...]
    """Which events tell of it, directly or through something that hangs on it."""
    expand: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    """What its records are called here, where they can be deleted."""
    dated: bool = True
    """Whether its list can be asked for what is new; else its newest pages are read."""


STREAMS: Mapping[str, Stream] = {
    "customers": Stream("customers", "customer", ("customer.*",), kind=CUSTOMER),
    "invoices": Stream("invoices", "invoice", ("invoice.*",), kind=INVOICE),
    "charges": Stream("charges", "charge", ("charge.*", "refund.*"), expand=("refunds",)),
    "subscriptions": Stream(
        "subscriptions", "subscription", ("customer.subscription.*",), query=(("status", "all"),)
    ),
    "checkouts": Stream(
        "checkout/sessions", "checkout.session", ("checkout.session.*",), dated=False
    ),
    "disputes": Stream("disputes", "dispute", ("charge.dispute.*",), expand=("charge",)),
}


class Reader:
    """Reads one account under one mapping."""

    def __init__(self, client: Client, mapping: StripeMapping) -> None:
        self._client = client
        sections = {
            "customer": mapping.customers.attributes,
            "invoice": mapping.invoices.attributes,
            "payment": mapping.payments.attributes,
            "subscription": mapping.subscriptions.attributes,
        }
        paths = {kind: [one for one in names.values() if one] for kind, names in sections.items()}
        kept = Kept(client.tool, paths)
        self._keep: Mapping[str, Callable[[Row], list[RawRecord]]] = {
            "customers": kept.customer,
            "invoices": kept.invoice,
            "charges": lambda row: kept.payment(row, self._refunds(row)),
            "subscriptions": kept.subscription,
            "checkouts": kept.checkout,
            "disputes": kept.dispute,
        }

    def read(self, name: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until)."""
        stream = STREAMS[name]
        if since is not None and until - since <= KEPT_EVENTS:
            yield from self._changed(name, stream, since - OVERLAP)
            return
        # The events of that time are gone, if there were any: only all of it is sure.
        seen: set[RecordKey] = set()
        for rows in self._client.rows(stream.path, dict(stream.query), stream.expand):
            batch = self._batch(name, rows)
            seen |= {record.key for record in batch.records}
            yield batch
        yield Batch((), complete=True, still=None if since is None else frozenset(seen))

    def _changed(self, name: str, stream: Stream, since: datetime) -> Iterator[Batch]:
        read: set[str] = set()
        window = {"created[gte]": str(int(since.timestamp()))}
        query = {**dict(stream.query), **(window if stream.dated else {})}
        for rows in self._client.rows(stream.path, query, stream.expand):
            new = [row for row in rows if (row.get("created") or 0) >= int(since.timestamp())]
            read |= {id_of(row) for row in new}
            yield self._batch(name, new)
            if len(new) < len(rows):
                break
        for kind in stream.events:
            for events in self._client.rows("events", {"type": kind, **window}):
                ids = [_told(event, stream.object) for event in events]
                some = [one for one in dict.fromkeys(ids) if one and one not in read]
                read |= set(some)
                yield Batch(tuple(self._now(name, stream, some)))

    def _now(self, name: str, stream: Stream, ids: list[str]) -> Iterator[RawRecord]:
        """Read objects as they are now; a customer or a draft of an invoice may be gone."""
        for number in ids:
            row = self._client.one(stream.path, number, stream.expand)
            if row is not None:
                yield from self._keep[name](row)
            elif stream.kind:
                key = RecordKey(self._client.tool, stream.kind, number)
                yield RawRecord(key, {}, deleted=True)

    def _batch(self, name: str, rows: list[Row]) -> Batch:
        found = {record.key: record for row in rows for record in self._keep[name](row)}
        return Batch(tuple(found.values()))

    def _refunds(self, charge: Row) -> list[Row]:
        """Return a charge's refunds; beyond ten, the charge shows only some."""
        if not inside(charge, "refunds.has_more"):
            return list(inside(charge, "refunds.data") or ())
        query = {"charge": id_of(charge)}
        return [row for rows in self._client.rows("refunds", query) for row in rows]


def _told(event: Row, wanted: str) -> str:
    """Say which object of the wanted type an event is about; empty where it is about none."""
    found = inside(event, "data.object")
    if inside(found, "object") == wanted:
        return id_of(found)
    if wanted == "charge":
        return id_of(inside(found, "charge"))
    return ""
