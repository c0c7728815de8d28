"""The account before the first customer: colleagues, companies, pipelines, forms, users.

The studio's own stands here; what another business has instead is in `settings_of.py`.
"""

from dataclasses import dataclass, replace

from journeysync.sandbox.hubspot.definitions import Definition
from journeysync.sandbox.hubspot.kinds import KINDS
from journeysync.sandbox.hubspot.portal import Owner, Pipeline, Portal, Stage
from journeysync.sandbox.hubspot.store import Stamp
from journeysync.sandbox.world import DAY

OWNERS = (
    Owner(77_001, "ana@willowstreet.example", "Ana", "Kowalska", 1_001, team="Front desk"),
    Owner(77_002, "ben@willowstreet.example", "Ben", "Ferreira", 1_002, team="Front desk"),
    Owner(77_003, "cara@willowstreet.example", "Cara", "Lindqvist", 1_003, team="Therapists"),
    Owner(77_004, "dan@willowstreet.example", "Dan", "Moore", 1_004, active=False),
)
CONTACT_US = ("6f1c2a90-5c1e-4a0b-9c0e-2b7d8f3a1c55", "Contact us")
FORMS = (CONTACT_US, ("0b7e4d12-93aa-4f7e-8a51-7d2c6e9f4b10", "Newsletter"))
"""Number and name of each form on the studio's pages."""
COMPANIES = (
    ("Brightwater Logistics", "brightwater.example", "Hove"),
    ("Harbour & Finch Architects", "harbourfinch.example", "Brighton"),
)
_STAGES = (
    ("appointmentscheduled", "Consultation booked", "0.2"),
    ("qualifiedtobuy", "Plan recommended", "0.4"),
    ("presentationscheduled", "Package offered", "0.6"),
    ("decisionmakerboughtin", "Thinking it over", "0.8"),
    ("contractsent", "Agreement sent", "0.9"),
    ("closedwon", "Package bought", "1.0"),
    ("closedlost", "Not now", "0.0"),
)
_VOUCHERS = (
    ("148032561", "Asked for", "0.2"),
    ("148032562", "Paid", "1.0"),
    ("148032563", "Dropped", "0.0"),
)
_LEADS = (
    ("new-stage-id", "New", "NEW"),
    ("attempting-stage-id", "Attempting", "IN_PROGRESS"),
    ("connected-stage-id", "Connected", "IN_PROGRESS"),
    ("qualified-stage-id", "Qualified", "QUALIFIED"),
    ("unqualified-stage-id", "Disqualified", "UNQUALIFIED"),
)
_LIFECYCLE = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity",
    "customer", "evangelist", "other",
)  # fmt: skip


Stages = tuple[tuple[str, str, str], ...]
"""Id, label and probability of each stage of a deal."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What one business has in its account."""

    domain: str
    deals: tuple[tuple[str, str, Stages], ...]
    """Id, label and stages of each pipeline of deals."""
    forms: tuple[tuple[str, str], ...] = FORMS
    companies: tuple[tuple[str, str, str], ...] = ()
    properties: tuple[tuple[str, str, str, str], ...] = ()
    """Record type, name, label and type of what was added to the account's properties."""


STUDIO_SETTING = Setting(
    "willowstreet.example",
    (("default", "Packages", _STAGES), ("87300412", "Gift vouchers", _VOUCHERS)),
    companies=COMPANIES,
)


def set_up(portal: Portal, setting: Setting = STUDIO_SETTING) -> None:
    """Fill an empty portal with what every portal has."""
    owners = [replace(owner, email=f"{owner.first.lower()}@{setting.domain}") for owner in OWNERS]
    portal.owners = {str(owner.id): owner for owner in owners}
    portal.forms, portal.domain = dict(setting.forms), setting.domain
    for kind, name, label, type_ in setting.properties:
        shown = {"number": "number", "date": "date"}.get(type_, "text")
        group = f"{KINDS[kind].singular}information"
        portal.definitions[kind][name] = Definition(name, label, type_, shown, group)
    portal.given = {kind: frozenset(names) for kind, names in portal.definitions.items()}
    _pipelines(portal, setting)
    stamp = Stamp(portal.world.now - 400 * DAY, "CRM_UI", "userId:1001", 1_001)
    for name, domain, city in setting.companies:
        values = {
            "name": name,
            "domain": domain,
            "website": domain,
            "city": city,
            "lifecyclestage": "lead",
            "hubspot_owner_id": str(OWNERS[1].id),
        }
        portal.store.create(KINDS["companies"], values, stamp)
    for owner in owners:
        names = {
            "hs_email": owner.email,
            "hs_given_name": owner.first,
            "hs_family_name": owner.last,
        }
        portal.store.create(KINDS["users"], names, stamp)


def _pipelines(portal: Portal, setting: Setting) -> None:
    deals = [Pipeline(id_, label, _read(stages)) for id_, label, stages in setting.deals]
    portal.pipelines["deals"] = {item.id: item for item in deals}
    support = [
        Stage(str(number), label, {"ticketState": "CLOSED" if label == "Closed" else "OPEN"})
        for number, label in enumerate(("New", "Waiting on contact", "Waiting on us", "Closed"), 1)
    ]
    portal.pipelines["tickets"] = {"0": Pipeline("0", "Support Pipeline", support)}
    sales = [Stage(id_, label, {"leadState": state}) for id_, label, state in _LEADS]
    portal.pipelines["leads"] = {
        "lead-pipeline-id": Pipeline("lead-pipeline-id", "Lead pipeline", sales)
    }
    lifecycle = [Stage(name, name.capitalize(), {"state": "NOT_CUSTOMER"}) for name in _LIFECYCLE]
    portal.pipelines["contacts"] = {
        "contacts-lifecycle-pipeline": Pipeline(
            "contacts-lifecycle-pipeline", "Lifecycle Stage Pipeline", lifecycle
        )
    }
    for pipeline in deals:
        for stage in pipeline.stages:
            _date_entered(portal, stage)


def _read(rows: tuple[tuple[str, str, str], ...]) -> list[Stage]:
    return [
        Stage(
            id_, label, {"isClosed": str(chance in ("0.0", "1.0")).lower(), "probability": chance}
        )
        for id_, label, chance in rows
    ]


def _date_entered(portal: Portal, stage: Stage) -> None:
    name = f"hs_v2_date_entered_{stage.id}"
    label = f'Date entered "{stage.label}"'
    definition = Definition(
        name, label, "datetime", "date", "dealinformation", read_only=True, standard=True
    )
    portal.definitions["deals"][name] = definition
    portal.given["deals"] |= {name}
