"""Merging records and converting leads: what stays, what goes, and what moves along."""

from typing import Any

from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.world import iso

_LEAD_TO_CONTACT = {
    "FirstName": "FirstName", "LastName": "LastName", "Salutation": "Salutation",
    "Title": "Title", "Email": "Email", "Phone": "Phone", "MobilePhone": "MobilePhone",
    "LeadSource": "LeadSource", "Description": "Description", "City": "MailingCity",
    "Street": "MailingStreet", "PostalCode": "MailingPostalCode", "Country": "MailingCountry",
    "HasOptedOutOfEmail": "HasOptedOutOfEmail", "Newsletter__c": "Newsletter__c",
    "Preferred_Channel__c": "Preferred_Channel__c",
}  # fmt: skip


def merge(org: Org, kept: Record, gone: Record, at: int | None = None, by: str = "") -> None:
    """Merge two records of a kind: the other goes, and what hung on it moves without a trace."""
    filled = {
        name: value
        for name, value in gone.values.items()
        if kept.get(name) is None and kept.kind.fields[name].update
    }
    org.delete(gone, at, by)
    org.set(gone, {"MasterRecordId": kept.id}, at, by)
    move(org, gone, kept)
    org.set(kept, filled, at, by)


def move(org: Org, source: Record, target: Record) -> None:
    """Let all that refers to one record refer to another; no date of it changes."""
    for kind in org.kinds.values():
        for one in kind.fields.values():
            if target.kind.name not in one.targets or one.name in ("MasterRecordId", "Id"):
                continue
            for record in org.records[kind.name].values():
                if record.values.get(one.name) == source.id and record is not source:
                    record.values[one.name] = target.id
                    org.changes += 1


def convert(
    org: Org,
    lead: Record,
    at: int | None = None,
    by: str = "",
    *,
    account: Record | None = None,
    contact: Record | None = None,
    opportunity: str = "",
) -> dict[str, str]:
    """Make of a lead a contact of an account, and where wanted an opportunity."""
    at = org.stamp if at is None else at
    owner = lead.get("OwnerId")
    owned = {"OwnerId": owner} if owner and owner.startswith("005") else {}
    if account is None and contact is not None:
        account = org.of_id(contact.get("AccountId"))
    if account is None:
        made = {"Name": lead.get("Company"), "BillingCity": lead.get("City"), **owned}
        account = org.create(org.kinds["Account"], made, at, by)
    if contact is None:
        values = {
            there: lead.get(here) for here, there in _LEAD_TO_CONTACT.items() if lead.get(here)
        }
        contact = org.create(
            org.kinds["Contact"], values | owned | {"AccountId": account.id}, at, by
        )
    done: dict[str, Any] = {
        "IsConverted": True, "ConvertedDate": iso(at)[:10], "ConvertedAccountId": account.id,
        "ConvertedContactId": contact.id, "Status": "Closed - Converted", "IsUnreadByOwner": False,
    }  # fmt: skip
    if opportunity:
        values = {
            "Name": opportunity, "AccountId": account.id, "StageName": "Prospecting",
            "CloseDate": iso(at)[:10], "ContactId": contact.id, **owned,
        }  # fmt: skip
        done["ConvertedOpportunityId"] = org.create(org.kinds["Opportunity"], values, at, by).id
    org.set(lead, done, at, by)
    _follow(org, lead, contact)
    return {name: str(done.get(f"Converted{name}Id", "")) for name in ("Account", "Contact")} | (
        {"Opportunity": done["ConvertedOpportunityId"]} if opportunity else {}
    )


def _follow(org: Org, lead: Record, contact: Record) -> None:
    """Activities go over to the contact; a campaign's member has both from now on."""
    for kind in ("Task", "Event"):
        for record in org.records[kind].values():
            if record.values.get("WhoId") == lead.id:
                record.values |= {"WhoId": contact.id}
                if contact.get("AccountId"):
                    record.values["AccountId"] = contact.get("AccountId")
    for record in org.records["EmailMessageRelation"].values():
        if record.values.get("RelationId") == lead.id:
            record.values["RelationId"] = contact.id
    for record in org.records["CampaignMember"].values():
        if record.values.get("LeadId") == lead.id:
            record.values["ContactId"] = contact.id
