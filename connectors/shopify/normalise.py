"""What a shop's records say: people and events. Pure.

Everything needed stands in the record's content and in the mapping, so stored records can be read
again under another mapping.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from journeysync.connectors.shopify import orders
from journeysync.connectors.shopify.contents import (
    CART,
    CUSTOMER,
    INVOICE,
    ORDER,
    SUBSCRIPTION,
    instant,
)
from journeysync.connectors.shopify.facts import Facts, Under
from journeysync.core.models import Event, PersonRecord, RawRecord, Reading, Scalar, SetAside

_ENDED = ("CANCELLED", "EXPIRED", "FAILED")


def normalise(record: RawRecord, under: Under) -> Reading:
    """Say what a record means."""
    if record.deleted:
        return Reading()
    return _BY_TYPE[record.key.type](Facts(record, under))


def _customer(facts: Facts) -> Reading:
    content, section = facts.content, facts.under.mapping.customers
    created = facts.at("created")
    person = PersonRecord(
        tool=facts.record.key.tool,
        type=CUSTOMER,
        id=facts.record.key.id,
        created_at=created,
        emails=tuple(filter(None, [content["email"]])),
        phones=tuple(filter(None, [content["phone"]])),
        first_name=content["first_name"],
        last_name=content["last_name"],
        attributes=facts.attributes(section.attributes),
    )
    name = person.name
    takes = {"SUBSCRIBED": section.subscribed, "UNSUBSCRIBED": section.unsubscribed}
    moments = (
        (("person.created",), created),
        (takes.get(content["marketing"], ()), facts.at("marketing_since")),
    )
    events = tuple(
        Event(f"{name}:{kind}", person.tool, kind, at, name)
        for kinds, at in moments
        for kind in kinds
        if at
    )
    return Reading(people=(person,), events=events)


def _cart(facts: Facts) -> Reading:
    section = facts.under.mapping.checkouts
    total = facts.amount(facts.content["total"])
    told = facts.attributes(section.attributes) | facts.items() | facts.money(total)
    events = [*facts.events(section.created, facts.at("created"), told)]
    left = facts.at("changed") or facts.at("created")
    if left and not facts.content["completed"]:
        pause = timedelta(minutes=section.abandoned_after)
        events += facts.events(section.abandoned, left + pause, told)
    return Reading(events=tuple(events), set_aside=_undated(facts))


def _invoice(facts: Facts) -> Reading:
    content, section = facts.content, facts.under.mapping.drafts
    told = facts.attributes(section.attributes) | facts.money(facts.amount(content["total"]))
    told |= {"order": content["order"]} if content["order"] else {}
    events = tuple(facts.events(section.invoiced, facts.at("sent"), told))
    return Reading(people=facts.guests(), events=events, set_aside=_undated(facts))


def _subscription(facts: Facts) -> Reading:
    content, section = facts.content, facts.under.mapping.subscriptions
    common = facts.attributes(section.attributes)
    events = [*facts.events(section.started, facts.at("created"), common)]
    for one in content["attempts"]:
        more: dict[str, Scalar] = {"order": one["order"]} if one["order"] else {}
        more |= {"reason": one["reason"].lower()} if one["reason"] else {}
        more |= facts.money(facts.amount(one["money"]))
        kinds = section.failed if one["reason"] else section.renewed if one["order"] else ()
        events += facts.events(kinds, instant(one["at"]), common | more, mark=one["id"])
    if content["status"] in _ENDED:
        # The contract keeps no date of its end but that of its last change.
        events += facts.events(section.cancelled, facts.at("changed"), common)
    return Reading(events=tuple(events), set_aside=_undated(facts))


def _undated(facts: Facts) -> tuple[SetAside, ...]:
    if facts.at("created"):
        return ()
    return (SetAside(str(facts.record.key), "BAD_DATE", "The record has no date of creation."),)


_BY_TYPE: Mapping[str, Callable[[Facts], Reading]] = {
    CUSTOMER: _customer,
    ORDER: orders.reading,
    CART: _cart,
    INVOICE: _invoice,
    SUBSCRIPTION: _subscription,
}
