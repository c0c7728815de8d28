"""The page on WooCommerce says what the connector gives, and its examples work."""

import re
from pathlib import Path

from shop import everything, shop

from journeysync.connectors.mapping_files import parse_mapping, shipped_text
from journeysync.connectors.woocommerce.mapping import ShopMapping
from journeysync.connectors.woocommerce.settings import SECRETS, Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/connectors/woocommerce.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)
TABLE = {kind: {name.strip() for name in names.split(",")} - {""} for kind, names in ROWS}


def test_the_table_of_events_names_what_is_emitted() -> None:
    mapping, _ = parse_mapping(shipped_text("woocommerce"), "shipped", ShopMapping)
    assert mapping is not None

    assert set(TABLE) == mapping.kinds()


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    with shop(tmp_path, customers=60) as served:
        tool = served.connect()
        given: dict[str, set[str]] = {}
        for record in everything(tool, served.now).values():
            for event in tool.normalise(record).events:
                given.setdefault(event.kind, set()).update(event.attributes)

    assert len(given) == len(TABLE) - 5  # no plugins are there, and nobody cancels what was paid
    assert {kind: names - TABLE[kind] for kind, names in given.items() if names - TABLE[kind]} == {}


def test_every_setting_is_described() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))

    assert set(Settings.model_fields) - set(SECRETS) <= named


def test_the_examples_of_a_mapping_have_no_mistake() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    examples = [text for text in blocks if "orders:" in text]

    assert len(examples) == 2
    assert [parse_mapping(text, "page", ShopMapping)[1] for text in examples] == [[], []]
