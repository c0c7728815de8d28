"""The field mapping of a booking tool: what it means, and what is wrong with one, by line."""

from datetime import timedelta
from pathlib import Path

import pytest

from journeysync.connectors.booking_rules import Rules, parse_rules, read_rules, shipped_text
from journeysync.connectors.booking_texts import known_zone, parse_instant, parse_number
from journeysync.connectors.bookings import KINDS, Sends
from journeysync.core.errors import Usage

MISTAKES = [
    ("servces: []", "own.yaml:1: JS801 `servces` is no key of a mapping; did you mean `services`?"),
    (
        "services:\n  - service: a\n    send: []",
        "own.yaml:3: JS801 `services.0.send` is no key of a mapping; did you mean `sends`?",
    ),
    (
        "links: {My Crm: x}",
        "own.yaml:1: JS801 `links.My Crm.[key]` must be a name: small letters, digits and `_`.",
    ),
    (
        "services:\n  - {name: x}",
        "own.yaml:2: JS801 `services.0.service`: Field required.",
    ),
    (
        "services:\n- service: a\n  sends:\n    - {event: reminder, after: created}",
        ("own.yaml:4: JS801 `services.0.sends.0.event` must be an event kind such as "
        "`message.sent`: small letters, digits and `_`."),
    ),
    (
        "services:\n- service: a\n  sends:\n    - {event: email.sent}",
        ("own.yaml:4: JS801 `services.0.sends.0`: say either `before: starts` or `after: created, "
        "starts or ends`."),
    ),
    (
        "services:\n- service: a\n  sends:\n    - {event: email.sent, before: starts, by: soon}",
        "own.yaml:4: JS801 `services.0.sends.0.by`: must be a duration such as `24h` or `2d`.",
    ),
    ("a: [", ("own.yaml:1: JS801 This is no YAML: expected the node content, but found "
     "'<stream end>'.")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_is_said_with_its_line(text: str, said: str) -> None:
    rules, problems = parse_rules(text, "own.yaml")

    assert rules is None
    assert [str(one) for one in problems] == [said]


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("format: 2\nservices: [{name: x}]\nanswer: {}\n")

    with pytest.raises(Usage) as raised:
        read_rules(tmp_path, "own.yaml", "acuity.yaml")
    assert [one.line for one in raised.value.problems] == [1, 2, 3]


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="no mapping file"):
        read_rules(tmp_path, "own.yaml", "acuity.yaml")


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Usage, match="UTF-8"):
        read_rules(tmp_path, "own.yaml", "acuity.yaml")


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("")

    assert read_rules(tmp_path, "own.yaml", "acuity.yaml") == read_rules(
        tmp_path, None, "acuity.yaml"
    )


def test_the_workspaces_rules_are_tried_first(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "services:\n  - {service: 'first*', name: mine}\n  - {service: 7, name: seven}\n"
        "answers: {source: null, shoes: [Shoe size, 'Size*']}\n"
    )
    rules = read_rules(tmp_path, "own.yaml", "acuity.yaml")

    assert rules.service("First visit", "9").name == "mine"
    assert rules.service("Second", "7").name == "seven"
    assert rules.service("Second", "8").name == ""
    asked = [("How did you hear about us?", "x"), ("size (EU)", "39"), ("Campaign", " ")]
    assert rules.answered(asked) == {"shoes": "39"}


@pytest.mark.parametrize(
    ("answer", "record"),
    [
        (" 4711 ", ["crm:4711"]),
        ("0036g00000abcDE", ["crm:0036g00000abcDEAAY"]),
        ("5003000000D8cuI", ["crm:5003000000D8cuI"]),
        ("", []),
        ("ann@example.com", []),
        ("I do not know", []),
        ("../contacts/1", []),
        ("7" * 65, []),
    ],
)
def test_an_answer_names_the_record_of_another_tool(answer: str, record: list[str]) -> None:
    """What is no id names nobody."""
    rules, _ = parse_rules("links: {crm: [crm_id, 'customer*'], shop: null}", "own.yaml")
    assert rules is not None
    asked = [("Shoe size", "39"), ("Customer number", answer), ("shop", "1")]
    assert rules.linked(asked) == record


def test_the_workspaces_links_are_laid_over_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("links: {hubspot: null, crm: crm_id}")
    rules = read_rules(tmp_path, "own.yaml", "calcom.yaml")
    asked = [("hubspot_id", "1"), ("salesforce_id", "2"), ("crm_id", "3")]
    assert sorted(rules.linked(asked)) == ["crm:3", "salesforce:2"]


@pytest.mark.parametrize(
    ("rule", "sends"),
    [
        ("{event: a.b, before: starts, by: 24h}", Sends("a.b", "starts", timedelta(hours=-24))),
        ("{event: a.b, after: created}", Sends("a.b", "created")),
        ("{event: a.b, after: ends, by: 90 m}", Sends("a.b", "ends", timedelta(minutes=90))),
        ("{event: a.b, after: starts, by: 1w, set: {x: y}}",
         Sends("a.b", "starts", timedelta(weeks=1), {"x": "y"})),
    ],
)  # fmt: skip
def test_what_a_tool_sends_by_itself(rule: str, sends: Sends) -> None:
    rules, problems = parse_rules(f"services: [{{service: '*', sends: [{rule}]}}]", "own.yaml")

    assert rules is not None, problems
    assert [one.sends() for one in rules.service("any").sends] == [sends]
    assert rules.kinds() == KINDS | {"a.b"}


@pytest.mark.parametrize("name", ["acuity", "calcom"])
def test_a_shipped_mapping_has_no_mistake_and_sends_nothing(name: str) -> None:
    rules, problems = parse_rules(shipped_text(f"{name}.yaml"), name)

    assert problems == []
    assert rules is not None
    assert rules.kinds() == KINDS
    assert rules.version != Rules().version


# --- instants, zones and numbers as booking tools write them --------------------------------------


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-29T00:30:00", "2026-03-29T00:30:00+00:00"),
        ("2026-03-29T01:30:00", "2026-03-29T01:30:00+00:00"),  # skipped: the offset before
        ("2026-10-25T01:30:00", "2026-10-25T00:30:00+00:00"),  # twice: the first
        ("2026-07-15T10:00:00.1234567Z", "2026-07-15T10:00:00.123456+00:00"),
        ("2026-07-15T10:00:00-0500", "2026-07-15T15:00:00+00:00"),
    ],
)
def test_an_instant_is_read(text: str, at: str) -> None:
    found = parse_instant(text, "Europe/London")

    assert found is not None
    assert found.isoformat() == at


@pytest.mark.parametrize("text", ["", None, "soon", "9999-12-31T23:59:59-23:00", 7, []])
def test_what_is_no_instant_is_none(text: object) -> None:
    assert parse_instant(text) is None


def test_the_first_zone_that_is_one() -> None:
    assert known_zone(None, "", "Mars/Base", "../x", "Europe/Paris", "UTC") == "Europe/Paris"
    assert known_zone(None) == "UTC"


@pytest.mark.parametrize(
    ("text", "number"),
    [("45.00", 45), (" 7 ", 7), (3, 3), (2.5, 2.5), ("", None), ("free", None), (None, None),
     (True, None), ("nan", None), ("inf", None)],
)  # fmt: skip
def test_a_number_that_may_be_text(text: object, number: float | None) -> None:
    assert parse_number(text) == number
