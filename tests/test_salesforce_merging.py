"""Records that become others, and what hangs on them: merged, converted, linked anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from salesforce_org import Org, changed, org, whole

from journeysync.core.models import Link


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Org]:
    with org(tmp_path) as served:
        yield served


def people(here: Org, count: int) -> set[str]:
    return {
        here.create("Contact", LastName=f"Person {number}", Email=f"p{number}@example.com")
        for number in range(count)
    }


def test_a_merged_contact_is_linked_and_what_hung_on_it_is_read_again(here: Org) -> None:
    kept, old = sorted(people(here, 2))
    task = here.create("Task", to=[old], Subject="Call back", Status="Completed")
    here.admin("POST", "/advance", {"days": 1})
    tool = here.connect()
    here.edit("merge", "Contact", id=kept, other=old)

    found = {one.key.id: one for one in changed(tool, "contacts", here.now)}
    assert found[old].deleted
    assert tool.normalise(found[kept]).links == (
        Link(f"tool:{old}", f"tool:{kept}", "merged in tool"),
    )
    again = {one.key.id: one for one in changed(tool, "tasks", here.now)}
    assert again[task].content["people"] == [kept]


def test_a_merge_is_remembered_when_the_bin_is_empty(here: Org) -> None:
    kept, old = sorted(people(here, 2))
    here.edit("merge", "Contact", id=kept, other=old)
    tool = here.connect()
    (stored,) = [r for r in whole(tool, "contacts", here.now).values() if r.key.id == kept]
    here.edit("delete", "Contact", id=old, permanently=True)
    (later,) = [r for r in whole(tool, "contacts", here.now).values() if r.key.id == kept]

    assert "merged" not in later.content
    assert tool.remember(later, stored.content, here.now) == stored


def test_a_merged_account_moves_its_contacts(here: Org) -> None:
    kept = here.create("Account", Name="Kept")
    old = here.create("Account", Name="Old")
    person = here.create("Contact", LastName="Ray", AccountId=old)
    here.admin("POST", "/advance", {"days": 1})
    tool = here.connect()
    here.edit("merge", "Account", id=kept, other=old)
    (found,) = [one for one in changed(tool, "contacts", here.now) if one.key.id == person]

    assert tool.normalise(found).people[0].company == f"tool:{kept}"


def test_a_converted_lead_is_its_contact(here: Org) -> None:
    lead = here.create("Lead", LastName="Ray", Company="Ray Ltd", LeadSource="Web")
    task = here.create("Task", to=[lead], Subject="Write", Status="Completed")
    here.admin("POST", "/advance", {"days": 1})
    tool = here.connect()
    contact = here.edit("convert", "Lead", id=lead)["converted"]["Contact"]
    (record,) = [one for one in changed(tool, "leads", here.now) if one.key.id == lead]
    reading = tool.normalise(record)

    (person,) = reading.people
    assert (person.type, person.owner) == ("converted lead", "")
    assert person.type not in tool.shows
    assert reading.links == (Link(f"tool:{lead}", f"tool:{contact}", "converted lead"),)
    assert {event.person for event in reading.events} == {f"tool:{contact}"}
    assert {event.kind for event in reading.events} >= {"lead.created", "lead.qualified"}
    again = {one.key.id: one for one in changed(tool, "tasks", here.now)}
    assert again[task].content["people"] == [contact]


def test_a_changed_contact_role_changes_its_deal(here: Org) -> None:
    """It leaves the time stamp of the opportunity as it was."""
    ana, ben = sorted(people(here, 2))
    deal = here.create(
        "Opportunity", to=[ana], Name="Big", StageName="Prospecting", CloseDate="2026-12-01"
    )
    here.admin("POST", "/advance", {"days": 1})
    tool = here.connect()
    here.edit("link", "Opportunity", id=deal, to=[{"id": ben}])
    (record,) = changed(tool, "opportunities", here.now)
    assert record.content["people"] == [ana, ben]

    here.edit("unlink", "Opportunity", id=deal, to=[{"id": ana}])
    assert changed(tool, "opportunities", here.now)[-1].content["people"] == [ben]


def test_a_parents_field_is_read_again_with_the_parent(here: Org) -> None:
    """Its change leaves the time stamp of the child as it was."""
    here.mapping("contacts: {attributes: {branch: Account.Industry}}\n")
    account = here.create("Account", Name="Works", Industry="Banking")
    person = here.create("Contact", LastName="Ray", AccountId=account)
    here.admin("POST", "/advance", {"days": 1})
    tool = here.connect()
    here.edit("set", "Account", id=account, properties={"Industry": "Education"})
    (record,) = [one for one in changed(tool, "contacts", here.now) if one.key.id == person]

    assert tool.normalise(record).people[0].attributes["branch"] == "Education"
