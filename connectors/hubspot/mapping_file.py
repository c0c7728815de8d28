"""Finds and reads mapping files, and says what is wrong with them, by file and line.

Reads files; sends nothing.
"""

import difflib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from journeysync.connectors.hubspot import mapping as models
from journeysync.connectors.hubspot.mapping import FieldMapping, merge
from journeysync.connectors.mapping_files import line_of, shipped_document
from journeysync.core.errors import Usage
from journeysync.core.problems import Problem

FILE = "mappings/fields/hubspot.yaml"
CODE = "JS801"


def read_mapping(folder: Path, named: str | None) -> tuple[FieldMapping, FieldMapping]:
    """Read the mapping of a workspace: the merged one, and what the workspace itself says.

    Raises Usage with every mistake in the workspace's file.
    """
    path = folder / (named or FILE)
    if not path.exists():
        if named:
            raise Usage(
                f"There is no mapping file `{path}`. Correct the tool's key `mapping` in "
                "journeysync.yaml, or take it out to use the shipped mapping."
            )
        return _shipped_mapping(), FieldMapping()
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Usage(f"The mapping file `{path}` cannot be read as UTF-8 text.") from None
    own, problems = parse_mapping(text, str(path))
    if own is None:
        raise Usage(
            f"The mapping file `{path}` has mistakes. Correct them, then run again.", problems
        )
    tree = merge(YAML(typ="safe").load(text) or {}, shipped_document("hubspot"))
    return FieldMapping.model_validate(tree), own


@lru_cache(maxsize=1)
def _shipped_mapping() -> FieldMapping:
    return FieldMapping.model_validate(shipped_document("hubspot"))


def parse_mapping(text: str, file: str) -> tuple[FieldMapping | None, list[Problem]]:
    """Read a mapping's text. Pure."""
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return None, [Problem(file, line, CODE, f"This is no YAML: {error.problem}.")]
    except YAMLError:
        return None, [Problem(file, 0, CODE, "This is no YAML.")]
    try:
        found = FieldMapping.model_validate(tree or {})
    except ValidationError as error:
        return None, sorted(
            {
                Problem(
                    file,
                    line_of(tree, one["loc"]),
                    CODE,
                    _sentence(one["loc"], one["type"], one["msg"]),
                )
                for one in error.errors(include_url=False, include_input=False)
            }
        )
    problems = _misspelt(found, tree, file)
    return (None if problems else found), problems


def _misspelt(own: FieldMapping, tree: Any, file: str) -> list[Problem]:
    """Find kinds that are nearly those of the shipped mapping; a really new one is welcome."""
    known = _shipped_mapping().kinds()
    return [
        Problem(file, line, CODE, f"No event kind `{kind}`; did you mean `{near[0]}`?")
        for kind in sorted(own.kinds() - known)
        if (near := difflib.get_close_matches(kind, known, n=1, cutoff=0.88))
        for line in _lines_of(tree, kind)
    ]


def _lines_of(tree: Any, text: str) -> Iterator[int]:
    """Find where a text stands."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for step, value in steps:
        if value == text:
            yield line_of(tree, [step])
        elif isinstance(value, dict | list):
            yield from _lines_of(value, text)


_FORMS = {
    models.KIND: "an event kind such as `contract.ends`: small letters, one dot",
    models.PROPERTY: "the internal name of a property: small letters, digits and `_`",
    models.NAME: "a name: a small letter, then small letters, digits and `_`",
}


def _sentence(where: Sequence[str | int], kind: str, message: str) -> str:
    path = ".".join(str(step) for step in where)
    last = str(where[-1]) if where else ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(last, _KEYS, n=1)
        guess = f"; did you mean `{near[0]}`?" if near else "."
        return f"`{path}` is no key of a mapping{guess}"
    if kind == "string_pattern_mismatch":
        form = next(form for pattern, form in _FORMS.items() if pattern in message)
        return f"`{path}` must be {form}."
    return f"`{path}`: {message.removeprefix('Value error, ')}."


def _keys() -> list[str]:
    return sorted(
        {
            field.alias or name
            for model in vars(models).values()
            if isinstance(model, type) and issubclass(model, BaseModel)
            for name, field in model.model_fields.items()
        }
    )


_KEYS = _keys()
