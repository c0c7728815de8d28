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
from journeysync.commands.played import DEFAULT, PLAYED
from journeysync.commands.pretend import pretend
from journeysync.sandbox.data.businesses import HOUSES
from journeysync.sandbox.data.people import person
from journeysync.sandbox.hubspot.store import FIRST_IDS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/sandbox.md").read_text("utf-8")
LEFT_OUT = "…"
OTHERS = [name for name in NAMES if name != DEFAULT]
BUSINESSES = [name for name in HOUSES if HOUSES[name].plots]


@cache
def rows(business: str) -> list[list[str]]:
    """Read the table of a business's customers: contact, who, story, a column for each map."""
    section = PAGE.partition(f"\n### {HOUSES[business].name}")[2].partition("\n#")[0]
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
    dry_run: Ran
    sync: Ran
    second: Ran
    explained: dict[str, str]
    """What `explain` says of those with something forgotten, by contact."""


@pytest.fixture(scope="module", params=OTHERS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Go through the steps of the demo."""
    journey = str(request.param)
    folder = tmp_path_factory.mktemp(journey)
    quiet = Console(folder, as_json=False, verbose=False)
    customers = len(HOUSES[PLAYED[journey].business].plots)
    with pretend(
        quiet, limits=False, folder=folder / "w", journey=journey, customers=customers
    ) as ready:
        inside = ("--workspace", ready.workspace)
        steps = [run("sync", *words, "--json", *inside) for words in (("--dry-run",), (), ())]
        explained = {who: run("explain", who, *inside).out for who in planted(journey)}
    return Played(journey, *steps, explained)


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
    assert sorted(tasks(played.dry_run)) == sorted(planted(played.journey).items())


def test_somebody_was_served_well(played: Played) -> None:
    served = {row[0] for row in rows(PLAYED[played.journey].business)[1:]}

    assert len(served - planted(played.journey).keys()) > 2


def test_a_second_sync_writes_nothing(played: Played) -> None:
    assert [ran.code for ran in (played.dry_run, played.sync, played.second)] == [0, 0, 0]
    assert sorted(tasks(played.sync)) == sorted(tasks(played.dry_run))
    assert set(played.second.document["done"].values()) <= {0}


def test_explain_says_what_was_forgotten(played: Played) -> None:
    for who, touchpoint in planted(played.journey).items():
        assert f" {touchpoint}: " in played.explained[who], who
        assert re.search(rf"task \d+ .*: {touchpoint}$", played.explained[who], re.MULTILINE), who


@pytest.mark.parametrize("journey", OTHERS)
def test_something_was_forgotten_on_every_stage(journey: str) -> None:
    where = {one.id: one.stage for one in shipped(journey).journey.touchpoints}

    forgotten = {where[touchpoint] for touchpoint in planted(journey).values()}

    assert forgotten == {stage.id for stage in shipped(journey).journey.stages}


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
    customers = len(HOUSES[PLAYED[played.journey].business].plots)
    assert shown[0] == f"$ journeysync demo --journey {played.journey} --customers {customers}"
    assert shown[1].strip() == LEFT_OUT
    assert shown[-1].startswith("Plan: ")


def excerpt(journey: str) -> list[str]:
    """Take the dry run out of a map's page."""
    text = shipped(journey).page.partition("<!-- dry-run -->")[2]
    return text.partition("<!-- /dry-run -->")[0].strip().splitlines()[1:-1]


@pytest.mark.parametrize("journey", OTHERS)
def test_the_page_of_the_map_names_what_was_forgotten(journey: str) -> None:
    (line,) = re.findall(r"^Forgotten on purpose, .*$", shipped(journey).page, re.MULTILINE)

    assert {who: name for name, who in re.findall(r"`([\w-]+)` \((\d+)\)", line)} == planted(
        journey
    )
