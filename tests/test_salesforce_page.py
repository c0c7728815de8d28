"""The page on Salesforce says what the connector gives, and its examples work."""

import re
from pathlib import Path

from salesforce_org import org, readings

from journeysync.connectors.mapping_files import parse_mapping, shipped_text
from journeysync.connectors.salesforce.mapping import TOOL, SalesforceMapping
from journeysync.connectors.salesforce.settings import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/connectors/salesforce.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)
TABLE = {kind: {name.strip() for name in names.split(",")} - {""} for kind, names in ROWS}


def test_the_table_of_events_names_what_is_emitted() -> None:
    mapping, _ = parse_mapping(shipped_text(TOOL), "shipped", SalesforceMapping)
    assert mapping is not None

    assert set(TABLE) == mapping.kinds()


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    """A map's author finds here what `where` can ask for."""
    with org(tmp_path, customers=40) as here:
        tool = here.connect()
        given: dict[str, set[str]] = {}
        for stream in tool.streams:
            for reading in readings(tool, stream, here.now):
                for event in reading.events:
                    given.setdefault(event.kind, set()).update(event.attributes)

    assert len(given) > 20
    assert {kind: names - TABLE[kind] for kind, names in given.items() if names - TABLE[kind]} == {}


def test_every_setting_is_described() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))

    assert set(Settings.model_fields) <= named


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (example,) = [text for text in blocks if "opportunities:" in text]

    assert parse_mapping(example, "page", SalesforceMapping)[1] == []
