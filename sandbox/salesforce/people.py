"""Somebody at work in the org: edits that do not come through the API."""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.salesforce import convert, paths
from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.oauth import Sessions
from journeysync.sandbox.salesforce.rules import Duplicates, Validation
from journeysync.sandbox.salesforce.schema import Kind
from journeysync.sandbox.salesforce.setting import ANA, INTEGRATION, ROBOT, user_of
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.salesforce.switches import turn
from journeysync.sandbox.salesforce.writing import Desk, How

_BY = {"person": ANA, "automation": ROBOT, "integration": INTEGRATION}
_LINKS = {("Task", "Contact"): "WhoId", ("Task", "Lead"): "WhoId", ("Event", "Contact"): "WhoId",
          ("Event", "Lead"): "WhoId", ("Contact", "Account"): "AccountId",
          ("Opportunity", "Account"): "AccountId", ("Case", "Contact"): "ContactId",
          ("Case", "Account"): "AccountId"}  # fmt: skip
_MADE = {("Contact", "Campaign"): "CampaignMember", ("Lead", "Campaign"): "CampaignMember",
         ("Opportunity", "Contact"): "OpportunityContactRole"}  # fmt: skip
Act = Callable[["Work", dict[str, Any]], dict[str, Any]]


class Work:
    """One edit."""

    def __init__(self, org: Org, desk: Desk, command: dict[str, Any]) -> None:
        self.org, self.desk = org, desk
        by = str(command.get("by", "person"))
        if by not in _BY:
            raise BadEdit(f"by must be one of {', '.join(_BY)}")
        self.by = user_of(org, _BY[by])
        kind = org.kind(str(command.get("object", "")))
        if kind is None:
            raise BadEdit(f"object must be one of org, {', '.join(org.kinds)}")
        self.kind: Kind = kind

    def record(self, value: Any, kind: Kind | None = None) -> Record:
        found = self.org.of_id(read_id(str(value)))
        if found is None or (kind is not None and found.kind is not kind):
            raise BadEdit(f"there is no {(kind or self.kind).name} {value}")
        return found

    def target(self, command: dict[str, Any]) -> Record:
        """Find the record by id, or by any field: `{"property": ..., "value": ...}`."""
        if "id" in command:
            return self.record(command["id"], self.kind)
        one = self.kind.find(str(command.get("property", "")))
        if one is not None:
            for record in self.org.records[self.kind.name].values():
                if not record.deleted and record.get(one.name) == command.get("value"):
                    return record
        raise BadEdit(f"no {self.kind.name} has this value")

    def values(self, command: dict[str, Any], *, new: bool) -> dict[str, Any]:
        sent = command.get("properties", command.get("values"))
        if sent is None and "id" in command and "property" in command:
            sent = {command["property"]: command.get("value")}
        if not isinstance(sent, dict):
            raise BadEdit(f"{command['action']} needs properties: {{NAME: VALUE}}")
        return self.desk.read(self.kind, sent, new=new, everybody=True)

    def show(self, record: Record) -> dict[str, Any]:
        values = {
            one.name: paths.show(one, paths.getter(self.org, one, record.kind)(record))
            for one in record.kind.fields.values()
        }
        return {"id": record.id, **values}


def edit(org: Org, desk: Desk, sessions: Sessions, command: dict[str, Any]) -> dict[str, Any]:
    """Do what the command says and show the record afterwards."""
    action = str(command.get("action", ""))
    if str(command.get("object", "")).lower() == "org":
        return turn(org, desk.rules, sessions, command)
    run = _ACTIONS.get(action)
    if run is None:
        raise BadEdit(f"action must be one of {', '.join(_ACTIONS)} for salesforce")
    try:
        return run(Work(org, desk, command), command)
    except Refusal as refusal:
        raise BadEdit(f"{refusal.code}: {refusal.message}") from None


def _create(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    values = work.values({"properties": {}, **command}, new=True)
    if work.kind.has("OwnerId"):
        values.setdefault("OwnerId", work.by)
    record = work.desk.make(work.kind, values, How(assign=False, allow_duplicates=True), work.by)
    _link(work, {**command, "id": record.id})
    return work.show(record)


def _set(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    record = work.target(command)
    values = work.values(command, new=False)
    work.desk.change(record, values, How(assign=False), work.by)
    return work.show(record)


def _complete(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    record = work.target(command)
    if record.kind.name != "Task":
        raise BadEdit("only a Task can be completed")
    work.org.set(record, {"Status": "Completed"}, by=work.by)
    return work.show(record)


def _delete(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    record = work.target(command)
    if command.get("permanently"):
        if not record.deleted:
            work.org.delete(record, by=work.by)
        work.org.forget(record)
        return {"id": record.id, "deleted": True}
    work.org.delete(record, by=work.by)
    return work.show(record)


def _undelete(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    record = work.target(command)
    work.org.set(record, {"IsDeleted": False, "MasterRecordId": None} if record.get(
        "MasterRecordId") else {"IsDeleted": False}, by=work.by)  # fmt: skip
    return work.show(record)


def _merge(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    kept = work.target(command)
    other = work.record(command.get("other", command.get("into")), work.kind)
    if "into" in command:
        kept, other = other, kept
    if kept is other or work.kind.name not in ("Contact", "Lead", "Account"):
        raise BadEdit("two different records of Contact, Lead or Account can be merged")
    convert.merge(work.org, kept, other, by=work.by)
    return work.show(kept)


def _convert(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    lead = work.target(command)
    if lead.kind.name != "Lead" or lead.get("IsConverted"):
        raise BadEdit("only a Lead that is not converted yet can be")
    found = {
        name: work.record(command[name]) for name in ("account", "contact") if command.get(name)
    }
    done = convert.convert(
        work.org, lead, by=work.by, account=found.get("account"), contact=found.get("contact"),
        opportunity=str(command.get("opportunity", "")),
    )  # fmt: skip
    return {**work.show(lead), "converted": done}


def _link(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    """Hang a record on others: `to` is a list of `{"object", "id"}`."""
    record = work.target(command)
    for end in command.get("to") or []:
        other = work.record(end.get("id"))
        pair = (record.kind.name, other.kind.name)
        if pair in _MADE:
            made = work.org.kinds[_MADE[pair]]
            values = {f"{one.kind.name}Id": one.id for one in (record, other)}
            work.org.create(made, values | end.get("properties", {}), by=work.by)
        else:
            name = _LINKS.get(pair) or ("WhatId" if record.kind.has("WhatId") else "")
            if not name:
                raise BadEdit(f"a {pair[0]} cannot be linked to a {pair[1]}")
            work.org.set(record, {name: other.id}, by=work.by)
    return work.show(record)


def _unlink(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    record = work.target(command)
    for end in command.get("to") or []:
        number = read_id(str(end.get("id")))
        for one in record.kind.fields.values():
            if one.targets and one.update and record.get(one.name) == number:
                work.org.set(record, {one.name: None}, by=work.by)
        for name in set(_MADE.values()):
            for held in list(work.org.records[name].values()):
                if {record.id, number} <= set(map(str, held.values.values())):
                    work.org.delete(held, by=work.by)
    return work.show(record)


def _require(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    """Make a validation rule: where `property` is `value` (`*`: anything), `needed` is too."""
    names = [work.kind.find(str(command.get(key, ""))) for key in ("property", "needed")]
    if names[0] is None or names[1] is None:
        raise BadEdit("require needs property, value and needed")
    message = str(command.get("message", f"{names[1].label} must be filled in."))
    code = str(command.get("code", "FIELD_CUSTOM_VALIDATION_EXCEPTION"))
    rule = Validation(
        work.kind.name, names[0].name, str(command.get("value", "*")), names[1].name, message, code
    )
    work.desk.rules.validations.append(rule)
    return {"rules": len(work.desk.rules.validations)}


def _duplicates(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    """Make a duplicate rule: the same value of `property` twice is refused."""
    one = work.kind.find(str(command.get("property", "Email")))
    if one is None:
        raise BadEdit("duplicates needs property")
    rule = Duplicates(work.kind.name, one.name, bool(command.get("allow", False)))
    work.desk.rules.duplicates.append(rule)
    return {"rules": len(work.desk.rules.duplicates)}


def _lock(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    """Hold a record: the next `times` writes to it, or to what hangs on it, are refused."""
    record = work.target(command)
    work.desk.rules.locks[record.id] = int(command.get("times", 1))
    return {"id": record.id, "times": work.desk.rules.locks[record.id]}


def _protect(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    """Let the API's user see a record and not write it; `"protected": false` undoes it."""
    record = work.target(command)
    if command.get("protected", True):
        work.desk.rules.protected.add(record.id)
    else:
        work.desk.rules.protected.discard(record.id)
    return {"id": record.id, "protected": record.id in work.desk.rules.protected}


def _hide(work: Work, command: dict[str, Any]) -> dict[str, Any]:
    """Take a field out of the sight of the API's user; `"hidden": false` gives it back."""
    one = work.kind.find(str(command.get("property", "")))
    if one is None:
        raise BadEdit("hide needs property")
    key = (work.kind.name, one.name)
    if command.get("hidden", True):
        work.org.hidden.add(key)
    else:
        work.org.hidden.discard(key)
    return {"hidden": sorted(".".join(each) for each in work.org.hidden)}


_ACTIONS: dict[str, Act] = {
    "set": _set, "complete": _complete, "delete": _delete, "undelete": _undelete,
    "merge": _merge, "convert": _convert, "create": _create, "link": _link, "unlink": _unlink,
    "require": _require, "duplicates": _duplicates, "lock": _lock,
    "protect": _protect, "hide": _hide,
}  # fmt: skip
