"""What a contact, lead or account says: who it is, and what its fields tell. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import structs

from journeysync.connectors.mapping_files import fits
from journeysync.connectors.salesforce.facts import Facts, filled
from journeysync.connectors.salesforce.ids import long_id
from journeysync.connectors.salesforce.mapping import (
    ChangeRule,
    Contacts,
    DateRule,
    SalesforceMapping,
)
from journeysync.connectors.salesforce.names import OVERRIDES, our_name
from journeysync.connectors.salesforce.stages import moves, steps
from journeysync.connectors.salesforce.times import shown
from journeysync.core.models import (
    CompanyRecord,
    Event,
    Link,
    PersonRecord,
    Reading,
    Scalar,
)

_PINS = frozenset(map(our_name, OVERRIDES))
CONVERTED = "converted lead"
"""The type of a person record that was a lead: it holds none of our fields any more."""
_PHONES = ("Phone", "MobilePhone", "HomePhone", "OtherPhone")


def contact(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell who a contact is; a person account is its contact."""
    section = mapping.contacts
    account = facts.text("AccountId")
    company = "" if facts.flag("IsPersonAccount") or not account else f"{facts.tool}:{account}"
    person = _person(facts, section, company)
    return Reading(
        people=(person,), events=tuple(_told(facts, section, person)), links=_merged(facts, person)
    )


def lead(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell who a lead is, how its status went, and which contact it became.

    A converted lead refuses every write, and what it tells, it tells of its contact. It stays a
    record of the same customer, under a type that shows no stage: so the customer stays the same.
    """
    section = mapping.leads
    person = _person(facts, section, "")
    events = (*_told(facts, section, person), *_course(facts, mapping))
    became = long_id(facts.text("ConvertedContactId"))
    if not (facts.flag("IsConverted") and became):
        return Reading(people=(person,), events=events, links=_merged(facts, person))
    contact = f"{facts.tool}:{became}"
    attributes = {name: one for name, one in person.attributes.items() if name not in _PINS}
    person = structs.replace(person, type=CONVERTED, owner="", attributes=attributes)
    return Reading(
        people=(person,),
        events=tuple(structs.replace(event, person=contact) for event in events),
        links=(*_merged(facts, person), Link(person.name, contact, "converted lead")),
    )


def account(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell a company; a person account is none."""
    if facts.flag("IsPersonAccount"):
        return Reading()
    company = CompanyRecord(
        tool=facts.tool,
        id=facts.id,
        created_at=facts.instant("CreatedDate"),
        label=facts.text("Name"),
        owner=str(facts.owner.get("owner", "")),
        attributes={**facts.attributes(mapping.accounts.attributes), **_overrides(facts)},
    )
    return Reading(companies=(company,))


def _person(facts: Facts, section: Contacts, company: str) -> PersonRecord:
    email = facts.text("Email").strip()
    phones = (facts.text(name).strip() for name in _PHONES)
    return PersonRecord(
        tool=facts.tool,
        type=facts.type,
        id=facts.id,
        created_at=facts.instant("CreatedDate"),
        emails=(email,) if email else (),
        phones=tuple(dict.fromkeys(one for one in phones if one)),
        first_name=facts.text("FirstName"),
        last_name=facts.text("LastName"),
        company=company,
        owner=str(facts.owner.get("owner", "")),
        attributes={**facts.attributes(section.attributes), **_overrides(facts)},
    )


def _overrides(facts: Facts) -> dict[str, str]:
    return {our_name(one): shown(facts.text(one)) for one in OVERRIDES if facts.text(one)}


def _merged(facts: Facts, person: PersonRecord) -> tuple[Link, ...]:
    old = facts.content.get("merged", ())
    return tuple(Link(f"{facts.tool}:{one}", person.name, f"merged in {facts.tool}") for one in old)


def _told(facts: Facts, section: Contacts, person: PersonRecord) -> Iterator[Event]:
    """Tell that a person was created, where from, and what fields of theirs became."""
    created = person.created_at
    if created is not None:
        yield facts.own_event("person.created", created)
        source = facts.text("LeadSource")
        rule = next((one for one in section.origins if fits(one.source, source)), None)
        for kind in rule.events if rule else ():
            told = filled({"source": source, **(rule.set if rule else {})})
            yield facts.own_event(kind, created, mark=facts.mark(created), attributes=told)
    yield from _changed(facts, section.changes)
    for date_rule, kind, at in dates(facts, section.dates):
        yield facts.own_event(
            kind,
            at,
            subject_type=date_rule.subject or facts.type,
            attributes={"field": date_rule.field},
        )


def _changed(facts: Facts, rules: Sequence[ChangeRule]) -> Iterator[Event]:
    """Tell the changes of fields that mean something."""
    for name in dict.fromkeys(rule.field for rule in rules):
        before = ""
        for at, now in facts.history(name):
            if now == before:
                continue
            rule = next((one for one in rules if one.field == name and _is(one, before, now)), None)
            if rule is not None:
                told: dict[str, Scalar] = {rule.as_: now} if rule.as_ and now else {}
                for kind in rule.events:
                    yield facts.own_event(
                        kind, at, mark=facts.mark(at), attributes={**told, **rule.set}
                    )
            before = now


def _is(rule: ChangeRule, before: str, now: str) -> bool:
    return fits(rule.from_, before) and fits(rule.value, now)


def dates(facts: Facts, rules: Sequence[DateRule]) -> Iterator[tuple[DateRule, str, datetime]]:
    """Give the first rule of each date field, its kind of event and the instant in it."""
    for name in dict.fromkeys(rule.field for rule in rules):
        at = facts.instant(name)
        rule = next(rule for rule in rules if rule.field == name)
        if at is not None and rule.event is not None:
            yield rule, rule.event, at


def _course(facts: Facts, mapping: SalesforceMapping) -> Iterator[Event]:
    """Tell when a lead was made, its statuses and what they mean."""
    source = facts.text("LeadSource")
    common = filled({"source": source, "company": facts.text("Company"), **facts.owner})
    created = facts.instant("CreatedDate")
    if created is not None:
        yield facts.own_event("lead.created", created, subject_type="lead", attributes=common)
    reached = ("ConvertedDate",) if facts.flag("IsConverted") else ()
    past = moves(facts, mapping.leads.stages, stage="Status", reached=reached)
    for at, before, stage in steps(past):
        rule = stage.rule
        told = filled({**common, "from": before.name, "to": stage.name, "stage": stage.name})
        for kind in ("lead.stage_changed", *(rule.events if rule else ())):
            yield facts.own_event(
                kind,
                at,
                subject_type="lead",
                mark=f"{facts.mark(at)}:{stage.id}",
                attributes={**told, **(rule.set if rule else {})},
            )
