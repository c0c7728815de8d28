"""Tickets, leads, surveys, forms and products: read whole, told right, left out where forbidden."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hubspot_portal import Portal, changes, everything, portal
from studio import studio

from journeysync.connectors.http import LacksScope
from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.core.models import Event, RawRecord
from journeysync.core.running.ingest import emitted
from journeysync.core.running.sync import finish, look


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, customers=40) as one:
        yield one


@pytest.fixture
def crm(here: Portal) -> HubSpot:
    return here.connect()


def events(tool: HubSpot, found: dict[str, RawRecord]) -> list[Event]:
    return [event for record in found.values() for event in tool.normalise(record).events]


def kinds(tool: HubSpot, found: dict[str, RawRecord]) -> dict[str, int]:
    told = [event.kind for event in events(tool, found)]
    return {kind: told.count(kind) for kind in sorted(set(told))}


TOLD = {
    "tickets": {"ticket.closed": 2, "ticket.opened": 3, "ticket.reopened": 1},
    "leads": {"lead.created": 2, "lead.qualified": 1, "lead.stage_changed": 4},
    "feedback_submissions": {"survey.answered": 2},
}


@pytest.mark.parametrize(("stream", "told"), TOLD.items(), ids=TOLD)
def test_what_other_teams_keep_is_told(
    here: Portal, crm: HubSpot, stream: str, told: dict[str, int]
) -> None:
    assert kinds(crm, everything(crm, stream, here.now)) == told


def test_a_survey_names_its_ticket(here: Portal, crm: HubSpot) -> None:
    found = events(crm, everything(crm, "feedback_submissions", here.now))
    tickets = everything(crm, "tickets", here.now)
    assert {event.attributes["ticket"] for event in found} <= set(tickets)
    assert {(event.attributes["value"], event.attributes["score"]) for event in found} == {
        ("1", "5"),
        ("2", "10"),
    }


def test_a_closed_ticket_is_found_by_the_next_reading(here: Portal, crm: HubSpot) -> None:
    (open_,) = [
        number
        for number, record in everything(crm, "tickets", here.now).items()
        if not any(event.kind == "ticket.closed" for event in crm.normalise(record).events)
    ]
    here.edit("set", "ticket", open_, properties={"hs_pipeline_stage": "4"})
    later = here.now + timedelta(minutes=1)
    found = changes(crm, "tickets", here.now - timedelta(minutes=1), later)
    assert [event.kind for one in found for event in crm.normalise(one).events] == [
        "ticket.opened",
        "ticket.closed",
    ]


def test_a_deal_says_what_it_sells(here: Portal, crm: HubSpot) -> None:
    found = events(crm, everything(crm, "deals", here.now))
    sold = {str(event.attributes.get("solution", "")) for event in found}
    assert "Package of ten visits" in sold


def test_a_rule_names_the_solution(here: Portal) -> None:
    mapping = here.folder / "mappings/fields/hubspot.yaml"
    mapping.parent.mkdir(parents=True)
    mapping.write_text('deals: {lines: [{sku: "PACK-*", set: {solution: package}}]}')
    crm = here.connect()
    found = events(crm, everything(crm, "deals", here.now))
    assert {event.attributes["solution"] for event in found if "items" in event.attributes} == {
        "package"
    }


# --- forms -----------------------------------------------------------------------------------


def test_a_submission_is_told_once(here: Portal, crm: HubSpot) -> None:
    """By the forms, not by the contact's memory of them as well."""
    people = events(crm, everything(crm, "contacts", here.now))
    sent = events(crm, everything(crm, "submissions", here.now))
    assert sent
    assert not [event for event in people if event.kind == "form.submitted"]
    assert {event.attributes["form"] for event in sent} == {"Contact us"}
    assert {event.attributes["page"] for event in sent} == {"willowstreet.example/contact"}


def test_without_forms_the_contact_remembers(here: Portal) -> None:
    whole = events(crm := here.connect(), everything(crm, "submissions", here.now))
    here.fault("GET /marketing/v3/forms", "lost-scope")
    crm = here.connect()
    people = events(crm, everything(crm, "contacts", here.now))
    remembered = {event.id: event.at for event in people if event.kind == "form.submitted"}
    assert remembered == {event.id: event.at for event in whole}


def test_no_word_of_a_form_is_kept(here: Portal, crm: HubSpot) -> None:
    found = everything(crm, "submissions", here.now)
    text = repr([record.content for record in found.values()])
    assert "@" not in text
    assert "time for me" not in text


def test_only_new_submissions_are_asked_for(here: Portal, crm: HubSpot) -> None:
    assert changes(crm, "submissions", here.now, here.now + timedelta(minutes=1)) == []
    here.admin("POST", "/advance", {"days": 40})
    start = here.now - timedelta(days=40)
    new = changes(crm, "submissions", start, here.now)
    assert new
    assert {one.key.id for one in new} < set(everything(crm, "submissions", here.now))


# --- what a key may not read -----------------------------------------------------------------

OPTIONAL = {
    "tickets": ("/crm/v3/properties/tickets", "/crm/v3/objects/tickets/search"),
    "leads": ("/crm/v3/properties/leads", "/crm/v3/objects/leads/search"),
    "feedback_submissions": (
        "/crm/v3/properties/feedback_submissions",
        "/crm/v3/objects/feedback_submissions/search",
    ),
    "submissions": ("/marketing/v3/forms", "/marketing/v3/forms"),
}


@pytest.mark.parametrize(("stream", "paths"), OPTIONAL.items(), ids=OPTIONAL)
@pytest.mark.parametrize("since", [None, timedelta(days=1)], ids=["full", "changes"])
def test_an_optional_stream_is_left_out(
    here: Portal, crm: HubSpot, stream: str, paths: tuple[str, str], since: timedelta | None
) -> None:
    for path in paths:
        here.fault(f"* {path}", "lost-scope")
    start = None if since is None else here.now - since
    batches = list(crm.read(stream, start, here.now))
    assert not any(batch.records or batch.complete for batch in batches)
    assert batches[-1].withheld.startswith(f"{stream} are left out: crm refused the key (403)")


def test_one_that_the_mapping_asks_for_is_an_error(here: Portal) -> None:
    mapping = here.folder / "mappings/fields/hubspot.yaml"
    mapping.parent.mkdir(parents=True)
    mapping.write_text("tickets: {attributes: {city: city}}")
    here.fault("GET /crm/v3/properties/tickets", "lost-scope")
    with pytest.raises(LacksScope):
        list(here.connect().read("tickets", None, here.now))


def test_deals_are_read_without_products(here: Portal, crm: HubSpot) -> None:
    whole = everything(crm, "deals", here.now)
    here.fault("POST /crm/v4/associations/deals/line_items", "lost-scope")
    bare = everything(here.connect(), "deals", here.now)
    assert set(bare) == set(whole)
    assert not any("lines" in record.content for record in bare.values())


def test_kinds_are_promised_by_the_streams_that_give_them(crm: HubSpot) -> None:
    union: set[str] = set()
    for stream in crm.streams:
        union |= crm.gives(stream)
    assert union == crm.emits()
    assert "ticket.opened" in crm.gives("tickets")
    assert "survey.answered" in crm.gives("contacts") & crm.gives("feedback_submissions")


def test_the_pretend_forms_are_such_as_the_package_reads(here: Portal) -> None:
    from hubspot.marketing.forms import ApiClient

    tool = here.sandbox.tools["hubspot"]
    request = Request(
        f"{tool['base_url']}/marketing/v3/forms",
        headers={"Authorization": f"Bearer {tool['access_token']}"},
    )
    with urlopen(request, timeout=10) as answer:
        body: Any = json.load(answer)
    model = "CollectionResponseFormDefinitionBaseForwardPaging"
    read = ApiClient()._ApiClient__deserialize(body, model)
    assert [one.name for one in read.results] == ["Contact us", "Newsletter"]


# --- in a run --------------------------------------------------------------------------------


def test_a_run_says_once_what_it_is_not_given(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        here.portal.fault("* /crm/v3/properties/tickets", "lost-scope")
        with here.job() as job:
            first = look(job)
            finish(job, first, command="sync")
        with here.job() as job:
            again = look(job)
            with job.store.begin() as connection:
                kinds = emitted(connection, job.sources["crm"])
            finish(job, again, command="sync")
        here.portal.admin("DELETE", "/faults")
        with here.job() as job:
            given = look(job)
            with job.store.begin() as connection:
                more = emitted(connection, job.sources["crm"])
    assert [why.split(" (")[0] for why in first.read.withheld] == [
        "crm: tickets are left out: crm refused the key"
    ]
    assert again.read.withheld == given.read.withheld == []
    assert first.stopped is None
    assert not first.failed
    assert "ticket.opened" not in kinds
    assert "survey.answered" in kinds
    assert "ticket.opened" in more


def test_an_erased_contact_leaves_no_word_behind(tmp_path: Path) -> None:
    """Only a full comparison shows it; nothing of what was read of it stays in the state."""
    with studio(tmp_path) as here:
        here.sync()
        (contact,) = here.portal.connect().present("contact", ["99960"], ["email"])
        email = contact.fields["email"].value
        assert email in _state(tmp_path)
        here.portal.edit("delete", "contact", "99960", permanently=True)
        here.portal.admin("POST", "/advance", {"days": 8})
        here.sync()
    assert email not in _state(tmp_path)


def _state(folder: Path) -> str:
    """Write down every row of the state."""
    with closing(sqlite3.connect(folder / "journeysync.db")) as connection:
        return "\n".join(connection.iterdump())
