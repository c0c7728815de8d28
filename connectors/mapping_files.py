"""Reads a field mapping: the shipped YAML, and a workspace's own file laid over it.

Says every mistake with file and line. Knows no connector: the model of a mapping is an argument.
"""

import difflib
import fnmatch
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from journeysync.core.errors import Usage
from journeysync.core.problems import Problem

CODE = "JS801"


class Part(BaseModel):
    """What every part of a mapping has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _texts(value: Any) -> Any:
    """Read one text as a list of one; true, false and numbers as tools write them."""
    return tuple(
        str(one).lower() if isinstance(one, bool) else str(one) if isinstance(one, int) else one
        for one in _several(value)
    )


KIND = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"
NAME = r"^[a-z][a-z0-9_]*$"
_FORMS = {
    KIND: "an event kind such as `contract.ends`: small letters, one dot",
    NAME: "a name: a small letter, then small letters, digits and `_`",
}

Globs = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Kind = Annotated[str, Field(pattern=KIND)]
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_several)]
Name = Annotated[str, Field(pattern=NAME)]
Named = dict[Name, str | None]
"""Attribute -> path in the record; None takes a shipped one away."""

ANY: tuple[str, ...] = ("*",)
M = TypeVar("M", bound=Part)


def fits(globs: Sequence[str], *texts: str) -> bool:
    """Compare as all texts are compared: trimmed, without regard to case. Pure."""
    return any(_fits(tuple(globs), text) for text in texts)


@lru_cache(maxsize=65_536)
def _fits(globs: tuple[str, ...], text: str) -> bool:
    """Remembered: a shop's orders have the same few statuses, items and keys."""
    folded = text.strip().casefold()
    return any(fnmatch.fnmatchcase(folded, glob.strip().casefold()) for glob in globs)


def version(mapping: Part, normaliser: str) -> str:
    """Name a mapping and what reads it: stored records are read again when it changes. Pure."""
    told = json.dumps(mapping.model_dump(mode="json"), sort_keys=True)
    return f"{normaliser}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def merge(over: Any, under: Any) -> Any:
    """Lay one mapping's YAML over another's. Pure.

    Names: the upper's win, and its null takes one away. Lists of rules: the upper's come first.
    """
    if isinstance(over, Mapping) and isinstance(under, Mapping):
        return {
            key: merge(over[key], under.get(key)) if key in over else under[key]
            for key in [*under, *(key for key in over if key not in under)]
        }
    if isinstance(over, list) and isinstance(under, list):
        return [*over, *under]
    return over


def shipped_text(tool_type: str) -> str:
    """Return a shipped mapping as it stands, comments included."""
    return (files("journeysync.mappings") / "fields" / f"{tool_type}.yaml").read_text("utf-8")


@cache
def shipped_document(tool_type: str) -> Any:
    """Return a shipped mapping, parsed once in a process; nobody may change it."""
    return YAML(typ="safe").load(shipped_text(tool_type))


def read_mapping(folder: Path, named: str | None, tool_type: str, model: type[M]) -> M:
    """Read the mapping of a workspace: its own file, where there is one, over the shipped one.

    Raises Usage with every mistake in the workspace's file.
    """
    path = folder / (named or f"mappings/fields/{tool_type}.yaml")
    shipped = shipped_document(tool_type)
    if not path.exists():
        if named:
            raise Usage(
                f"There is no mapping file `{path}`. Correct the tool's key `mapping` in "
                "journeysync.yaml, or take it out to use the shipped mapping."
            )
        return model.model_validate(shipped)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Usage(f"The mapping file `{path}` cannot be read as UTF-8 text.") from None
    own, problems = parse_mapping(text, str(path), model)
    if own is None:
        raise Usage(
            f"The mapping file `{path}` has mistakes. Correct them, then run again.", problems
        )
    return model.model_validate(merge(YAML(typ="safe").load(text) or {}, shipped))


def parse_mapping(text: str, file: str, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Read a mapping's text. Pure."""
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return None, [Problem(file, line, CODE, f"This is no YAML: {error.problem}.")]
    except YAMLError:
        return None, [Problem(file, 0, CODE, "This is no YAML.")]
    try:
        return model.model_validate(tree or {}), []
    except ValidationError as error:
        return None, sorted(
            {
                Problem(
                    file,
                    line_of(tree, one["loc"]),
                    CODE,
                    _sentence(one["loc"], one["type"], one["msg"], sorted(set(_keys(model)))),
                )
                for one in error.errors(include_url=False, include_input=False)
            }
        )


def line_of(tree: Any, where: Sequence[str | int]) -> int:
    """Find the line of the deepest part of the way that the file has."""
    line = 1
    for step in where:
        try:
            mark = tree.lc.item(step) if isinstance(step, int) else tree.lc.key(step)
            line, tree = mark[0] + 1, tree[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def _sentence(where: Sequence[str | int], kind: str, message: str, known: Sequence[str]) -> str:
    path = ".".join(str(step) for step in where)
    last = str(where[-1]) if where else ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(last, known, n=1)
        guess = f"; did you mean `{near[0]}`?" if near else "."
        return f"`{path}` is no key of a mapping{guess}"
    if kind == "string_pattern_mismatch":
        form = next(form for pattern, form in _FORMS.items() if pattern in message)
        return f"`{path}` must be {form}."
    return f"`{path}`: {message.removeprefix('Value error, ')}."


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Name the keys of a model and of the parts in it."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        inside = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for part in inside:
            if isinstance(part, type) and issubclass(part, Part):
                yield from _keys(part)
