"""What an administrator switches in the whole org: `/edit` of the object `org`."""

from dataclasses import asdict
from typing import Any

from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.oauth import Sessions
from journeysync.sandbox.salesforce.rules import Rules
from journeysync.sandbox.salesforce.schema import read_field
from journeysync.sandbox.salesforce.setting import USERS, user_of
from journeysync.sandbox.salesforce.store import Org

PERSON_FIELDS = (
    "LastName string(80) ucn", "FirstName string(40) ucn", "Salutation picklist(40) ucn",
    "IsPersonAccount boolean ---", "PersonContactId reference(18) --n >Contact",
    "PersonEmail email(80) ucn", "PersonMailingCity string(40) ucn",
    "PersonMobilePhone phone(40) ucn", "PersonHasOptedOutOfEmail boolean uc-",
)  # fmt: skip
MONEY = ("Account", "Contact", "Lead", "Opportunity", "Campaign", "Contract", "Asset", "Case")
RATES = (("GBP", 1.0, True), ("EUR", 1.2, False), ("USD", 1.3, False))


def turn(org: Org, rules: Rules, sessions: Sessions, command: dict[str, Any]) -> dict[str, Any]:
    """Turn switches, end the sessions, or name whom the assignment rule gives leads to."""
    action = str(command.get("action", ""))
    if action == "expire":
        sessions.expire()
        return {"sessions": len(sessions.given)}
    wanted = command.get("properties")
    if action != "set" or not isinstance(wanted, dict):
        raise BadEdit("org can be set (with properties) and expire")
    for name, value in wanted.items():
        if name == "assign_to":
            rules.assigned_to = _user(org, str(value))
        elif name not in asdict(org.switches):
            raise BadEdit(f"org has {', '.join(asdict(org.switches))} and assign_to")
        else:
            setattr(org.switches, name, type(getattr(org.switches, name))(value))
    if org.switches.person_accounts:
        person_accounts(org)
    if org.switches.multi_currency:
        multi_currency(org)
    return asdict(org.switches) | {"assign_to": rules.assigned_to}


def _user(org: Org, text: str) -> str:
    number = read_id(text)
    if number in org.records["User"]:
        return str(number)
    if text not in [one.email for one in USERS]:
        raise BadEdit(f"there is no user {text}")
    return user_of(org, text)


def person_accounts(org: Org) -> None:
    """Let accounts be people; it cannot be taken back, as in a real org."""
    kind = org.kinds["Account"]
    if kind.has("IsPersonAccount"):
        return
    for line in PERSON_FIELDS:
        one = read_field(line)
        kind.fields[one.name] = one
    contact = read_field("IsPersonAccount boolean ---")
    org.kinds["Contact"].fields[contact.name] = contact
    for name in ("Account", "Contact"):
        org.given[name] = frozenset({*org.given[name], *PERSON_NAMES})
        for record in org.records[name].values():
            record.values["IsPersonAccount"] = False
    kind.fields["Name"].nillable = True
    values = {
        "Name": "Person Account", "DeveloperName": "PersonAccount", "SobjectType": "Account",
        "IsActive": True, "IsPersonType": True,
    }  # fmt: skip
    org.create(org.kinds["RecordType"], values)


PERSON_NAMES = frozenset(line.split()[0] for line in PERSON_FIELDS)


def multi_currency(org: Org) -> None:
    """Give every amount a currency of its record."""
    if org.records["CurrencyType"]:
        return
    for code, rate, own in RATES:
        values = {
            "IsoCode": code, "ConversionRate": rate, "DecimalPlaces": 2, "IsActive": True,
            "IsCorporate": own,
        }  # fmt: skip
        org.create(org.kinds["CurrencyType"], values)
    for name in MONEY:
        one = read_field("CurrencyIsoCode picklist(3) ucn restricted = GBP|EUR|USD")
        org.kinds[name].fields[one.name] = one
        org.given[name] = frozenset({*org.given[name], one.name})
        for record in org.records[name].values():
            record.values.setdefault("CurrencyIsoCode", "GBP")
