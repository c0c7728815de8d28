"""What an org holds besides the studio's stories: campaigns, contracts, cases, a few calls.

Nothing here stands in the pretend HubSpot too, so that with both tools nothing counts twice.
"""

from random import Random
from typing import TYPE_CHECKING, Any

from journeysync.sandbox.data.happenings import Story, opening
from journeysync.sandbox.salesforce.setting import COMPANIES, FAIR
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.world import DAY, HOUR, World, iso

if TYPE_CHECKING:
    from journeysync.sandbox.salesforce.diary import Diary

FIRST_ORDINARY = 26
ONLY_HERE = 700_000
"""Numbers of people whom HubSpot does not know."""
ZOE, MARTIN = 18, 19
MANY = 5_000


def write(diary: "Diary", world: World, *, alone: bool) -> None:
    """Add them, after the customers."""
    now = world.now
    if not alone:
        _only_here(diary, world)
    _contract(diary, now)
    _meetings(diary, now)
    if world.customers > MANY:
        return
    for number in range(FIRST_ORDINARY, world.customers):
        record = diary.people.get(number)
        if record is None or record.kind.name != "Contact" or record.deleted:
            continue
        rng = Random(world.seed * 6_700_417 + number)
        if number % 7 == 0:
            _case(diary, record, now, rng)
        if number % 13 == 0 and not alone:
            at = opening(now - rng.randrange(3, 30) * DAY, rng.randrange(9, 17))
            diary.call(record, at, "Asked for an invoice", inbound=True)
        if number % 11 == 0 and not alone:
            _membership(diary, record, now, rng)


def _only_here(diary: "Diary", world: World) -> None:
    """People met at a fair: in this org only."""
    org, now = diary.org, world.now
    campaign = _named(org, "Campaign", FAIR)
    for index in range(max(2, min(world.customers // 20, 50))):
        story = Story(ONLY_HERE + index, {"owner": 1, "newsletter": "true", "channel": "email"})
        at = opening(now - (44 - index % 5) * DAY, 11)
        record = diary.who(story, at, "Other")
        values = {"CampaignId": campaign.id, "LeadId": record.id, "Status": "Responded"}
        org.create(org.kinds["CampaignMember"], values, at + HOUR, diary.staff[1])
        if index % 2 == 0:
            diary.call(record, at + 2 * DAY, "Would like to know more", inbound=True)


def _contract(diary: "Diary", now: int) -> None:
    """The firm's contract, an offer for the next one with two contacts, and a machine of theirs."""
    org = diary.org
    firm = _named(org, "Account", COMPANIES[0][0])
    zoe, martin = diary.people.get(ZOE), diary.people.get(MARTIN)
    start = now - 320 * DAY
    values: dict[str, Any] = {
        "AccountId": firm.id, "Status": "Activated", "StartDate": iso(start)[:10],
        "ContractTerm": 12, "OwnerId": diary.staff[1],
        "CustomerSignedId": zoe.id if zoe else None,
    }  # fmt: skip
    org.create(org.kinds["Contract"], values, start, diary.staff[1])
    kind = _named(org, "RecordType", "Company contract")
    at = opening(now - 16 * DAY, 11)
    offer = org.create(org.kinds["Opportunity"], {
        "Name": "Brightwater Logistics: visits for the team", "AccountId": firm.id,
        "StageName": "Qualification", "Amount": 9_000.0, "CloseDate": iso(now + 45 * DAY)[:10],
        "RecordTypeId": kind.id, "OwnerId": diary.staff[1],
        "Renewal_Date__c": iso(now + 400 * DAY)[:10],
    }, at, diary.staff[1])  # fmt: skip
    for record, primary in ((zoe, True), (martin, False)):
        if record is not None and record.kind.name == "Contact":
            role = {"OpportunityId": offer.id, "ContactId": record.id, "IsPrimary": primary,
                    "Role": "Decision Maker" if primary else "Influencer"}  # fmt: skip
            org.create(org.kinds["OpportunityContactRole"], role, at, diary.staff[1])
    later = opening(now - 6 * DAY, 15)
    org.set(offer, {"StageName": "Proposal/Price Quote"}, later, diary.staff[1])
    rented = {"Name": "Massage chair", "AccountId": firm.id, "Status": "Installed",
              "ContactId": zoe.id if zoe else None, "Price": 1_200.0,
              "InstallDate": iso(start)[:10],
              "UsageEndDate": iso(now + 60 * DAY)[:10]}  # fmt: skip
    org.create(org.kinds["Asset"], rented, start, diary.staff[1])


def _meetings(diary: "Diary", now: int) -> None:
    """Colleagues among themselves, and a call with a firm: linked to no person."""
    org = diary.org
    for days in (-4, 3):
        at = opening(now + days * DAY, 8)
        values = {"Subject": "Team meeting", "StartDateTime": at, "EndDateTime": at + HOUR,
                  "Service__c": "Team meeting", "OwnerId": diary.staff[0]}  # fmt: skip
        org.create(org.kinds["Event"], values, min(at, now - DAY), diary.staff[0])
    at = opening(now - 21 * DAY, 15)
    call = {"Subject": "Asked about visits for the whole office", "TaskSubtype": "Call",
            "Type": "Call", "CallType": "Inbound", "Status": "Completed",
            "ActivityDate": iso(at)[:10], "OwnerId": diary.staff[1],
            "WhatId": _named(org, "Account", COMPANIES[1][0]).id}  # fmt: skip
    org.create(org.kinds["Task"], call, at, diary.staff[1])
    old = opening(now - 390 * DAY, 10)
    done = {"Subject": "Moved the address book", "Status": "Completed", "IsArchived": True,
            "ActivityDate": iso(old)[:10], "OwnerId": diary.staff[0]}  # fmt: skip
    org.create(org.kinds["Task"], done, old, diary.staff[0])


def _case(diary: "Diary", record: Record, now: int, rng: Random) -> None:
    at = opening(now - rng.randrange(2, 40) * DAY, rng.randrange(9, 17))
    at = max(at, record.values["CreatedDate"] + HOUR)
    values = {"Subject": "Invoice lost", "ContactId": record.id, "Origin": "Email",
              "AccountId": record.get("AccountId"), "OwnerId": diary.staff[0]}  # fmt: skip
    case = diary.org.create(diary.org.kinds["Case"], values, at, diary.staff[0])
    if rng.random() < 0.7 and at + DAY < now:  # noqa: PLR2004 - most are solved
        diary.org.set(case, {"Status": "Closed"}, at + DAY, diary.staff[0])


def _membership(diary: "Diary", record: Record, now: int, rng: Random) -> None:
    """A gift membership: an opportunity that HubSpot does not hold."""
    org = diary.org
    at = max(opening(now - rng.randrange(5, 30) * DAY, 12), record.values["CreatedDate"] + HOUR)
    owner = record.get("OwnerId") or ""
    values = {"Name": f"{record.get('Name')}: gift membership", "StageName": "Prospecting",
              "AccountId": record.get("AccountId"), "Amount": 240.0, "OwnerId": owner,
              "CloseDate": iso(at + 20 * DAY)[:10], "ContactId": record.id}  # fmt: skip
    deal = org.create(org.kinds["Opportunity"], values, at, owner)
    if at + 2 * DAY < now:
        org.set(deal, {"StageName": "Closed Won"}, at + 2 * DAY, owner)


def _named(org: Org, kind: str, name: str) -> Record:
    return next(one for one in org.records[kind].values() if one.get("Name") == name)
