"""What HubSpot lets be written into a property, in its own words when it does not.

Pure: looks at definitions and values, changes nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Protocol

import msgspec

from journeysync.sandbox.hubspot.answers import Refusal
from journeysync.sandbox.hubspot.definitions import OWNER_FIELDS, STAGE_FIELDS, Definition
from journeysync.sandbox.hubspot.kinds import Kind
from journeysync.sandbox.world import DAY, iso

_EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}$")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
_DATE_LENGTH = len("2026-11-20")
MAX_TEXT = 65_536
STAGES = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity",
    "customer", "evangelist", "other",
)  # fmt: skip


class Invalid(Exception):
    """One value that cannot be written."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code
        self.message = message


class Rules(Protocol):
    """What the checks must know of the portal."""

    definitions: dict[str, dict[str, Definition]]

    def active_owner(self, number: str) -> bool: ...

    def stages(self, kind: Kind, pipeline: str | None) -> list[str]: ...

    def pipelines_of(self, kind: Kind) -> list[str]: ...

    def check_rules(self, kind: Kind, values: Mapping[str, str]) -> None: ...


def check(rules: Rules, kind: Kind, properties: Any, held: Mapping[str, str]) -> dict[str, str]:
    """Give the values as they will be stored, or refuse all of them at once."""
    if not isinstance(properties, dict):
        raise Refusal(400, 'Invalid input JSON: "properties" must be an object')
    good: dict[str, str] = {}
    bad: list[Invalid] = []
    for name, raw in properties.items():
        try:
            good[name] = _one(rules, kind, name, raw, {**held, **_texts(properties)})
        except Invalid as problem:
            bad.append(problem)
    if bad:
        raise refusal(bad)
    _only_forward(good, held)
    rules.check_rules(kind, {**held, **good})
    if good.get("hs_additional_emails"):
        del good["hs_additional_emails"]
    return good


def refusal(problems: list[Invalid]) -> Refusal:
    """Say what was wrong the way the live tool does: JSON inside the message."""
    listed = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
        }
        for problem in problems
    ]
    return Refusal(
        400,
        f"Property values were not valid: {msgspec.json.encode(listed).decode()}",
        errors=[
            {
                "message": problem.message,
                "code": problem.code,
                "context": {"propertyName": [problem.name]},
            }
            for problem in problems
        ],
    )


def _texts(properties: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in properties.items()}


def _one(rules: Rules, kind: Kind, name: str, raw: Any, all_values: Mapping[str, str]) -> str:
    definition = rules.definitions[kind.name].get(name)
    if definition is None or definition.archived_at:
        message = f'Property "{name}" does not exist'
        raise Invalid(name, "PROPERTY_DOESNT_EXIST", message)
    if definition.read_only:
        message = f'"{name}" is a read only property; its value cannot be set.'
        raise Invalid(name, "READ_ONLY_VALUE", message)
    if raw is None or isinstance(raw, (list, dict)):
        raise Invalid(
            name, "INVALID_VALUE", f"{name} must be text; to clear it write an empty text"
        )
    value = ("true" if raw else "false") if isinstance(raw, bool) else str(raw)
    if value == "":
        return ""
    if definition.type not in ("string", "enumeration") and value != value.strip():
        raise Invalid(name, f"INVALID_{definition.type.upper()}", f"{value!r} has spaces around it")
    if name in OWNER_FIELDS:
        return _owner(rules, name, value)
    if name in STAGE_FIELDS and kind.name in ("deals", "tickets", "leads"):
        return _stage(rules, kind, name, value, all_values)
    return _by_type(definition, value)


def _by_type(definition: Definition, value: str) -> str:
    name = definition.name
    if definition.type == "enumeration":
        return _choice(definition, value)
    if definition.type in _READERS:
        return _READERS[definition.type](name, value)
    if len(value) > MAX_TEXT:
        raise Invalid(
            name, "PROPERTY_VALUE_TOO_LONG", f"{name} is longer than {MAX_TEXT} characters"
        )
    if name == "email":
        value = value.strip().lower()
        if not _EMAIL.match(value):
            raise Invalid(name, "INVALID_EMAIL", f"Email address {value} is invalid")
    return value


def _choice(definition: Definition, value: str) -> str:
    if definition.external and not definition.options:
        return value
    allowed = [option["value"] for option in definition.options]
    several = definition.field_type == "checkbox"
    for part in value.strip(";").split(";") if several else [value]:
        if part not in allowed:
            message = f"{part} was not one of the allowed options: [{', '.join(allowed)}]"
            raise Invalid(definition.name, "INVALID_OPTION", message)
    return value


def _owner(rules: Rules, name: str, value: str) -> str:
    if not value.isdecimal():
        raise Invalid(name, "INVALID_INTEGER", f"{value} was not a valid long.")
    if not rules.active_owner(value):
        raise Invalid(
            name, "INVALID_OWNER_ID", f"Owner with id {value} does not exist or is inactive"
        )
    return value


def _stage(rules: Rules, kind: Kind, name: str, value: str, all_values: Mapping[str, str]) -> str:
    field = "pipeline" if kind.name == "deals" else "hs_pipeline"
    if name == field:
        allowed = rules.pipelines_of(kind)
    else:
        allowed = rules.stages(kind, all_values.get(field))
    if value not in allowed:
        message = f"{value} was not one of the allowed options: [{', '.join(allowed)}]"
        raise Invalid(name, "INVALID_OPTION", message)
    return value


def _date(name: str, value: str) -> str:
    try:
        if len(value) == _DATE_LENGTH:
            return date.fromisoformat(value).isoformat()
        at = to_millis(value)
    except (ValueError, OverflowError):
        raise Invalid(name, "INVALID_DATE", f"{value} was not a valid date.") from None
    if at % DAY:
        clock = datetime.fromtimestamp(at / 1000, UTC)
        message = f"{at} is at {clock.hour}:{clock.minute}:{clock.second}.0 UTC, not midnight!"
        raise Invalid(name, "INVALID_DATE", message)
    return iso(at)[:_DATE_LENGTH]


def _datetime(name: str, value: str) -> str:
    try:
        return iso(to_millis(value))
    except (ValueError, OverflowError):
        raise Invalid(name, "INVALID_DATE", f"{value} was not a valid date.") from None


def to_millis(value: str) -> int:
    """Read milliseconds since 1970, a day, or an ISO instant."""
    if value.lstrip("-").isdecimal():
        return int(value)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _only_forward(good: dict[str, str], held: Mapping[str, str]) -> None:
    """Drop a lifecycle stage that would go back: the live tool ignores it without a word."""
    wanted, present = good.get("lifecyclestage"), held.get("lifecyclestage")
    if wanted and present and STAGES.index(wanted) < STAGES.index(present):
        del good["lifecyclestage"]


def _bool(name: str, value: str) -> str:
    if value.lower() not in ("true", "false"):
        message = f"{value} was not one of the allowed options: [true, false]"
        raise Invalid(name, "INVALID_OPTION", message)
    return value.lower()


def _number(name: str, value: str) -> str:
    if not _NUMBER.match(value):
        raise Invalid(name, "INVALID_LONG", f"{value} was not a valid number.")
    return value


_READERS = {"bool": _bool, "number": _number, "date": _date, "datetime": _datetime}
