"""What a raw Salesforce record says: people, companies, events, links. Pure.

Everything needed stands in the record's content (see `read`) and in the mapping, so stored records
can be read again under another mapping. Ids of events are made of the record, the kind and, where
a kind can happen more than once, the instant: never of a position in a list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec import structs

from journeysync.connectors.salesforce import activities, deals, meetings, people, service
from journeysync.connectors.salesforce.facts import Facts
from journeysync.connectors.salesforce.mapping import SalesforceMapping
from journeysync.connectors.salesforce.read import UNDEFINED
from journeysync.connectors.salesforce.streams import STREAMS, mapped
from journeysync.core.models import RawRecord, Reading


@dataclass(frozen=True, slots=True)
class Under:
    """What records are read under."""

    mapping: SalesforceMapping
    zone: str
    """Where whole days begin."""
    currency: str | None = None


def normalise(record: RawRecord, under: Under) -> Reading:
    """Say what a record means."""
    if record.deleted:
        return Reading()
    facts = Facts(record, under.zone, under.currency)
    found = _BY_TYPE[record.key.type](facts, under.mapping)
    # Two rules may tell one fact, such as two fields that both say "subscribed".
    unique = {event.id: event for event in reversed(found.events)}
    return structs.replace(found, events=tuple(reversed(unique.values())))


def _undefined(facts: Facts, mapping: SalesforceMapping) -> Reading:
    stream, _, name = facts.id.partition(".")
    if name not in mapped(STREAMS[stream], mapping):
        return Reading()
    source = STREAMS[stream].source
    if facts.content.get("formula"):
        aside = facts.set_aside(
            "FORMULA_FIELD",
            f"The field mapping reads `{source}.{name}`, which Salesforce works out: a change of "
            "it alone marks no record as changed, and is seen with the next other change or the "
            "next full reading. Map the field it is made from, where you can.",
        )
        return Reading(set_aside=(aside,))
    guess = "".join(f" Did you mean `{near}`?" for near in facts.content.get("near", []))
    aside = facts.set_aside(
        "NO_SUCH_FIELD",
        f"The field mapping reads `{source}.{name}`, which this org does not have or the "
        f"integration user may not see.{guess}",
    )
    return Reading(set_aside=(aside,))


_BY_TYPE: Mapping[str, Callable[[Facts, SalesforceMapping], Reading]] = {
    "contact": people.contact,
    "lead": people.lead,
    "company": people.account,
    "deal": deals.reading,
    "meeting": meetings.reading,
    "task": activities.task,
    "email": activities.email,
    "ticket": service.case,
    "campaign_member": activities.campaign_member,
    "contract": service.contract,
    "asset": service.asset,
    UNDEFINED: _undefined,
}
