"""Tickets, answers to surveys, leads, and the products on deals: what other teams keep in a portal.

A few rows of each, about customers whose stories nobody points at.
"""

from journeysync.sandbox.data.happenings import opening
from journeysync.sandbox.data.scripted import STORIES
from journeysync.sandbox.hubspot import effects
from journeysync.sandbox.hubspot.desk import DESK, FORM, Desk
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN
from journeysync.sandbox.hubspot.setting import OWNERS
from journeysync.sandbox.hubspot.store import Record, Stamp
from journeysync.sandbox.world import DAY, HOUR, iso

FIRST_ORDINARY = len(STORIES)
_PRODUCTS = (
    ("Package of five visits", "PACK-5", 280),
    ("Package of ten visits", "PACK-10", 420),
    ("Gift voucher", "GIFT", 60),
)
_TICKETS = (
    # Customer, days ago, category, days until it was closed, days until it was opened again.
    (0, 48, "BILLING_ISSUE", 2, None),
    (2, 60, "GENERAL_INQUIRY", 1, 3),
    (3, 4, "PRODUCT_ISSUE", None, None),
)
_CLOSED, _WAITING = "4", "3"


def write_after_sales(desk: Desk, now: int) -> None:
    """Add them, after the customers."""
    for number, days, category, closed, again in _TICKETS:
        contact = desk.contacts.get(FIRST_ORDINARY + number)
        if contact is not None:
            at = opening(now - days * DAY, 11)
            _ticket(desk, contact, at, category, closed, again)
    for number, days, stages in ((4, 9, ("connected-stage-id", "qualified-stage-id")), (5, 2, ())):
        contact = desk.contacts.get(FIRST_ORDINARY + number)
        if contact is not None:
            _lead(desk, contact, opening(now - days * DAY, 9), stages)
    _products(desk)


def _ticket(
    desk: Desk, contact: Record, at: int, category: str, closed: int | None, again: int | None
) -> None:
    values = {
        "subject": "A question about the last visit",
        "hs_pipeline": "0",
        "hs_pipeline_stage": "1",
        "hs_ticket_category": category,
        "hs_ticket_priority": "MEDIUM",
        "source_type": "EMAIL",
        "hubspot_owner_id": str(OWNERS[0].id),
    }
    ticket = desk.store.create(KINDS["tickets"], values, Stamp(at, *DESK))
    desk.store.link(ticket, contact, PLAIN["tickets", "contacts"])
    if closed is None:
        return
    desk.set(ticket, at + closed * DAY, DESK, hs_pipeline_stage=_CLOSED)
    _survey(desk, contact, ticket, at + closed * DAY + 3 * HOUR, score=1 if again else 2)
    if again is not None:
        desk.set(ticket, at + again * DAY, DESK, hs_pipeline_stage=_WAITING)


def _survey(desk: Desk, contact: Record, ticket: Record, at: int, *, score: int) -> None:
    values = {
        "hs_survey_id": "5",
        "hs_survey_name": "How did we solve it?",
        "hs_survey_type": "CSAT",
        "hs_survey_channel": "EMAIL",
        "hs_submission_name": "How did we solve it?",
        "hs_submission_timestamp": iso(at),
        "hs_value": str(score),
        "hs_response_group": ("DETRACTOR", "PASSIVE", "PROMOTER")[score],
    }
    answer = desk.store.create(KINDS["feedback_submissions"], values, Stamp(at, *FORM))
    desk.store.link(answer, contact, PLAIN["feedback_submissions", "contacts"])
    desk.store.link(answer, ticket, PLAIN["feedback_submissions", "tickets"])


def _lead(desk: Desk, contact: Record, at: int, stages: tuple[str, ...]) -> None:
    values = {
        "hs_lead_name": "Wants regular visits",
        "hs_lead_type": "NEW_BUSINESS",
        "hs_lead_label": "WARM",
        "hs_pipeline": "lead-pipeline-id",
        "hs_pipeline_stage": "new-stage-id",
        "hubspot_owner_id": str(OWNERS[1].id),
    }
    lead = desk.store.create(KINDS["leads"], values, Stamp(at, *DESK))
    desk.store.link(lead, contact, PLAIN["leads", "contacts"])
    for day, stage in enumerate(stages, 1):
        desk.set(lead, at + day * DAY, DESK, hs_pipeline_stage=stage)


def _products(desk: Desk) -> None:
    """Put a product on every deal whose amount is that of one."""
    for deal in list(desk.store.records["deals"].values()):
        fitting = [one for one in _PRODUCTS if str(one[2]) == deal.values.get("amount")]
        for name, sku, price in fitting:
            values = {"name": name, "hs_sku": sku, "price": str(price), "quantity": "1"}
            item = desk.store.create(KINDS["line_items"], values, deal.born)
            effects.after_create(desk.portal, item, deal.born)
            desk.store.link(item, deal, PLAIN["line_items", "deals"])
