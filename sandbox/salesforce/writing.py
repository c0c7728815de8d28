"""Decides whether a record may be written so, and writes it.

The order of the questions is Salesforce's: which fields there are, what fits into them, what
must be there, what duplicates, and the administrator's own rules last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from journeysync.sandbox.salesforce import setup_writes
from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.literals import read_instant
from journeysync.sandbox.salesforce.rules import Rules
from journeysync.sandbox.salesforce.schema import CHOICES, NUMBERS, Field, Kind
from journeysync.sandbox.salesforce.store import Org, Record

_WHO = frozenset({"Contact", "Lead"})


@dataclass(slots=True)
class How:
    """What the headers of a request say about its writes."""

    assign: bool = True
    allow_duplicates: bool = False


class Desk:
    """Writes for the user of the API."""

    def __init__(self, org: Org, rules: Rules) -> None:
        self.org = org
        self.rules = rules

    # -- reading what was sent -------------------------------------------------------------

    def read(
        self,
        kind: Kind,
        sent: Mapping[str, Any],
        *,
        new: bool,
        skip: str = "",
        everybody: bool = False,
    ) -> dict[str, Any]:
        """Read the values of one record; `everybody`: not as the user of the API."""
        values: dict[str, Any] = {}
        barred: list[str] = []
        for name, value in sent.items():
            lower = name.lower()
            if lower in ("attributes", "id", skip.lower()):
                continue
            if isinstance(value, dict) and self._refers(kind, name, value, values):
                continue
            one = kind.find(name)
            if one is None or not (everybody or self.org.readable(kind, one)):
                raise Refusal(
                    "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind.name}"
                )
            mine = everybody or self.org.editable(kind, one)
            if not (one.create if new else one.update) or not mine:
                barred.append(one.name)
                continue
            values[one.name] = self._value(one, value)
        if barred:
            raise Refusal(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {', '.join(barred)}. Please check the security "
                "settings of this field and verify that it is read/write for your profile or "
                "permission set.",
                fields=barred,
            )
        return values

    def _refers(
        self, kind: Kind, name: str, value: Mapping[str, Any], values: dict[str, Any]
    ) -> bool:
        """Read a parent that is named by an external id: `{"Account": {"Code__c": "x"}}`."""
        found = next(
            (one for one in kind.fields.values() if one.relation.lower() == name.lower()), None
        )
        if found is None or not found.targets:
            return False
        wanted = {key: text for key, text in value.items() if key != "attributes"}
        for target in found.targets:
            parent = self.org.kinds.get(target)
            for key, text in wanted.items():
                one = parent.find(key) if parent else None
                if parent is not None and one is not None and one.external:
                    held = self.org.holder(parent, one, text)
                    if held:
                        values[found.name] = held
                        return True
        words = f"Foreign key external ID: {next(iter(wanted.values()), '')} not found for field {next(iter(wanted), '')} in entity {found.targets[0]}"  # noqa: E501 - Salesforce's sentence
        raise Refusal("INVALID_FIELD", words)

    @staticmethod
    def _value(one: Field, value: Any) -> Any:
        """Bring one value into the shape of its field."""
        if one.type == "boolean":
            return _boolean(one, value)
        if value is None or value == "":
            return None
        if one.type in ("date", "datetime"):
            return read_instant(value, one)
        if one.type in NUMBERS:
            return _number(one, value)
        if one.type == "complexvalue":
            return value
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            raise _shape(one, value)
        return str(value).strip() or None

    # -- asking whether it may be ----------------------------------------------------------

    def check(self, kind: Kind, values: dict[str, Any], record: Record | None) -> None:
        """Refuse what cannot be in the fields of this kind."""
        for name, value in values.items():
            one = kind.fields[name]
            if value is None:
                if not one.nillable and one.type != "boolean":
                    raise _missing([name])
                continue
            self._fits(kind, one, value, values)
        if record is None:
            missing = [
                one.name
                for one in kind.fields.values()
                if one.create and not one.nillable and one.type != "boolean"
                and one.default is None and values.get(one.name) is None and one.name != "OwnerId"
            ]  # fmt: skip
            if missing:
                raise _missing(missing)
        self._unique(kind, values, record)

    def _fits(self, kind: Kind, one: Field, value: Any, values: dict[str, Any]) -> None:
        if one.type == "reference":
            values[one.name] = self._reference(kind, one, str(value))
        elif one.type in CHOICES and one.restricted and one.values:
            chosen = str(value).split(";") if one.type == "multipicklist" else [value]
            known = {choice for choice, _ in one.values}
            for each in chosen:
                if each not in known:
                    words = f"{one.label}: bad value for restricted picklist field: {each}"
                    raise Refusal(
                        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, fields=[one.name]
                    )
        elif one.type == "email" and ("@" not in str(value) or " " in str(value)):
            words = f"{one.label}: invalid email address: {value}"
            raise Refusal("INVALID_EMAIL_ADDRESS", words, fields=[one.name])
        if one.length and isinstance(value, str) and len(value) > one.length:
            words = f"{one.label}: data value too large: {value} (max length={one.length})"
            raise Refusal("STRING_TOO_LONG", words, fields=[one.name])

    def _reference(self, kind: Kind, one: Field, text: str) -> str:
        found = read_id(text)
        if found is None:
            words = f"{one.label}: id value of incorrect type: {text}"
            raise Refusal("MALFORMED_ID", words, fields=[one.name])
        target = self.org.prefixes.get(found[:3], "")
        if target not in one.targets:
            if one.name in ("WhoId", "WhatId"):
                words = f"{one.label}: id value of incorrect type: {text}"
                raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=[one.name])
            raise Refusal("MALFORMED_ID", f"{one.label}: id value of incorrect type: {text}",
                          fields=[one.name])  # fmt: skip
        held = self.org.of_id(found)
        if held is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if held.deleted:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted")
        if one.name == "OwnerId" and held.kind.name == "User" and not held.get("IsActive"):
            words = (
                f"operation performed with inactive user [{found}] as owner of {kind.name.lower()}"
            )
            raise Refusal("INACTIVE_OWNER_OR_USER", words)
        if one.name == "WhoId" and held.get("IsConverted"):
            raise Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        return found

    def _unique(self, kind: Kind, values: Mapping[str, Any], record: Record | None) -> None:
        for name, field in self.org.unique:
            if name != kind.name or values.get(field) is None or not kind.fields[field].unique:
                continue
            holder = self.org.holder(kind, kind.fields[field], values[field])
            if holder and (record is None or holder != record.id):
                words = (
                    f"duplicate value found: {field} duplicates value on record with id: {holder}"
                )
                raise Refusal("DUPLICATE_VALUE", words)

    # -- writing ---------------------------------------------------------------------------

    def create(self, kind: Kind, sent: Mapping[str, Any], how: How, skip: str = "") -> Record:
        """Make a record of what was sent."""
        if not kind.writable:
            words = f"entity type {kind.name} does not support create"
            raise Refusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words)
        values = self.read(kind, sent, new=True, skip=skip)
        return self.make(kind, values, how)

    def make(self, kind: Kind, values: dict[str, Any], how: How, by: str = "") -> Record:
        self.check(kind, values, None)
        setup_writes.before(self.org, kind, values)
        if kind.name in ("Task", "Event"):
            self._who_and_what(values)
        self.rules.before_create(self.org, kind, values, how.allow_duplicates)
        self.rules.lock(values)
        record = self.org.create(kind, values, by=by)
        if how.assign:
            self.rules.assign(self.org, record, new="OwnerId" not in values)
        return record

    def update(self, record: Record, sent: Mapping[str, Any], how: How, skip: str = "") -> None:
        """Change a record as was sent."""
        self.change(record, self.read(record.kind, sent, new=False, skip=skip), how)

    def change(self, record: Record, values: dict[str, Any], how: How, by: str = "") -> None:
        if record.deleted:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted", 404)
        if record.kind.name == "Lead" and record.get("IsConverted"):
            raise Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        if not record.kind.writable:
            words = f"entity type {record.kind.name} does not support update"
            raise Refusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words)
        self.check(record.kind, values, record)
        if record.kind.name in ("Task", "Event"):
            self._who_and_what({**record.values, **values})
        self.rules.before_update(self.org, record, values)
        self.rules.lock({**record.values, **values, "Id": record.id})
        setup_writes.before(self.org, record.kind, {**record.values, **values})
        self.org.set(record, values, by=by)
        if how.assign:
            self.rules.assign(self.org, record, new=False)

    def delete(self, record: Record, by: str = "") -> None:
        if record.deleted:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted", 404)
        if not record.kind.writable or record.kind.name == "User":
            words = f"entity type {record.kind.name} does not support delete"
            raise Refusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words)
        self.rules.lock(record.values)
        self.org.delete(record, by=by)

    def _who_and_what(self, values: Mapping[str, Any]) -> None:
        """A lead's activity cannot be about an account or a deal at the same time."""
        who = self.org.of_id(values.get("WhoId"))
        if who is not None and who.kind.name == "Lead" and values.get("WhatId"):
            words = "Related To ID: can not be specified when the Name is a lead"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["WhatId"])


def _boolean(one: Field, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value is not None and not isinstance(value, bool):
        raise _shape(one, value)
    return bool(value)


def _number(one: Field, value: Any) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _shape(one, value) from None
    return int(number) if one.type == "int" else number


def _missing(names: list[str]) -> Refusal:
    words = f"Required fields are missing: [{', '.join(names)}]"
    return Refusal("REQUIRED_FIELD_MISSING", words, fields=names)


def _shape(one: Field, value: Any) -> Refusal:
    kind = type(value).__name__.upper().replace("STR", "STRING")
    words = f"Cannot deserialize instance of {one.type} from VALUE_{kind} value {value} or request may be missing a required field at [line:1, column:2]"  # noqa: E501 - Salesforce's sentence
    return Refusal("JSON_PARSER_ERROR", words)
