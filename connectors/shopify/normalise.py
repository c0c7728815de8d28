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
    inside,
    instant,
    number,
    text,
)
from journeysync.connectors.shopify.facts import Facts, Under
from journeysync.core.models import Event, PersonRecord, RawRecord, Reading, Scalar, SetAside

_PHONE = "defaultPhoneNumber.phoneNumber"
_ENDED = ("CANCELLED", "EXPIRED", "FAILED")


def normalise(record: RawRecord, under: Under) -> Reading:
    """Say what a record means."""
    if record.deleted:
        return Reading()
    return _BY_TYPE[record.key.type](Facts(record, under))


def _customer(facts: Facts) -> Reading:
    content, section = facts.content, facts.under.mapping.customers
    created, mail = facts.at("createdAt"), content.get("defaultEmailAddress")
    email, phone = text(inside(mail, "emailAddress")), inside(content, _PHONE)
    person = PersonRecord(
        tool=facts.record.key.tool,
        type=CUSTOMER,
        id=facts.record.key.id,
        created_at=created,
        emails=tuple(filter(None, [email])),
        phones=tuple(filter(None, [text(phone)])),
        first_name=text(content.get("firstName")),
        last_name=text(content.get("lastName")),
        attributes=facts.attributes(section.attributes),
    )
    name = person.name
    takes = {"SUBSCRIBED": section.subscribed, "UNSUBSCRIBED": section.unsubscribed}
    moments = (
        (("person.created",), created),
        (
            takes.get(text(inside(mail, "marketingState")), ()),
            instant(inside(mail, "marketingUpdatedAt")),
        ),
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
    total = facts.amount(facts.content.get("totalPriceSet"))
    told = facts.attributes(section.attributes) | facts.items() | facts.money(total)
    events = [*facts.events(section.created, facts.at("createdAt"), told)]
    left = facts.at("updatedAt") or facts.at("createdAt")
    if left and not facts.content.get("completedAt"):
        pause = timedelta(minutes=section.abandoned_after)
        events += facts.events(section.abandoned, left + pause, told)
    return Reading(events=tuple(events), set_aside=_undated(facts))


def _invoice(facts: Facts) -> Reading:
    content, section = facts.content, facts.under.mapping.drafts
    total, order = facts.amount(content.get("totalPriceSet")), number(content.get("order"))
    told = facts.attributes(section.attributes) | facts.money(total)
    told |= {"order": order} if order else {}
    events = tuple(facts.events(section.invoiced, facts.at("invoiceSentAt"), told))
    return Reading(people=facts.guests(), events=events, set_aside=_undated(facts))


def _subscription(facts: Facts) -> Reading:
    content, section = facts.content, facts.under.mapping.subscriptions
    common = facts.attributes(section.attributes)
    events = [*facts.events(section.started, facts.at("createdAt"), common)]
    for one in content["billingAttempts"]:
        order, reason = number(one.get("order")), text(one.get("errorCode")).lower()
        more: dict[str, Scalar] = {"order": order} if order else {}
        more |= {"reason": reason} if reason else {}
        more |= facts.money(facts.amount(inside(one, "order.totalPriceSet")))
        kinds = section.failed if reason else section.renewed if order else ()
        at = instant(one.get("completedAt"))
        events += facts.events(kinds, at, common | more, mark=number(one))
    if text(content.get("status")) in _ENDED:
        # The contract keeps no date of its end but that of its last change.
        events += facts.events(section.cancelled, facts.at("updatedAt"), common)
    return Reading(events=tuple(events), set_aside=_undated(facts))


def _undated(facts: Facts) -> tuple[SetAside, ...]:
    if facts.at("createdAt"):
        return ()
    return (SetAside(str(facts.record.key), "BAD_DATE", "The record has no date of creation."),)


_BY_TYPE: Mapping[str, Callable[[Facts], Reading]] = {
    CUSTOMER: _customer,
    ORDER: orders.reading,
    CART: _cart,
    INVOICE: _invoice,
    SUBSCRIPTION: _subscription,
}
