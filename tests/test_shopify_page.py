"""The page on Shopify says what the connector gives, and its examples work."""

import re
from pathlib import Path

from shopify_shop import everything, store

from journeysync.connectors.mapping_files import parse_mapping, read_mapping
from journeysync.connectors.shopify.check import NEEDED, OPTIONAL
from journeysync.connectors.shopify.mapping import OrderRule, ShopMapping
from journeysync.connectors.shopify.read import ALL_ORDERS
from journeysync.connectors.shopify.settings import SECRETS, VERSION, Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/connectors/shopify.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)
TABLE = {kind: {name.strip() for name in names.split(",")} - {""} for kind, names in ROWS}
SHIPPED = read_mapping(Path("nowhere"), None, "shopify", ShopMapping)


def test_the_table_of_events_names_what_is_emitted() -> None:
    assert set(TABLE) == SHIPPED.kinds()


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    with store(tmp_path, customers=150) as served:
        tool = served.connect()
        given: dict[str, set[str]] = {}
        for record in everything(tool, served.now).values():
            for event in tool.normalise(record).events:
                given.setdefault(event.kind, set()).update(event.attributes)

    assert set(TABLE) - set(given) <= {"subscriber.left", "subscription.cancelled"}
    assert {kind: names - TABLE[kind] for kind, names in given.items() if names - TABLE[kind]} == {}


def test_every_setting_and_every_scope_is_described() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))

    assert set(Settings.model_fields) - set(SECRETS) <= named
    assert {*NEEDED, *OPTIONAL, ALL_ORDERS} <= named
    assert f"`{VERSION}`" in PAGE


def test_every_moment_of_an_order_is_named() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))

    assert {*OrderRule.MOMENTS, *OrderRule.FACTS} <= named


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (example,) = [text for text in blocks if "orders:" in text]

    assert parse_mapping(example, "page", ShopMapping)[1] == []
