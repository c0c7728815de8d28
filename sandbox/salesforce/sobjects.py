"""One record at a time: describe, read, create, change, delete, and by an external id."""

from datetime import datetime
from typing import Any

from journeysync.sandbox.salesforce import paths
from journeysync.sandbox.salesforce.answers import Refusal, answer, no_record, not_found
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.literals import millis
from journeysync.sandbox.salesforce.schema import Field, Kind
from journeysync.sandbox.salesforce.store import BIN, Org, Record
from journeysync.sandbox.salesforce.writing import Desk, How
from journeysync.sandbox.wire import Answer
from journeysync.sandbox.world import iso

_ABLE = ("createable", "updateable", "deletable")


def kind_of(call: Call, name: str) -> Kind:
    """Find a kind that a path names."""
    kind = call.org.kind(name)
    hidden = kind is not None and (kind.tooling == "no" if call.tooling else kind.tooling == "only")
    if kind is None or hidden:
        raise not_found()
    return kind


def how_of(call: Call) -> How:
    """Read the headers that writes go by."""
    return How(
        assign=call.flag("sforce-auto-assign", "", default=True),
        allow_duplicates=call.flag("sforce-duplicate-rule-header", "allowSave", default=False),
    )


# --- describe --------------------------------------------------------------------------------


def describe_all(call: Call) -> Answer:
    shown = [
        brief(call, kind)
        for kind in call.org.kinds.values()
        if call.org.kind(kind.name)
        and (kind.tooling != "no" if call.tooling else kind.tooling != "only")
    ]
    return answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})


def brief(call: Call, kind: Kind) -> dict[str, Any]:
    """Tell about a kind as the list of all kinds does."""
    base = f"{call.base()}/sobjects/{kind.name}"
    shown = dict.fromkeys(_ABLE, kind.writable)
    return {
        "activateable": False, "associateEntityType": None, "associateParentEntity": None,
        **shown, "custom": False, "customSetting": False, "deepCloneable": False,
        "deprecatedAndHidden": False, "feedEnabled": False, "hasSubtypes": False,
        "isInterface": False, "isSubtype": False, "keyPrefix": kind.prefix, "label": kind.label,
        "labelPlural": kind.plural, "layoutable": not kind.setup,
        "mergeable": kind.name in ("Account", "Contact", "Lead"), "mruEnabled": not kind.setup,
        "name": kind.name, "queryable": True, "replicateable": not kind.setup,
        "retrieveable": True, "searchable": not kind.setup, "triggerable": not kind.setup,
        "undeletable": kind.has("IsDeleted"),
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }  # fmt: skip


def basic(call: Call, name: str) -> Answer:
    """`GET /sobjects/Contact`: a few words, and the records looked at last (none here)."""
    return answer(200, {"objectDescribe": brief(call, kind_of(call, name)), "recentItems": []})


def describe(call: Call, name: str) -> Answer:
    """Describe a kind; fields that the user does not see are not there."""
    kind, org = kind_of(call, name), call.org
    shown = brief(call, kind)
    shown["fields"] = [one.describe() for one in kind.fields.values() if org.readable(kind, one)]
    for one, row in zip(
        (one for one in kind.fields.values() if org.readable(kind, one)), shown["fields"],
        strict=True,
    ):  # fmt: skip
        if not org.editable(kind, one):
            row["updateable"] = row["createable"] = False
    shown["childRelationships"] = [
        {"cascadeDelete": False, "childSObject": other.name, "deprecatedAndHidden": False,
         "field": one.name, "junctionIdListNames": [], "junctionReferenceTo": [],
         "relationshipName": one.kids or None, "restrictedDelete": False}
        for other in org.kinds.values()
        for one in other.fields.values()
        if kind.name in one.targets
    ]  # fmt: skip
    shown["recordTypeInfos"] = _record_types(org, kind)
    shown["supportedScopes"] = [
        {"label": f"All {kind.plural.lower()}", "name": "everything"},
        {"label": f"My {kind.plural.lower()}", "name": "mine"},
    ]
    return answer(200, shown)


def _record_types(org: Org, kind: Kind) -> list[dict[str, Any]]:
    found = [
        {"active": True, "available": True, "defaultRecordTypeMapping": False,
         "developerName": one.values["DeveloperName"], "master": False,
         "name": one.values["Name"], "recordTypeId": one.id}
        for one in org.records["RecordType"].values()
        if one.values["SobjectType"] == kind.name and one.values.get("IsActive")
    ]  # fmt: skip
    master = {
        "active": True, "available": True, "defaultRecordTypeMapping": True,
        "developerName": "Master", "master": True, "name": "Master",
        "recordTypeId": "012000000000000AAA",
    }  # fmt: skip
    return [*found, master]


# --- one record ------------------------------------------------------------------------------


def find(call: Call, kind: Kind, text: str) -> Record:
    """Find a record that a path names by its id."""
    number = read_id(text)
    record = call.org.records[kind.name].get(number) if number else None
    if record is None:
        raise no_record(text)
    if record.deleted:
        raise Refusal("ENTITY_IS_DELETED", "entity is deleted", 404)
    return record


def show(call: Call, record: Record) -> dict[str, Any]:
    """Write a record with all its fields, or those that were asked for."""
    kind, org = record.kind, call.org
    api = "tooling/sobjects" if call.tooling else "sobjects"
    url = f"{call.base()}/{api}/{kind.name}/{record.id}"
    shown: dict[str, Any] = {"attributes": {"type": kind.name, "url": url}}
    wanted = call.query.get("fields")
    if wanted:
        fields = []
        for name in wanted.split(","):
            one = kind.find(name.strip())
            if one is None or not org.readable(kind, one):
                words = f"No such column '{name}' on sobject of type {kind.name}"
                raise Refusal("INVALID_FIELD", words)
            fields.append(one)
    else:
        fields = [one for one in kind.fields.values() if org.readable(kind, one)]
    for one in fields:
        shown[one.name] = paths.show(one, paths.getter(org, one, kind)(record))
    return shown


def read(call: Call, name: str, text: str) -> Answer:
    record = find(call, kind_of(call, name), text)
    seen = call.org.seen(record)
    if seen is None:
        raise no_record(text)
    return answer(200, show(call, seen))


def create(call: Call, desk: Desk, name: str) -> Answer:
    kind = kind_of(call, name)
    record = desk.create(kind, call.document(), how_of(call))
    return answer(201, {"id": record.id, "success": True, "errors": []})


def update(call: Call, desk: Desk, name: str, text: str) -> Answer:
    kind = kind_of(call, name)
    desk.update(find(call, kind, text), call.document(), how_of(call))
    return answer(204)


def delete(call: Call, desk: Desk, name: str, text: str) -> Answer:
    desk.delete(find(call, kind_of(call, name), text))
    return answer(204)


# --- by an external id -----------------------------------------------------------------------


def key_field(kind: Kind, name: str) -> Field:
    """Find the field by which a record may be named."""
    one = kind.find(name)
    if one is None or not (one.external or one.lookup):
        raise no_record(name)
    return one


def holders(org: Org, kind: Kind, one: Field, value: str) -> list[Record]:
    """Find the live records that hold a value in such a field."""
    if one.type == "id":
        number = read_id(value)
        record = org.records[kind.name].get(number) if number else None
        return [record] if record and not record.deleted else []
    if (kind.name, one.name) in org.unique and one.unique:
        record = org.of_id(org.holder(kind, one, value))
        return [record] if record and not record.deleted else []
    wanted = value if one.case_sensitive else value.lower()
    return [
        record
        for record in org.records[kind.name].values()
        if not record.deleted and _held(record, one) == wanted
    ]


def _held(record: Record, one: Field) -> str:
    text = str(record.get(one.name) or "")
    return text if one.case_sensitive else text.lower()


def read_by(call: Call, name: str, key: str, value: str) -> Answer:
    kind = kind_of(call, name)
    found = holders(call.org, kind, key_field(kind, key), value)
    if not found:
        raise not_found()
    if len(found) > 1:
        return _several(call, found)
    return answer(200, show(call, found[0]))


def upsert(call: Call, desk: Desk, name: str, key: str, value: str) -> Answer:
    """Change the record that holds the value, or make one."""
    kind = kind_of(call, name)
    record, made = put(call.org, desk, kind, key_field(kind, key), value, call.document(),
                       how_of(call))  # fmt: skip
    if isinstance(record, list):
        return _several(call, record)
    shown = {"id": record.id, "success": True, "errors": [], "created": made}
    return answer(201 if made else 200, shown)


def put(
    org: Org, desk: Desk, kind: Kind, one: Field, value: str, sent: dict[str, Any], how: How
) -> tuple[Record | list[Record], bool]:
    """Upsert one record; several that fit are given back untouched."""
    found = holders(org, kind, one, value)
    if len(found) > 1:
        return found, False
    if found:
        desk.update(found[0], sent, how, skip=one.name)
        return found[0], False
    if one.type == "id":
        raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return desk.create(kind, {**sent, one.name: value}, how), True


def delete_by(call: Call, desk: Desk, name: str, key: str, value: str) -> Answer:
    kind = kind_of(call, name)
    found = holders(call.org, kind, key_field(kind, key), value)
    if not found:
        raise not_found()
    if len(found) > 1:
        return _several(call, found)
    desk.delete(found[0])
    return answer(204)


def _several(call: Call, found: list[Record]) -> Answer:
    return answer(300, [f"{call.base()}/sobjects/{one.kind.name}/{one.id}" for one in found])


# --- what was deleted, what was updated ------------------------------------------------------


def deleted(call: Call, name: str) -> Answer:
    kind = kind_of(call, name)
    start, end = _stretch(call)
    rows = [
        {"id": one.id, "deletedDate": _instant(one.values["SystemModstamp"])}
        for one in call.org.rows(kind, deleted=True)
        if one.deleted and start <= one.values["SystemModstamp"] < end
    ]
    return answer(200, {
        "deletedRecords": rows,
        "earliestDateAvailable": _instant(call.org.date - BIN),
        "latestDateCovered": _instant(min(end, call.org.date)),
    })  # fmt: skip


def updated(call: Call, name: str) -> Answer:
    kind = kind_of(call, name)
    start, end = _stretch(call)
    ids = [
        one.id for one in call.org.rows(kind) if start <= one.values.get("SystemModstamp", 0) < end
    ]
    return answer(200, {"ids": ids, "latestDateCovered": _instant(min(end, call.org.date))})


def _stretch(call: Call) -> tuple[int, int]:
    """Read `start` and `end`; seconds are cut off."""
    found = []
    for name in ("start", "end"):
        try:
            at = millis(datetime.fromisoformat(call.query.get(name, "").replace(" ", "+")))
        except ValueError:
            raise Refusal("INVALID_REPLICATION_DATE", f"{name} date is invalid") from None
        found.append(at - at % 60_000)
    start, end = found
    if start >= end:
        words = "startDate and endDate must be at least one minute apart"
        raise Refusal("INVALID_REPLICATION_DATE", words)
    if start < call.org.date - 30 * 86_400_000:
        words = "startDate cannot be more than 30 days ago"
        raise Refusal("INVALID_REPLICATION_DATE", words)
    return start, end


def _instant(at: int) -> str:
    return f"{iso(at)[:-1]}+0000"
