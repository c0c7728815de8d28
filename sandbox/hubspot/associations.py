"""Links between records: read, made, taken away; in the shapes of v3, v4 and the dated paths."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from journeysync.sandbox.hubspot.answers import Missing, Refusal, answer, batch, empty, row_error
from journeysync.sandbox.hubspot.kinds import KINDS, LINK_TYPES, PLAIN, Kind
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.store import Record
from journeysync.sandbox.wire import Answer

if TYPE_CHECKING:
    from journeysync.sandbox.hubspot.objects import Call

MAX_READ = 1_000
MAX_WRITE = 2_000
PAGE = 500
INLINE = 100


def _linked(portal: Portal, record: Record, target: Kind) -> list[tuple[int, tuple[int, ...]]]:
    others = portal.store.records[target.name]
    return sorted(
        (number, types)
        for number, types in record.links.get(target.name, {}).items()
        if number in others and others[number].archived_at is None
    )


def inline(portal: Portal, record: Record, target: Kind) -> list[dict[str, str]]:
    """List links as records show them: one row per type, so an id may come twice."""
    table = LINK_TYPES.get((record.kind.name, target.name), {})
    return [
        {"id": str(number), "type": table[type_].old_name}
        for number, types in _linked(portal, record, target)[:INLINE]
        for type_ in sorted(types, key=lambda type_: table[type_].label is None)
    ]


def _new_row(record: Record, target: Kind, number: int, types: tuple[int, ...]) -> dict[str, Any]:
    table = LINK_TYPES[record.kind.name, target.name]
    return {
        "toObjectId": number,
        "associationTypes": [
            {"category": "HUBSPOT_DEFINED", "typeId": type_, "label": table[type_].label}
            for type_ in types
        ],
    }


def read_of_one(call: "Call", kind: Kind, text: str, target: Kind) -> Answer:
    """Answer the links of one record to one object type."""
    record = _get(call.portal, kind, text)
    if record is None:
        raise Missing
    rows = _linked(call.portal, record, target)
    limit = call.number("limit", PAGE, PAGE)
    start = int(call.one("after", "0") or "0")
    chosen = [row for row in rows if row[0] >= start]
    page = chosen[:limit]
    if call.version == "v3":
        table = LINK_TYPES.get((kind.name, target.name), {})
        results: list[dict[str, Any]] = [
            {"id": str(number), "type": table[type_].old_name}
            for number, types in page
            for type_ in types
        ]
    else:
        results = [_new_row(record, target, number, types) for number, types in page]
    body: dict[str, Any] = {"results": results}
    if len(chosen) > limit:
        cursor = str(page[-1][0] + 1)
        body["paging"] = {"next": {"after": cursor, "link": call.link(after=cursor)}}
    return answer(200, body)


def read_batch(call: "Call", source: Kind, target: Kind) -> Answer:
    """Answer `batch/read`; a record without links is an error of its row, not of the call."""
    inputs = _inputs(call, MAX_READ)
    results: list[dict[str, Any]] = []
    errors = []
    for entry in inputs:
        text = str(entry.get("id", ""))
        record = _get(call.portal, source, text)
        start = int(entry.get("after") or 0)
        rows = _linked(call.portal, record, target) if record else []
        rows = [row for row in rows if row[0] >= start]
        if not record or not rows:
            errors.append(_nothing(source, target, text))
            continue
        shown: dict[str, Any] = {"from": {"id": text}}
        page = rows[:PAGE]
        if call.version == "v3":
            table = LINK_TYPES[source.name, target.name]
            shown["to"] = [
                {"id": str(number), "type": table[type_].old_name}
                for number, types in page
                for type_ in types
            ]
        else:
            shown["to"] = [_new_row(record, target, number, types) for number, types in page]
        if len(rows) > PAGE:
            cursor = str(rows[PAGE][0])
            shown["paging"] = {"next": {"after": cursor, "link": call.link(after=cursor)}}
        results.append(shown)
    results.reverse()
    return batch(results, errors, call.portal.now_text())


def _nothing(source: Kind, target: Kind, text: str) -> dict[str, Any]:
    return row_error(
        "OBJECT_NOT_FOUND",
        f"No {target.singular} is associated with {source.singular} {text}.",
        {
            "fromObjectId": [text],
            "fromObjectType": [source.singular],
            "toObjectType": [target.singular],
        },
        subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
    )


def read_wanted(portal: Portal, kind: Kind, wanted: Any) -> list[tuple[Record, tuple[int, ...]]]:
    """Read the `associations` of a create, or refuse."""
    links = []
    for entry in wanted:
        number = str((entry.get("to") or {}).get("id", ""))
        types = entry.get("types") or []
        if not types:
            raise Refusal(400, "Invalid input JSON: types is required in associations")
        for target_name, ids in _by_target(kind, types).items():
            other = portal.store.get(KINDS[target_name], int(number) if number.isdecimal() else -1)
            if other is None or other.archived_at is not None:
                raise Refusal(
                    404,
                    f"One or more associations are invalid: {target_name} {number} does not exist",
                    "OBJECT_NOT_FOUND",
                    context={"id": [number]},
                )
            links.append((other, ids))
    return links


def _by_target(kind: Kind, types: list[Mapping[str, Any]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for type_ in types:
        number = type_.get("associationTypeId")
        target = next(
            (
                end
                for (start, end), ids in LINK_TYPES.items()
                if start == kind.name and number in ids
            ),
            None,
        )
        if target is None or type_.get("associationCategory") != "HUBSPOT_DEFINED":
            raise Refusal(
                400,
                f"Association type {number} is not valid from {kind.singular}",
                "VALIDATION_ERROR",
                subCategory="crm.associations.INVALID_ASSOCIATION_TYPE",
            )
        found[target] = (*found.get(target, ()), int(number or 0))
    return found


def create_batch(call: "Call", source: Kind, target: Kind, *, default: bool) -> Answer:
    """Answer `batch/create` and `batch/associate/default`."""
    results: list[dict[str, Any]] = []
    errors = []
    inputs = _inputs(call, MAX_WRITE)
    if call.request.twist == "half-applied":
        inputs = inputs[: len(inputs) // 2]
    for entry in inputs:
        one_id = str((entry.get("from") or {}).get("id", ""))
        two_id = str((entry.get("to") or {}).get("id", ""))
        one, two = _get(call.portal, source, one_id), _get(call.portal, target, two_id)
        if one is None or two is None:
            lost = one_id if one is None else two_id
            errors.append(
                row_error("OBJECT_NOT_FOUND", f"The object {lost} does not exist", {"id": [lost]})
            )
            continue
        types = _wanted_types(source, target, entry, default=default)
        _make(call.portal, one, two, types)
        results += _made(one, two, types, default=default)
    return batch(results, errors, call.portal.now_text(), 200 if default else 201)


def _wanted_types(
    source: Kind, target: Kind, entry: Mapping[str, Any], *, default: bool
) -> tuple[int, ...]:
    if default:
        return (_plain(source, target),)
    if not entry.get("types"):
        raise Refusal(400, "Invalid input JSON: types is required", "VALIDATION_ERROR")
    return _by_target(source, entry["types"]).get(target.name, ())


def _plain(source: Kind, target: Kind) -> int:
    if (source.name, target.name) not in PLAIN:
        raise Refusal(400, f"{source.singular} cannot be associated with {target.singular}")
    return PLAIN[source.name, target.name]


def _make(portal: Portal, one: Record, two: Record, types: tuple[int, ...]) -> None:
    at = portal.tick()
    portal.store.link(one, two, *types)
    portal.store.logged(one, two, at)


def _made(
    one: Record, two: Record, types: tuple[int, ...], *, default: bool
) -> list[dict[str, Any]]:
    if default:
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": types[0]}
        return [{"from": {"id": str(one.id)}, "to": {"id": str(two.id)}, "associationSpec": spec}]
    return [
        {
            "fromObjectTypeId": one.kind.type_id,
            "fromObjectId": one.id,
            "toObjectTypeId": two.kind.type_id,
            "toObjectId": two.id,
            "labels": [],
        }
    ]


def archive_batch(call: "Call", source: Kind, target: Kind) -> Answer:
    """Answer `batch/archive`: all links of the pairs go."""
    for entry in _inputs(call, MAX_WRITE):
        one = _get(call.portal, source, str((entry.get("from") or {}).get("id", "")))
        for end in entry.get("to") or []:
            two = _get(call.portal, target, str(end.get("id", "")))
            if one is not None and two is not None:
                call.portal.tick()
                call.portal.store.unlink(one, two)
    return empty()


def put_one(
    call: "Call", kind: Kind, text: str, target: Kind, other: str, *, default: bool
) -> Answer:
    """Answer `PUT .../associations/...`: labelled links replace what the pair had."""
    one, two = _get(call.portal, kind, text), _get(call.portal, target, other)
    if one is None or two is None:
        raise Missing
    if default:
        types: tuple[int, ...] = (_plain(kind, target),)
        _make(call.portal, one, two, types)
        rows = _made(one, two, types, default=True)
        return batch(rows, [], call.portal.now_text())
    try:
        specs = msgspec.json.decode(call.request.body)
    except msgspec.DecodeError:
        raise Refusal(400, "Invalid input JSON: a list of types is expected") from None
    types = _by_target(kind, specs).get(target.name, ())
    call.portal.store.unlink(one, two)
    _make(call.portal, one, two, types)
    return answer(201, _made(one, two, types, default=False)[0])


def delete_one(call: "Call", kind: Kind, text: str, target: Kind, other: str) -> Answer:
    """Answer `DELETE .../associations/...`."""
    one, two = _get(call.portal, kind, text), _get(call.portal, target, other)
    if one is not None and two is not None:
        call.portal.tick()
        call.portal.store.unlink(one, two)
    return empty()


def labels(source: Kind, target: Kind) -> Answer:
    """Answer the types of link between two object types."""
    rows = [
        {"category": "HUBSPOT_DEFINED", "typeId": link.id, "label": link.label}
        for link in LINK_TYPES.get((source.name, target.name), {}).values()
    ]
    return answer(200, {"results": rows})


def _inputs(call: "Call", most: int) -> list[dict[str, Any]]:
    inputs = call.body().get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(entry, dict) for entry in inputs):
        raise Refusal(400, "Invalid input JSON: inputs must be a list", "VALIDATION_ERROR")
    if len(inputs) > most:
        raise Refusal(400, f"Batch size of {len(inputs)} exceeds the maximum of {most}")
    return inputs


def _get(portal: Portal, kind: Kind, text: str) -> Record | None:
    record = portal.store.get(kind, int(text)) if text.isdecimal() else None
    return record if record is not None and record.archived_at is None else None
