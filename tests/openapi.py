"""Checks answers against a published OpenAPI document that lies beside the project."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]


def shared(name: str) -> Path:
    """Find a reference file; skip the test where it is not there."""
    path = ROOT.parent / "shared" / name
    if not path.exists():
        pytest.skip(f"the reference ../shared/{name} is not here")
    return path


@cache
def document(name: str) -> dict[str, Any]:
    """Read a specification; `nullable` becomes what JSON Schema says for it."""
    return dict(_plain(json.loads(shared(f"specs/{name}").read_text("utf-8"))))


def mistakes(
    name: str, path: str, value: Any, status: str = "200", method: str = "get"
) -> list[str]:
    """Say what an answer to a path has that the document does not allow."""
    whole = document(name)
    answer = whole["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": whole["components"]})
    return [
        f"{'/'.join(map(str, one.path))}: {one.message}" for one in validator.iter_errors(value)
    ]


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _plain(value) for name, value in node.items()}
    if found.pop("nullable", False) is True:
        return {"anyOf": [found, {"type": "null"}]}
    return found
