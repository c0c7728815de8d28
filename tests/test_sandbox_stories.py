"""The studio's stories: as documented, believable, and with something to find."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import Running, running

from journeysync.sandbox.data.lives import ordinary
from journeysync.sandbox.data.people import DOMAINS, person
from journeysync.sandbox.data.scripted import STORIES
from journeysync.sandbox.hubspot.store import FIRST_IDS
from journeysync.sandbox.world import DEFAULT_NOW, millis

PAGE = Path(__file__).parents[1] / "docs/sandbox.md"
TABLE = PAGE.read_text("utf-8").partition("\n## Stories to point at\n")[2].partition("\n## ")[0]
ROW = re.compile(r"^\| (\d{5}) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
NOW = millis(DEFAULT_NOW)


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running(60) as started:
        yield started


def test_the_page_lists_every_story_in_its_own_words() -> None:
    told = [
        (str(FIRST_IDS["contacts"] + number), (tell.__doc__ or "").strip())
        for number, tell in enumerate(STORIES)
    ]
    assert [(id_, story) for id_, _, story in ROW.findall(TABLE)] == told


def test_the_page_names_the_right_people(box: Running) -> None:
    """Who stands in the page is who answers to that id."""
    for id_, name, _ in ROW.findall(TABLE):
        if name.startswith("("):
            continue
        body = box.hubspot("GET", f"/crm/v3/objects/contacts/{id_}").body
        assert f"{body['properties']['firstname']} {body['properties']['lastname']}" == name


def test_people_are_nobody() -> None:
    """Reserved domains, phone numbers from free ranges, no two alike."""
    crowd = [person(number) for number in range(12_000)]
    assert len({one.email for one in crowd}) == len(crowd)
    assert {one.email.partition("@")[2] for one in crowd} == set(DOMAINS)
    digits = [re.sub(r"\D|^\+?44", "", one.phone).lstrip("0") for one in crowd]
    assert len(set(digits)) == len(digits)


def test_nothing_happens_before_what_it_is_about() -> None:
    """A visit is confirmed, moved, reminded and ended after it was booked."""
    for number in range(26, 326):
        story = ordinary(number, 3, NOW, brief=False)
        booked: dict[int, int] = {}
        for happening in sorted(story.happenings, key=lambda item: item.at):
            visit = happening.details.get("visit")
            if happening.what == "booked":
                booked[happening.details["visit"]] = happening.at
            elif visit is not None:
                assert booked[visit] <= happening.at, (number, happening)


def test_two_in_three_are_looked_after() -> None:
    """With the third, something is missing: that is what there is to find."""
    visited = careless = 0
    for number in range(26, 626):
        happenings = ordinary(number, 1, NOW, brief=False).happenings
        seen = {(item.what, item.details.get("visit")) for item in happenings}
        ended = {
            visit
            for item in happenings
            if item.what == "ended" and item.details["outcome"] == "COMPLETED"
            for visit in [item.details["visit"]]
        }
        if ended:
            visited += 1
            careless += any(
                (what, visit) not in seen for visit in ended for what in ("confirmed", "checked_in")
            )
    assert visited > 300
    assert 0.2 < careless / visited < 0.4


def by_contact(box: Running, number: int, kind: str, *names: str) -> list[dict[str, Any]]:
    linked = box.hubspot("GET", f"/crm/v4/objects/contacts/{number}/associations/{kind}").body
    return [
        box.hubspot(
            "GET", f"/crm/v3/objects/{kind}/{row['toObjectId']}?properties={','.join(names)}"
        ).body["properties"]
        for row in linked["results"]
    ]


def test_some_of_the_stories(box: Running) -> None:
    """What is missing is missing, what is there is there."""
    assert not by_contact(box, 99_952, "communications")
    subjects = [
        row["hs_email_subject"] for row in by_contact(box, 99_953, "emails", "hs_email_subject")
    ]
    assert not any("confirmed" in subject for subject in subjects)
    (moved,) = by_contact(box, 99_956, "meetings", "hs_meeting_start_time")
    assert moved["hs_meeting_start_time"] == "2026-11-28T11:00:00Z"
    outcomes = [
        row["hs_meeting_outcome"]
        for row in by_contact(box, 99_959, "meetings", "hs_meeting_outcome")
    ]
    assert outcomes == ["RESCHEDULED", "SCHEDULED"]
    path = "/crm/v3/objects/contacts/{}?properties=phone,lastname,email"
    twins = [box.hubspot("GET", path.format(number)) for number in (99_963, 99_964)]
    one, two = (reply.body["properties"] for reply in twins)
    assert (one["phone"], one["lastname"]) == (two["phone"], two["lastname"])
    assert one["email"] != two["email"]
    assert box.hubspot("GET", "/crm/v3/objects/contacts/99966").body["id"] == "99965"
    (deal,) = by_contact(box, 99_970, "deals", "dealname", "dealstage")
    assert deal["dealstage"] == "closedwon"
    assert box.hubspot("GET", "/crm/v3/objects/contacts/99974").body["properties"]["email"] is None
