"""Exchanges as they were recorded: the connector asks the same and understands the same."""

import re

import pytest
from hubspot_cassettes import FOLDER, HEADER, KEPT_HEADERS, SCENES, connect, contacts, player
from ruamel.yaml import YAML
from vcr.errors import CannotOverwriteExistingCassetteException

TOLD = {
    "hubspot_deals": [
        "deal.created 2026-10-17",
        "deal.stage_changed 2026-10-17 presentationscheduled",
        "quote.sent 2026-10-17 presentationscheduled",
        "deal.stage_changed 2026-10-21 contract_sent",
        "deal.stage_changed 2026-10-25 closedwon",
        "deal.won 2026-10-25 closedwon",
    ],
    "hubspot_contacts": [
        "99951", "99952", "99953", "99954", "99955", "99956", "99957", "99958", "99959",
        "99960", "99964", "99965", "99966", "99967", "99973", "99974", "99976",
        "99978",
    ],
    "hubspot_writing": [
        "99951 done", "99952 failed INVALID_OPTION", "424242 failed OBJECT_NOT_FOUND",
    ],
    "hubspot_task": ["k1 done", "k1 done", "Call them open"],
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_a_recorded_scene(name: str) -> None:
    """Every recorded request is made once, and no other."""
    with player().use_cassette(f"{name}.yaml") as cassette:
        assert SCENES[name](connect()) == TOLD[name]
        assert cassette.all_played


def test_a_request_that_nobody_recorded_never_leaves_the_machine() -> None:
    with (
        player().use_cassette("hubspot_task.yaml"),
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        contacts(connect())


@pytest.mark.parametrize("name", SCENES)
def test_a_cassette_says_what_it_is_and_holds_no_key(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()

    assert text.startswith(HEADER)
    assert not re.search(r"pat-|bearer|authorization|127\.0\.0\.1", text, re.IGNORECASE)
    for one in YAML(typ="safe").load(text)["interactions"]:
        assert one["request"]["headers"] == {}
        assert {header.lower() for header in one["response"]["headers"]} <= KEPT_HEADERS
