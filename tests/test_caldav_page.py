"""The page on calendars says what the connector gives, and its examples work."""

import re
from pathlib import Path

from booking_pages import example, named_settings, shipped, table, unnamed_attributes
from calendar_server import desk, event

from journeysync.connectors.booking_rules import parse_rules, shipped_text
from journeysync.connectors.caldav.settings import SECRETS, Settings
from journeysync.connectors.catalogue import CATALOGUE


def test_the_table_of_events_names_what_is_emitted() -> None:
    assert set(table("caldav")) == shipped("caldav").kinds()


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    notes = "How did you find us: x\\nutm_campaign: y\\nFirst visit?: yes\\nWho referred you?: Ben"
    everything = ("LOCATION:Room 2", "CATEGORIES:Knee", f"DESCRIPTION:{notes}")
    with desk(tmp_path) as here:
        here.put("a", event("a", ";VALUE=DATE:20261201", "STATUS:TENTATIVE", *everything))
        here.put("b", event("b", "20261201T090000Z", "STATUS:CANCELLED", *everything))
        here.put("c", event("c", "20261201T090000Z", "SUMMARY:No-show", *everything))
        weekly = ("RRULE:FREQ=WEEKLY;COUNT=2", *everything)
        moved = event("d", "20261202T090000Z", "RECURRENCE-ID:20261201T090000Z", *everything)
        here.put("d", event("d", "20261201T090000Z", *weekly), moved)

        assert unnamed_attributes("caldav", here) == {}
        source = here.connect()
        given = [
            one for record in here.records(source).values()
            for one in source.normalise(record).events
        ]  # fmt: skip
        assert {one.kind for one in given} == source.emits()
        named = set().union(*table("caldav").values())
        assert named == {name for one in given for name in one.attributes}


def test_every_setting_is_described() -> None:
    assert set(Settings.model_fields) - set(SECRETS) <= named_settings("caldav")


def test_the_settings_are_those_that_are_listed() -> None:
    about = CATALOGUE["caldav"]
    assert set(about.settings) | set(about.secrets) == set(Settings.model_fields)


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    assert parse_rules(example("caldav"), "page")[1] == []


def test_the_comments_of_the_shipped_mapping_can_be_used() -> None:
    lines = re.findall(r"^#   (-.*|  .*)$", shipped_text("caldav.yaml"), re.MULTILINE)
    text = "\n".join(["services:", *(f"  {one}" for one in lines if "further" not in one)])

    assert "sends" in text
    assert parse_rules(text, "caldav.yaml")[1] == []
