"""Writes happenings down as Salesforce records, the way a small studio's org looks.

Who asks is a lead, who books is made a contact of an account of their own; bookings are events,
e-mails are messages with the task that Salesforce keeps of each, texts and calls are tasks.
"""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.data.happenings import SERVICES, Happening, Story
from journeysync.sandbox.data.people import person, phone
from journeysync.sandbox.salesforce import convert
from journeysync.sandbox.salesforce.letters import LETTERS, Letter
from journeysync.sandbox.salesforce.setting import ANA, BEN, CARA, COMPANIES, DAN, ROBOT, user_of
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.world import DAY, MINUTE, iso

Write = Callable[[Story, Happening], None]
RECENT = 120 * DAY
"""Who booked longer ago was brought over from the old system: as a contact, without a lead."""
SOURCES = {"form": "Web", "call": "Phone Inquiry", "email": "Other"}
CHANNELS = {"sms": "SMS", "whatsapp": "WhatsApp"}
OUTCOMES = {"COMPLETED": "Completed", "NO_SHOW": "No Show"}
STAGES = {"contractsent": "Negotiation/Review"}
MANY = 5_000
MOVED_MINUTES = 45
"""How long a moved booking takes, in every tool."""


class Diary:
    """Turns the stories of one business into records of one org."""

    def __init__(self, org: Org, *, tells: bool, books: bool) -> None:
        self.org = org
        self.tells, self.books = tells, books
        """Whether what happens is told here, and bookings too."""
        self.people: dict[int, Record] = {}
        """The record of each customer: a lead, later a contact."""
        self._direct: set[int] = set()
        self._events: dict[tuple[int, int], Record] = {}
        self._deals: dict[tuple[int, int], Record] = {}
        self._merges: list[tuple[int, int, int]] = []
        self._shared: dict[int, list[Record]] = {}
        self.staff = [user_of(org, email) for email in (ANA, BEN, CARA, DAN)]
        self.robot = user_of(org, ROBOT)
        self._write: dict[str, Write] = {
            name: getattr(self, f"_{name}")
            for name in (
                "enquired", "imported", "answered", "booked", "moved", "cancelled",
                "rescheduled", "ended", "feedback_given", "called_back", "cared", "noted",
                "offered", "deal_moved", "won", "lost", "unsubscribed", "merged", "deleted",
            )
        }  # fmt: skip

    def meet(self, story: Story, now: int) -> None:
        """Decide how somebody gets in: who never asked, or booked long ago, is no lead."""
        booked = [item.at for item in story.happenings if item.what == "booked"]
        asked = any(item.what == "enquired" for item in story.happenings)
        long_ago = booked and (booked[0] < now - RECENT or self.org.world.customers > MANY)
        if long_ago or not asked:
            self._direct.add(story.number)

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening down."""
        run = self._write.get(happening.what)
        if run is not None:
            run(story, happening)
        elif happening.what in LETTERS:
            self._letter(story, happening, LETTERS[happening.what])

    # -- people ----------------------------------------------------------------------------

    def _owner(self, story: Story) -> str:
        owner = story.about.get("owner")
        return self.staff[0 if owner is None else owner]

    def who(self, story: Story, at: int, source: str = "Other") -> Record:
        """Give the customer's record; the first happening makes it."""
        found = self.people.get(story.number)
        if found is not None:
            return found
        about = story.about
        made = person(story.number)
        alike = person(about["person"]) if "person" in about else made
        values: dict[str, Any] = {
            "FirstName": alike.first, "LastName": alike.last,
            "Email": about.get("email", made.email) or None,
            "Phone": (phone(about["person"]) if "person" in about else made.phone) or None,
            "Title": about.get("jobtitle"), "OwnerId": self._owner(story),
            "LeadSource": source, "Preferred_Channel__c": about.get("channel"),
            "Newsletter__c": about.get("newsletter") == "true",
        }  # fmt: skip
        contact = story.number in self._direct or "company" in about
        if contact:
            values |= {"MailingCity": made.city, "AccountId": self._account(story, values, at)}
        else:
            values |= {"City": made.city, "Company": f"{alike.first} {alike.last}"}
        kind = self.org.kinds["Contact" if contact else "Lead"]
        record = self.org.create(kind, values, at, self._owner(story))
        self.people[story.number] = record
        for deal in self._shared.pop(story.number, []):
            self._role(deal, record, at, primary=False)
        return record

    def _account(self, story: Story, values: dict[str, Any], at: int) -> str | None:
        company = story.about.get("company")
        if company is not None:
            name = COMPANIES[company][0]
            held = self.org.records["Account"].values()
            return next(one.id for one in held if one.get("Name") == name)
        if self.org.world.customers > MANY:
            return None
        made = {
            "Name": f"{values['FirstName']} {values['LastName']}", "OwnerId": values["OwnerId"],
            "BillingCity": person(story.number).city,
        }  # fmt: skip
        return self.org.create(self.org.kinds["Account"], made, at, values["OwnerId"]).id

    def _contact(self, story: Story, at: int) -> Record:
        """Give the customer's contact; a lead is converted."""
        record = self.who(story, at)
        if record.kind.name == "Lead":
            convert.convert(self.org, record, at, self._owner(story))
            found = self.org.of_id(record.get("ConvertedContactId"))
            assert found is not None
            self.people[story.number] = record = found
        return record

    def merge_all(self) -> None:
        """Join the records that were merged."""
        for number, into, at in self._merges:
            kept, gone = self.people.get(into), self.people.get(number)
            if kept is not None and gone is not None and kept.kind is gone.kind:
                convert.merge(self.org, kept, gone, at, self.staff[0])
                self.people[number] = kept
        self._merges.clear()

    # -- before ----------------------------------------------------------------------------

    def _imported(self, story: Story, happening: Happening) -> None:
        self.who(story, happening.at)

    def _enquired(self, story: Story, happening: Happening) -> None:
        at, by = happening.at, happening.details["by"]
        record = self.who(story, at, SOURCES[by] if self.tells else "Other")
        if not self.tells:
            return
        if by == "call":
            self.call(record, at, "Asked about appointments", inbound=True)
        elif by == "email":
            self._email(story, at, "Do you have a free appointment?", incoming=True)

    def _answered(self, story: Story, happening: Happening) -> None:
        record = self.who(story, happening.at)
        if happening.details["by"] == "email":
            self._letter(story, happening, LETTERS["answered"])
        else:
            self.call(record, happening.at, "Called back about the enquiry")
        if record.kind.name == "Lead":
            values = {"Status": "Working - Contacted", "IsUnreadByOwner": False}
            self.org.set(record, values, happening.at, self._owner(story))

    # -- bookings --------------------------------------------------------------------------

    def _booked(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        record = self._contact(story, at)
        if not self.books:
            return
        name, minutes, price = SERVICES[details["service"]]
        starts = details["starts"]
        values = {
            "Subject": f"{name}: {record.get('FirstName')}", "WhoId": record.id,
            "StartDateTime": starts, "EndDateTime": starts + minutes * MINUTE,
            "Location": "14 Willow Street", "OwnerId": self._owner(story), "Service__c": name,
            "Price__c": float(price), "Outcome__c": "Scheduled",
        }  # fmt: skip
        by = self.robot if details["by"] == "page" else self._owner(story)
        made = self.org.create(self.org.kinds["Event"], values, at, by)
        self._events[story.number, details["visit"]] = made

    def _change(self, story: Story, happening: Happening, **values: Any) -> None:
        event = self._events.get((story.number, happening.details["visit"]))
        if event is not None:
            self.org.set(event, values, happening.at, self._owner(story))

    def _moved(self, story: Story, happening: Happening) -> None:
        event = self._events.get((story.number, happening.details["visit"]))
        if event is not None:
            starts = happening.details["starts"]
            self._change(
                story,
                happening,
                StartDateTime=starts,
                EndDateTime=starts + MOVED_MINUTES * MINUTE,
                Moved_From__c=event.values["StartDateTime"],
            )

    def _cancelled(self, story: Story, happening: Happening) -> None:
        self._change(story, happening, Outcome__c="Cancelled")

    def _rescheduled(self, story: Story, happening: Happening) -> None:
        self._change(story, happening, Outcome__c="Rescheduled")

    def _ended(self, story: Story, happening: Happening) -> None:
        self._change(story, happening, Outcome__c=OUTCOMES[happening.details["outcome"]])

    # -- after -----------------------------------------------------------------------------

    def _feedback_given(self, story: Story, happening: Happening) -> None:
        values = {"Feedback_Score__c": float(happening.details["score"])}
        self.org.set(self._contact(story, happening.at), values, happening.at, self.robot)

    def _called_back(self, story: Story, happening: Happening) -> None:
        self.call(self.who(story, happening.at), happening.at, "About the last visit",
                  booking=self._booking(story, happening))  # fmt: skip

    def _cared(self, story: Story, happening: Happening) -> None:
        self.call(self.who(story, happening.at), happening.at, "Is everything all right?",
                  booking=self._booking(story, happening))  # fmt: skip

    def _noted(self, story: Story, happening: Happening) -> None:
        record = self.who(story, happening.at)
        values = {"Description": happening.details["text"]}
        self.org.set(record, values, happening.at, self._owner(story))

    def _unsubscribed(self, story: Story, happening: Happening) -> None:
        values = {"HasOptedOutOfEmail": True, "Newsletter__c": False}
        self.org.set(self.who(story, happening.at), values, happening.at, self.robot)

    def _deleted(self, story: Story, happening: Happening) -> None:
        self.org.delete(self.who(story, happening.at), happening.at, self.staff[0])

    def _merged(self, story: Story, happening: Happening) -> None:
        self._merges.append((story.number, happening.details["into"], happening.at))

    # -- letters and calls -----------------------------------------------------------------

    def _booking(self, story: Story, happening: Happening) -> str | None:
        event = self._events.get((story.number, happening.details.get("visit", 0)))
        return event.id if event else None

    def _letter(self, story: Story, happening: Happening, letter: Letter) -> None:
        """Send by the customer's channel: text message, e-mail, or a call."""
        at, booking = happening.at, self._booking(story, happening)
        channel = happening.details.get("channel", "email")
        record = self.who(story, at)
        if channel == "email" and record.get("Email"):
            self._email(story, at, letter.subject, template=letter.template, booking=booking)
        elif channel == "phone":
            self.call(record, at, letter.subject, booking=booking)
        else:
            values = {"Type": CHANNELS.get(channel, "SMS"), "Subject": letter.subject,
                      "Template__c": letter.template, "Booking_Id__c": booking}  # fmt: skip
            self.task(record, at, values)

    def task(self, record: Record, at: int, values: dict[str, Any]) -> Record:
        """Log something that was done."""
        made = {
            "WhoId": record.id, "Status": "Completed", "ActivityDate": iso(at)[:10],
            "OwnerId": record.get("OwnerId"), "CompletedDateTime": at - at % 1000, **values,
        }  # fmt: skip
        return self.org.create(self.org.kinds["Task"], made, at, record.get("OwnerId") or "")

    def call(
        self, record: Record, at: int, subject: str, *, inbound: bool = False,
        booking: str | None = None,
    ) -> None:  # fmt: skip
        self.task(record, at, {
            "TaskSubtype": "Call", "Type": "Call", "Subject": subject, "Booking_Id__c": booking,
            "CallType": "Inbound" if inbound else "Outbound", "CallDisposition": "Connected",
            "CallDurationInSeconds": 180,
        })  # fmt: skip

    def _email(
        self, story: Story, at: int, subject: str, *, incoming: bool = False,
        template: str | None = None, booking: str | None = None,
    ) -> None:  # fmt: skip
        record = self.who(story, at)
        address = record.get("Email")
        task = self.task(record, at, {
            "TaskSubtype": "Email", "Type": "Email", "Subject": f"Email: {subject}",
            "Template__c": template, "Booking_Id__c": booking,
        })  # fmt: skip
        values = {
            "ActivityId": task.id, "Subject": subject, "Incoming": incoming,
            "Status": "1" if incoming else "3", "MessageDate": at - at % 1000,
            "FromAddress": address if incoming else "hello@willowstreet.example",
            "ToAddress": "hello@willowstreet.example" if incoming else address,
            "Template__c": template, "Booking_Id__c": booking,
        }  # fmt: skip
        message = self.org.create(self.org.kinds["EmailMessage"], values, at, self.robot)
        relation = {
            "EmailMessageId": message.id, "RelationId": record.id, "RelationAddress": address,
            "RelationType": "FromAddress" if incoming else "ToAddress",
            "RelationObjectType": record.kind.name,
        }  # fmt: skip
        self.org.create(self.org.kinds["EmailMessageRelation"], relation, at, self.robot)

    # -- packages --------------------------------------------------------------------------

    def _role(self, deal: Record, contact: Record, at: int, *, primary: bool) -> None:
        if contact.kind.name == "Contact":
            values = {"OpportunityId": deal.id, "ContactId": contact.id, "IsPrimary": primary,
                      "Role": "Decision Maker" if primary else "Influencer"}  # fmt: skip
            self.org.create(self.org.kinds["OpportunityContactRole"], values, at, self.staff[1])

    def _offered(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        contact = self._contact(story, at)
        values = {
            "Name": f"{contact.get('Name')}: package", "AccountId": contact.get("AccountId"),
            "StageName": "Proposal/Price Quote", "Amount": float(details["amount"]),
            "CloseDate": iso(at + 30 * DAY)[:10], "OwnerId": self._owner(story),
        }  # fmt: skip
        deal = self.org.create(self.org.kinds["Opportunity"], values, at, self._owner(story))
        self._deals[story.number, details["deal"]] = deal
        self._role(deal, contact, at, primary=True)
        if "shared_with" in details:
            other = self.people.get(details["shared_with"])
            if other is None:
                self._shared.setdefault(details["shared_with"], []).append(deal)
            else:
                self._role(deal, other, at, primary=False)

    def _stage(self, story: Story, happening: Happening, **values: Any) -> None:
        deal = self._deals[story.number, happening.details["deal"]]
        self.org.set(deal, values, happening.at, self._owner(story))

    def _deal_moved(self, story: Story, happening: Happening) -> None:
        self._stage(story, happening, StageName=STAGES[happening.details["stage"]])

    def _won(self, story: Story, happening: Happening) -> None:
        self._stage(story, happening, StageName="Closed Won", CloseDate=iso(happening.at)[:10])

    def _lost(self, story: Story, happening: Happening) -> None:
        reason = happening.details["reason"]
        self._stage(story, happening, StageName="Closed Lost", Loss_Reason__c=reason,
                    CloseDate=iso(happening.at)[:10])  # fmt: skip
