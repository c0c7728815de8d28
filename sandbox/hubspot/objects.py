"""Single records: list, read, create, change, archive, merge, delete for good.

`Call` is one request as the endpoints see it; `batch.py` builds on the writers here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from journeysync.sandbox.hubspot import associations, effects
from journeysync.sandbox.hubspot.answers import Missing, Refusal, answer, empty
from journeysync.sandbox.hubspot.kinds import Kind, find_kind
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.store import KEPT_AFTER_ARCHIVING, Record, Stamp
from journeysync.sandbox.hubspot.validation import check
from journeysync.sandbox.wire import Answer, Request

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_LIMIT_WITH_HISTORY = 50
# What a portal fills in by itself when a record is made through the API.
_FIRST_VALUES = {
    "contacts": {"lifecyclestage": "lead", "hs_is_contact": "true", "hs_is_unworked": "true",
                 "hs_pipeline": "contacts-lifecycle-pipeline", "hs_registered_member": "0",
                 "hs_membership_has_accessed_private_content": "0",
                 "hs_currently_enrolled_in_prospecting_agent": "false"},
    "companies": {"lifecyclestage": "lead", "hs_pipeline": "companies-lifecycle-pipeline"},
    "deals": {"pipeline": "default"},
    "tasks": {"hs_task_status": "NOT_STARTED", "hs_task_type": "TODO", "hs_task_priority": "NONE"},
}  # fmt: skip
_SHOWN_AFTER_WRITE = (
    "hs_is_contact", "hs_is_unworked", "hs_object_source", "hs_object_source_id",
    "hs_object_source_label", "hs_pipeline", "lifecyclestage",
)  # fmt: skip


@dataclass(slots=True)
class Call:
    """One request, taken apart."""

    portal: Portal
    request: Request
    version: str
    """`v3`, `v4` or a date such as `2026-03`."""
    arguments: list[tuple[str, str]]

    @classmethod
    def of(cls, portal: Portal, request: Request, version: str) -> "Call":
        arguments = parse_qsl(request.query, keep_blank_values=True)
        return cls(portal, request, version, arguments)

    def one(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.arguments if key == name), default)

    def many(self, name: str) -> list[str]:
        """Read a list, whether repeated or joined by commas."""
        joined = [value for key, value in self.arguments if key == name]
        return [part.strip() for value in joined for part in value.split(",") if part.strip()]

    def flag(self, name: str) -> bool:
        return self.one(name, "false").lower() == "true"

    def number(self, name: str, default: int, most: int) -> int:
        text = self.one(name, str(default))
        if not text.isdecimal():
            raise Refusal(400, f"Invalid request: {name} must be a number", "VALIDATION_ERROR")
        if int(text) > most:
            raise Refusal(
                400, f"Invalid request: {name} must be at most {most}", "VALIDATION_ERROR"
            )
        return max(int(text), 1)

    def body(self) -> dict[str, Any]:
        """Read the JSON object that came with the request."""
        try:
            value = msgspec.json.decode(self.request.body)
        except msgspec.DecodeError as problem:
            raise Refusal(
                400, f"Invalid input JSON on line 1: {problem}", "VALIDATION_ERROR"
            ) from None
        if not isinstance(value, dict):
            raise Refusal(400, "Invalid input JSON: an object is expected", "VALIDATION_ERROR")
        return value

    def link(self, **changed: str) -> str:
        """Write the absolute address of another page of the same listing."""
        kept = [(key, value) for key, value in self.arguments if key not in changed]
        host = self.request.headers.get("host", "127.0.0.1")
        return f"http://{host}{self.request.path}?{urlencode(kept + list(changed.items()))}"


def kind_of(name: str) -> Kind:
    """Find the object type a path names."""
    kind = find_kind(name)
    if kind is None:
        raise Refusal(400, f"Unable to infer object type from: {name}", "VALIDATION_ERROR")
    return kind


def find(
    portal: Portal, kind: Kind, text: str, id_property: str = "", *, archived: bool = False
) -> Record:
    """Find one record by id or by a unique property."""
    if id_property and id_property != "hs_object_id":
        if (kind.name, id_property) not in portal.store.unique:
            raise Refusal(
                400, f"idProperty {id_property} is not a unique property", "VALIDATION_ERROR"
            )
        record = portal.store.by_unique(kind, id_property, text)
    else:
        record = portal.store.get(kind, int(text)) if text.isdecimal() else None
    if record is None or (record.archived_at is not None) is not archived:
        raise Missing
    if archived and portal.now - (record.archived_at or 0) > KEPT_AFTER_ARCHIVING:
        raise Missing
    return record


def list_page(call: Call, kind: Kind) -> Answer:
    """Answer `GET /crm/v3/objects/{type}`."""
    portal = call.portal
    with_history = call.many("propertiesWithHistory")
    most = MAX_LIMIT_WITH_HISTORY if with_history else MAX_LIMIT
    limit = call.number("limit", DEFAULT_LIMIT, most)
    after = call.one("after", "0") or "0"
    if not after.isdecimal():
        raise Refusal(400, "Invalid request: after is not a cursor of this list")
    walked = portal.store.walk(kind, int(after), archived=call.flag("archived"), now=portal.now)
    if call.request.twist == "shrink-page":
        limit = max(limit // 2, 1)
    page: list[Record] = []
    following: Record | None = None
    for record in walked:
        if len(page) == limit:
            following = record
            break
        page.append(record)
    body: dict[str, Any] = {"results": [_shown(call, record, with_history) for record in page]}
    cursor = str(page[-1].id + 1) if following else ""
    if call.request.twist == "repeat-page":
        cursor = after
    if cursor:
        body["paging"] = {"next": {"after": cursor, "link": call.link(after=cursor)}}
    return answer(200, body)


def read_one(call: Call, kind: Kind, text: str) -> Answer:
    """Answer `GET /crm/v3/objects/{type}/{id}`."""
    record = find(call.portal, kind, text, call.one("idProperty"), archived=call.flag("archived"))
    return answer(200, _shown(call, record, call.many("propertiesWithHistory")))


def _shown(call: Call, record: Record, with_history: list[str]) -> dict[str, Any]:
    portal = call.portal
    body = portal.show(record, call.many("properties") or record.kind.shown)
    if with_history:
        body["propertiesWithHistory"] = portal.show_history(record, with_history)
    linked = {
        name: {"results": rows}
        for wanted in call.many("associations")
        if (rows := associations.inline(portal, record, kind_of(wanted)))
        for name in [kind_of(wanted).name]
    }
    if linked:
        body["associations"] = linked
    return body


def create_one(call: Call, kind: Kind) -> Answer:
    """Answer `POST /crm/v3/objects/{type}`."""
    body = call.body()
    record = create(
        call.portal, kind, body, call.portal.api_stamp(), bare=call.request.twist == "half-applied"
    )
    shown = show_written(call.portal, record, body.get("properties") or {}, created=True)
    given = answer(201, shown)
    given.headers["Location"] = f"{call.link().partition('?')[0]}/{record.id}"
    return given


def update_one(call: Call, kind: Kind, text: str) -> Answer:
    """Answer `PATCH /crm/v3/objects/{type}/{id}`."""
    record = find(call.portal, kind, text, call.one("idProperty"))
    properties = call.body().get("properties") or {}
    update(call.portal, record, properties, call.portal.api_stamp())
    return answer(200, show_written(call.portal, record, properties, created=False))


def archive_one(call: Call, kind: Kind, text: str) -> Answer:
    """Answer `DELETE`; one that is gone already is no error."""
    record = call.portal.store.get(kind, int(text)) if text.isdecimal() else None
    if record is not None:
        call.portal.store.archive(record, call.portal.tick())
    return empty()


def create(
    portal: Portal, kind: Kind, body: Mapping[str, Any], stamp: Stamp, *, bare: bool = False
) -> Record:
    """Make one record with its links, or refuse it before anything is stored."""
    values = check(portal, kind, body.get("properties") or {}, {})
    missing = [name for name in kind.required if not values.get(name)]
    if missing:
        raise Refusal(
            400,
            f"Error creating {kind.upper}. Some required properties were not set.",
            "VALIDATION_ERROR",
            context={"properties": [f"[{', '.join(missing)}]"]},
        )
    portal.check_unique(kind, values, None)
    wanted = body.get("associations") or []
    links = [] if bare else associations.read_wanted(portal, kind, wanted)
    record = portal.store.create(kind, _FIRST_VALUES.get(kind.name, {}) | values, stamp)
    effects.after_create(portal, record, stamp)
    for other, types in links:
        portal.store.link(record, other, *types)
        portal.store.logged(record, other, stamp.at)
    return record


def update(portal: Portal, record: Record, properties: Any, stamp: Stamp) -> None:
    """Change one record, or refuse before anything is stored."""
    values = check(portal, record.kind, properties, record.values)
    portal.check_unique(record.kind, values, record.id)
    write(portal, record, values, stamp)


def write(portal: Portal, record: Record, values: Mapping[str, str], stamp: Stamp) -> None:
    """Store checked values with what follows from them."""
    merged = {
        name: f"{record.values[name]}{value}"
        if value.startswith(";") and record.values.get(name)
        else value.strip(";")
        if portal.definitions[record.kind.name][name].field_type == "checkbox"
        else value
        for name, value in values.items()
    }
    portal.store.set(record, merged | effects.follow(portal, record, merged, stamp), stamp)


def show_written(
    portal: Portal, record: Record, properties: Mapping[str, Any], *, created: bool
) -> dict[str, Any]:
    """Echo a write: on creation everything, on a change what changed and the usual few."""
    names: Sequence[str] = (
        list(record.values)
        if created
        else [*properties, *(name for name in _SHOWN_AFTER_WRITE if name in record.values)]
    )
    return portal.show(record, list(names))


def merge(portal: Portal, primary: Record, other: Record, stamp: Stamp, *, new_id: bool) -> Record:
    """Join two records: the primary's values win, links move over, the other id is gone.

    With `new_id` the result is a new record, as in accounts without Primary ID Preservation.
    """
    store, kind = portal.store, primary.kind
    other_values, links = dict(other.values), _all_links(portal, other)
    gone = [other.id]
    store.forget(other)
    if new_id:
        values, primary_links = dict(primary.values), _all_links(portal, primary)
        gone.append(primary.id)
        store.forget(primary)
        kept = store.create(kind, values, stamp)
        kept.values[kind.created] = values[kind.created]
        links += primary_links
    else:
        kept = primary
    email = other_values.pop("email", "")
    taken = {name: value for name, value in other_values.items() if name not in kept.values}
    marks = {"hs_merged_object_ids": _joined(kept, "hs_merged_object_ids", map(str, gone))}
    if kind.name == "contacts":
        vids = [f"{number}:{stamp.at}" for number in gone]
        marks["hs_calculated_merged_vids"] = _joined(kept, "hs_calculated_merged_vids", vids)
        # All ids that ever led here, those of earlier merges on either side included.
        everyone = [str(kept.id), *map(str, gone), *_former(kept.values), *_former(other_values)]
        marks["hs_all_contact_vids"] = ";".join(dict.fromkeys(everyone))
        if email and email != kept.values.get("email"):
            marks["hs_additional_emails"] = _joined(kept, "hs_additional_emails", [email])
    store.set(kept, taken | marks, stamp)
    for record, types in links:
        if record.id != kept.id:
            store.link(kept, record, *types)
    for number in gone:
        store.aliases[kind.name][number] = kept.id
    for old, target in list(store.aliases[kind.name].items()):
        if target in gone:
            store.aliases[kind.name][old] = kept.id
    if email:
        store.unique[kind.name, "email"].setdefault(email, kept.id)
    return kept


def _all_links(portal: Portal, record: Record) -> list[tuple[Record, tuple[int, ...]]]:
    return [
        (portal.store.records[kind][number], types)
        for kind, others in record.links.items()
        for number, types in others.items()
    ]


def _former(values: Mapping[str, str]) -> list[str]:
    return values.get("hs_all_contact_vids", "").split(";")


def _joined(record: Record, name: str, more: Any) -> str:
    held = record.values.get(name, "")
    return ";".join([*([held] if held else []), *more])


def merge_call(call: Call, kind: Kind) -> Answer:
    """Answer `POST /crm/v3/objects/{type}/merge`."""
    body = call.body()
    primary = find(call.portal, kind, str(body.get("primaryObjectId", "")))
    other = find(call.portal, kind, str(body.get("objectIdToMerge", "")))
    if primary.id == other.id:
        raise Refusal(400, "Cannot merge a record with itself", "VALIDATION_ERROR")
    kept = merge(call.portal, primary, other, call.portal.api_stamp(), new_id=False)
    return answer(200, call.portal.show(kept, kind.shown))


def gdpr_delete(call: Call, kind: Kind) -> Answer:
    """Answer `POST /crm/v3/objects/contacts/gdpr-delete`: no trace stays."""
    body = call.body()
    text, name = str(body.get("objectId", "")), str(body.get("idProperty") or "")
    record = (
        call.portal.store.by_unique(kind, name, text)
        if name and name != "hs_object_id"
        else call.portal.store.get(kind, int(text) if text.isdecimal() else -1)
    )
    if record is not None:
        call.portal.tick()
        call.portal.store.forget(record)
    return empty()
