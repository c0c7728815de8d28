"""What an app may write: tags, metafields, a customer's own fields.

What is wrong with an input is told in `userErrors` beside a 200; nothing of such a write is kept.
"""

import json
import re
from typing import Any

from journeysync.sandbox.shopify.context import Context
from journeysync.sandbox.shopify.gids import gid, read_gid
from journeysync.sandbox.shopify.roots import find
from journeysync.sandbox.shopify.show_orders import Fields, Info
from journeysync.sandbox.shopify.show_shop import digest
from journeysync.sandbox.shopify.things import Customer, Metafield, Order

MOST_TAGS, TAG_LENGTH, MOST_METAFIELDS = 250, 40, 25
_NAME = re.compile(r"[A-Za-z0-9_$:.-]+")
_NUMBERS = {"number_integer": int, "number_decimal": float}
_STALE = ("The resource has been updated since it was loaded. Try again with an updated "
          "`compareDigest` value.")  # fmt: skip
_TEXTS = ("single_line_text_field", "multi_line_text_field", "date", "date_time", "url", "id")
_CUSTOMER = {"email": "email", "firstName": "first", "lastName": "last", "phone": "phone",
             "note": "note"}  # fmt: skip


def _error(message: str, *field: str, **more: Any) -> dict[str, Any]:
    return {"field": list(field) or None, "message": message, **more}


def _writable(info: Info, owner: str) -> Any:
    """Find what is to be written to; the token must be allowed to write such things."""
    kind = (read_gid(owner) or ("",))[0]
    info.context.need("write_orders" if kind == "Order" else "write_customers", info)
    found = find(info, owner)
    return found if isinstance(found, Customer | Order) else None


def _touch(context: Context, thing: Customer | Order) -> None:
    if isinstance(thing, Customer):
        context.shop.touch_customer(thing, context.shop.now)
    else:
        context.shop.touch(thing, context.shop.now)


def _tags_add(_: Any, info: Info, id: str, tags: list[str]) -> Any:  # noqa: A002 - Shopify's word
    thing = _writable(info, id)
    if thing is None:
        return {"node": None, "userErrors": [_error("Owner does not exist", "id")]}
    wanted = [part.strip() for tag in tags for part in tag.split(",") if part.strip()]
    problem = _tag_problem([*thing.tags, *wanted])
    if problem:
        return {"node": thing, "userErrors": [_error(problem, "tags")]}
    known = {tag.casefold() for tag in thing.tags}
    added = [tag for tag in dict.fromkeys(wanted) if tag.casefold() not in known]
    if added:
        thing.tags += added
        _touch(info.context, thing)
    return {"node": thing, "userErrors": []}


def _tags_remove(_: Any, info: Info, id: str, tags: list[str]) -> Any:  # noqa: A002
    thing = _writable(info, id)
    if thing is None:
        return {"node": None, "userErrors": [_error("Owner does not exist", "id")]}
    gone = {part.strip().casefold() for tag in tags for part in tag.split(",")}
    left = [tag for tag in thing.tags if tag.casefold() not in gone]
    if left != thing.tags:
        thing.tags = left
        _touch(info.context, thing)
    return {"node": thing, "userErrors": []}


def _tag_problem(tags: list[str]) -> str:
    if any(len(tag) > TAG_LENGTH for tag in tags):
        return f"Tags cannot be longer than {TAG_LENGTH} characters"
    return f"Tags cannot exceed {MOST_TAGS}" if len(set(tags)) > MOST_TAGS else ""


def _customer_update(_: Any, info: Info, input: dict[str, Any]) -> Any:  # noqa: A002 - Shopify's word
    info.context.need("write_customers", info)
    one = find(info, input.get("id") or "")
    if not isinstance(one, Customer):
        return {"customer": None, "userErrors": [_error("Customer does not exist", "id")]}
    others = info.context.shop.customers.values()
    email = input.get("email")
    if email and any(other.email.casefold() == email.casefold() and other is not one
                     for other in others):  # fmt: skip
        taken = _error("Email has already been taken", "email")
        return {"customer": None, "userErrors": [taken]}
    tags = input.get("tags")
    if tags is not None and (problem := _tag_problem(tags)):
        return {"customer": None, "userErrors": [_error(problem, "tags")]}
    rows = [{**row, "ownerId": gid("Customer", one.id)} for row in input.get("metafields") or []]
    problems = [found for place, row in enumerate(rows) for found in _problems(info, place, row)]
    if problems:
        return {"customer": None, "userErrors": problems}
    changed = False
    for name, attribute in _CUSTOMER.items():
        if name in input:
            value = input[name] or ("" if name != "note" else None)
            changed = changed or getattr(one, attribute) != value
            setattr(one, attribute, value)
    if tags is not None:
        wanted = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        changed = changed or sorted(wanted) != sorted(one.tags)
        one.tags = wanted
    before = info.context.shop.changes
    for row in rows:
        _set(info.context, row)
    if changed or info.context.shop.changes != before:
        _touch(info.context, one)
    return {"customer": one, "userErrors": []}


def _metafields_set(_: Any, info: Info, metafields: list[dict[str, Any]]) -> Any:
    if len(metafields) > MOST_METAFIELDS:
        problem = _error(
            f"Exceeded the maximum metafields input limit of {MOST_METAFIELDS}.", "metafields",
            code="LESS_THAN_OR_EQUAL_TO", elementIndex=None,
        )  # fmt: skip
        return {"metafields": None, "userErrors": [problem]}
    problems = [one for place, row in enumerate(metafields) for one in _problems(info, place, row)]
    if problems:
        return {"metafields": None, "userErrors": problems}
    made, shop = [], info.context.shop
    for row in metafields:
        before = shop.changes
        made.append(_set(info.context, row))
        if shop.changes != before:
            _touch(info.context, find(info, row["ownerId"]))
    return {"metafields": made, "userErrors": []}


def _known(context: Context, row: dict[str, Any]) -> Metafield | None:
    place = (row.get("namespace") or context.keys.own_namespace, row["key"])
    own = (context.shop.metafields[n] for n in context.shop.owned.get(row["ownerId"], []))
    return next((one for one in own if (one.namespace, one.key) == place), None)


def _problems(info: Info, place: int, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Say what is wrong with one metafield; the first thing found is told."""
    owner = _writable(info, row["ownerId"])
    known = _known(info.context, row)
    kind = row.get("type") or (known.type if known else "")
    stale = "compareDigest" in row and row["compareDigest"] != (digest(known) if known else None)
    named = _NAME.fullmatch(row["key"]) and 2 <= len(row["key"]) <= 64  # noqa: PLR2004
    kinds = (*_TEXTS, *_NUMBERS, "boolean", "json")
    checks = (
        (owner is None, "INVALID", "ownerId", "Owner does not exist."),
        (not named, "INVALID", "key", "Key is invalid."),
        (not kind, "BLANK", "type", "Type can't be blank"),
        (kind not in kinds and not kind.startswith("list."), "INCLUSION", "type",
         f"Type {kind} is not a valid type"),
        (known is not None and known.type != kind, "INVALID_TYPE", "type",
         f"Type must be {known.type if known else ''}."),
        (row["value"] == "", "BLANK", "value", "Value can't be blank."),
        (not _fits(kind, row["value"]), "INVALID_VALUE", "value", f"Value is not a valid {kind}."),
        (stale, "STALE_OBJECT", "compareDigest", _STALE),
    )  # fmt: skip
    for wrong, code, field, message in checks:
        if wrong:
            where = ("metafields", str(place), field)
            return [_error(message, *where, code=code, elementIndex=None)]
    return []


def _metafields_delete(_: Any, info: Info, metafields: list[dict[str, Any]]) -> Any:
    """Take values away; one that is not there is told as null, and no error."""
    gone = []
    for place, row in enumerate(metafields):
        owner = _writable(info, row["ownerId"])
        if owner is None:
            problem = _error("Owner does not exist.", "metafields", str(place), "ownerId")
            return {"deletedMetafields": None, "userErrors": [problem]}
        known = _known(info.context, row)
        if known is not None:
            info.context.shop.drop_metafield(known)
            _touch(info.context, owner)
        gone.append(row if known is not None else None)
    return {"deletedMetafields": gone, "userErrors": []}


def _fits(kind: str, value: str) -> bool:
    try:
        if kind in _NUMBERS:
            _NUMBERS[kind](value)
        elif kind == "boolean":
            return value in ("true", "false")
        elif kind == "json" or kind.startswith("list."):
            json.loads(value)
    except ValueError:
        return False
    return kind != "single_line_text_field" or "\n" not in value


def _set(context: Context, row: dict[str, Any]) -> Metafield:
    known = _known(context, row)
    return context.shop.set_metafield(
        row["ownerId"], row.get("namespace") or context.keys.own_namespace, row["key"],
        row.get("type") or (known.type if known else ""), row["value"], context.shop.now,
    )  # fmt: skip


def _bulk_run(_: Any, info: Info, query: str, groupObjects: bool = False) -> Any:  # noqa: N803
    made, problems = info.context.bulk.run(info.context, query, grouped=groupObjects)
    return {"bulkOperation": made, "userErrors": problems}


def _bulk_cancel(_: Any, info: Info, id: str) -> Any:  # noqa: A002
    found = find(info, id) if (read_gid(id) or ("",))[0] == "BulkOperation" else None
    if found is None:
        problem = _error("Bulk operation does not exist", "id")
        return {"bulkOperation": None, "userErrors": [problem]}
    if not info.context.bulk.cancel(found):
        problem = _error(
            f"A bulk operation cannot be canceled when it is {found.status.lower()}", "id"
        )
        return {"bulkOperation": found, "userErrors": [problem]}
    return {"bulkOperation": found, "userErrors": []}


MUTATION: Fields = {
    "bulkOperationCancel": _bulk_cancel,
    "bulkOperationRunQuery": _bulk_run,
    "customerUpdate": _customer_update,
    "metafieldsDelete": _metafields_delete,
    "metafieldsSet": _metafields_set,
    "tagsAdd": _tags_add,
    "tagsRemove": _tags_remove,
}
