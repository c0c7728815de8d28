"""What a portal holds besides customers' stories: meetings without a contact, shared e-mails.

Rows like these are in every real account, and whoever reads one must cope with them.
"""

from journeysync.sandbox.data.happenings import opening
from journeysync.sandbox.hubspot.after_sales import FIRST_ORDINARY, write_after_sales
from journeysync.sandbox.hubspot.desk import CALL_CONNECTED, DESK, MAILER, Desk
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN
from journeysync.sandbox.hubspot.setting import OWNERS
from journeysync.sandbox.hubspot.store import FIRST_IDS, Record, Stamp
from journeysync.sandbox.world import DAY, HOUR, iso

ZOE, MARTIN = 18, 19
SECOND_COMPANY = FIRST_IDS["companies"] + 1


def write_besides(desk: Desk, now: int) -> None:
    """Add them, after the customers, so that the stories keep their ids."""
    for days, outcome in ((-4, "COMPLETED"), (3, "SCHEDULED")):
        _team_meeting(desk, opening(now + days * DAY, 8), outcome, now)
    _about_a_company(desk, opening(now - 21 * DAY, 15))
    _kinds_of_mail(desk, now)
    write_after_sales(desk, now)
    both = [desk.contacts[number] for number in (ZOE, MARTIN) if number in desk.contacts]
    if len(both) > 1:
        _to_both(desk, opening(now - 24 * DAY, 12), both)


def _kinds_of_mail(desk: Desk, now: int) -> None:
    """Somebody who wants no newsletter any more, but everything else; and one who came back."""
    for number, stops, returns in ((FIRST_ORDINARY, 12, None), (FIRST_ORDINARY + 1, 20, 3)):
        contact = desk.contacts.get(number)
        if contact is None:
            continue
        name = "hs_email_optout_7610754"
        desk.set(contact, opening(now - stops * DAY, 9), MAILER, **{name: "true"})
        if returns is not None:
            desk.set(contact, opening(now - returns * DAY, 9), MAILER, **{name: "false"})


def _team_meeting(desk: Desk, at: int, outcome: str, now: int) -> None:
    """Colleagues among themselves: linked to nobody."""
    values = {
        "hs_timestamp": iso(at),
        "hs_meeting_title": "Team meeting",
        "hs_meeting_start_time": iso(at),
        "hs_meeting_end_time": iso(at + HOUR),
        "hs_meeting_outcome": outcome,
        "hs_activity_type": "Team meeting",
        "hubspot_owner_id": str(OWNERS[0].id),
    }
    desk.store.create(KINDS["meetings"], values, Stamp(min(at, now - DAY), *DESK))


def _about_a_company(desk: Desk, at: int) -> None:
    """A call with somebody at a company who is no contact."""
    values = {
        "hs_timestamp": iso(at),
        "hs_call_title": "Asked about visits for the whole office",
        "hs_call_direction": "INBOUND",
        "hs_call_disposition": CALL_CONNECTED,
        "hs_call_status": "COMPLETED",
        "hubspot_owner_id": str(OWNERS[1].id),
    }
    call = desk.store.create(KINDS["calls"], values, Stamp(at, *DESK))
    company = desk.store.records["companies"][SECOND_COMPANY]
    desk.store.link(call, company, PLAIN["calls", "companies"])
    desk.store.logged(call, company, at)


def _to_both(desk: Desk, at: int, both: list[Record]) -> None:
    """One e-mail to two people."""
    values = {
        "hs_timestamp": iso(at),
        "hs_email_subject": "Your team's appointments",
        "hs_email_direction": "EMAIL",
        "hs_email_status": "SENT",
        "hs_email_to_email": ";".join(contact.values.get("email", "") for contact in both),
        "hubspot_owner_id": str(OWNERS[1].id),
    }
    email = desk.store.create(KINDS["emails"], values, Stamp(at, *DESK))
    for contact in both:
        desk.store.link(email, contact, PLAIN["emails", "contacts"])
        desk.store.logged(email, contact, at)
