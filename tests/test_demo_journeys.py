"""Every shipped map on its pretend business: what was planted becomes tasks, and nothing else does.

docs/sandbox.md says who is who and what was forgotten; each map's page shows its dry run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, run
from shipped import NAMES, shipped

from journeysync.commands.common import Console
from journeysync.commands.played import PLAYED
from journeysync.commands.pretend import pretend
from journeysync.sandbox.data.businesses import HOUSES
from journeysync.sandbox.data.people import person
from journeysync.sandbox.data.scripted import STORIES
from journeysync.sandbox.hubspot.store import FIRST_IDS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/sandbox.md").read_text("utf-8")
LEFT_OUT = "…"
EVERY = 8
"""One in so many of those with something forgotten is explained."""
BUSINESSES = [name for name in HOUSES if HOUSES[name].plots]
CUSTOMERS = {name: len(house.plots) or len(STORIES) for name, house in HOUSES.items()}
"""So many that nobody else is there."""
WITH_CALENDLY = ("hubspot", "calendly")
PLAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    **{name: (name, ()) for name in NAMES},
    "before-during-after on HubSpot and Calendly": ("before-during-after", WITH_CALENDLY),
    "service-business on HubSpot and Calendly": ("service-business", WITH_CALENDLY),
}
"""The map, and the tools where they are not those that it chooses."""
UNSEEN = {
    # Calendly knows no address of the walk-in, and so does not know who it was.
    "before-during-after on HubSpot and Calendly": {"99974"},
    # Stages of a deal do not say when an invoice is overdue.
    "service-business on HubSpot and Calendly": {"99973"},
}
"""Those whose story these tools do not tell."""


@cache
def rows(business: str) -> list[list[str]]:
    """Read the table of a business's customers: contact, who, story, a column for each map."""
    title = f"### {HOUSES[business].name}" if business in BUSINESSES else "## Stories to point at"
    section = PAGE.partition(f"\n{title}\n")[2].partition("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def planted(journey: str) -> dict[str, str]:
    """Give the touchpoint that the page says was forgotten, by contact."""
    table = rows(PLAYED[journey].business)
    column = table[0].index(f"`{journey}`")
    return {row[0]: row[column].strip("`") for row in table[1:] if row[column]}


@dataclass(frozen=True)
class Played:
    """One map, played through."""

    journey: str
    planted: dict[str, str]
    dry_run: Ran
    sync: Ran
    second: Ran
    explained: dict[str, str]
    """What `explain` says, by contact."""


@pytest.fixture(scope="module", params=PLAYS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Go through the steps of the demo."""
    journey, only = PLAYS[request.param]
    wanted = planted(journey)
    for who in UNSEEN.get(request.param, ()):
        del wanted[who]
    folder = tmp_path_factory.mktemp(journey)
    quiet = Console(folder, as_json=False, verbose=False)
    with pretend(
        quiet,
        limits=False,
        folder=folder / "w",
        journey=journey,
        only=only,
        customers=CUSTOMERS[PLAYED[journey].business],
    ) as ready:
        inside = ("--workspace", ready.workspace)
        dry_run = run("sync", "--dry-run", "--json", *inside)
        first, second = (run("sync", "--json", *inside) for _ in range(2))
        some = list(wanted)[::EVERY]
        explained = {who: run("explain", who, *inside).out for who in some}
    return Played(journey, wanted, dry_run, first, second, explained)


@pytest.mark.parametrize("played", list(UNSEEN), indirect=True)
def test_bookings_of_calendly_are_no_second_bookings(played: Played) -> None:
    """Both tools know the visits; who is who is told by their address."""
    told = "".join(played.explained.values())

    assert "[calendly:booking:" in told
    assert ":booking.created" not in re.sub(r"calendly:booking\S+", "", told)
    assert "both have the e-mail address" in told


def tasks(ran: Ran) -> Iterator[tuple[str, str]]:
    """Pair the contact with the touchpoint of each task that a plan opens."""
    for task in ran.document["plan"]["tasks"]:
        about: list[list[Any]] = task["about"]
        yield next(id_ for kind, id_ in about if kind == "contact"), task["touchpoint"]


@pytest.mark.parametrize("business", BUSINESSES)
def test_the_page_lists_every_story_in_its_own_words(business: str) -> None:
    told = [
        [str(FIRST_IDS["contacts"] + number), f"{who.first} {who.last}", plot.text]
        for number, plot in enumerate(HOUSES[business].plots)
        for who in [person(number)]
    ]

    assert [row[:3] for row in rows(business)[1:]] == told


def test_what_was_forgotten_becomes_a_task_and_nothing_else_does(played: Played) -> None:
    assert sorted(tasks(played.dry_run)) == sorted(played.planted.items())


def test_somebody_was_served_well(played: Played) -> None:
    served = {row[0] for row in rows(PLAYED[played.journey].business)[1:]}

    assert len(served - played.planted.keys()) > 2


def test_a_second_sync_writes_nothing(played: Played) -> None:
    assert [ran.code for ran in (played.dry_run, played.sync, played.second)] == [0, 0, 0]
    assert sorted(tasks(played.sync)) == sorted(tasks(played.dry_run))
    done = played.second.document["done"]
    assert {name for name, count in done.items() if count and name != "held"} == set()


def test_explain_says_what_was_forgotten(played: Played) -> None:
    for task in played.dry_run.document["plan"]["tasks"]:
        assert re.match(r"Why: “.*” (was due by|is due by) ", task["body"]), task["touchpoint"]
    for who, said in played.explained.items():
        touchpoint = played.planted[who]
        why = rf"^    (missed|unseen) +{touchpoint}( \(window \d+\))?: .*\n +because of "
        open_task = rf"^  hubspot task \d+  open, .*: {touchpoint}$"
        for wanted in (why, open_task):
            assert re.search(wanted, said, re.MULTILINE), (who, wanted)


@pytest.mark.parametrize("journey", NAMES)
def test_something_was_forgotten_on_every_stage(journey: str) -> None:
    where = {one.id: one.stage for one in shipped(journey).journey.touchpoints}

    forgotten = {where[touchpoint] for touchpoint in planted(journey).values()}

    assert forgotten == {stage.id for stage in shipped(journey).journey.stages}


@pytest.mark.parametrize("played", NAMES, indirect=True)
def test_the_page_of_the_map_shows_the_real_dry_run(played: Played) -> None:
    """Every line stands there, in this order; `…` stands for what is left out."""
    real = played.dry_run.err.splitlines()
    shown = excerpt(played.journey)
    position = 0
    for line in shown[2:]:
        if line.strip() == LEFT_OUT:
            continue
        assert line in real[position:], line
        position = real.index(line, position) + 1
    customers = CUSTOMERS[PLAYED[played.journey].business]
    assert shown[0] == f"$ journeysync demo --journey {played.journey} --customers {customers}"
    assert shown[1].strip() == LEFT_OUT
    assert shown[-1].startswith("Plan: ")


def excerpt(journey: str) -> list[str]:
    """Take the dry run out of a map's page."""
    text = shipped(journey).page.partition("<!-- dry-run -->")[2]
    return text.partition("<!-- /dry-run -->")[0].strip().splitlines()[1:-1]


@pytest.mark.parametrize("journey", NAMES)
def test_the_page_of_the_map_names_what_was_forgotten(journey: str) -> None:
    (line,) = re.findall(r"^Forgotten on purpose, .*$", shipped(journey).page, re.MULTILINE)

    assert {who: name for name, who in re.findall(r"`([\w-]+)` \((\d+)\)", line)} == planted(
        journey
    )
