"""The front desk's hands: makes contact records, logs e-mails, messages and calls on them.

What is logged when is said by `diary.py`; here is only how such a record looks.
"""

from journeysync.sandbox.data.happenings import Story
from journeysync.sandbox.data.people import person, phone
from journeysync.sandbox.hubspot import effects, texts
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN, PRIMARY
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.setting import COMPANIES, OWNERS
from journeysync.sandbox.hubspot.store import FIRST_IDS, Record, Stamp
from journeysync.sandbox.world import iso

Source = tuple[str, str, int | None]
DESK: Source = ("CRM_UI", "userId:1001", 1001)
PAGE: Source = ("MEETINGS", "willow-street-studio/book", None)
FORM: Source = ("FORM", "6f1c2a90-contact-us", None)
MAILER: Source = ("AUTOMATION_PLATFORM", "enrollmentId:50212", None)
IMPORT: Source = ("IMPORT", "import-2026-01.csv", None)
CALL_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
SOURCES = {"FORM": "ORGANIC_SEARCH", "MEETINGS": "DIRECT_TRAFFIC"}
CHANNEL_TYPES = {"sms": "SMS", "whatsapp": "WHATS_APP"}


class Desk:
    """Everything that needs a contact."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.store = portal.store
        self.contacts: dict[int, Record] = {}
        self.shared: dict[int, list[Record]] = {}
        """Deals that wait for a customer who is not there yet."""

    def contact(self, story: Story, at: int, source: Source) -> Record:
        """Give the customer's record; the first happening makes it."""
        found = self.contacts.get(story.number)
        if found is not None:
            return found
        stamp = Stamp(at, *source)
        record = self.store.create(
            KINDS["contacts"],
            self._first_values(story, source),
            stamp,
            FIRST_IDS["contacts"] + story.number
            if story.number < self.portal.world.customers
            else None,
        )
        effects.after_create(self.portal, record, stamp)
        self.contacts[story.number] = record
        company = story.about.get("company")
        if company is not None:
            firm = self.store.records["companies"][FIRST_IDS["companies"] + company]
            pair = ("contacts", "companies")
            self.store.link(record, firm, PRIMARY[pair], PLAIN[pair])
            record.values["associatedcompanyid"] = str(firm.id)
            record.values["company"] = COMPANIES[company][0]
        for deal in self.shared.pop(story.number, []):
            self.store.link(deal, record, PLAIN["deals", "contacts"])
        return record

    def _first_values(self, story: Story, source: Source) -> dict[str, str]:
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
            "hs_analytics_source": SOURCES.get(source[0], "OFFLINE"),
            "hs_pipeline": "contacts-lifecycle-pipeline",
        }
        return {name: value for name, value in values.items() if value}

    def set(self, record: Record, at: int, source: Source, **values: str) -> None:
        stamp = Stamp(at, *source)
        more = effects.follow(self.portal, record, values, stamp)
        self.store.set(record, values | more, stamp)

    def log(
        self,
        kind: str,
        story: Story,
        at: int,
        source: Source,
        values: dict[str, str],
    ) -> Record:
        """Log an activity on the customer."""
        contact = self.contact(story, at, source)
        owner = contact.values.get("hubspot_owner_id", "")
        values = {"hs_timestamp": iso(at), "hubspot_owner_id": owner, **values}
        record = self.store.create(KINDS[kind], values, Stamp(at, *source))
        self.store.link(record, contact, PLAIN[kind, "contacts"])
        self.store.logged(record, contact, at)
        return record

    def email(self, story: Story, at: int, text: texts.Text, **more: str) -> None:
        who = self.contact(story, at, DESK)
        values = {
            "hs_email_subject": text.subject,
            "hs_email_text": text.fill(who.values.get("firstname", "")),
            "hs_email_direction": "EMAIL",
            "hs_email_status": "SENT",
            "hs_email_to_email": who.values.get("email", ""),
            "hs_template_id": text.template,
        }
        self.log("emails", story, at, MAILER if text.automatic else DESK, values | more)

    def message(self, story: Story, at: int, channel: str, text: texts.Text, **more: str) -> None:
        """Send by the customer's channel: SMS and WhatsApp, e-mail, or a call."""
        if channel == "email" and self.contact(story, at, DESK).values.get("email"):
            self.email(story, at, text, **more)
        elif channel == "phone":
            self.call(story, at, text.subject, text.call_type, **more)
        else:
            body = text.fill(self.contact(story, at, DESK).values.get("firstname", ""))
            values = {
                "hs_communication_channel_type": CHANNEL_TYPES.get(channel, "SMS"),
                "hs_communication_logged_from": "CRM",
                "hs_communication_body": body,
            }
            self.log("communications", story, at, MAILER, values | more)

    def call(self, story: Story, at: int, title: str, type_: str, **more: str) -> None:
        values = {
            "hs_call_title": title,
            "hs_call_direction": "OUTBOUND",
            "hs_call_disposition": CALL_CONNECTED,
            "hs_call_duration": "180000",
            "hs_call_status": "COMPLETED",
            "hs_activity_type": type_,
        }
        self.log("calls", story, at, DESK, values | more)
