"""The page on Acuity says what the connector gives, and its examples work."""

from pathlib import Path

from bookable import bookable
from booking_pages import example, named_settings, shipped, table, unnamed_attributes

from journeysync.connectors.acuity.settings import Settings
from journeysync.connectors.booking_rules import parse_rules
from journeysync.connectors.bookings import PAID


def test_the_table_of_events_names_what_is_emitted() -> None:
    assert set(table("acuity")) == shipped("acuity").kinds() | {PAID}


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=60) as place:
        assert unnamed_attributes("acuity", place) == {}


def test_every_setting_is_described() -> None:
    assert set(Settings.model_fields) - {"access_token", "api_key"} <= named_settings("acuity")


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    assert parse_rules(example("acuity"), "page")[1] == []
