"""The `files` tool in a live workspace."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from file_pairs import EVENTS, PEOPLE

from journeysync.connectors.files.source import make
from journeysync.core.errors import Usage
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import ToolSetup


def source(folder: Path, **settings_: object) -> Any:
    given = {"type": "files", "people": "people.csv", "events": "events.csv", **settings_}
    return make(ToolSetup("old-crm", given, folder, "Europe/London"))


def everything(folder: Path, stream: str) -> list[tuple[RawRecord, Reading]]:
    files = source(folder)
    batches = list(files.read(stream, None, datetime.now(UTC)))
    assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True]
    return [(record, files.normalise(record)) for batch in batches for record in batch.records]


def test_a_source_of_people(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "id,email,company_id,created_at,link:shop,city\n"
        "ann,ann@x.example,acme,2026-07-01,77,Bath\n,,,,,\n"
    )
    (tmp_path / "events.csv").write_text(EVENTS)

    ((record, reading),) = everything(tmp_path, "people")

    assert record.key.name == "old-crm:ann"
    (person,) = reading.people
    assert (person.name, person.company, person.attributes) == (
        "old-crm:ann", "old-crm:acme", {"city": "Bath"},
    )  # fmt: skip
    (event,) = reading.events
    assert (event.id, event.at) == (
        "old-crm:ann:person.created", datetime(2026, 6, 30, 23, tzinfo=UTC),
    )  # fmt: skip
    assert [(link.left, link.right) for link in reading.links] == [("old-crm:ann", "shop:77")]


def test_a_source_of_events(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(EVENTS + "e2,ann,order.paid,never\n")

    (good, reading), (broken, reason) = everything(tmp_path, "events")

    assert (good.key.type, good.key.id, broken.key.id) == ("event", "e1", "events.csv:3")
    (event,) = reading.events
    assert (event.id, event.person, event.kind) == ("e1", "old-crm:ann", "order.placed")
    assert [(one.record, one.code) for one in reason.set_aside] == [("events.csv:3", "JF302")]


def test_records_of_a_source_are_json(tmp_path: Path) -> None:
    """They are kept, and read again under another mapping."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(EVENTS + "e2,ann,order.paid,never\n")

    for stream in ("people", "events"):
        for record, reading in everything(tmp_path, stream):
            kept = RawRecord(record.key, json.loads(json.dumps(record.content)))
            assert source(tmp_path).normalise(kept) == reading


def test_a_large_source_comes_in_batches(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id\n" + "".join(f"p{n}\n" for n in range(2500)))
    (tmp_path / "events.csv").write_text(EVENTS)

    assert len(everything(tmp_path, "people")) == 2500


def test_what_a_source_emits(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(EVENTS)
    assert source(tmp_path).emits() == {"order.placed"}
    assert source(tmp_path, kinds=["call.logged"]).emits() == {"order.placed", "call.logged"}

    (tmp_path / "people.csv").write_text("id,created_at\nann,2026-01-01\n")
    assert source(tmp_path).emits() == {"order.placed", "person.created"}


@pytest.mark.parametrize(
    ("events", "levels", "code"),
    [
        (EVENTS, ["ok"], 0),
        (EVENTS + "e2,zoe,order.paid,1\n", ["ok", "warning"], 3),
        ("id\n", ["error"], 2),
    ],
    ids=["good", "broken rows", "no columns"],
)
def test_checking_a_source(tmp_path: Path, events: str, levels: list[str], code: int) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(events)

    found = source(tmp_path).check()

    assert [one.level for one in found] == levels
    assert max(one.exit_code for one in found) == code


@pytest.mark.parametrize("given_", ["call.logged", 5, [5]])
def test_announced_kinds_are_a_list(tmp_path: Path, given_: object) -> None:
    with pytest.raises(Usage, match="a list of event kinds"):
        source(tmp_path, kinds=given_)


@pytest.mark.parametrize("key", ["people", "events"])
def test_a_source_needs_both_files(tmp_path: Path, key: str) -> None:
    with pytest.raises(Usage, match=f"no `{key}` file"):
        source(tmp_path, **{key: ""})
