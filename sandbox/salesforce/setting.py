"""The org before the first customer: colleagues, companies, campaigns, ways to work."""

from typing import NamedTuple

from journeysync.sandbox.salesforce.effects import CHANCES
from journeysync.sandbox.salesforce.fields import list_given
from journeysync.sandbox.salesforce.oauth import USERNAME
from journeysync.sandbox.salesforce.store import Org
from journeysync.sandbox.world import DAY


class Colleague(NamedTuple):
    email: str
    first: str
    last: str
    active: bool = True
    type: str = "Standard"
    title: str = "Front desk"


ANA, BEN, CARA, DAN = (f"{name}@willowstreet.example" for name in ("ana", "ben", "cara", "dan"))
INTEGRATION = "hubspot-integration@willowstreet.example"
ROBOT = "autoproc@willowstreet.example"
USERS = (
    Colleague(ANA, "Ana", "Kowalska"),
    Colleague(BEN, "Ben", "Ferreira"),
    Colleague(CARA, "Cara", "Lindqvist", title="Therapist"),
    Colleague(DAN, "Dan", "Moore", active=False),
    Colleague(USERNAME, "Journeysync", "Integration", title="Integration"),
    Colleague(INTEGRATION, "HubSpot", "Integration", title="Integration"),
    Colleague(ROBOT, "Automated", "Process", type="AutomatedProcess", title=""),
)
"""The colleagues are those of the pretend HubSpot, in the same order."""
COMPANIES = (
    ("Brightwater Logistics", "brightwater.example", "Hove", "Transportation"),
    ("Harbour & Finch Architects", "harbourfinch.example", "Brighton", "Engineering"),
)
FAIR, OPEN_DAY = "Wellbeing at Work fair", "Open day"
TEAM_MEETING = "Team meeting"


def set_up(org: Org) -> None:
    """Fill an empty org with what every org has."""
    start = org.world.now - 400 * DAY
    values = {
        "Name": "Willow Street Studio", "OrganizationType": "Enterprise Edition",
        "IsSandbox": True, "InstanceName": "WI0S", "TimeZoneSidKey": "Europe/London",
        "DefaultLocaleSidKey": "en_GB",
    }  # fmt: skip
    org.create(org.kinds["Organization"], values, start)
    profiles = {
        name: org.create(org.kinds["Profile"], {"Name": name, "UserType": "Standard"}, start).id
        for name in ("System Administrator", "Standard User", "Minimum Access - API Only Integrations")  # noqa: E501 - one list
    }  # fmt: skip
    for one in USERS:
        profile = "Minimum Access - API Only Integrations" if one.title == "Integration" else (
            "Standard User"
        )  # fmt: skip
        made = {
            "Username": one.email, "Email": one.email, "FirstName": one.first,
            "LastName": one.last, "Alias": one.first[:5].lower(), "Title": one.title or None,
            "IsActive": one.active, "UserType": one.type, "ProfileId": profiles[profile],
        }  # fmt: skip
        org.create(org.kinds["User"], made, start)
    org.user, org.robot = user_of(org, USERNAME), user_of(org, ROBOT)
    for held in org.records.values():
        for record in held.values():
            for name in ("CreatedById", "LastModifiedById"):
                if name in record.values:
                    record.values[name] = user_of(org, ANA)
    list_given(org)
    _choices(org, start)
    _companies(org, start)


def user_of(org: Org, email: str) -> str:
    """Give the id of a colleague."""
    return next(one.id for one in org.records["User"].values() if one.get("Username") == email)


def _choices(org: Org, start: int) -> None:
    """Write down the values that carry a meaning of their own, and the kinds of opportunities."""
    for order, (stage, chance) in enumerate(CHANCES.items(), 1):
        values = {
            "MasterLabel": stage, "ApiName": stage, "IsActive": True, "SortOrder": order,
            "IsClosed": stage.startswith("Closed"), "IsWon": stage == "Closed Won",
            "DefaultProbability": float(chance),
        }  # fmt: skip
        org.create(org.kinds["OpportunityStage"], values, start)
    for name, field, last in (("TaskStatus", "Task.Status", "IsClosed"),
                              ("LeadStatus", "Lead.Status", "IsConverted")):  # fmt: skip
        kind, _, one = field.partition(".")
        for order, (value, label) in enumerate(org.kinds[kind].fields[one].values, 1):
            ends = value in ("Completed", "Closed - Converted")
            row = {"MasterLabel": label, "ApiName": value, "IsActive": True,
                   "SortOrder": order, last: ends}  # fmt: skip
            org.create(org.kinds[name], row, start)
    for name in ("Package", "Company contract"):
        sort = {"Name": name, "DeveloperName": name.replace(" ", "_"),
                "SobjectType": "Opportunity", "IsActive": True}  # fmt: skip
        org.create(org.kinds["RecordType"], sort, start)
    queue = {"Name": "Enquiries", "DeveloperName": "Enquiries", "Type": "Queue"}
    org.create(org.kinds["Group"], queue, start)


def _companies(org: Org, start: int) -> None:
    ben = user_of(org, BEN)
    for name, domain, city, industry in COMPANIES:
        values = {
            "Name": name, "Website": f"https://{domain}", "BillingCity": city,
            "Industry": industry, "OwnerId": ben, "Type": "Customer - Direct",
        }  # fmt: skip
        org.create(org.kinds["Account"], values, start, ben)
    for name, days in ((FAIR, 45), (OPEN_DAY, 120)):
        day = org.world.now - days * DAY
        event = {"Name": name, "Type": "Conference", "Status": "Completed", "IsActive": True,
                 "OwnerId": ben, "Description": "Who came to our stand."}  # fmt: skip
        org.create(org.kinds["Campaign"], event, day, ben)
