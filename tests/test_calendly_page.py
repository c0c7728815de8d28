"""The page on Calendly says what the connector gives, and its examples work."""

import re
from pathlib import Path

from calendly_tool import calendly

from journeysync.connectors.booking_rules import parse_rules
from journeysync.connectors.calendly.settings import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/connectors/calendly.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)
TABLE = {kind: {name.strip() for name in names.split(",")} - {""} for kind, names in ROWS}


def test_the_table_of_events_is_what_is_emitted(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=60) as here:
        tool = here.connect()
        found = [one for reading in here.readings(tool) for one in reading.events]

    assert set(TABLE) == tool.emits() == {event.kind for event in found}
    given: dict[str, set[str]] = {}
    for event in found:
        given.setdefault(event.kind, set()).update(event.attributes)
    assert {kind: names - TABLE[kind] for kind, names in given.items() if names - TABLE[kind]} == {}


def test_every_setting_is_described() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))

    assert set(Settings.model_fields) - {"access_token"} <= named


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    (example,) = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
                  if "services:" in text]  # fmt: skip

    assert parse_rules(example, "page")[1] == []


def test_the_comments_of_the_shipped_mapping_can_be_used() -> None:
    """What stands there as a comment is a rule when the `#` is taken away."""
    text = (ROOT / "mappings/fields/calendly.yaml").read_text("utf-8")
    lines = re.findall(r"^#   (.*)$", text, re.MULTILINE)

    assert lines
    assert parse_rules("\n".join(lines), "calendly.yaml")[1] == []
