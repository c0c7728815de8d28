"""Writes happenings down as HubSpot records, the way a small business's account looks.

Bookings are meetings, messages are communications, and what the booking page and the mailer
do themselves shows as such in the sources.
"""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.data.businesses import house_of
from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.hubspot import effects, objects, texts
from journeysync.sandbox.hubspot.desk import DESK, FORM, IMPORT, MAILER, PAGE, Desk
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN, PRIMARY
from journeysync.sandbox.hubspot.portal import Portal, Submission
from journeysync.sandbox.hubspot.setting import CONTACT_US, set_up
from journeysync.sandbox.hubspot.store import FIRST_IDS, Record, Stamp
from journeysync.sandbox.world import MINUTE, iso

Write = Callable[[Story, Happening], None]


class Diary(Desk):
    """Turns the stories of one business into records of one portal."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self.house = house_of(portal.world)
        self._meetings: dict[tuple[int, int], Record] = {}
        self._deals: dict[tuple[int, int], Record] = {}
        self._merges: list[tuple[int, int, int]] = []
        self._write: dict[str, Write] = {
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
        set_up(self.portal)

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening down."""
        self._write[happening.what](story, happening)

    def merge_all(self) -> None:
        """Join the records that were merged."""
        for number, into, at in self._merges:
            primary, other = self.contacts.get(into), self.contacts.get(number)
            if primary is not None and other is not None:
                stamp = Stamp(at, *DESK)
                objects.merge(self.portal, primary, other, stamp, new_id=False)
                self.contacts[number] = primary
        self._merges.clear()

    # -- before ----------------------------------------------------------------------------

    def _imported(self, story: Story, happening: Happening) -> None:
        self.contact(story, happening.at, IMPORT)

    def _enquired(self, story: Story, happening: Happening) -> None:
        at, by = happening.at, happening.details["by"]
        contact = self.contact(story, at, FORM if by == "form" else DESK)
        if by == "form":
            self.set(
                contact,
                at,
                FORM,
                recent_conversion_event_name=f"{self.house.name}: {CONTACT_US[1]}",
                recent_conversion_date=iso(at),
                first_conversion_event_name=f"{self.house.name}: {CONTACT_US[1]}",
                first_conversion_date=iso(at),
                num_conversion_events="1",
            )
            email = contact.values.get("email", "")
            self.portal.submissions.append(Submission(CONTACT_US[0], at, email))
        elif by == "call":
            self.call(story, at, "Asked about appointments", "Enquiry", hs_call_direction="INBOUND")
        else:
            values = {
                "hs_email_subject": "Do you have a free appointment?",
                "hs_email_direction": "INCOMING_EMAIL",
                "hs_email_status": "SENT",
                "hs_email_from_email": contact.values.get("email", ""),
            }
            self.log("emails", story, at, DESK, values)

    def _answered(self, story: Story, happening: Happening) -> None:
        if happening.details["by"] == "email":
            self.email(story, happening.at, texts.ANSWER)
        else:
            self.call(story, happening.at, "Called back about the enquiry", "Enquiry")

    # -- during ----------------------------------------------------------------------------

    def _booked(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        name, minutes, price = self.house.services[details["service"]]
        who = PAGE if details["by"] == "page" else DESK
        first = self.contact(story, at, who).values.get("firstname", "")
        starts = details["starts"]
        record = self.log(
            "meetings",
            story,
            at,
            who,
            {
                "hs_timestamp": iso(starts),
                "hs_meeting_title": f"{name}: {first} at {self.house.name}",
                "hs_meeting_start_time": iso(starts),
                "hs_meeting_end_time": iso(starts + minutes * MINUTE),
                "hs_meeting_outcome": "SCHEDULED",
                "hs_meeting_location": self.house.place,
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
        self.email(story, happening.at, texts.WELCOME, booking_id=self._booking(story, happening))

    def _moved(self, story: Story, happening: Happening) -> None:
        meeting, starts = self._meeting(story, happening), happening.details["starts"]
        self.set(
            meeting,
            happening.at,
            PAGE,
            hs_timestamp=iso(starts),
            hs_meeting_start_time=iso(starts),
            hs_meeting_end_time=iso(starts + 45 * MINUTE),
        )
        self.store.logged(meeting, self.contacts[story.number], happening.at)

    def _outcome(self, story: Story, happening: Happening, outcome: str) -> None:
        meeting = self._meeting(story, happening)
        self.set(meeting, happening.at, DESK, hs_meeting_outcome=outcome)
        self.store.logged(meeting, self.contacts[story.number], happening.at)

    def _cancelled(self, story: Story, happening: Happening) -> None:
        self._outcome(story, happening, "CANCELED")

    def _rescheduled(self, story: Story, happening: Happening) -> None:
        self._outcome(story, happening, "RESCHEDULED")

    def _ended(self, story: Story, happening: Happening) -> None:
        outcome = happening.details["outcome"]
        self._outcome(story, happening, outcome)
        contact = self.contacts[story.number]
        if outcome == "COMPLETED" and contact.values.get("lifecyclestage") != "customer":
            self.set(contact, happening.at, MAILER, lifecyclestage="customer")

    def _reminded(self, story: Story, happening: Happening) -> None:
        channel, booking = happening.details["channel"], self._booking(story, happening)
        self.message(story, happening.at, channel, texts.REMINDER, booking_id=booking)

    # -- after -----------------------------------------------------------------------------

    def _checked_in(self, story: Story, happening: Happening) -> None:
        channel, booking = happening.details["channel"], self._booking(story, happening)
        self.message(story, happening.at, channel, texts.CHECK_IN, booking_id=booking)

    def _feedback_asked(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self.email(story, happening.at, texts.FEEDBACK, booking_id=booking)

    def _feedback_given(self, story: Story, happening: Happening) -> None:
        contact = self.contacts[story.number]
        self.set(contact, happening.at, FORM, feedback_score=str(happening.details["score"]))

    def _called_back(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self.call(story, happening.at, "About the last visit", "Feedback", booking_id=booking)

    def _thanked(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self.email(story, happening.at, texts.THANKS, booking_id=booking)

    def _nudged(self, story: Story, happening: Happening) -> None:
        self.message(story, happening.at, happening.details["channel"], texts.NUDGE)

    def _noted(self, story: Story, happening: Happening) -> None:
        values = {"hs_note_body": happening.details["text"]}
        self.log("notes", story, happening.at, DESK, values)

    def _unsubscribed(self, story: Story, happening: Happening) -> None:
        contact = self.contacts[story.number]
        source = ("EMAIL", "unsubscribe", None)
        self.set(contact, happening.at, source, newsletter="false", hs_email_optout="true")

    def _deleted(self, story: Story, happening: Happening) -> None:
        self.store.archive(self.contacts[story.number], happening.at)

    def _merged(self, story: Story, happening: Happening) -> None:
        self._merges.append((story.number, happening.details["into"], happening.at))

    def _offered_next(self, story: Story, happening: Happening) -> None:
        self.email(story, happening.at, texts.OFFER)

    def _move_confirmed(self, story: Story, happening: Happening) -> None:
        channel, booking = happening.details["channel"], self._booking(story, happening)
        self.message(story, happening.at, channel, texts.MOVED, booking_id=booking)

    def _cared(self, story: Story, happening: Happening) -> None:
        booking = self._booking(story, happening)
        self.call(story, happening.at, "Is everything all right?", "Check-in", booking_id=booking)

    def _review_asked(self, story: Story, happening: Happening) -> None:
        self.email(story, happening.at, texts.REVIEW)

    def _anniversary(self, story: Story, happening: Happening) -> None:
        self.email(story, happening.at, texts.ANNIVERSARY)

    def _won_back(self, story: Story, happening: Happening) -> None:
        self.message(story, happening.at, happening.details["channel"], texts.WIN_BACK)

    def _followed_up(self, story: Story, happening: Happening) -> None:
        self.message(story, happening.at, happening.details["channel"], texts.FOLLOW_UP)

    def _newsletter(self, story: Story, happening: Happening) -> None:
        self.email(story, happening.at, texts.NEWSLETTER)

    # -- packages --------------------------------------------------------------------------

    def _offered(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        contact = self.contact(story, at, DESK)
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
        deal = self.store.create(KINDS["deals"], values, stamp)
        effects.after_create(self.portal, deal, stamp)
        self._deals[story.number, details["deal"]] = deal
        self.store.link(deal, contact, PLAIN["deals", "contacts"])
        self.store.logged(deal, contact, at)
        company = story.about.get("company")
        if company is not None:
            firm = self.store.records["companies"][FIRST_IDS["companies"] + company]
            pair = ("deals", "companies")
            self.store.link(deal, firm, PRIMARY[pair], PLAIN[pair])
        if "shared_with" in details:
            other = self.contacts.get(details["shared_with"])
            if other is None:
                self.shared.setdefault(details["shared_with"], []).append(deal)
            else:
                self.store.link(deal, other, PLAIN["deals", "contacts"])

    def _stage(self, story: Story, happening: Happening, stage: str, **more: str) -> None:
        deal = self._deals[story.number, happening.details["deal"]]
        self.set(deal, happening.at, DESK, dealstage=stage, **more)
        self.store.logged(deal, self.contacts[story.number], happening.at)

    def _deal_moved(self, story: Story, happening: Happening) -> None:
        self._stage(story, happening, happening.details["stage"])

    def _won(self, story: Story, happening: Happening) -> None:
        self._stage(story, happening, "closedwon")

    def _lost(self, story: Story, happening: Happening) -> None:
        reason = happening.details["reason"]
        self._stage(story, happening, "closedlost", closed_lost_reason=reason)
