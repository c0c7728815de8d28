"""What tickets, leads, surveys, products and consent mean: a record in, its events as lines out."""

from typing import Any

import pytest

from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.mapping_file import parse_mapping
from journeysync.connectors.hubspot.normalise import normalise
from journeysync.connectors.mapping_files import shipped_text
from journeysync.core.models import Event, RawRecord, RecordKey


def mapped(text: str) -> FieldMapping:
    found, problems = parse_mapping(text, "test")
    assert found is not None, problems
    return found


SHIPPED = mapped(shipped_text("hubspot"))
ONE, TWO, THREE = "2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"
STAGES = {
    "1": {"label": "New", "pipeline": "Support", "closed": False},
    "4": {"label": "Closed", "pipeline": "Support", "closed": True},
    "qualified-stage-id": {"label": "Qualified", "pipeline": "Leads", "closed": False},
}


def told(kind: str, mapping: FieldMapping = SHIPPED, **content: Any) -> list[str]:
    """Normalise record 7, which hangs on contact 1."""
    record = RawRecord(RecordKey("crm", kind, "7"), {"contacts": [["1", False]], **content})
    return [line(event) for event in normalise(record, mapping, "Europe/London").events]


def line(event: Event) -> str:
    attributes = " ".join(f"{name}={value}" for name, value in sorted(event.attributes.items()))
    return f"{event.kind} {event.at:%d} {attributes}".strip()


TICKET = {"createdate": ONE, "subject": "Help", "hs_pipeline_stage": "4", "closed_date": THREE}
CASES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a ticket that was closed": (
        "ticket",
        {
            "properties": TICKET,
            "history": {"hs_pipeline_stage": [["1", ONE], ["4", TWO]]},
            "stages": STAGES,
        },
        [
            "ticket.opened 01 pipeline=Support subject=Help",
            "ticket.closed 02 pipeline=Support stage=4 subject=Help",
        ],
    ),
    "a ticket without a history is closed when it says so": (
        "ticket",
        {"properties": TICKET, "stages": STAGES},
        [
            "ticket.opened 01 pipeline=Support subject=Help",
            "ticket.closed 03 pipeline=Support stage=4 subject=Help",
        ],
    ),
    "a ticket that was opened again": (
        "ticket",
        {
            "properties": {"createdate": ONE},
            "history": {"hs_pipeline_stage": [["4", TWO], ["1", THREE]]},
            "stages": STAGES,
        },
        [
            "ticket.opened 01 pipeline=Support",
            "ticket.closed 02 pipeline=Support stage=4",
            "ticket.reopened 03 pipeline=Support stage=1",
        ],
    ),
    "a lead that qualified": (
        "lead",
        {
            "properties": {"hs_createdate": ONE, "hs_lead_type": "UPSELL"},
            "history": {"hs_pipeline_stage": [["1", ONE], ["qualified-stage-id", TWO]]},
            "stages": STAGES,
        },
        [
            "lead.created 01 pipeline=Support type=UPSELL",
            "lead.stage_changed 01 pipeline=Support stage=1 to=1 type=UPSELL",
            "lead.stage_changed 02 from=1 pipeline=Leads stage=qualified to=qualified type=UPSELL",
            "lead.qualified 02 from=1 pipeline=Leads stage=qualified to=qualified type=UPSELL",
        ],
    ),
    "a score from 0 to 10": (
        "feedback_submission",
        {
            "properties": {
                "hs_submission_timestamp": TWO, "hs_value": "9", "hs_survey_type": "NPS",
                "hs_survey_name": "Us", "hs_response_group": "PROMOTER",
            },
            "tickets": [["5", False]],
        },
        ["survey.answered 02 group=promoter scale=10 score=9 survey=Us ticket=5 type=nps value=9"],
    ),
    "an opt-out from newsletters, taken back": (
        "contact",
        {
            "properties": {},
            "history": {"hs_email_optout_77": [["", ONE], ["true", TWO], ["false", THREE]]},
            "subscriptions": {"77": "Newsletter"},
        },
        [
            "consent.withdrawn 02 subscription=Newsletter",
            "consent.given 03 subscription=Newsletter",
        ],
    ),
    "consent that ends": (
        "contact",
        {
            "properties": {},
            "history": {
                "hs_legal_basis": [["Freely given consent from contact", ONE], ["", TWO]]
            },
        },
        [
            "consent.given 01 basis=Freely given consent from contact",
            "consent.withdrawn 02",
        ],
    ),
    "a conversion that the forms tell is left to them": (
        "contact",
        {
            "properties": {
                "first_conversion_event_name": "Home: Contact us", "first_conversion_date": ONE,
                "recent_conversion_event_name": "Meetings Link: ana", "recent_conversion_date": TWO,
            },
            "listed": ["Home: Contact us"],
        },
        ["form.submitted 02 form=Meetings Link: ana"],
    ),
    "a deal that sells two things": (
        "deal",
        {"properties": {"createdate": ONE}, "lines": [["Pro plan", "PRO"], ["Set-up", ""]]},
        ["deal.created 01 items=Pro plan; Set-up solution=Pro plan; Set-up"],
    ),
    "a property says the solution": (
        "deal",
        {"properties": {"createdate": ONE, "solution": "pro"}, "lines": [["Pro plan", ""]]},
        ["deal.created 01 items=Pro plan solution=pro"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "events"), CASES.values(), ids=CASES)
def test_what_a_record_tells(kind: str, content: dict[str, Any], events: list[str]) -> None:
    assert told(kind, **content) == events


def test_the_first_rule_that_fits_a_product_says_the_solution() -> None:
    mapping = mapped(
        """
        deals:
          attributes: {solution: solution}
          lines:
            - {name: "*enterprise*", set: {solution: enterprise}}
            - {sku: "PRO*", set: {solution: pro, tier: 2}}
        """
    )
    content = {"properties": {"createdate": ONE}, "lines": [["Plan", "PRO-1"], ["Enterprise", ""]]}
    assert told("deal", mapping, **content) == [
        "deal.created 01 items=Plan; Enterprise solution=enterprise tier=2"
    ]


def test_a_survey_of_no_kind_that_we_know_has_no_scale() -> None:
    properties = {"hs_createdate": ONE, "hs_value": "4", "hs_survey_type": "CUSTOM"}
    assert told("feedback_submission", properties=properties) == [
        "survey.answered 01 score=4 type=custom value=4"
    ]


@pytest.mark.parametrize(
    ("kind", "value", "score"),
    [("CSAT", "0", "0"), ("CSAT", "1", "5"), ("CES", "7", "10"), ("CES", "4", "5"),
     ("NPS", "6", "6"), ("CES", "8", ""), ("NPS", "very good", "")],
)  # fmt: skip
def test_scores_can_be_compared(kind: str, value: str, score: str) -> None:
    properties = {"hs_createdate": ONE, "hs_value": value, "hs_survey_type": kind}
    said = f"scale=10 score={score} " if score else ""
    assert told("feedback_submission", properties=properties) == [
        f"survey.answered 01 {said}type={kind.lower()} value={value}"
    ]
