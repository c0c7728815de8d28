"""What an administrator made of the org: validation rules, duplicate rules, assignment; and locks.

`/edit` with `require`, `validate`, `duplicates` and `lock` sets them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.schema import Kind
from journeysync.sandbox.salesforce.store import Org, Record

_PARENTS = ("Id", "AccountId", "WhoId", "WhatId", "CampaignId", "ContactId", "OpportunityId")
ASSIGNED = frozenset({"Lead", "Case"})


@dataclass(slots=True)
class Validation:
    """Where `name` is `value` (or whatever it is), `needed` must be filled in."""

    kind: str
    name: str
    value: str
    needed: str
    message: str
    code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    """A flow that fails instead says `CANNOT_EXECUTE_FLOW_TRIGGER`."""


@dataclass(slots=True)
class Duplicates:
    """Records with the same value in a field count as duplicates."""

    kind: str
    name: str
    allow: bool
    """Whether saving all the same is allowed."""


@dataclass
class Rules:
    """All of one org."""

    validations: list[Validation] = field(default_factory=list)
    duplicates: list[Duplicates] = field(default_factory=list)
    locks: dict[str, int] = field(default_factory=dict)
    """By record id: how many more writes find it locked."""
    protected: set[str] = field(default_factory=set)
    """Records that the user of the API may see and not write."""
    assigned_to: str = ""
    """Whom the assignment rule of leads and cases names."""

    def before_create(self, org: Org, kind: Kind, values: Mapping[str, Any], allow: bool) -> None:
        self._validate(kind.name, values)
        self._duplicates(org, kind, values, "", allow=allow)

    def before_update(self, org: Org, record: Record, values: Mapping[str, Any]) -> None:
        self._validate(record.kind.name, {**record.values, **values})
        if any(rule.name in values for rule in self.duplicates):
            self._duplicates(org, record.kind, {**record.values, **values}, record.id, allow=False)

    def _validate(self, kind: str, values: Mapping[str, Any]) -> None:
        for rule in self.validations:
            if rule.kind != kind or values.get(rule.needed) not in (None, ""):
                continue
            held = values.get(rule.name)
            if str(held) == rule.value or (rule.value == "*" and held is not None):
                raise Refusal(rule.code, rule.message, fields=[rule.needed])

    def _duplicates(
        self, org: Org, kind: Kind, values: Mapping[str, Any], own: str, *, allow: bool
    ) -> None:
        for rule in self.duplicates:
            value = values.get(rule.name)
            if rule.kind != kind.name or value is None or (allow and rule.allow):
                continue
            found = [
                record
                for record in org.rows(kind)
                if record.id != own and _same(record.get(rule.name), value)
            ]
            if found:
                raise Refusal(
                    "DUPLICATES_DETECTED",
                    "Use one of these records?",
                    fields=[],
                    more=_matches(kind, rule, found),
                )

    def lock(self, values: Mapping[str, Any]) -> None:
        """Refuse where a record is not ours to write, or one it hangs on is held by somebody."""
        if values.get("Id") in self.protected:
            words = "insufficient access rights on object id"
            raise Refusal("INSUFFICIENT_ACCESS_OR_READONLY", words)
        for name in _PARENTS:
            number = values.get(name)
            if number and self.locks.get(number, 0) > 0:
                self.locks[number] -= 1
                words = f"unable to obtain exclusive access to this record or 1 records: {number}"
                raise Refusal("UNABLE_TO_LOCK_ROW", words)

    def assign(self, org: Org, record: Record, *, new: bool) -> None:
        """Let the assignment rule change the owner, as it does unless a header forbids it."""
        if record.kind.name not in ASSIGNED or not org.switches.assignment or not self.assigned_to:
            return
        if new or record.get("OwnerId") != self.assigned_to:
            org.set(record, {"OwnerId": self.assigned_to})


def _same(one: Any, other: Any) -> bool:
    return str(one or "").lower() == str(other).lower()


def _matches(kind: Kind, rule: Duplicates, found: list[Record]) -> dict[str, Any]:
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": kind.name, "url": f"/services/data/v64.0/sobjects/{kind.name}/{one.id}"},  # noqa: E501 - one object
                       "Id": one.id},
        }
        for one in found
    ]  # fmt: skip
    # The key is misspelt in real answers, too.
    return {
        "duplicateResut": {
            "allowSave": rule.allow,
            "duplicateRule": f"Standard_{kind.name}_Duplicate_Rule",
            "duplicateRuleEntityType": kind.name,
            "errorMessage": "Use one of these records?",
            "matchResults": [
                {
                    "entityType": kind.name,
                    "errors": [],
                    "matchEngine": "ExactMatchEngine",
                    "matchRecords": records,
                    "rule": f"Standard_{kind.name}_Match_Rule_v1_1",
                    "size": len(records),
                    "success": True,
                }
            ],
        }
    }
