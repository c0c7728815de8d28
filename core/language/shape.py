"""Fits what was written into a model, and says in whole sentences what does not fit.

What does not fit is taken out and the rest tried again, so that one wrong key hides nothing of
what else is wrong. Knows the models only by their fields; what parts mean is not judged here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from journeysync.core.language.durations import FORMS
from journeysync.core.language.model import IDENTIFIER, KIND
from journeysync.core.language.report import Report
from journeysync.core.language.vocabulary import did_you_mean
from journeysync.core.language.written import Node

_SHARES = frozenset({"rate", "on_time", "max_changes"})
_ROUNDS = 10
"""Taking wrong parts out uncovers what they hid a few times at most."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class _Spot:
    """Where an error lies: the deepest value that was written, and the way to it."""

    trail: tuple[tuple[str | int, Node], ...]
    """(key, value), from the part itself downwards."""

    @property
    def node(self) -> Node:
        return self.trail[-1][1]

    @property
    def key(self) -> str:
        """The last key on the way that is a word."""
        return next((key for key, _ in reversed(self.trail) if isinstance(key, str)), "")


def fit(model: type[M], node: Node, name: str, report: Report) -> M | None:
    """Read a part by its model; None where nothing of use is left of it.

    `name` begins the sentences: `Touchpoint "reminder"`. Takes out of `node` what is wrong.
    """
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(node.plain(), by_alias=True, by_name=False)
        except ValidationError as error:
            spots: dict[tuple[int, str], tuple[_Spot, ErrorDetails]] = {}
            for detail in error.errors(include_url=False):
                spot = _locate(node, detail["loc"])
                missing = str(detail["loc"][-1]) if detail["type"] == "missing" else ""
                spots.setdefault((id(spot.node), missing), (spot, detail))
            usable = True
            for spot, detail in spots.values():
                # Where a text is wanted, `version: 2026` is one.
                if detail["type"] == "string_type" and spot.node.as_text():
                    continue
                if not spot.node.damaged:
                    _tell(model, spot, detail, name, report)
                usable = _take_out(spot) and usable
            if not usable:
                return None
    return None


def drop_empty(node: Node, report: Report, *, keep: frozenset[str] = frozenset()) -> None:
    """Report and take out keys and list items without a value, but for keys named in `keep`."""
    if isinstance(node.value, dict):
        for key, child in [*node.value.items()]:
            if child.value is None and key not in keep:
                what = f"`{key}` has no value; write one, or delete the key."
                report.add(child, "JS106", what)
                del node.value[key]
                node.dropped.add(key)
            elif key not in keep:
                drop_empty(child, report)
    elif isinstance(node.value, list):
        for child in node.value:
            if child.value is None:
                report.add(child, "JS106", "An item of this list has no value; delete its line.")
                node.damaged = True
            else:
                drop_empty(child, report)
        node.value = [child for child in node.value if child.value is not None]


def _locate(node: Node, location: tuple[int | str, ...]) -> _Spot:
    """Follow an error's location as far as it was written: short forms have fewer levels."""
    trail: list[tuple[str | int, Node]] = [("", node)]
    for step in location:
        child = node.child(step)
        if child is not None:
            trail.append((step, child))
            node = child
        elif step != 0 or isinstance(node.value, list):
            break
    return _Spot(tuple(trail))


def _take_out(spot: _Spot) -> bool:
    """Take a value out of what was written; False where it is the whole part."""
    for _, node in spot.trail:
        node.damaged = True
    if len(spot.trail) == 1:
        return False
    (key, node), (_, parent) = spot.trail[-1], spot.trail[-2]
    if isinstance(parent.value, dict):
        parent.value.pop(str(key), None)
        parent.dropped.add(str(key))
    elif isinstance(parent.value, list):
        parent.value = [child for child in parent.value if child is not node]
    return True


def _tell(
    model: type[BaseModel], spot: _Spot, detail: ErrorDetails, name: str, report: Report
) -> None:
    kind = detail["type"]
    if kind == "extra_forbidden":
        key, holder = str(detail["loc"][-1]), spot.trail[-2][1]
        keys = _keys(model, detail["loc"][:-1])
        guess = did_you_mean(key, keys)
        if guess == ".":
            guess = f"; possible are {', '.join(f'`{one}`' for one in keys)}."
        else:
            # The key that was meant is there, so nobody shall say that it is missing.
            holder.dropped.add(guess.split("`")[1])
        inside = f" under `{spot.trail[-2][0]}`" if _word(spot.trail[-2][0]) else ""
        report.add(spot.node, "JS104", f"{name} has no key `{key}`{inside}{guess}")
        return
    if kind == "missing":
        inside = f", in `{spot.key}`," if spot.key else ""
        report.add(spot.node, "JS105", f"{name}{inside} needs `{detail['loc'][-1]}`.")
        return
    code, what = _sentence(spot, detail)
    report.add(spot.node, code, f"{name}: {what}")


def _word(key: str | int) -> bool:
    return isinstance(key, str) and bool(key)


def _sentence(spot: _Spot, detail: ErrorDetails) -> tuple[str, str]:
    kind, key, context = detail["type"], spot.key, detail.get("ctx") or {}
    shown = _shown(spot.node)
    if key in _SHARES:
        return "JS112", f"`{key}` is a share between 0% and 100%; write it like `40%`."
    if kind == "value_error":
        # The models raise no other errors of their own than for durations and shares.
        sentence = f"`{key}` must be a duration, not {shown}; write {FORMS}."
        return "JS111", str(context["error"]) if shown.startswith("`") else sentence
    if kind == "string_pattern_mismatch":
        return _misspelt(str(spot.node.value), key, str(context["pattern"]))
    if kind == "literal_error":
        return _other_word(spot.node, key, str(context["expected"]))
    for types, code, write in _TYPES:
        if kind.startswith(types):
            alternative = detail["loc"][-1] == "bool"
            return code, f"`{key}` {write(shown, {**context, 'alternative': alternative})}"
    return "JS107", f"`{key}` cannot be read: {detail['msg'].lower()}."


def _other_word(node: Node, key: str, expected: str) -> tuple[str, str]:
    if key == "format":
        return "JS115", f"This version reads format 1, not {_shown(node)}; write `format: 1`."
    words = re.findall(r"'([^']*)'", expected)
    listed = ", ".join(f"`{word}`" for word in words)
    guess = did_you_mean(str(node.value), words)
    return "JS108", f"`{key}` must be one of {listed}, not {_shown(node)}{guess}"


def _misspelt(text: str, key: str, pattern: str) -> tuple[str, str]:
    if pattern == KIND:
        return "JS110", (
            f"`{text}` is no event kind; write noun.verb in small letters, like `order.placed` or "
            "`order.*`."
        )
    better = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")
    guess = f", like `{better}`" if pattern == IDENTIFIER and better else ""
    allowed = "small letters, digits, `-` and `_`"
    return "JS109", f"`{text}` cannot stand in `{key}`; write {allowed}{guess}."


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a mapping of keys"
    if isinstance(node.value, list):
        return "a list"
    if isinstance(node.value, bool):
        return f"`{str(node.value).lower()}`"
    return f"`{node.value}`"


def _text(shown: str, _: Mapping[str, Any]) -> str:
    quoted = f"put {shown} in quotes" if shown.startswith("`") else f"not {shown}"
    return f"must be a text; {quoted}." if shown.startswith("`") else f"must be a text, {quoted}."


def _flag(shown: str, context: Mapping[str, Any]) -> str:
    """A flag, or the first of the types that a condition's value may have."""
    wanted = "one value" if context["alternative"] else "`true` or `false`"
    return f"must be {wanted}, not {shown}."


def _mapping(shown: str, context: Mapping[str, Any]) -> str:
    if context.get("class_name") == "Pattern":
        return f"asks for event kinds like `order.placed`, not {shown}."
    return f"must be a mapping of keys, not {shown}."


def _limit(shown: str, context: Mapping[str, Any]) -> str:
    bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    limit = next((f"{word} {context[key]}" for key, word in bounds.items() if key in context), "")
    return f"must be {limit}, not {shown}."


_TYPES: tuple[tuple[tuple[str, ...], str, Callable[[str, Mapping[str, Any]], str]], ...] = (
    (("string_",), "JS107", _text),
    (("int_", "float_", "decimal_"), "JS107", lambda shown, _: f"must be a number, not {shown}."),
    (("bool_",), "JS107", _flag),
    (("tuple_", "list_"), "JS107", lambda shown, _: f"must be a list, not {shown}."),
    (("model_", "dict_"), "JS107", _mapping),
    (("greater_", "less_"), "JS112", _limit),
)


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """List the keys that are possible at a place within a model."""
    for step in location:
        field = next((one for key, one in _fields(model).items() if key == step), None)
        inner = _models_in(None if field is None else field.annotation)
        model = inner or model
    return [*_fields(model)]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _models_in(one))), None)
