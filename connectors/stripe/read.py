"""Reads an account: what is new by its date, what changed by Stripe's own list of events.

No list can be asked for changes; events tell them, for 30 days. Each event shows its object as it
was then, in the version of the API of then, so only its id is taken and the object is read now.
Sends nothing that changes the account.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from journeysync.connectors.stripe.client import Client, Row
from journeysync.connectors.stripe.contents import (
    CUSTOMER,
    INVOICE,
    PAYMENT,
    Kept,
    id_of,
    inside,
    list_of,
)
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.connectors.stripe.rows import only
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
    by: str = ""
    """What its list can be asked by, to find one object again; else it is asked for by its id."""


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
    "disputes": Stream(
        "disputes", "dispute", ("charge.dispute.*",), expand=("charge",), by="charge"
    ),
}


class Reader:
    """Reads one account under one mapping."""

    def __init__(self, client: Client, mapping: StripeMapping) -> None:
        self._client = client
        sections = {
            "customer": mapping.customers.attributes,
            "invoice": mapping.invoices.attributes,
            "charge": mapping.payments.attributes,
            "subscription": mapping.subscriptions.attributes,
        }
        paths = {kind: [one for one in names.values() if one] for kind, names in sections.items()}
        kept = Kept(client.tool, {**paths, PAYMENT: paths["charge"]})
        self._keep: Mapping[str, Callable[[Row], list[RawRecord]]] = {
            "customers": kept.customer,
            "invoices": kept.invoice,
            "charges": lambda row: kept.payment(row, self._refunds(row)),
            "subscriptions": kept.subscription,
            "checkouts": kept.checkout,
            "disputes": lambda row: kept.dispute(self._with_charge(row)),
        }
        self._read = {
            one.path: only(one.path, {path.partition(".")[0] for path in paths.get(one.object, ())})
            for one in STREAMS.values()
        }

    def read(self, name: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until)."""
        stream = STREAMS[name]
        if since is not None and until - since <= KEPT_EVENTS:
            yield from self._changed(name, stream, since - self._behind(until) - OVERLAP)
            return
        # The events of that time are gone, if there were any: only all of it is sure.
        seen: set[RecordKey] = set()
        for rows in self._list(stream, {}):
            batch = self._batch(name, rows)
            if since is not None:
                seen |= {record.key for record in batch.records}
            yield batch
        yield Batch((), complete=True, still=None if since is None else frozenset(seen))

    def _list(self, stream: Stream, query: Mapping[str, str]) -> Iterator[list[Row]]:
        asked = {**dict(stream.query), **query}
        return self._client.rows(stream.path, asked, stream.expand, self._read[stream.path])

    def _behind(self, until: datetime) -> timedelta:
        """Say how far Stripe's clock is behind ours, which must not hide what is new."""
        if not self._client.caller.calls:
            self._client.first("events", 1)
        told = self._client.told
        return max(until - told, timedelta(0)) if told else timedelta(0)

    def _changed(self, name: str, stream: Stream, since: datetime) -> Iterator[Batch]:
        read: set[str] = set()
        window = {"created[gte]": str(int(since.timestamp()))}
        for rows in self._list(stream, window if stream.dated else {}):
            new = [row for row in rows if _reaches(row.get("created"), since)]
            # Several disputes may be about one payment: a new one says nothing of the others.
            read |= set() if stream.by else {id_of(row) for row in new}
            yield self._batch(name, new)
            if len(new) < len(rows):
                break
        for kind in stream.events:
            for events in self._client.rows("events", {"type": kind, **window}, read=_EVENTS):
                ids = [_told(event, stream) for event in events]
                some = [one for one in dict.fromkeys(ids) if one and one not in read]
                read |= set(some)
                yield Batch(tuple(self._now(name, stream, some)))

    def _now(self, name: str, stream: Stream, ids: list[str]) -> Iterator[RawRecord]:
        """Read objects as they are now; a customer or a draft of an invoice may be gone."""
        for number in ids:
            if stream.by:
                for rows in self._list(stream, {stream.by: number}):
                    yield from self._batch(name, rows).records
                continue
            row = self._client.one(stream.path, number, stream.expand)
            if row is not None:
                yield from self._keep[name](row)
            elif stream.kind:
                key = RecordKey(self._client.tool, stream.kind, number)
                yield RawRecord(key, {}, deleted=True)

    def _batch(self, name: str, rows: list[Row]) -> Batch:
        keep = self._keep[name]
        return Batch(tuple([record for row in rows for record in keep(row)]))

    def _refunds(self, charge: Row) -> list[Row]:
        """Return a charge's refunds; beyond ten, the charge shows only some."""
        held = charge.get("refunds")
        shown = list_of(inside(held, "data"))
        if inside(held, "has_more") or (charge.get("amount_refunded") and not shown):
            query = {"charge": id_of(charge)}
            return [row for rows in self._client.rows("refunds", query) for row in rows]
        return shown

    def _with_charge(self, dispute: Row) -> Row:
        """Return a dispute with the payment that it is about, which tells who paid."""
        charge = dispute.get("charge")
        found = self._client.one("charges", charge) if isinstance(charge, str) else charge
        return {**dispute, "charge": found or charge}


def _reaches(created: object, since: datetime) -> bool:
    """Whether an object is as new as that; one with an odd date must be looked at, too."""
    return not isinstance(created, int) or created >= int(since.timestamp())


_EVENTS = only("events")


def _told(event: Row, stream: Stream) -> str:
    """Say what an event asks to be read again in a stream; empty where that is nothing."""
    found = inside(event, "data.object")
    if inside(found, "object") == stream.object:
        return id_of(inside(found, stream.by or "id"))
    if stream.object == "charge":
        return id_of(inside(found, "charge"))
    return ""
