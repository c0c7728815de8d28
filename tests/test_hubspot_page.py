"""The page on HubSpot says what the connector gives, and its examples work."""

import re
from pathlib import Path

from hubspot_portal import everything, portal

from journeysync.connectors.hubspot.mapping_file import parse_mapping
from journeysync.connectors.hubspot.settings import Settings
from journeysync.connectors.mapping_files import shipped_text

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/connectors/hubspot.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)
TABLE = {kind: {name.strip() for name in names.split(",")} - {""} for kind, names in ROWS}


def test_the_table_of_events_names_what_is_emitted() -> None:
    mapping, _ = parse_mapping(shipped_text("hubspot"), "shipped")
    assert mapping is not None

    assert set(TABLE) == mapping.kinds()


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    """A map's author finds here what `where` can ask for."""
    with portal(tmp_path, customers=60) as served:
        tool = served.connect()
        given: dict[str, set[str]] = {}
        for stream in tool.streams:
            for record in everything(tool, stream, served.now).values():
                for event in tool.normalise(record).events:
                    given.setdefault(event.kind, set()).update(event.attributes)

    assert len(given) > 20
    assert {kind: names - TABLE[kind] for kind, names in given.items() if names - TABLE[kind]} == {}


def test_every_setting_is_described() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))

    assert set(Settings.model_fields) - {"access_token"} <= named


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (example,) = [text for text in blocks if "deals:" in text]

    assert parse_mapping(example, "page")[1] == []
