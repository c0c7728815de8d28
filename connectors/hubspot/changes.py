"""Events that a contact's or deal's properties tell: conversions, changes of value, dates. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import structs

from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import (
    ChangeRule,
    DateRule,
    FieldMapping,
    FormRule,
    SubscriptionRule,
    fits,
)
from journeysync.connectors.hubspot.streams import OPT_OUT
from journeysync.connectors.hubspot.times import parse_instant
from journeysync.core.models import Event, Reading, Scalar


def conversions(facts: Facts, rules: Sequence[FormRule]) -> Iterator[Event]:
    """Tell the forms that a contact submitted, as far as HubSpot remembers them.

    The first and the most recent one are kept as properties; the history of the latter has those
    in between. The page viewed last is overwritten at each view: it makes no event. What the
    stream of submissions tells of every time is left to it.
    """
    listed = facts.content.get("listed", ())
    for at, name in sorted(_submissions(facts).items()):
        if name in listed:
            continue
        rule = next((rule for rule in rules if fits(rule.name, name)), None)
        attributes: dict[str, Scalar] = {"form": name, **(rule.set if rule else {})}
        for kind in rule.events if rule else ():
            yield facts.own_event(kind, at, repeats=True, attributes=attributes)


def submission(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell one submission of a form, under the id that the contact's own memory of it would have.

    So what both tell is one event.
    """
    at, form = facts.instant("at"), facts.text("form")
    rule = next((rule for rule in mapping.contacts.forms if fits(rule.name, form)), None)
    if rule is None or at is None:
        return Reading()
    attributes: dict[str, Scalar] = {"form": form, "page": facts.text("page"), **rule.set}
    attributes = {name: value for name, value in attributes.items() if value != ""}
    people = [f"{facts.tool}:{contact}" for contact, _ in facts.linked("contacts")]
    return Reading(
        events=tuple(
            Event(f"{one}:{kind}:{facts.mark(at)}", facts.tool, kind, at, one, "", "", attributes)
            for one in people
            for kind in rule.events
        )
    )


def subscriptions(facts: Facts, rules: Sequence[SubscriptionRule]) -> Iterator[Event]:
    """Tell which kinds of e-mail a contact left, and which they came back to."""
    for number, name in sorted(facts.content.get("subscriptions", {}).items()):
        rule = next((rule for rule in rules if fits(rule.name, name)), None)
        if rule is None:
            continue
        before = ""
        for at, now in facts.history(f"{OPT_OUT}{number}"):
            kinds: Sequence[str] = ()
            if now == "true" != before:
                kinds = rule.left
            elif before == "true" != now:
                kinds = rule.joined
            attributes: dict[str, Scalar] = {"subscription": name, **rule.set}
            for kind in kinds:
                event = facts.own_event(kind, at, repeats=True, attributes=attributes)
                yield structs.replace(event, id=f"{event.id}:{number}")
            before = now


def _submissions(facts: Facts) -> dict[datetime, str]:
    names = facts.history("recent_conversion_event_name")
    found: dict[datetime, str] = {}
    for noted, value in facts.history("recent_conversion_date"):
        known = [name for at, name in names if at <= noted and name]
        when = parse_instant(value)
        if when is not None and known:
            found[when] = known[-1]
    for which in ("first", "recent"):
        at = facts.instant(f"{which}_conversion_date")
        name = facts.text(f"{which}_conversion_event_name")
        if at is not None and name:
            found[at] = name
    return found


def changed(facts: Facts, rules: Sequence[ChangeRule]) -> Iterator[Event]:
    """Tell the changes of properties that mean something."""
    for name in dict.fromkeys(rule.property for rule in rules):
        before = ""
        for at, now in facts.history(name):
            if now == before:
                continue
            rule = next(
                (one for one in rules if one.property == name and _is(one, before, now)), None
            )
            if rule is not None:
                attributes: dict[str, Scalar] = {rule.as_: now} if rule.as_ and now else {}
                for kind in rule.events:
                    yield facts.own_event(
                        kind, at, repeats=True, attributes={**attributes, **rule.set}
                    )
            before = now


def _is(rule: ChangeRule, before: str, now: str) -> bool:
    return fits(rule.from_, before) and fits(rule.value, now)


def dated(facts: Facts, rules: Sequence[DateRule]) -> Iterator[Event]:
    """Tell the scheduled events that a contact's date fields hold."""
    for rule, kind, at in dates(facts, rules):
        yield facts.own_event(
            kind,
            at,
            subject_type=rule.subject or facts.record.key.type,
            attributes={"field": rule.property},
        )


def dates(facts: Facts, rules: Sequence[DateRule]) -> Iterator[tuple[DateRule, str, datetime]]:
    """Give the first rule of each date property, its kind of event and the instant in it."""
    for name in dict.fromkeys(rule.property for rule in rules):
        at = facts.day_or_instant(name)
        rule = next(rule for rule in rules if rule.property == name)
        if at is not None and rule.event is not None:
            yield rule, rule.event, at
