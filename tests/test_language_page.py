"""What docs/journey-language.md shows is true: examples are maps, tables are complete."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from journeysync.core.language.loader import read_map
from journeysync.core.language.rules.templates import TEMPLATE_NAMES
from journeysync.core.language.schema import journey_schema
from journeysync.core.language.vocabulary import KINDS
from journeysync.core.language.written import read_yaml

PAGE = (Path(__file__).parents[1] / "docs" / "journey-language.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

AROUND = {
    "format": "format: 1\n",
    "journey": "journey: sample\n",
    "stages": "stages:\n  - {id: purchase, reached_by: order.placed}\n"
    "  - {id: onboarding, reached_by: order.paid}\n",
}
"""What an example leaves out."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n", 1)[0])
def test_an_example_can_be_pasted(example: str) -> None:
    text = example + "".join(
        part for key, part in AROUND.items() if not re.search(f"^{key}:", example, re.MULTILINE)
    )
    wrong = [str(one) for one in read_map(text, "page")[1] if not one.warning]
    assert wrong == []
    node, _ = read_yaml(text, "page")
    assert node is not None
    Draft202012Validator(journey_schema()).validate(node.plain())


def test_the_first_example_has_not_even_a_warning() -> None:
    assert [str(one) for one in read_map(EXAMPLES[0], "page")[1]] == []


def test_every_kind_stands_there_with_its_attributes() -> None:
    shown = {
        kind: tuple(re.findall(r"\w+", attributes))
        for kind, attributes in re.findall(r"`(\w+\.\w+)`(?: \(([\w, ]+)\))?", PAGE)
        if kind in KINDS
    }
    first = {
        kind: tuple(re.findall(r"\w+", attributes))
        for line in PAGE.splitlines()
        if line.startswith("| ")
        for kind, attributes in re.findall(r"`(\w+\.\w+)`(?: \(([\w, ]+)\))?", line)
        if kind in KINDS
    }
    assert set(shown) == set(KINDS)
    assert first == KINDS


def test_every_name_for_a_task_s_text_stands_there() -> None:
    assert [name for name in TEMPLATE_NAMES if f"`{name}`" not in PAGE] == []


def test_every_key_of_a_map_stands_there() -> None:
    parts = [journey_schema(), *journey_schema()["$defs"].values()]
    mappings = [
        next((one for one in part.get("anyOf", ()) if "properties" in one), part) for part in parts
    ]
    keys = {key for mapping in mappings for key in mapping.get("properties", ())}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", PAGE)) == []
