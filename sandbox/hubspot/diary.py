"""Writes happenings down as HubSpot records, the way a small studio's account looks.

Bookings are meetings, messages are communications, and what the booking page and the mailer
do themselves shows as such in the sources.
"""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.data.happenings import SERVICES, Happening, Story
from journeysync.sandbox.data.people import person, phone
from journeysync.sandbox.hubspot import effects, objects, texts
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN, PRIMARY
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.setting import COMPANIES, OWNERS, set_up
from journeysync.sandbox.hubspot.store import FIRST_IDS, Record, Stamp
from journeysync.sandbox.world import MINUTE, iso

DESK = ("CRM_UI", "userId:1001", 1001)
PAGE = ("MEETINGS", "willow-street-studio/book", None)
FORM = ("FORM", "6f1c2a90-contact-us", None)
MAILER = ("AUTOMATION_PLATFORM", "enrollmentId:50212", None)
IMPORT = ("IMPORT", "import-2026-01.csv", None)
CALL_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
CHANNEL_TYPES = {"sms": "SMS", "whatsapp": "WHATS_APP"}


class Diary:
    """Turns the stories of one business into records of one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._store = portal.store
        self._contacts: dict[int, Record] = {}
        self._meetings: dict[tuple[int, int], Record] = {}
        self._deals: dict[tuple[int, int], Record] = {}
        self._merges: list[tuple[int, int, int]] = []
        self._shared: dict[int, list[Record]] = {}
        self._write: dict[str, Callable[[Story, Happening], None]] = {
            name: getattr(self, f"_{name}")
            for name in (
                "enquired", "imported", "answered", "booked", "confirmed", "moved", "cancelled",
                "rescheduled", "reminded", "ended", "checked_in", "feedback_asked",
                "feedback_given", "called_back", "thanked", "nudged", "noted", "offered",
                "deal_moved", "won", "lost", "unsubscribed", "merged", "deleted", "offered_next",
                "move_confirmed", "cared", "review_asked", "anniversary", "won_back",
                "followed_up", "newsletter",
            )
        }  # fmt: skip

    def set_up(self) -> None:
        """Make what is there before the first customer."""
        set_up(self._portal)

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening down."""
        self._write[happening.what](story, happening)

    def merge_all(self) -> None:
        """Join the records that were merged."""
        for number, into, at in self._merges:
            primary, other = self._contacts.get(into), self._contacts.get(number)
            if primary is not None and other is not None:
                stamp = Stamp(at, *DESK)
                objects.merge(self._portal, primary, other, stamp, new_id=False)
                self._contacts[number] = primary
        self._merges.clear()

    # -- the person ------------------------------------------------------------------------

    def _contact(self, story: Story, at: int, source: tuple[str, str, int | None]) -> Record:
        """Give the customer's record; the first happening makes it."""
        found = self._contacts.get(story.number)
        if found is not None:
            return found
        stamp = Stamp(at, *source)
        record = self._store.create(
            KINDS["contacts"],
            self._first_values(story),
            stamp,
            FIRST_IDS["contacts"] + story.number
            if story.number < self._portal.world.customers
            else None,
        )
        effects.after_create(self._portal, record, stamp)
        self._contacts[story.number] = record
        company = story.about.get("company")
        if company is not None:
            firm = self._store.records["companies"][FIRST_IDS["companies"] + company]
            pair = ("contacts", "companies")
            self._store.link(record, firm, PRIMARY[pair], PLAIN[pair])
            record.values["associatedcompanyid"] = str(firm.id)
            record.values["company"] = COMPANIES[company][0]
        for deal in self._shared.pop(story.number, []):
            self._store.link(deal, record, PLAIN["deals", "contacts"])
        return record

    def _first_values(self, story: Story) -> dict[str, str]:
        about = story.about
        who = person(story.number)
        alike = person(about["person"]) if "person" in about else who
        owner = about.get("owner")
        values = {
            "email": about.get("email", who.email),
            "firstname": alike.first,
            "lastname": alike.last,
            "phone": phone(about["person"]) if "person" in about else who.phone,
            "city": who.city,
            "jobtitle": about.get("jobtitle", ""),
            "lifecyclestage": "lead",
            "newsletter": about.get("newsletter", ""),
            "preferred_channel": about.get("channel", ""),
            "hubspot_owner_id": "" if owner is None else str(OWNERS[owner].id),
            "hs_is_contact": "true",
            "hs_pipeline": "contacts-lifecycle-pipeline",
        }
        return {name: value for name, value in values.items() if value}

    def _set(
        self, record: Record, at: int, source: tuple[str, str, int | None], **values: str
    ) -> None:
        stamp = Stamp(at, *source)
        more = effects.follow(self._portal, record, values, stamp)
        self._store.set(record, values | more, stamp)

    def _log(
        self,
        kind: str,
        story: Story,
        at: int,
        source: tuple[str, str, int | None],
        values: dict[str, str],
    ) -> Record:
        """Log an activity on the customer."""
        contact = self._contact(story, at, source)
        owner = contact.values.get("hubspot_owner_id", "")
        values = {"hs_timestamp": iso(at), "hubspot_owner_id": owner, **values}
        record = self._store.create(KINDS[kind], values, Stamp(at, *source))
        self._store.link(record, contact, PLAIN[kind, "contacts"])
        self._store.logged(record, contact, at)
        return record

    def _email(self, story: Story, at: int, text: texts.Text, **more: str) -> None:
        who = self._contact(story, at, DESK)
        values = {
            "hs_email_subject": text.subject,
            "hs_email_text": text.fill(who.values.get("firstname", "")),
            "hs_email_direction": "EMAIL",
            "hs_email_status": "SENT",
            "hs_email_to_email": who.values.get("email", ""),
            "hs_template_id": text.template,
        }
        self._log("emails", story, at, MAILER if text.automatic else DESK, values | more)

    def _message(self, story: Story, at: int, channel: str, text: texts.Text, **more: str) -> None:
        """Send by the customer's channel: SMS and WhatsApp, e-mail, or a call."""
        if channel == "email" and self._contact(story, at, DESK).values.get("email"):
            self._email(story, at, text, **more)
        elif channel == "phone":
            self._call(story, at, text.subject, text.call_type, **more)
        else:
            body = text.fill(self._contact(story, at, DESK).values.get("firstname", ""))
            values = {
                "hs_communication_channel_type": CHANNEL_TYPES.get(channel, "SMS"),
                "hs_communication_logged_from": "CRM",
                "hs_communication_body": body,
            }
            self._log("communications", story, at, MAILER, values | more)

    def _call(
        self, story: Story, at: int, title: str, type_: str, *, inbound: bool = False, **more: str
    ) -> None:
        values = {
            "hs_call_title": title,
            "hs_call_direction": "INBOUND" if inbound else "OUTBOUND",
            "hs_call_disposition": CALL_CONNECTED,
            "hs_call_duration": "180000",
            "hs_call_status": "COMPLETED",
            "hs_activity_type": type_,
        }
        self._log("calls", story, at, DESK, values | more)

    # -- before ----------------------------------------------------------------------------

    def _imported(self, story: Story, happening: Happening) -> None:
        self._contact(story, happening.at, IMPORT)

    def _enquired(self, story: Story, happening: Happening) -> None:
        at, by = happening.at, happening.details["by"]
        contact = self._contact(story, at, FORM if by == "form" else DESK)
        if by == "form":
            self._set(
                contact,
                at,
                FORM,
                recent_conversion_event_name="Contact us: Willow Street Studio",
                recent_conversion_date=iso(at),
                first_conversion_event_name="Contact us: Willow Street Studio",
                first_conversion_date=iso(at),
                num_conversion_events="1",
            )
        elif by == "call":
            self._call(story, at, "Asked about appointments", "Enquiry", inbound=True)
        else:
            values = {
                "hs_email_subject": "Do you have a free appointment?",
                "hs_email_direction": "INCOMING_EMAIL",
                "hs_email_status": "SENT",
                "hs_email_from_email": contact.values.get("email", ""),
            }
            self._log("emails", story, at, DESK, values)

    def _answered(self, story: Story, happening: Happening) -> None:
        if happening.details["by"] == "email":
            self._email(story, happening.at, texts.ANSWER)
        else:
            self._call(story, happening.at, "Called back about the enquiry", "Enquiry")

    # -- during ----------------------------------------------------------------------------

    def _booked(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        name, minutes, price = SERVICES[details["service"]]
        who = PAGE if details["by"] == "page" else DESK
        first = self._contact(story, at, who).values.get("firstname", "")
        starts = details["starts"]
        record = self._log(
            "meetings",
            story,
            at,
            who,
            {
                "hs_timestamp": iso(starts),
                "hs_meeting_title": f"{name}: {first} at Willow Street Studio",
                "hs_meeting_start_time": iso(starts),
                "hs_meeting_end_time": iso(starts + minutes * MINUTE),
                "hs_meeting_outcome": "SCHEDULED",
                "hs_meeting_location": "14 Willow Street",
                "hs_meeting_source": "MEETINGS_PUBLIC" if details["by"] == "page" else "CRM_UI",
                "hs_activity_type": name,
                "price": str(price),
            },
        )
        self._meetings[story.number, details["visit"]] = record

    def _meeting(self, story: Story, happening: Happening) -> Record:
        return self._meetings[story.number, happening.details["visit"]]

    def _booking(self, story: Story, happening: Happening) -> str:
        return str(self._meeting(story, happening).id)

    def _confirmed(self, story: Story, happening: Happening) -> None:
        self._email(story, happening.at, texts.WELCOME, booking_id=self._booking(story, happening))

    def _moved(self, story: Story, happening: Happening) -> None:
        meeting, starts = self._meeting(story, happening), happening.details["starts"]
        self._set(
            meeting,
            happening.at,
            PAGE,
            hs_timestamp=iso(starts),
            hs_meeting_start_time=iso(starts),
            hs_meeting_end_time=iso(starts + 45 * MINUTE),
        )
        self._store.logged(meeting, self._contacts[story.number], happening.at)

    def _outcome(self, story: Story, happening: Happening, outcome: str) -> None:
        meeting = self._meeting(story, happening)
        self._set(meeting, happening.at, DESK, hs_meeting_outcome=outcome)
        self._store.logged(meeting, self._contacts[story.number], happening.at)

    def _cancelled(self, story: Story, happening: Happening) -> None:
        self._outcome(story, happening, "CANCELED")

    def _rescheduled(self, story: Story, happening: Happening) -> None:
        self._outcome(story, happening, "RESCHEDULED")

    def _ended(self, story: Story, happening: Happening) -> None:
        outcome = happening.details["outcome"]
        self._outcome(story, happening, outcome)
        contact = self._contacts[story.number]
        if outcome == "COMPLETED" and contact.values.get("lifecyclestage") != "customer":
            self._set(contact, happening.at, MAILER, lifecyclestage="customer")

    def _reminded(self, story: Story, happening: Happening) -> None:
        channel, booking = happening.details["channel"], self._booking(story, happening)
        self._message(story, happening.at, channel, texts.REMINDER, booking_id=booking)

    # -- after -----------------------------------------------------------------------------

    def _checked_in(self, story: Story, happening: Happening) -> None:
        channel, booking = happening.details["channel"], self._booking(story, happening)
        self._message(story, happening.at, channel, texts.CHECK_IN, booking_id=booking)

    def _feedback_asked(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self._email(story, happening.at, texts.FEEDBACK, booking_id=booking)

    def _feedback_given(self, story: Story, happening: Happening) -> None:
        contact = self._contacts[story.number]
        self._set(contact, happening.at, FORM, feedback_score=str(happening.details["score"]))

    def _called_back(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self._call(story, happening.at, "About the last visit", "Feedback", booking_id=booking)

    def _thanked(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self._email(story, happening.at, texts.THANKS, booking_id=booking)

    def _nudged(self, story: Story, happening: Happening) -> None:
        self._message(story, happening.at, happening.details["channel"], texts.NUDGE)

    def _noted(self, story: Story, happening: Happening) -> None:
        values = {"hs_note_body": happening.details["text"]}
        self._log("notes", story, happening.at, DESK, values)

    def _unsubscribed(self, story: Story, happening: Happening) -> None:
        contact = self._contacts[story.number]
        source = ("EMAIL", "unsubscribe", None)
        self._set(contact, happening.at, source, newsletter="false", hs_email_optout="true")

    def _deleted(self, story: Story, happening: Happening) -> None:
        self._store.archive(self._contacts[story.number], happening.at)

    def _merged(self, story: Story, happening: Happening) -> None:
        self._merges.append((story.number, happening.details["into"], happening.at))

    def _offered_next(self, story: Story, happening: Happening) -> None:
        self._email(story, happening.at, texts.OFFER)

    def _move_confirmed(self, story: Story, happening: Happening) -> None:
        channel, booking = happening.details["channel"], self._booking(story, happening)
        self._message(story, happening.at, channel, texts.MOVED, booking_id=booking)

    def _cared(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self._call(story, happening.at, "Is everything all right?", "Check-in", booking_id=booking)

    def _review_asked(self, story: Story, happening: Happening) -> None:
        self._email(story, happening.at, texts.REVIEW)

    def _anniversary(self, story: Story, happening: Happening) -> None:
        self._email(story, happening.at, texts.ANNIVERSARY)

    def _won_back(self, story: Story, happening: Happening) -> None:
        self._message(story, happening.at, happening.details["channel"], texts.WIN_BACK)

    def _followed_up(self, story: Story, happening: Happening) -> None:
        self._message(story, happening.at, happening.details["channel"], texts.FOLLOW_UP)

    def _newsletter(self, story: Story, happening: Happening) -> None:
        self._email(story, happening.at, texts.NEWSLETTER)

    # -- packages --------------------------------------------------------------------------

    def _offered(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        contact = self._contact(story, at, DESK)
        name = f"{contact.values.get('firstname')} {contact.values.get('lastname')}"
        stamp = Stamp(at, *DESK)
        values: dict[str, Any] = {
            "dealname": f"{name}: package",
            "pipeline": "default",
            "dealstage": "presentationscheduled",
            "amount": str(details["amount"]),
            "deal_currency_code": "GBP",
            "hubspot_owner_id": contact.values.get("hubspot_owner_id", ""),
        }
        deal = self._store.create(KINDS["deals"], values, stamp)
        effects.after_create(self._portal, deal, stamp)
        self._deals[story.number, details["deal"]] = deal
        self._store.link(deal, contact, PLAIN["deals", "contacts"])
        self._store.logged(deal, contact, at)
        company = story.about.get("company")
        if company is not None:
            firm = self._store.records["companies"][FIRST_IDS["companies"] + company]
            pair = ("deals", "companies")
            self._store.link(deal, firm, PRIMARY[pair], PLAIN[pair])
        if "shared_with" in details:
            other = self._contacts.get(details["shared_with"])
            if other is None:
                self._shared.setdefault(details["shared_with"], []).append(deal)
            else:
                self._store.link(deal, other, PLAIN["deals", "contacts"])

    def _stage(self, story: Story, happening: Happening, stage: str, **more: str) -> None:
        deal = self._deals[story.number, happening.details["deal"]]
        self._set(deal, happening.at, DESK, dealstage=stage, **more)
        self._store.logged(deal, self._contacts[story.number], happening.at)

    def _deal_moved(self, story: Story, happening: Happening) -> None:
        self._stage(story, happening, happening.details["stage"])

    def _won(self, story: Story, happening: Happening) -> None:
        self._stage(story, happening, "closedwon")

    def _lost(self, story: Story, happening: Happening) -> None:
        reason = happening.details["reason"]
        self._stage(story, happening, "closedlost", closed_lost_reason=reason)
