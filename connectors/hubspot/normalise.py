"""What a raw HubSpot record says: people, companies, events, links. Pure.

Everything needed stands in the record's content (see `read`) and in the mapping, so stored records
can be read again under another mapping. Ids of events are made of the record, the kind and, where
a kind can happen more than once, the instant: never of a position in a list.
"""

from collections.abc import Callable, Mapping

from msgspec import structs

from journeysync.connectors.hubspot import activities, deals, meetings, tickets
from journeysync.connectors.hubspot.changes import (
    changed,
    conversions,
    dated,
    submission,
    subscriptions,
)
from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.merges import merged_ids
from journeysync.connectors.hubspot.read import UNDEFINED
from journeysync.connectors.hubspot.streams import OVERRIDES, STREAMS, mapped
from journeysync.connectors.hubspot.times import shown
from journeysync.core.models import (
    CompanyRecord,
    Event,
    Link,
    PersonRecord,
    RawRecord,
    Reading,
)


def normalise(record: RawRecord, mapping: FieldMapping, zone: str) -> Reading:
    """Say what a record means under a mapping; whole days begin at midnight in `zone`."""
    if record.deleted:
        return Reading()
    found = _BY_TYPE[record.key.type](Facts(record, zone), mapping)
    # Two rules may tell one fact, such as a form and a property that both say "subscribed".
    unique = {event.id: event for event in reversed(found.events)}
    if len(unique) == len(found.events):
        return found
    return structs.replace(found, events=tuple(reversed(unique.values())))


def _contact(facts: Facts, mapping: FieldMapping) -> Reading:
    section = mapping.contacts
    person = PersonRecord(
        tool=facts.tool,
        type="contact",
        id=facts.id,
        created_at=facts.instant("createdate"),
        emails=_unique(facts.text("email"), *facts.text("hs_additional_emails").split(";")),
        phones=_unique(*(facts.text(name) for name in _PHONES)),
        first_name=facts.text("firstname"),
        last_name=facts.text("lastname"),
        company=_company_of(facts),
        owner=facts.text("hubspot_owner_id"),
        attributes={**facts.attributes(section.attributes), **_overrides(facts)},
    )
    events = [
        *_created(person),
        *conversions(facts, section.forms),
        *changed(facts, section.changes),
        *subscriptions(facts, section.subscriptions),
        *dated(facts, section.dates),
    ]
    links = tuple(
        Link(f"{facts.tool}:{old}", person.name, f"merged in {facts.tool}")
        for old in merged_ids(facts.id, facts.content)
    )
    return Reading(people=(person,), events=tuple(events), links=links)


_PHONES = ("phone", "mobilephone", "hs_whatsapp_phone_number")


def _unique(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _company_of(facts: Facts) -> str:
    """Name the primary company; without one, the only company."""
    companies = facts.linked("companies")
    primary = [one for one, is_primary in companies if is_primary]
    chosen = primary or ([one for one, _ in companies] if len(companies) == 1 else [])
    return f"{facts.tool}:{chosen[0]}" if chosen else ""


def _overrides(facts: Facts) -> dict[str, str]:
    return {name: shown(facts.text(name)) for name in OVERRIDES if facts.text(name)}


def _created(person: PersonRecord) -> list[Event]:
    if person.created_at is None:
        return []
    name = person.name
    return [Event(f"{name}:person.created", person.tool, "person.created", person.created_at, name)]


def _company(facts: Facts, mapping: FieldMapping) -> Reading:
    company = CompanyRecord(
        tool=facts.tool,
        id=facts.id,
        created_at=facts.instant("createdate"),
        label=facts.text("name"),
        owner=facts.text("hubspot_owner_id"),
        attributes={**facts.attributes(mapping.companies.attributes), **_overrides(facts)},
    )
    return Reading(companies=(company,))


def _undefined(facts: Facts, mapping: FieldMapping) -> Reading:
    stream, name = facts.id.split(".")
    if name not in mapped(STREAMS[stream], mapping):
        return Reading()
    guess = "".join(f"; did you mean `{near}`?" for near in facts.content.get("near", []))
    aside = facts.set_aside(
        "NO_SUCH_PROPERTY",
        f"The field mapping reads the {STREAMS[stream].type} property `{name}`, which this portal "
        f"does not have{guess or '.'}",
    )
    return Reading(set_aside=(aside,))


_BY_TYPE: Mapping[str, Callable[[Facts, FieldMapping], Reading]] = {
    "contact": _contact,
    "company": _company,
    "deal": deals.reading,
    "meeting": meetings.reading,
    "call": activities.call,
    "email": activities.email,
    "communication": activities.communication,
    "note": activities.note,
    "task": activities.task,
    "ticket": tickets.ticket,
    "lead": tickets.lead,
    "feedback_submission": activities.survey,
    "submission": submission,
    UNDEFINED: _undefined,
}
