"""What `journeysync check` says of a portal, and that what it offers for pasting can be pasted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hubspot_portal import SPECS, Portal, portal
from pydantic import SecretStr

from journeysync.connectors.hubspot.mapping_file import FILE, parse_mapping
from journeysync.core.errors import BadCredentials


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("workspace"), customers=60) as served:
        yield served


def test_a_look_at_a_portal(here: Portal) -> None:
    found = here.connect().check()

    assert found[0].what.startswith("Portal ")
    assert "calls are left today" in found[-1].what


NAMES = [spec.name for spec in SPECS]


def test_a_new_portal_is_told_to_provision(tmp_path: Path) -> None:
    """Every property that is missing is named; nothing is written by looking."""
    with portal(tmp_path, customers=3) as one:
        new = one.connect().check_writing(["contact", "company"], NAMES)
        one.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
        one.forget_journal()
        made = one.connect().check_writing(["contact"], [*NAMES, "journey_name"])
        writes = [entry for entry in one.journal() if entry["writes"]]

    lacks = f"lack our properties {', '.join(NAMES)}."
    assert [(one.what, one.exit_code) for one in new if one.level == "error"] == [
        (f"Contacts {lacks}", 2), (f"Companies {lacks}", 2)
    ]  # fmt: skip
    assert [one.what for one in made] == ["Contacts lack our properties journey_name."]
    assert writes == []


def test_a_key_that_may_not_write_is_told_the_scope(here: Portal) -> None:
    here.fault("POST /crm/objects/2026-03/contacts/batch/update", "lost-scope", times=1)
    try:
        found = here.connect().check_writing(["contact"], [])
    finally:
        here.admin("DELETE", "/faults")
    (error,) = [one for one in found if one.level == "error"]

    assert error.exit_code == 4
    assert "Writing contacts: crm refused the key (403). Grant it one of these scopes" in error.what


def test_what_no_rule_names_can_be_pasted(here: Portal) -> None:
    """Each list is a mapping without mistakes; once it is pasted, nothing is left to say."""
    notes = [one for one in here.connect().check() if "Paste into" in one.next_step]
    pasted = [one.next_step.split("\n", 1)[1] for one in notes]

    assert len(notes) >= 3
    for text in pasted:
        assert parse_mapping(text, "pasted")[1] == []
    stages = next(text for text in pasted if text.startswith("deals:"))
    file = here.folder / FILE
    file.parent.mkdir(parents=True)
    file.write_text(stages)
    try:
        left = [one.what for one in here.connect().check()]
    finally:
        file.unlink()
    assert not any(what.startswith("Deal stages") for what in left)


def test_a_missing_scope_hides_nothing_else(here: Portal) -> None:
    """One type may not be read: that is one finding with its scope; the others are looked at."""
    tool = here.connect()
    here.fault("GET /crm/v3/objects/emails", "lost-scope", times=1)
    try:
        found = tool.check()
    finally:
        here.admin("DELETE", "/faults")

    (error,) = [one for one in found if one.level == "error"]
    assert error.exit_code == 4
    assert error.what.startswith("emails: crm refused the key (403). Grant it one of these scopes")
    assert any("Deal stages" in one.what for one in found)


def test_a_wrong_key_ends_the_look(here: Portal) -> None:
    tool = here.connect(access_token=SecretStr("pat-wrong"))
    with pytest.raises(BadCredentials, match="Renew the service key"):
        tool.check()


def test_events_that_this_portal_cannot_tell_are_named(tmp_path: Path) -> None:
    """The shipped mapping reads a property that is gone: what to say of it can be pasted."""
    with portal(tmp_path) as served:
        tool = served.connect()
        tool.provision(["contact"], SPECS, dry_run=False, remove=False)
        client = tool._client
        path = client.paths.properties("contacts", "feedback_score")
        client.write("DELETE", path, lambda _body: None)
        fresh = served.connect()

        (note,) = [one for one in fresh.check() if "will never be seen" in one.what]

    text = note.next_step.split("\n", 1)[1]
    own, problems = parse_mapping(text, "pasted")
    assert problems == []
    assert own is not None
    assert own.contacts.changes[0].property == "feedback_score"


NOT_GIVEN = {
    "tickets": "GET /crm/v3/objects/tickets",
    "leads": "GET /crm/v3/objects/leads",
    "feedback_submissions": "GET /crm/v3/objects/feedback_submissions",
    "form submissions": "GET /marketing/v3/forms",
    "products on deals": "GET /crm/v3/objects/line_items",
}
ASKED = {
    "tickets": "tickets: {attributes: {topic: subject}}",
    "leads": "leads: {attributes: {kind: hs_lead_type}}",
    "feedback_submissions": "feedback_submissions: {rules: [{type: NPS, events: survey.answered}]}",
    "products on deals": "deals: {lines: [{sku: A, set: {solution: a}}]}",
}


@pytest.mark.parametrize(
    ("what", "asked"), [*((what, False) for what in NOT_GIVEN), *((what, True) for what in ASKED)]
)
def test_what_the_key_may_not_read(here: Portal, what: str, *, asked: bool) -> None:
    """A note where nobody asked for it, an error with its exit code where the workspace does."""
    file = here.folder / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    if asked:
        file.write_text(ASKED[what])
    here.fault(NOT_GIVEN[what], "lost-scope")
    try:
        found = here.connect().check()
    finally:
        here.admin("DELETE", "/faults")
        file.unlink(missing_ok=True)

    (one,) = [one for one in found if one.what.startswith((f"{what}: ", f"{what} are left out"))]
    assert (one.level, one.exit_code) == (("error", 4) if asked else ("note", 0))
    assert "Grant it one of these scopes" in one.what
