"""Rows that are set aside and why; files that stop a run."""

import errno
import gzip
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from file_pairs import EVENTS, PEOPLE, UTC_ZONE, read, read_paths, write

from journeysync.connectors.files import duck as duck_module
from journeysync.connectors.files import rows as rows_module
from journeysync.connectors.files.duck import Duck
from journeysync.connectors.files.reading import FilesReading
from journeysync.core.errors import Usage

GOOD = "e1,ann,order.placed,2026-01-05T10:00:00Z"
BROKEN_ROWS = {
    "too few cells": ("e2,ann,order.placed", "JF104"),
    "too many cells": (f"{GOOD},5", "JF104"),
    "no kind": ("e2,ann,,2026-01-05T10:00:00Z", "JF301"),
    "a kind that is none": ("e2,ann,Order Placed,2026-01-05T10:00:00Z", "JF301"),
    "no date": ("e2,ann,order.placed,", "JF302"),
    "a bad date": ("e2,ann,order.placed,soon", "JF302"),
    "no person": ("e2,,order.placed,2026-01-05T10:00:00Z", "JF304"),
    "an unknown person": ("e2,zoe,order.placed,2026-01-05T10:00:00Z", "JF304"),
    "an open quote": ('e2,"ann,order.placed,2026-01-05T10:00:00Z', "JF101"),
    "text after a quote": ('e2,"ann"x,order.placed,2026-01-05T10:00:00Z', "JF101"),
}


@pytest.mark.parametrize(("row", "code"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_broken_rows_of_csv(tmp_path: Path, row: str, code: str) -> None:
    """A row is reported with its line, and the rows around it are read."""
    header = EVENTS.partition("\n")[0]
    after = "e3,ben,order.paid,2026-01-06T10:00:00Z"

    found = read(tmp_path, events=f"{header}\n{GOOD}\n{row}\n{after}\n")

    assert (found.ids, found.problems) == (["e1", "e3"], [f"events:3 {code}"])


BROKEN_LINES = {
    "no JSON": ('{"person_id": "ann", "kind": ', "JF102"),
    "no object": ("[1, 2]", "JF102"),
    "no date": ('{"person_id": "ann", "kind": "order.placed"}', "JF302"),
    "an unknown person": ('{"person_id": "zoe", "kind": "order.placed", "at": 1}', "JF304"),
}


@pytest.mark.parametrize(("line", "code"), BROKEN_LINES.values(), ids=BROKEN_LINES)
def test_broken_lines_of_jsonl(tmp_path: Path, line: str, code: str) -> None:
    good = '{"id": "e1", "person_id": "ann", "kind": "order.placed", "at": 1}'

    found = read(tmp_path, '{"id": "ann"}', f"{good}\n\n{line}\n", suffix=".jsonl")

    assert (found.ids, found.problems) == (["e1"], [f"events:3 {code}"])


def test_broken_rows_of_parquet(tmp_path: Path) -> None:
    write(tmp_path / "people.parquet", PEOPLE)
    rows: list[dict[str, Any]] = [
        {"person_id": "zoe", "kind": "order.placed", "at": "2026-01-05"},
        {"person_id": "ann", "kind": "order.placed", "at": "2026-01-05"},
        {"person_id": "ann", "kind": None, "at": "2026-01-05"},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "events.parquet")

    found = read_paths(tmp_path / "people.parquet", tmp_path / "events.parquet")

    assert found.problems == ["events:1 JF304", "events:3 JF301"]
    assert len(found.events) == 1


def test_rows_in_another_encoding(tmp_path: Path) -> None:
    """A file that is mostly UTF-8 loses only the rows that are not."""
    people = "id,city\nann,Bath\nben,Zürich\ncat,Acton\n".encode("latin-1")

    found = read(tmp_path, people, "person_id,kind,at\n")

    assert [one["id"] for one in found.people] == ["ann", "cat"]
    assert found.problems == ["people:3 JF103"]


@pytest.mark.parametrize(
    ("row", "code"), [(",x@x.example,", "JF201"), ("zoe,,someday", "JF202")], ids=["id", "date"]
)
def test_broken_people(tmp_path: Path, row: str, code: str) -> None:
    found = read(tmp_path, f"id,email,created_at\nann,,\n{row}\n")

    assert ([one["id"] for one in found.people], found.problems) == (["ann"], [f"people:3 {code}"])


def test_a_cell_over_several_lines(tmp_path: Path) -> None:
    """Lines are counted as an editor shows them."""
    people = 'id,note\nann,"one\ntwo\nthree"\n,none\n'

    found = read(tmp_path, people, "person_id,kind,at\n")

    assert found.people[0]["attr.note"] == "one\ntwo\nthree"
    assert found.problems == ["people:5 JF201"]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_no_events_at_all(tmp_path: Path, suffix: str) -> None:
    people = write(tmp_path / f"people{suffix}", PEOPLE)
    events = tmp_path / f"events{suffix}"
    if suffix == ".jsonl":
        events.write_text("")
    else:
        columns = {name: pa.array([], pa.string()) for name in ("person_id", "kind", "at")}
        pq.write_table(pa.table(columns), events)

    assert read_paths(people, events).events == []


def test_a_long_file_is_taken_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = EVENTS + "".join(f"e{n},ben,order.paid,{n}\n" for n in range(2, 6))
    whole = read(tmp_path, events=events)
    monkeypatch.setattr(rows_module, "_PART", 2)

    assert read(tmp_path, events=events) == whole


def test_an_open_quote_loses_no_row_but_its_own(tmp_path: Path) -> None:
    rows = "".join(f"e{n},ann,order.placed,{n}\n" for n in range(200))

    found = read(tmp_path, events=f'id,person_id,kind,at\nx,"ann,order.placed,1\n{rows}')

    assert (len(found.ids), found.problems) == (200, ["events:2 JF101"])


def test_future_and_equal_dates_are_fine(tmp_path: Path) -> None:
    events = EVENTS + "e2,ann,booking.starts,2099-01-01T00:00:00Z\n"

    assert read(tmp_path, events=events).problems == []


WRONG_FILES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "UTF-16": (EVENTS.encode("utf-16"), "no UTF-8 text"),
    "UTF-16 without a mark": (EVENTS.encode("utf-16-le"), "no UTF-8 text"),
    "a spreadsheet": (b"PK\x03\x04\0\0\0", "no UTF-8 text"),
    "a column missing": (b"id,person_id,at\n", "has no column `kind`"),
    "two columns missing": (b"id,person_id\n", "no column `kind` and none `at`"),
    "nobody named": (b"id,kind,at\n", "has no column `person_id`"),
    "a name that is nearly right": (b"id,Person ID,kind,at\n", "did you mean `Person ID`"),
    "semicolons": (b"id;person_id;kind;at\n", "parted by semicolons"),
    "a column twice": (b"id,kind,kind,person_id,at\n", "two columns called `kind`"),
    "a column without a name": (b"id,,kind,person_id,at\n", "Column 2 of"),
    "a header in another encoding": ("id,zür,kind\n".encode("latin-1"), "header of"),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_files(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Usage, match=sentence):
        read(tmp_path, events=content)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.csv", None, "There is no file"),
        ("gone.parquet", None, "There is no file"),
        ("events.xlsx", b"PK", "of no known format"),
        ("events.csv.gz", b"no gzip", "cannot be unpacked"),
        ("events.csv.gz", gzip.compress(EVENTS.encode())[:-9], "cannot be unpacked"),
        ("events.parquet", b"no parquet", "is no Parquet file"),
    ],
    ids=["CSV", "Parquet", "format", "no gzip", "half a gzip", "no Parquet"],
)
def test_files_that_cannot_be_opened(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(Usage, match=sentence):
        read_paths(tmp_path / "people.csv", tmp_path / name)


def test_nested_columns_of_parquet(tmp_path: Path) -> None:
    write(tmp_path / "people.parquet", PEOPLE)
    rows: list[dict[str, Any]] = [
        {"person_id": "ann", "kind": "order.placed", "at": 1, "items": ["a", "b"]}
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "events.parquet")

    with pytest.raises(Usage, match="column `items`"):
        read_paths(tmp_path / "people.parquet", tmp_path / "events.parquet")


@pytest.mark.parametrize("harm", ["bytes changed", "a part missing"])
def test_damaged_parquet(tmp_path: Path, harm: str) -> None:
    """A file whose end is right and whose inside is not."""
    write(tmp_path / "people.parquet", PEOPLE)
    path = tmp_path / "events.parquet"
    ids = [f"{n * 7919 % 10007}-{n}" for n in range(20_000)]
    table = pa.table(
        {
            "id": ids,
            "person_id": ["ann"] * len(ids),
            "kind": ["order.placed"] * len(ids),
            "at": list(range(len(ids))),
        }
    )
    pq.write_table(table, path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    if harm == "bytes changed":
        content[middle : middle + 4000] = b"\xff" * 4000
    else:
        del content[4:middle]
    path.write_bytes(content)

    with pytest.raises(Usage, match="damaged"):
        read_paths(tmp_path / "people.parquet", path)


def test_a_full_disk_while_sorting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What memory does not hold is sorted on disk; when that is full DuckDB says "memory"."""
    monkeypatch.setattr(duck_module, "MEMORY", "10MB")
    full = Duck(tmp_path, UTC_ZONE)
    full.run("SET max_temp_directory_size = '1MB'")

    with pytest.raises(OSError, match="disk is full") as raised:
        for _ in full.batches("SELECT hash(range)::VARCHAR AS h FROM range(3000000) ORDER BY h", 9):
            pass

    assert raised.value.errno == errno.ENOSPC
    full.close()


def test_names_of_columns_are_no_sql(tmp_path: Path) -> None:
    """Columns may be called anything, also what our own are called."""
    events = (
        'person_id,kind,at,"a ""quoted"" name",customer,line,moment,number,order\n'
        "ann,order.placed,2026-01-05,1,2,3,4,5,6\n"
    )

    (event,) = read(tmp_path, events=events).events

    assert [event[f"attr.{name}"] for name in ('a "quoted" name', "customer", "line", "order")] == [
        "1", "2", "3", "6",
    ]  # fmt: skip
    assert event["customer"] == 0


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_upper_and_lower_case_are_two_columns(tmp_path: Path, suffix: str) -> None:
    people = write(tmp_path / f"people{suffix}", "id,City,city\nann,Bath,Acton\n")
    events = write(
        tmp_path / f"events{suffix}", EVENTS.replace("at\n", "at,Score\n").replace("Z\n", "Z,5\n")
    )

    found = read_paths(people, events)

    assert found.events[0]["attr.Score"] == "5"
    if suffix != ".parquet":  # whose reader takes the two for one name and renames the second
        assert (found.people[0]["attr.City"], found.people[0]["attr.city"]) == ("Bath", "Acton")


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    spill.mkdir()
    (tmp_path / "people.csv").write_text("id\n")
    with FilesReading(tmp_path / "people.csv", tmp_path / "gone.csv", spill=spill) as reading:
        assert len(list(spill.iterdir())) == 1
        reading.people(None)

    assert list(spill.iterdir()) == []


def test_every_code_has_its_line_in_the_page() -> None:
    root = Path(__file__).parents[1]
    code = re.compile(r"JF\d{3}")
    used = {
        found
        for path in (root / "connectors" / "files").glob("*.py")
        for found in code.findall(path.read_text("utf-8"))
    }

    assert used == set(code.findall((root / "docs/connectors/files.md").read_text("utf-8")))
