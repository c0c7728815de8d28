"""A workspace's field mapping: laid over the shipped one, with every mistake at its line."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from journeysync.connectors import registry
from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.mapping_file import FILE, parse_mapping, read_mapping
from journeysync.core.errors import BadCredentials, JourneysyncError, Usage
from journeysync.core.ports import ToolSetup


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parse_mapping(text, "own.yaml")[1]]


KIND = "an event kind such as `contract.ends`: small letters, one dot"
OUT_OF_PLACE = "a rule here knows no pattern, not `outcome`; take it out or rename it"
MISTAKES = {
    "an unknown key": (
        "deals:\n  stagess: []\n",
        ["own.yaml:2: JS801 `deals.stagess` is no key of a mapping; did you mean `stages`?"],
    ),
    "a slip of the pen in a kind": (
        "notes:\n  rules:\n    - {events: note.addded}\n",
        ["own.yaml:3: JS801 No event kind `note.addded`; did you mean `note.added`?"],
    ),
    "a key that means nothing where it stands": (
        "notes:\n  rules:\n    - {outcome: x, events: note.added}\n",
        [
            f"own.yaml:1: JS801 `notes`: {OUT_OF_PLACE}.",
        ],
    ),
    "no YAML": (
        "deals: [\n",
        ["own.yaml:2: JS801 This is no YAML: expected the node content, but found '<stream end>'."],
    ),
    "several at once": (
        "contacts:\n  dates:\n    - {property: a, event: nothing}\n    - {event: contract.ends}\n",
        [
            f"own.yaml:3: JS801 `contacts.dates.0.event` must be {KIND}.",
            "own.yaml:4: JS801 `contacts.dates.1.property`: Field required.",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_a_new_kind_is_welcome() -> None:
    """Maps may use kinds that nobody else has."""
    assert problems("notes: {rules: [{events: car.washed}]}") == []


def over(folder: Path, text: str) -> FieldMapping:
    file = folder / FILE
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return read_mapping(folder, None)[0]


def test_own_rules_come_first_and_the_shipped_ones_stay(tmp_path: Path) -> None:
    mapping = over(tmp_path, 'deals:\n  stages:\n    - {stage: "81", name: signed}\n')

    assert mapping.deals.stages[0].name == "signed"
    assert len(mapping.deals.stages) > 1


def test_a_null_takes_an_attribute_away(tmp_path: Path) -> None:
    mapping = over(tmp_path, "contacts: {attributes: {city: null, vip: is_vip}}")

    assert mapping.contacts.attributes["city"] is None
    assert mapping.contacts.attributes["vip"] == "is_vip"
    assert mapping.contacts.attributes["country"] == "country"


def test_another_mapping_reads_records_again(tmp_path: Path) -> None:
    shipped = read_mapping(tmp_path, None)[0]
    own = over(tmp_path, "contacts: {attributes: {vip: is_vip}}")

    assert own.version != shipped.version


SILENT = {
    "a date": (
        "contacts: {dates: [{property: next_appointment, event: null}]}",
        frozenset[str](),
    ),
    "the same date, of contacts and of deals": (
        """
        contacts: {dates: [{property: renewal_date, event: null}]}
        deals: {dates: [
          {property: renewal_date, event: null}, {property: contract_end_date, event: null}]}
        """,
        frozenset({"contract.ends"}),
    ),
    "a property": (
        "contacts: {changes: [{property: lifecyclestage, value: '*', events: []}]}",
        frozenset({"lifecycle.changed"}),
    ),
    "all notes": ("notes: {rules: [{events: []}]}", frozenset({"note.added"})),
    "some calls": ("calls: {rules: [{title: Test, events: []}]}", frozenset[str]()),
    "all visits": (
        "meetings: {rules: [{completed: meeting.held}]}",
        frozenset(
            {
                "booking.created", "booking.ended", "booking.attended", "booking.no_show",
                "booking.cancelled", "booking.rescheduled",
            }
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "gone"), SILENT.values(), ids=SILENT)
def test_what_a_workspace_says_never_comes_is_not_emitted(
    tmp_path: Path, text: str, gone: frozenset[str]
) -> None:
    """So that nobody waits for it: a touchpoint that nothing can see is never called missed."""
    shipped = read_mapping(tmp_path, None)[0].kinds()

    assert shipped - over(tmp_path, text).kinds() == gone


SETTINGS: dict[str, tuple[dict[str, object], type[JourneysyncError], str]] = {
    "no key": ({}, BadCredentials, "JOURNEYSYNC_MY_CRM__ACCESS_TOKEN"),
    "an empty key": ({"access_token": SecretStr(" ")}, BadCredentials, "No key is set"),
    "an unknown setting": ({"acces": "x", "access_token": SecretStr("x")}, Usage, "`acces`"),
    "no API version": ({"access_token": SecretStr("x"), "api_version": "v9"}, Usage, "2026-03"),
    "no address": ({"access_token": SecretStr("x"), "base_url": "hubapi.com"}, Usage, "https://"),
    "no such mapping": (
        {"access_token": SecretStr("x"), "mapping": "no.yaml"}, Usage, "There is no mapping file",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "error", "says"), SETTINGS.values(), ids=SETTINGS)
def test_settings(
    tmp_path: Path, settings: dict[str, object], error: type[JourneysyncError], says: str
) -> None:
    with pytest.raises(error) as caught:
        registry.make("hubspot", ToolSetup("my-crm", settings, tmp_path))

    assert says in str(caught.value)


def test_a_mapping_with_mistakes_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        over(tmp_path, "deels: {}")

    assert [problem.line for problem in caught.value.problems] == [1]
