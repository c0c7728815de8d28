"""JSON Schemas of maps and workspace files, from the same models that read them.

For editors: completion and checks while typing. Every short form is allowed; what needs the whole
file (references, anchors and deadlines) is left to `lint`. Pure: answers values, writes no file.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from journeysync.core.language.hints import HINTS
from journeysync.core.language.model import KIND, Journey
from journeysync.core.language.vocabulary import KINDS
from journeysync.core.workspace import Workspace

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SHARED: dict[str, JsonSchemaValue] = {
    "Duration": {
        "type": "string",
        "pattern": r"^\s*(\d+(\.\d+)?\s*(m|h|d|w)|\d+(\.0+)?\s*(mo|y|business\s+(day|hour)s?))\s*$",
        "examples": ["24h", "2d", "1w", "6mo", "1y", "3 business days", "4 business hours"],
        "description": "A length of time: 90m, 24h, 2d, 1w, 6mo, 1y, 3 business days.",
    },
    "Kind": {
        "type": "string",
        "anyOf": [{"enum": [*KINDS]}, {"pattern": KIND}],
        "description": "An event kind, noun.verb; noun.* means all of a noun.",
    },
    "Share": {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": r"^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$"},
        ],
        "examples": ["40%"],
        "description": "A share: 40% or 0.4.",
    },
    "Value": {"type": ["string", "number", "boolean"]},
}
"""Parts that are used in many places."""

_IS = "x-journeysync-is"
"""Marks what stands for a shared part until the schema is complete."""


def journey_schema() -> dict[str, Any]:
    """Describe a journey map."""
    return _schema(Journey, "urn:journeysync:journey:1", "A journeysync journey map")


def workspace_schema() -> dict[str, Any]:
    """Describe `journeysync.yaml`."""
    return _schema(Workspace, "urn:journeysync:workspace:1", "A journeysync workspace")


def _schema(model: type[BaseModel], name: str, title: str) -> dict[str, Any]:
    made = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    used: set[str] = set()
    definitions = {key: _linked(_part(key, part), used) for key, part in made.pop("$defs").items()}
    whole = _linked(_part(model.__name__, made), used)
    definitions |= {key: part for key, part in _SHARED.items() if key in used}
    return {
        "$schema": DIALECT,
        "$id": name,
        **whole,
        "title": title,
        "$defs": dict(sorted(definitions.items())),
    }


_SHORT_FORMS: dict[str, Callable[[JsonSchemaValue], JsonSchemaValue]] = {
    "_duration": lambda _: {_IS: "Duration"},
    "_share": lambda _: {_IS: "Share"},
    "_as_tuple": lambda many: {"anyOf": [many["items"], many]},
    "_per_route": lambda routes: {"anyOf": [{_IS: "Duration"}, routes]},
    "_short_form": lambda pattern: {"anyOf": [{_IS: "Kind"}, pattern]},
    "_short_forms": lambda condition: {
        "anyOf": [{_IS: "Value"}, {"type": "array", "items": {_IS: "Value"}}, condition]
    },
}
"""The models' validators by name, each with what else it accepts."""


class _Generator(GenerateJsonSchema):
    """Adds the short forms that validators accept, and refuses empty values."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        name = getattr(schema["function"]["function"], "__name__", "")
        if name == "<lambda>" and "$ref" in inner:
            # A tool without settings may stand there with nothing behind it.
            return {"anyOf": [inner, {"type": "null"}]}
        return _SHORT_FORMS[name](inner) if name in _SHORT_FORMS else inner

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A key is left out, never empty."""
        return self.generate_inner(schema["schema"])

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        return {_IS: "Kind"} if made.get("pattern") == KIND else made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Show plain defaults; an empty list or a duration object would tell nobody anything."""
        made = self.generate_inner(schema["schema"])
        default = schema.get("default")
        if isinstance(default, str | int | float) and default != "":
            return {**made, "default": default}
        return made


def _part(name: str, part: JsonSchemaValue) -> JsonSchemaValue:
    """Give a part's keys their hints, and put what is said of a mapping beside its keys."""
    inner = next((one for one in part.get("anyOf", ()) if "properties" in one), part)
    if inner is not part:
        inner["additionalProperties"] = part.pop("additionalProperties")
    for key, field in inner["properties"].items():
        field.pop("title", None)
        hint = HINTS.get(f"{name}.{key}")
        if hint is not None:
            field["description"] = hint
    return part


def _linked(node: Any, used: set[str]) -> Any:
    """Point at the shared parts."""
    if isinstance(node, list):
        return [_linked(value, used) for value in node]
    if not isinstance(node, dict):
        return node
    name = node.get(_IS)
    if name is not None:
        used.add(name)
        kept = {key: node[key] for key in ("description", "default") if key in node}
        return {"$ref": f"#/$defs/{name}", **kept}
    linked = {key: _linked(value, used) for key, value in node.items()}
    if "patternProperties" in linked:
        linked["additionalProperties"] = False
    return linked
