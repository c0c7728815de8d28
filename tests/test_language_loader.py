"""Reading a map: all mistakes at once, at their lines, and never a traceback."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Case, cases

from journeysync.core.errors import Usage
from journeysync.core.language.durations import FORMS
from journeysync.core.language.loader import read_map
from journeysync.core.language.model import Journey
from journeysync.core.language.vocabulary import KINDS, distance, slip
from journeysync.core.language.workspace_text import read_workspace
from journeysync.core.language.written import LARGEST, read_yaml
from journeysync.core.running.maps import load_journey, read_maps, shipped_journeys

MAP = """\
format: 1
journey: sample
calendar: {timezone: Europe/London, days: mon-fri}
stages:
  - id: one
    owner: sales
    reached_by: [form.submitted, {event: order.placed, where: {amount: {gte: 5}}, count: 2}]
  - {id: two, owner: sales, entered_by: order.paid}
exits:
  - {id: lapsed, quiet_for: 30d, of: booking.*, from: [one], suppressed_while: booked}
states:
  - {id: booked, from: booking.created, to: booking.ended}
routes:
  - {id: vip, when: {segment: [a, b]}, having: order.paid}
touchpoints:
  - id: call
    after: order.placed
    within: {default: 2d, vip: 1d}
    expect: call.logged
    only: [vip, default]
    moot_in: lapsed
    task: {title: "Call {{ customer.name }}", checklist: [smile], due: 1d}
targets:
  - {from: one, to: two, rate: 40%}
"""


NOBODY = (
    "map.yaml:16: JS407 Touchpoint `call`: nobody answers for it; name a department as `owner`."
)


def found(text: str, **more: frozenset[str]) -> list[str]:
    return [str(problem) for problem in read_map(text, "map.yaml", **more)[1]]


def test_a_sound_map_is_a_journey() -> None:
    journey, problems = read_map(MAP, "map.yaml")
    assert isinstance(journey, Journey)
    assert [one.code for one in problems] == ["JS407"]


def test_all_mistakes_are_told_at_once_by_line() -> None:
    text = (
        MAP.replace("owner: sales\n    reached_by", "onwer: sales\n    reached_by")
        .replace("booking.created", "booking.atended")
        .replace("from: [one]", "from: [uno]")
        .replace("after: order.placed\n    within", "aftr: order.placed\n    within")
        .replace("vip: 1d", "vip: 1 day")
        .replace("rate: 40%", "rate: 400%")
    )
    assert found(text) == [
        "map.yaml:6: JS104 Stage `one` has no key `onwer`; did you mean `owner`?",
        "map.yaml:10: JS203 No stage or exit is called `uno`; there are `one`, `two`, `lapsed`.",
        "map.yaml:12: JS202 No event kind `booking.atended`; did you mean `booking.attended`?",
        NOBODY,
        "map.yaml:17: JS104 Touchpoint `call` has no key `aftr`; did you mean `after`?",
        f"map.yaml:18: JS111 Touchpoint `call`: `1 day` is no duration; write {FORMS}.",
        "map.yaml:24: JS112 A target: `rate` is a share between 0% and 100%; write it like `40%`.",
    ]


def test_a_broken_section_hides_nothing_and_invents_nothing() -> None:
    text = MAP.replace("states:\n  - {id: booked", "states: many\nexists:\n  - {id: booked")
    assert [line.split()[1] for line in found(text)] == ["JS107", "JS104", "JS407"]


def test_a_stage_with_a_mistake_is_still_a_stage() -> None:
    text = MAP.replace("{id: two, owner", "{id: two, oner: x, owner")
    assert [line.split()[1] for line in found(text)] == ["JS104", "JS407"]


def test_yes_and_on_are_texts() -> None:
    text = MAP.replace("segment: [a, b]", "segment: [yes, on, no, null1]")
    journey, _ = read_map(text, "map.yaml")
    assert journey is not None
    assert journey.routes[0].when["segment"].in_ == ("yes", "on", "no", "null1")


def test_a_number_is_a_text_where_a_text_is_wanted() -> None:
    text = MAP.replace("journey: sample", "journey: sample\nversion: 1.10")
    text = text.replace("id: two", "id: 2").replace("to: two", "to: 2")
    journey, problems = read_map(text, "map.yaml")
    assert journey is not None
    assert (journey.version, journey.stages[1].id, journey.targets[0].to) == ("1.10", "2", "2")
    assert [one.code for one in problems] == ["JS407"]


@settings(max_examples=40, deadline=None)
@given(cases())
def test_a_map_that_makes_sense_has_no_mistake(case: Case) -> None:
    _, problems = read_map(json.dumps(case.map), "map.yaml")
    assert [str(one) for one in problems if not one.warning] == []


@pytest.mark.parametrize(
    ("written", "read"),
    [("007", 7), ("0x1F", 31), ("1_000", "1_000"), ("2026-01-02", "2026-01-02"), ("1e999", "1e999"),
     ("12:30", "12:30"), ("'5'", "5"), ("true", True), ("1.50", 1.5), (".inf", ".inf")],
)  # fmt: skip
def test_a_plain_value_is_read_as_in_yaml_1_2(written: str, read: object) -> None:
    node, _ = read_yaml(f"key: {written}\n", "map.yaml")
    assert node is not None
    assert node.plain() == {"key": read}


def test_a_kind_of_the_data_is_known() -> None:
    text = MAP.replace("order.paid", "order.packd")
    assert any("JS401" in line for line in found(text))
    assert not any(
        "order.packd" in line for line in found(text, extra_kinds=frozenset({"order.packd"}))
    )


def test_a_kind_close_to_one_of_the_data_is_a_slip() -> None:
    text = MAP.replace("order.paid", "parcel.recieved")
    kinds = frozenset({"parcel.received"})
    assert any("did you mean `parcel.received`?" in line for line in found(text, extra_kinds=kinds))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("booking.atended", "booking.attended"),
        ("booking.canceled", "booking.cancelled"),
        ("bookings.created", "booking.created"),
        ("meting.hled", "meeting.held"),
        ("bookng.*", "booking.*"),
        ("order.unavailable", None),
        ("order.packed", None),
        ("card.created", None),
        ("parcel.lost", None),
    ],
)
def test_a_slip_is_told_from_another_word(written: str, meant: str | None) -> None:
    assert slip(written, KINDS) == meant


@pytest.mark.parametrize("kind", KINDS)
def test_no_known_kind_is_taken_for_a_slip_of_its_neighbour(kind: str) -> None:
    assert slip(kind, KINDS) == kind


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("", "ab", 2), ("held", "held", 0), ("hled", "held", 1), ("kitten", "sitting", 3)],
)
def test_distance(one: str, other: str, apart: int) -> None:
    assert distance(one, other) == distance(other, one) == apart


def test_a_huge_file_is_one_problem() -> None:
    assert len(found("a: " + "x" * LARGEST)) == 1


def test_an_alias_bomb_is_not_unfolded() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)
    )
    problems = read_map(bomb, "map.yaml")[1]
    assert {one.code for one in problems} >= {"JS103"}


JUNK = ["", "5", "[]", "{}", "true", "x y", "[[a]]", "{a: b}", "[null]", "'", "*a", "- x", "é: 1"]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, MAP.count(":") - 1), st.sampled_from(JUNK))
def test_any_value_may_be_junk(place: int, junk: str) -> None:
    at = [index for index, letter in enumerate(MAP) if letter == ":"][place]
    rest = MAP[at + 1 :]
    end = min((rest.find(mark) for mark in "\n,}" if mark in rest), default=0)
    journey, problems = read_map(MAP[: at + 1] + " " + junk + rest[end:], "map.yaml")
    assert (journey is None) == any(not one.warning for one in problems)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abid: -[]{}\n'\"&*!|>%@,#?~01\t\x07", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_map, read_workspace):
        value, problems = read(text, "file.yaml")
        assert (value is None) == any(not one.warning for one in problems)


def test_a_map_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MAP, "utf-8")
    mine, _, text = load_journey("mine.yaml", tmp_path)
    assert mine is not None
    assert text == MAP
    for name in shipped_journeys():
        journey, problems, _ = load_journey(name, tmp_path)
        assert journey is not None
        assert journey.journey == name
        assert problems == []


@pytest.mark.parametrize(
    ("content", "line"), [("é: 1\n".encode("latin-1"), 1), (b"a: 1\nb: \xff\xfe\n", 2), (b"", 0)]
)
def test_a_file_that_is_no_text_is_one_problem(tmp_path: Path, content: bytes, line: int) -> None:
    (tmp_path / "map.yaml").write_bytes(content)
    journey, problems, _ = load_journey("map.yaml", tmp_path)
    assert journey is None
    assert [(one.line, one.code) for one in problems] == [(line, "JS100")]


def test_a_map_that_is_not_there_says_what_is() -> None:
    _, problems, _ = load_journey("before-during-aftr")
    assert "did you mean `before-during-after`?" in problems[0].what
    assert load_journey(".")[1][0].what.startswith("The file cannot be opened")


def test_several_maps_are_mended_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MAP.replace("order.paid", "ordr.paid"), "utf-8")
    (tmp_path / "b.yaml").write_text(MAP.replace("format: 1", "format: 7"), "utf-8")
    with pytest.raises(Usage) as stop:
        read_maps(["a.yaml", "b.yaml"], tmp_path)
    assert {one.code for one in stop.value.problems} == {"JS202", "JS115", "JS407"}


def test_two_maps_cannot_have_one_id(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(MAP, "utf-8")
    with pytest.raises(Usage, match="One mistake"):
        read_maps(["a.yaml", "b.yaml"], tmp_path)
