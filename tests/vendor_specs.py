"""Descriptions of vendors' APIs that may stand beside the checkout: where they do, they are law."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "../shared/specs"


@lru_cache
def spec(name: str) -> dict[str, Any]:
    """Read a description, or skip the test where there is none."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Make an OpenAPI 3.0 schema one of JSON Schema that stands for itself."""
    return {**_plain(schema), "components": _plain(document["components"])}


def _plain(part: Any) -> Any:
    """Write `nullable` as JSON Schema says it."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: _plain(value) for name, value in part.items()}
    if found.pop("nullable", False) is True:
        return {"anyOf": [found, {"type": "null"}]}
    return found
