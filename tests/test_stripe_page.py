"""The page on Stripe says what the connector gives, and its examples work."""

import re
from pathlib import Path

from stripe_account import account, told

from journeysync.connectors.mapping_files import parse_mapping, shipped_text
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.connectors.stripe.settings import VERSION, Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/connectors/stripe.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)
TABLE = {kind: {name.strip() for name in names.split(",")} - {""} for kind, names in ROWS}


def test_the_table_of_events_names_what_is_emitted() -> None:
    mapping, _ = parse_mapping(shipped_text("stripe"), "shipped", StripeMapping)
    assert mapping is not None

    assert set(TABLE) == mapping.kinds()


def test_every_attribute_that_is_given_is_named(tmp_path: Path) -> None:
    with account(tmp_path, customers=150) as served:
        given: dict[str, set[str]] = {}
        for kind, attributes in told(served):
            given.setdefault(kind, set()).update(attributes)

    assert len(given) > 10
    assert {kind: names - TABLE[kind] for kind, names in given.items() if names - TABLE[kind]} == {}


def test_every_setting_is_described() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))

    assert set(Settings.model_fields) - {"api_key"} <= named
    assert f"`{VERSION}`" in PAGE


def test_the_example_of_a_mapping_has_no_mistake() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (example,) = [text for text in blocks if "invoices:" in text]

    assert parse_mapping(example, "page", StripeMapping)[1] == []
