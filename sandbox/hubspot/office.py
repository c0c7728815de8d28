"""Writes the happenings of the businesses other than the studio down as HubSpot records.

What these businesses share with the studio (enquiries, bookings, notes) is written as there. What
belongs to other tools, such as parcels and invoices, is passed over.
"""

from datetime import UTC, datetime

from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.data.people import person
from journeysync.sandbox.hubspot import effects
from journeysync.sandbox.hubspot.desk import DESK, FORM, IMPORT, MAILER, Source
from journeysync.sandbox.hubspot.diary import Diary
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN, PRIMARY
from journeysync.sandbox.hubspot.portal import Portal, Submission
from journeysync.sandbox.hubspot.setting import OWNERS, set_up
from journeysync.sandbox.hubspot.settings_of import (
    ENDED,
    QUESTIONNAIRE,
    RENEWAL_TALK,
    RENEWALS,
    RENEWED,
    SETTINGS,
    STAGES,
)
from journeysync.sandbox.hubspot.store import FIRST_IDS, Record, Stamp
from journeysync.sandbox.hubspot.texts import Text
from journeysync.sandbox.world import HOUR, iso

_TRADES = ("Logistics", "Foods", "Instruments", "Textiles", "Partners", "Energy")
_LEAD_STAGES = {True: "qualified-stage-id", False: "unqualified-stage-id"}


class Office(Diary):
    """Turns the stories of one business into records of one portal."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self._firms: dict[int, Record] = {}
        own = (
            "wrote", "called", "met", "opened", "invoiced", "settled", "filled_in", "scored",
            "judged", "asked_help", "joined", "plan_ends",
        )  # fmt: skip
        self._write |= {name: getattr(self, f"_{name}") for name in own}
        shop = ("bought", "carted", "refused", "subscribed")
        self._write |= dict.fromkeys(shop, self._known)

    def set_up(self) -> None:
        """Make what is there before the first customer."""
        set_up(self.portal, SETTINGS[self.portal.world.business])

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening down, if it is one for HubSpot."""
        if happening.what in self._write:
            super().write(story, happening)

    # -- who ---------------------------------------------------------------------------------

    def contact(self, story: Story, at: int, source: Source) -> Record:
        """Give the customer's record; the first happening makes it, and their company's."""
        known = story.number in self.contacts
        record = super().contact(story, at, source)
        if not known:
            segment = str(story.about.get("segment", ""))
            if self.house.sells_to_companies:
                self._employ(record, self._firm(story, at, segment))
            elif segment:
                record.values["segment"] = segment
        return record

    def _firm(self, story: Story, at: int, segment: str) -> Record:
        number = int(story.about.get("firm", story.number))
        found = self._firms.get(number)
        if found is None:
            name = f"{person(number).last} {_TRADES[number % len(_TRADES)]}"
            owner = story.about.get("owner")
            values = {
                "name": name,
                "domain": f"{name.lower().replace(' ', '-')}.example",
                "city": person(number).city,
                "lifecyclestage": "lead",
                "segment": segment or "standard",
                "hubspot_owner_id": "" if owner is None else str(OWNERS[owner].id),
            }
            place = FIRST_IDS["companies"] + number
            found = self.store.create(KINDS["companies"], values, Stamp(at, *DESK), place)
            effects.after_create(self.portal, found, Stamp(at, *DESK))
            self._firms[number] = found
        return found

    def _employ(self, record: Record, firm: Record) -> None:
        pair = ("contacts", "companies")
        self.store.link(record, firm, PRIMARY[pair], PLAIN[pair])
        record.values["associatedcompanyid"] = str(firm.id)
        record.values["company"] = firm.values["name"]

    def _known(self, story: Story, happening: Happening) -> None:
        """Whoever buys in the shop is known here, too."""
        self.contact(story, happening.at, IMPORT)

    # -- words -------------------------------------------------------------------------------

    def _wrote(self, story: Story, happening: Happening) -> None:
        letter = self.house.letters[happening.details["letter"]]
        text = Text(
            "", letter.subject, f"Hello {{first}}, {letter.body}", "", automatic=letter.automatic
        )
        channel = happening.details.get("channel", "email")
        self.message(story, happening.at, channel, text)

    def _called(self, story: Story, happening: Happening) -> None:
        self.call(story, happening.at, happening.details["topic"], "Call")

    def _met(self, story: Story, happening: Happening) -> None:
        at = happening.at
        values = {
            "hs_timestamp": iso(at),
            "hs_meeting_title": happening.details["topic"],
            "hs_meeting_start_time": iso(at),
            "hs_meeting_end_time": iso(at + HOUR),
            "hs_meeting_outcome": "COMPLETED",
        }
        self.log("meetings", story, at, DESK, values)

    def _filled_in(self, story: Story, happening: Happening) -> None:
        email = self.contact(story, happening.at, FORM).values.get("email", "")
        self.portal.submissions.append(Submission(QUESTIONNAIRE[0], happening.at, email))

    def _scored(self, story: Story, happening: Happening) -> None:
        self._feedback_given(story, happening)

    def _joined(self, story: Story, happening: Happening) -> None:
        contact = self.contact(story, happening.at, FORM)
        self.set(contact, happening.at, FORM, newsletter="true")

    def _asked_help(self, story: Story, happening: Happening) -> None:
        contact = self.contact(story, happening.at, DESK)
        values = {
            "subject": "Something does not work",
            "hs_pipeline": "0",
            "hs_pipeline_stage": "1",
            "hs_ticket_priority": "MEDIUM",
            "source_type": "EMAIL",
            "hubspot_owner_id": contact.values.get("hubspot_owner_id", ""),
        }
        ticket = self.store.create(KINDS["tickets"], values, Stamp(happening.at, *DESK))
        self.store.link(ticket, contact, PLAIN["tickets", "contacts"])

    # -- what is sold ------------------------------------------------------------------------

    def _ended(self, story: Story, happening: Happening) -> None:
        self._outcome(story, happening, happening.details["outcome"])

    def _judged(self, story: Story, happening: Happening) -> None:
        """A lead is made when somebody looks at it, and judged an hour later."""
        at, contact = happening.at, self.contact(story, happening.at, DESK)
        values = {
            "hs_lead_name": f"{contact.values.get('company', '')}: enquiry",
            "hs_lead_type": "NEW_BUSINESS",
            "hs_pipeline": "lead-pipeline-id",
            "hs_pipeline_stage": "new-stage-id",
            "hubspot_owner_id": contact.values.get("hubspot_owner_id", ""),
        }
        lead = self.store.create(KINDS["leads"], values, Stamp(at - HOUR, *DESK))
        self.store.link(lead, contact, PLAIN["leads", "contacts"])
        self.set(lead, at, DESK, hs_pipeline_stage=_LEAD_STAGES[happening.details["fits"]])

    def _opened(self, story: Story, happening: Happening) -> None:
        at, details = happening.at, happening.details
        contact = self.contact(story, at, DESK)
        renewal = details.get("sort") == "renewal"
        whose = contact.values.get("company") or (
            f"{contact.values.get('firstname')} {contact.values.get('lastname')}"
        )
        values = {
            "dealname": f"{whose}: {details['called']}",
            "pipeline": RENEWALS if renewal else "default",
            "dealstage": RENEWAL_TALK if renewal else "appointmentscheduled",
            "amount": str(details["amount"]),
            "deal_currency_code": "GBP",
            "dealtype": details.get("sort", ""),
            "solution": details.get("solution", ""),
            "hubspot_owner_id": contact.values.get("hubspot_owner_id", ""),
        }
        deal = self.store.create(KINDS["deals"], values, Stamp(at, *DESK))
        effects.after_create(self.portal, deal, Stamp(at, *DESK))
        self._deals[story.number, details["deal"]] = deal
        self.store.link(deal, contact, PLAIN["deals", "contacts"])
        self.store.logged(deal, contact, at)
        firm = self._firms.get(int(story.about.get("firm", story.number)))
        if firm is not None:
            pair = ("deals", "companies")
            self.store.link(deal, firm, PRIMARY[pair], PLAIN[pair])

    def _deal_moved(self, story: Story, happening: Happening) -> None:
        self._to(story, happening, happening.details["stage"])

    def _to(self, story: Story, happening: Happening, stage: str) -> None:
        self._stage(story, happening, STAGES[self.portal.world.business, stage])

    def _won(self, story: Story, happening: Happening) -> None:
        deal = self._deals[story.number, happening.details["deal"]]
        ends = happening.details.get("ends")
        day = datetime.fromtimestamp(ends / 1000, UTC).date().isoformat() if ends else ""
        stage = RENEWED if deal.values["pipeline"] == RENEWALS else "closedwon"
        more = {"contract_end_date": day} if day else {}
        self._stage(story, happening, stage, **more)

    def _lost(self, story: Story, happening: Happening) -> None:
        deal = self._deals[story.number, happening.details["deal"]]
        stage = ENDED if deal.values["pipeline"] == RENEWALS else "closedlost"
        self._stage(story, happening, stage, closed_lost_reason=happening.details["reason"])

    def _invoiced(self, story: Story, happening: Happening) -> None:
        """The deal follows the money, whatever tool it is billed with."""
        self._to(story, happening, "deposit asked" if "deposit" in happening.details else "billed")

    def _settled(self, story: Story, happening: Happening) -> None:
        if "deposit" in happening.details:
            self._to(story, happening, "deposit paid")
        else:
            self._stage(story, happening, "closedwon")

    def _plan_ends(self, story: Story, happening: Happening) -> None:
        contact = self.contact(story, happening.at, MAILER)
        day = datetime.fromtimestamp(happening.details["ends"] / 1000, UTC).date().isoformat()
        self.set(contact, happening.at, DESK, renewal_date=day)
