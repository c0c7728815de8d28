"""`explain` says why, with evidence, and finds customers as people name them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from sqlalchemy import create_engine, insert

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend
from journeysync.core.errors import Usage
from journeysync.core.running.explain import find_customer
from journeysync.core.state import tables as t

ENQUIRED = "99960"
"""A story of the sandbox: asked by form three days ago and heard nothing."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("explained")
    quiet = Console(folder, as_json=False, verbose=False)
    with pretend(quiet, limits=False, folder=folder) as ready:
        assert run("sync", "--workspace", ready.workspace).code == 0
        yield ready.workspace


def _explained(workspace: Path, *words: str) -> Any:
    answer = run("explain", *words, "--workspace", workspace, "--json")
    assert answer.code == 0, answer.err
    return answer.document


NAMES = {
    "a record": f"hubspot:{ENQUIRED}",
    "its id alone": ENQUIRED,
    "a pasted URL": f"https://app.hubspot.com/contacts/1/record/0-1/{ENQUIRED}?view=all",
    "an address in any case": "PETER.novak@Post.Example",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_customer_is_found_by(workspace: Path, name: str) -> None:
    assert _explained(workspace, name)["people"] == [f"hubspot:{ENQUIRED}"]


SHORT = {
    "a short id": "003Wi000000a002",
    "a short id with its tool": "salesforce:003Wi000000a002",
    "a page under a short id": "https://acme.lightning.force.com/lightning/r/Contact/003Wi000000a002/view",
    "an old page": "https://acme.my.salesforce.com/003Wi000000a002",
}


def _short(name: str) -> str:
    engine = create_engine("sqlite://")
    t.META.create_all(engine)
    # The second differs in one capital letter alone: another record.
    people = {"003Wi000000a002IAA": "c-tom", "003Wi000000A002IAQ": "c-ann"}
    with engine.begin() as connection:
        for record_id, customer in people.items():
            person = dict.fromkeys((column.name for column in t.person.c), "")
            person |= {
                "name": f"salesforce:{record_id}", "tool": "salesforce", "type": "contact",
                "id": record_id, "customer": customer,
            }  # fmt: skip
            connection.execute(insert(t.person), person | {"created_at": None})
        return find_customer(connection, name)


@pytest.mark.parametrize("name", SHORT.values(), ids=SHORT)
def test_salesforces_short_ids_name_the_record(name: str) -> None:
    assert _short(name) == "c-tom"


def test_a_short_id_of_another_tool_names_nobody() -> None:
    with pytest.raises(Usage):
        _short("hubspot:003Wi000000a002")


def test_the_evidence_the_rule_and_what_would_be_without(workspace: Path) -> None:
    (why,) = _explained(workspace, f"hubspot:{ENQUIRED}")["journeys"]

    assert why["answer"]["place"] == "before"
    assert why["answer"]["evidence"]["kind"] == "form.submitted"
    assert why["rule"].startswith("reached_by: form.submitted")
    assert why["without"]["place"] == ""
    assert any(words.startswith("to During") for words in why["moves_on"])


def test_an_exit_by_silence_names_its_rule(workspace: Path) -> None:
    """Nothing is its evidence, so there is no `without`."""
    (why,) = _explained(workspace, "hubspot:99961")["journeys"]

    assert (why["answer"]["place"], why["answer"]["evidence"]) == ("lapsed", None)
    assert (why["rule"], why["without"]) == ("quiet_for: 180d", None)


def test_the_task_and_what_was_written_are_shown(workspace: Path) -> None:
    found = _explained(workspace, f"hubspot:{ENQUIRED}")

    assert [task["touchpoint"] for task in found["tasks"]] == ["enquiry-answer"]
    (record,) = found["written"]
    assert record["fields"]["journey_stage"]["value"] == "before"


def test_asked_about_another_day_it_answers_for_that_day(workspace: Path) -> None:
    """Two months on, the silent enquirer has faded."""
    (why,) = _explained(workspace, f"hubspot:{ENQUIRED}", "--now", "2027-02-01T09:00:00Z")[
        "journeys"
    ]

    assert why["answer"]["place"] == "faded"


def test_nobody_is_one_sentence_and_exit_code_2(workspace: Path) -> None:
    answer = run("explain", "nobody@example.com", "--workspace", workspace)

    assert answer.code == 2
    assert answer.err.startswith("No customer with that id, address or record is known.")


def test_people_read_all_of_it(workspace: Path) -> None:
    text = run("explain", f"hubspot:{ENQUIRED}", "--workspace", workspace).out

    for words in ("Because: form.submitted on", "Without that event: none", "missed   enquiry"):
        assert words in text
