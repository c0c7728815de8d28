"""A month of syncs while people edit, complete, delete and merge.

No task comes twice, no person's value goes without a line in a plan, and at the end `explain`
justifies what every contact shows, as an evaluation from nothing does. Here one month with a sync
every other day; with `JOURNEYSYNC_MONTHS=10` ten months with a sync a day.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from month import Month
from studio import Studio, studio

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.planning.edits import equal
from journeysync.core.planning.records import standing_pins
from journeysync.core.planning.shown import Atlas, wanted
from journeysync.core.planning.views import CustomerView
from journeysync.core.running.answers import Setting
from journeysync.core.running.explain import Explanation, explain
from journeysync.core.running.ingest import emitted
from journeysync.core.running.sync import look
from journeysync.core.state import runs
from journeysync.core.state.ledger import load_ledger

DAYS = 30
ASKED = int(os.environ.get("JOURNEYSYNC_MONTHS", "0"))
SEEDS = range(1, (ASKED or 1) + 1)
STEP = 1 if ASKED else 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month(tmp_path: Path, seed: int) -> None:
    with studio(tmp_path, customers=6) as place:
        month = Month(place, Random(seed))
        for _ in range(0, DAYS, STEP):
            month.pass_by(STEP)

        assert month.broken == []
        assert len(month.done) > 6, "it was hardly a month"
        assert month.done["merges"] or ASKED
        found = _explained(place)
        assert _unjustified(month, found) == []
        anew = tmp_path / "anew"
        anew.mkdir()
        fresh = Studio(place.portal, anew)
        with fresh.job() as job:
            look(job)
        assert _answers(_explained(fresh)) == _answers(found)


def _explained(place: Studio) -> list[tuple[Explanation, dict[str, str]]]:
    """Explain everybody; beside it what their contacts should show, by the ledger's pins."""
    rules, zone = IdentityRules.of(place.workspace), ZoneInfo(place.workspace.timezone)
    atlas, now = Atlas.of(place.journeys, zone), place.portal.now
    with place.job() as job, job.store.begin() as connection:
        kinds = {name: emitted(connection, source) for name, source in job.sources.items()}
        setting = Setting(place.journeys, rules, now, zone, runs.reach(connection), kinds)
        found = []
        for customer in sorted(runs.all_customers(connection)):
            explanation = explain(connection, customer, setting, rules)
            view = explanation.view
            pins = standing_pins([view], load_ledger(connection, [customer], [], now))
            found.append((explanation, wanted(view, atlas, pins.get(customer), now)))
        return found


def _unjustified(
    month: Month, found: Iterable[tuple[Explanation, dict[str, str]]]
) -> list[tuple[str, ...]]:
    """List what a contact shows and neither the explanation nor a kept edit justifies."""
    fields = month.fields()
    wrong: list[tuple[str, ...]] = []
    for explanation, want in found:
        wrong += [
            (explanation.view.id, "evidence without a rule")
            for reason in explanation.reasons
            if reason.answer.evidence is not None and not reason.rule
        ]
        for person in explanation.view.people:
            entries = explanation.written.get((person.tool, person.type, person.id), {})
            for name, value in want.items():
                if not value and name not in entries:
                    continue  # we never wrote there: what stands there is somebody else's
                held = fields.get((person.id, name), "")
                kept = name in entries and entries[name].standing != "ours"
                if not equal(name, held, entries[name].value if kept else value):
                    wrong.append((person.id, name, held, value))
    return wrong


def _answers(found: Iterable[tuple[Explanation, dict[str, str]]]) -> dict[Any, Any]:
    """Say of everybody, by the records that they are, where they stand, why, and what is owed."""
    return {_who(explanation.view): _what(explanation.view) for explanation, _ in found}


def _who(view: CustomerView) -> tuple[str, ...]:
    return tuple(sorted(person.name for person in view.people))


def _what(view: CustomerView) -> list[Any]:
    return [
        (
            answer.route, answer.place, answer.since, answer.previous,
            answer.evidence and answer.evidence.id,
            sorted(
                (one.touchpoint, one.anchor, one.k, one.status, one.actionable, one.deadline)
                for one in answer.expectations
            ),
        )
        for answer in view.answers
    ]  # fmt: skip
