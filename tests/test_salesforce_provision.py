"""Fields, permission set, list views and path: made once, shown first, taken away again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hubspot_portal import SPECS as SOME
from salesforce_org import Org, org
from studio import plain, shipped

from journeysync.connectors.salesforce.custom_fields import more_values, value_set
from journeysync.core.errors import ToolDown
from journeysync.core.planning.fields import field_specs
from journeysync.core.ports import Finding, Provisioning

NEEDED = ("journey_stage", "journey_status", "journey_next_touchpoint", "journey_next_due")
"""What list views and the path speak of."""
SPECS = [spec for spec in field_specs((shipped(),)) if spec.name in NEEDED]
STAGE = "Journey_Stage__c"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Org]:
    with org(tmp_path, customers=1) as one:
        yield one


def provision(here: Org, *, dry_run: bool = False, remove: bool = False) -> list[Provisioning]:
    tool = here.connect()
    return tool.provision(["contact"], SPECS, dry_run=dry_run, remove=remove)


def snapshot(here: Org) -> str:
    return plain(here.admin("GET", "/snapshot"))


def actions(rows: list[Provisioning]) -> set[str]:
    return {row.action for row in rows}


def test_a_dry_run_says_all_and_makes_nothing(here: Org) -> None:
    said = provision(here, dry_run=True)
    assert not any(one["writes"] for one in here.journal())
    assert said == provision(here)


def test_all_is_made_and_the_second_time_nothing(here: Org) -> None:
    made = [row.what for row in provision(here) if row.action == "create"]
    assert sum("Contact field" in what for what in made) == len(SPECS)
    assert sum("Lead field" in what for what in made) == len(SPECS)
    assert sum("Activity field" in what for what in made) == 5
    assert sum("list view" in what for what in made) == 6
    assert "path of Contact on Journey_Stage__c" in made

    here.clear()
    assert actions(provision(here)) == {"keep"}
    assert not any(one["writes"] for one in here.journal())


def test_fields_are_seen_and_written_right_after(here: Org) -> None:
    """A field made by the API is seen by nobody until a permission set says so."""
    provision(here)
    described = here.connect().client.describe("Contact")
    fields = {one["name"]: one for one in described["fields"]}
    assert fields[STAGE]["updateable"]
    assert fields[STAGE]["restrictedPicklist"]
    assert [one["value"] for one in fields[STAGE]["picklistValues"]] == [
        value for value, _ in SPECS[0].options
    ]


def test_what_was_made_is_taken_away(here: Org) -> None:
    before = snapshot(here)
    provision(here)
    said = provision(here, dry_run=True, remove=True)
    assert snapshot(here) != before
    assert provision(here, remove=True) == said
    assert snapshot(here) == before
    assert provision(here, remove=True) == []


def test_the_path_says_what_the_map_says_to_do(here: Org) -> None:
    provision(here)
    (path,) = tooling(here, "SELECT Id FROM PathAssistant")
    metadata = here.connect().client.get(f"tooling/sobjects/PathAssistant/{path['Id']}")["Metadata"]
    said = {one["picklistValueName"]: one["info"] for one in metadata["pathAssistantSteps"]}
    assert list(said) == [value for value, _ in SPECS[0].options]
    guided = dict(SPECS[0].guidance)
    assert {value for value, text in said.items() if text} == set(guided)
    assert any(guided.values())


def tooling(here: Org, soql: str) -> list[dict[str, Any]]:
    return [row for page in here.connect().client.tooling(soql) for row in page]


def test_an_org_without_leads(here: Org) -> None:
    here.turn(leads=False)
    made = provision(here)
    assert not any("Lead" in row.what for row in made)
    assert "create" in actions(made)


def test_a_new_stage_is_added_and_a_persons_value_stays(here: Org) -> None:
    tool = here.connect()
    tool.provision(["contact"], SOME, dry_run=False, remove=False)
    made = [row for row in provision(here) if row.action == "change"]
    assert [row.what for row in made][:1] == ["Contact field Journey_Stage__c: values"]
    options = {
        one["name"]: [each["value"] for each in one["picklistValues"]]
        for one in here.connect().client.describe("Contact")["fields"]
    }[STAGE]
    assert {"before", "during"} <= set(options)  # those of the map before stay
    assert {value for value, _ in SPECS[0].options} <= set(options)


def test_a_field_of_that_name_and_another_type_is_left_alone(here: Org) -> None:
    body = {"FullName": f"Contact.{STAGE}", "Metadata": {"type": "Text", "length": 80,
                                                         "label": "Stage"}}  # fmt: skip
    here.connect().client.send("POST", "tooling/sobjects/CustomField", body, repeatable=False)
    (row,) = [row for row in provision(here, dry_run=True) if f"Contact field {STAGE}" in row.what]
    assert row.action == "click"
    assert "exists as Text" in row.what


def test_an_org_that_shows_no_list_views_says_what_to_click(here: Org) -> None:
    here.fault("lost-scope", "POST /services/data/ui-api", times=6)
    rows = [row for row in provision(here) if row.what.startswith("list view")]
    assert actions(rows) == {"click"}
    assert "where Journey status equals Behind" in rows[0].what


def test_an_outage_half_way_keeps_what_was_made(here: Org) -> None:
    here.fault("500", "POST /services/data/sobjects/PermissionSet", times=9)
    with pytest.raises(ToolDown):
        provision(here)
    here.admin("DELETE", "/faults")
    again = [row for row in provision(here) if " field " in row.what]
    assert actions(again) == {"keep"}


def test_a_creation_whose_answer_was_lost_is_sent_again(here: Org) -> None:
    here.fault("applied-then-reset", "POST /services/data/tooling/sobjects/CustomField")
    made = provision(here)
    assert (
        sum(" field " in row.what and row.action == "create" for row in made) == 2 * len(SPECS) + 5
    )


# --- values --------------------------------------------------------------------------------------

OURS = (("before", "Before"), ("after", "After"))


def definition(*values: tuple[str, str]) -> dict[str, Any]:
    return {"type": "Picklist", "label": "Stage", "valueSet": value_set(values)}


MORE: dict[str, tuple[tuple[tuple[str, str], ...], list[tuple[str, str]] | None]] = {
    "all there": (OURS, None),
    "one is missing": ((OURS[0],), [*OURS]),
    "a person's value stays, behind": ((("vip", "VIP"), OURS[0]), [*OURS, ("vip", "VIP")]),
    "another label": ((("before", "Early"), OURS[1]), [*OURS]),
    "a label in our way": ((("old", "After"), OURS[0]), [*OURS, ("old", "After (old)")]),
}


@pytest.mark.parametrize(("here_", "expected"), MORE.values(), ids=MORE)
def test_values(here_: tuple[tuple[str, str], ...], expected: list[tuple[str, str]] | None) -> None:
    found = more_values(OURS, definition(*here_))
    if expected is None:
        assert found is None
    else:
        assert found is not None
        values = found["valueSet"]["valueSetDefinition"]["value"]
        assert [(one["fullName"], one["label"]) for one in values] == expected
        assert found["label"] == "Stage"


# --- check ----------------------------------------------------------------------------------------


def all_of_them(here: Org) -> None:
    specs = field_specs((shipped(),))
    here.connect().provision(["contact"], specs, dry_run=False, remove=False)


def findings(here: Org) -> list[Finding]:
    fields = [spec.name for spec in field_specs((shipped(),))]
    return list(here.connect().check_writing(["contact"], fields))


def said(here: Org, level: str) -> list[str]:
    return [one.what for one in findings(here) if one.level == level]


def test_check_tells_a_missing_field_from_one_that_may_not_be_seen(here: Org) -> None:
    (lacks,) = [one for one in findings(here) if one.what.startswith("Contact lacks our fields")]
    assert (lacks.level, lacks.exit_code) == ("error", 2)
    assert "Journey_Stage__c, Journey_Stage_Since__c" in lacks.what
    all_of_them(here)
    assert said(here, "error") == []
    assert "Contact has our fields." in said(here, "ok")

    tool = here.connect()
    (number,) = {
        row["Id"]
        for page in tool.client.query(
            "SELECT Id FROM FieldPermissions WHERE Field = 'Contact.Journey_Stage__c'"
        )
        for row in page
    }
    tool.client.send("DELETE", f"sobjects/FieldPermissions/{number}", repeatable=True)
    (error,) = [one for one in findings(here) if one.level == "error"]
    assert error.what == (
        "Contact has Journey_Stage__c, but the user of journeysync may not see them."
    )
    assert "Assign the permission set Journey Sync" in error.next_step
    assert error.exit_code == 4


def test_check_names_a_field_that_may_be_seen_and_not_edited(here: Org) -> None:
    all_of_them(here)
    tool = here.connect()
    (number,) = {
        row["Id"]
        for page in tool.client.query(
            "SELECT Id FROM FieldPermissions WHERE Field = 'Lead.Journey_Status__c'"
        )
        for row in page
    }
    body = {"PermissionsEdit": False}
    tool.client.send("PATCH", f"sobjects/FieldPermissions/{number}", body, repeatable=True)
    assert said(here, "error") == [
        "The user of journeysync may see Journey_Status__c on Lead, but not edit."
    ]


def test_check_counts_records_of_inactive_owners(here: Org) -> None:
    def counted() -> int:
        about = [what for what in said(here, "warning") if "who are not active" in what]
        return sum(int(what.split()[0]) for what in about if "Contact" in what)

    before = counted()
    ben = next(one.id for one in here.connect().owners() if one.email.startswith("ben@"))
    here.create("Contact", LastName="Left behind", OwnerId=ben)
    assert counted() == before
    here.edit("set", "User", id=ben, properties={"IsActive": False})
    assert counted() > before
