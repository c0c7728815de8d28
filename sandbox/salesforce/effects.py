"""What Salesforce changes by itself when something else changes: names, flags, histories."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from journeysync.sandbox.salesforce.schema import Kind
from journeysync.sandbox.world import iso

if TYPE_CHECKING:
    from journeysync.sandbox.salesforce.store import Org, Record

CHANCES = {
    "Prospecting": 10, "Qualification": 10, "Needs Analysis": 20, "Value Proposition": 50,
    "Id. Decision Makers": 60, "Perception Analysis": 70, "Proposal/Price Quote": 75,
    "Negotiation/Review": 90, "Closed Won": 100, "Closed Lost": 0,
}  # fmt: skip
CLOSED_CASE = frozenset({"Closed"})
DONE_TASK = frozenset({"Completed"})
_NAMED = frozenset({"Contact", "Lead", "User"})
_HISTORY_FIELDS = ("StageName", "Amount", "CloseDate", "Probability", "ExpectedRevenue")
_ADDRESSES = {
    "BillingAddress": "Billing", "MailingAddress": "Mailing", "Address": "",
    "PersonMailingAddress": "PersonMailing",
}  # fmt: skip


def formulas(kinds: Mapping[str, Kind]) -> None:
    """Hang up what is worked out whenever it is asked for, without touching the record."""
    kinds["Contact"].fields["Account_City__c"].formula = _account_city
    kinds["Case"].fields["ContactEmail"].formula = _contact_email
    for kind in kinds.values():
        for name, start in _ADDRESSES.items():
            if name in kind.fields:
                kind.fields[name].formula = _address(start)


def _account_city(org: "Org", record: "Record") -> Any:
    account = org.of_id(record.get("AccountId"))
    return account.get("BillingCity") if account else None


def _contact_email(org: "Org", record: "Record") -> Any:
    contact = org.of_id(record.get("ContactId"))
    return contact.get("Email") if contact else None


def _address(start: str) -> Any:
    def compound(_: "Org", record: "Record") -> dict[str, Any] | None:
        parts = {
            name[0].lower() + name[1:]: record.get(f"{start}{name}")
            for name in ("City", "Country", "PostalCode", "State", "Street")
        }
        if not any(parts.values()):
            return None
        nothing = dict.fromkeys(("geocodeAccuracy", "latitude", "longitude"))
        return dict(sorted((parts | nothing).items()))

    return compound


def fill(org: "Org", record: "Record", at: int) -> None:
    """Give a new record what it has besides what was sent."""
    values, kind = record.values, record.kind
    for name, value in kind.first().items():
        values.setdefault(name, value)
    if kind.has("OwnerId"):
        values.setdefault("OwnerId", org.user)
    if kind.name in ("Case", "Contract"):
        number = org.numbers[kind.name] % 100_000
        values[f"{kind.name}Number"] = f"{number:08d}"
    if kind.name == "Opportunity":
        values["LastStageChangeDate"] = at
        values.setdefault("Probability", float(CHANCES.get(str(values.get("StageName")), 10)))
    if org.switches.multi_currency and kind.has("CurrencyIsoCode"):
        values.setdefault("CurrencyIsoCode", "GBP")
    derive(org, record, at)


def derive(org: "Org", record: "Record", at: int) -> None:
    """Work out what always follows from the other values."""
    values, name = record.values, record.kind.name
    if name in _NAMED or (name == "Account" and values.get("LastName")):
        parts = [part for part in (values.get("FirstName"), values.get("LastName")) if part]
        if parts:
            values["Name"] = " ".join(parts)
    run = _DERIVED.get(name)
    if run is not None:
        run(org, values, at)


def _activity(org: "Org", values: dict[str, Any]) -> None:
    """An activity belongs to the account of whom, or what, it is about."""
    who, what = org.of_id(values.get("WhoId")), org.of_id(values.get("WhatId"))
    account = who.get("AccountId") if who else None
    if account is None and what is not None:
        account = what.id if what.kind.name == "Account" else what.get("AccountId")
    _put(values, "AccountId", account)


def _case(_: "Org", values: dict[str, Any], at: int) -> None:
    values["IsClosed"] = values.get("Status") in CLOSED_CASE
    if values["IsClosed"]:
        values.setdefault("ClosedDate", at)
    else:
        values.pop("ClosedDate", None)


def _contract(_: "Org", values: dict[str, Any], __: int) -> None:
    if values.get("StartDate") and values.get("ContractTerm"):
        values["EndDate"] = _months_later(values["StartDate"], int(values["ContractTerm"]))


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def _opportunity(_: "Org", values: dict[str, Any], __: int) -> None:
    stage = values.get("StageName")
    values["IsWon"] = stage == "Closed Won"
    values["IsClosed"] = stage in ("Closed Won", "Closed Lost")
    category = "Pipeline"
    if values["IsClosed"]:
        category = "Closed" if values["IsWon"] else "Omitted"
    values["ForecastCategory"] = values["ForecastCategoryName"] = category
    if values.get("Amount") is not None:
        values["ExpectedRevenue"] = values["Amount"] * values.get("Probability", 0) / 100


def _task(org: "Org", values: dict[str, Any], at: int) -> None:
    _activity(org, values)
    values["IsClosed"] = values.get("Status") in DONE_TASK
    values["IsHighPriority"] = values.get("Priority") == "High"
    if values["IsClosed"]:
        values.setdefault("CompletedDateTime", at)
    else:
        values.pop("CompletedDateTime", None)


def _event(org: "Org", values: dict[str, Any], _: int) -> None:
    _activity(org, values)
    start = values.get("StartDateTime") or values.get("ActivityDateTime")
    if start is None:
        return
    if "EndDateTime" not in values:
        values["EndDateTime"] = start + int(values.get("DurationInMinutes") or 60) * 60_000
    end = values["EndDateTime"]
    values |= {
        "StartDateTime": start, "ActivityDateTime": start, "ActivityDate": iso(start)[:10],
        "EndDate": iso(end)[:10], "DurationInMinutes": (end - start) // 60_000,
    }  # fmt: skip


def _member(org: "Org", values: dict[str, Any], at: int) -> None:
    values["HasResponded"] = values.get("Status") == "Responded"
    if values["HasResponded"]:
        values.setdefault("FirstRespondedDate", iso(at)[:10])
    who = org.of_id(values.get("ContactId")) or org.of_id(values.get("LeadId"))
    if who is not None:
        values |= {"LeadOrContactId": who.id, "Type": who.kind.name}
        _put(values, "Email", who.get("Email"))


def _months_later(day: str, months: int) -> str:
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}-{min(int(day[8:]), 28):02d}"


_DERIVED = {
    "Opportunity": _opportunity, "Task": _task, "Event": _event, "Case": _case,
    "CampaignMember": _member, "Contract": _contract,
}  # fmt: skip


def created(org: "Org", record: "Record", at: int, by: str) -> None:
    """Leave a new record's marks on others."""
    name = record.kind.name
    if name == "Opportunity":
        _remember_stage(org, record, {}, at, by)
        contact = record.values.pop("ContactId", None)
        if contact:
            values = {"OpportunityId": record.id, "ContactId": contact, "IsPrimary": True}
            org.create(org.kinds["OpportunityContactRole"], values, at, by)
    elif name == "Account" and org.switches.person_accounts and record.get("LastName"):
        _person(org, record, at, by)
    elif name in ("Task", "Event"):
        _active(org, record)
    elif name in ("PermissionSetAssignment", "FieldPermissions"):
        org.regrant()


_PERSON = {
    "FirstName": "FirstName", "LastName": "LastName", "Salutation": "Salutation",
    "PersonEmail": "Email", "PersonMobilePhone": "MobilePhone",
    "PersonMailingCity": "MailingCity", "PersonHasOptedOutOfEmail": "HasOptedOutOfEmail",
    "Phone": "Phone", "OwnerId": "OwnerId",
}  # fmt: skip


def _person(org: "Org", record: "Record", at: int, by: str) -> None:
    """An account that is a person has a contact of its own, in its shadow."""
    values = {there: record.get(here) for here, there in _PERSON.items()}
    shadow = org.create(org.kinds["Contact"], values | {"AccountId": record.id}, at, by)
    shadow.values["IsPersonAccount"] = True
    record.values |= {"IsPersonAccount": True, "PersonContactId": shadow.id}


def _mirror(org: "Org", record: "Record", before: Mapping[str, Any], at: int, by: str) -> None:
    """Keep a person's account and contact the same."""
    account = record.kind.name == "Account"
    other = org.of_id(record.get("PersonContactId" if account else "AccountId"))
    if other is None:
        return
    pairs = _PERSON.items() if account else [(there, here) for here, there in _PERSON.items()]
    values = {
        there: record.get(here)
        for here, there in pairs
        if here in before and other.get(there) != record.get(here)
    }
    if values:
        org.set(other, values, at, by)


def _active(org: "Org", record: "Record") -> None:
    """An activity moves the date of the last one, and with it nothing but SystemModstamp."""
    day = record.values.get("ActivityDate")
    if not day or (record.kind.name == "Task" and not record.values.get("IsClosed")):
        return
    for name in ("WhoId", "AccountId"):
        other = org.of_id(record.values.get(name))
        if other is not None and str(other.values.get("LastActivityDate", "")) < day:
            other.values["LastActivityDate"] = day


def changed(org: "Org", record: "Record", before: Mapping[str, Any], at: int, by: str) -> None:
    """Follow up a change."""
    values, kind = record.values, record.kind
    if kind.name == "Opportunity" and "StageName" in before:
        values["LastStageChangeDate"] = at
        values["Probability"] = float(CHANCES.get(values["StageName"], 10))
    derive(org, record, at)
    if values.get("IsPersonAccount"):
        _mirror(org, record, before, at, by)
    if kind.name == "Opportunity" and any(name in before for name in _HISTORY_FIELDS):
        _remember_stage(org, record, before, at, by)
    if kind.name in ("Task", "Event"):
        _active(org, record)
    if kind.name in ("PermissionSetAssignment", "FieldPermissions"):
        org.regrant()
    if kind.history:
        for name, old in before.items():
            one = kind.fields.get(name)
            if one is not None and (one.tracked or name == "OwnerId"):
                remember(org, record, name, old, values.get(name), at, by)


def remember(org: "Org", record: "Record", name: str, old: Any, new: Any, at: int, by: str) -> None:
    """Write a line of a record's field history."""
    kind = org.kinds[record.kind.history]
    parent = next(one.name for one in kind.fields.values() if one.kids)
    one = record.kind.fields.get(name)
    row = {
        parent: record.id, "Field": name, "OldValue": old, "NewValue": new,
        "DataType": "Text" if one is None else one.type.capitalize(),
    }  # fmt: skip
    org.create(kind, row, at, by)


def _remember_stage(
    org: "Org", record: "Record", before: Mapping[str, Any], at: int, by: str
) -> None:
    names = ("StageName", "Amount", "CloseDate", "Probability", "ExpectedRevenue")
    row = {name: record.get(name) for name in names}
    row |= {"OpportunityId": record.id, "ForecastCategory": record.get("ForecastCategory")}
    if "Amount" in before:
        row["PrevAmount"] = before["Amount"]
    if "CloseDate" in before:
        row["PrevCloseDate"] = before["CloseDate"]
    org.create(org.kinds["OpportunityHistory"], row, at, by)


def removed(org: "Org", record: "Record") -> None:
    """Take away what cannot stay without a record that has no bin."""
    if record.kind.name == "PermissionSet":
        for name, reference in (("PermissionSetAssignment", "PermissionSetId"),
                                ("FieldPermissions", "ParentId"),
                                ("ObjectPermissions", "ParentId")):  # fmt: skip
            held = org.records[name]
            for number in [one.id for one in held.values() if one.get(reference) == record.id]:
                del held[number]
    org.regrant()
