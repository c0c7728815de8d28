"""Changing many accounts in one request: a row that fails stands inside a 200.

Only metadata is changed; a shop would take names and addresses too.
"""

from typing import Any

import msgspec

from journeysync.sandbox.woocommerce import shapes
from journeysync.sandbox.woocommerce.lists import MOST, Refusal
from journeysync.sandbox.woocommerce.shop import Customer, NoSuch, Shop


def change_many(shop: Shop, body: bytes) -> object:
    """Change every account that is named under `update`; answer each in its place.

    Where none is named the answer is PHP's empty list.
    """
    if shop.read_only:
        message = "The API key provided does not have write permissions."
        raise Refusal(401, "woocommerce_rest_authentication_error", message)
    try:
        asked = msgspec.json.decode(body, type=dict[str, list[dict[str, Any]]])
    except msgspec.MsgspecError:
        raise Refusal(400, "rest_invalid_json", "Invalid JSON body passed.") from None
    rows = asked.get("update", [])
    if len(rows) > MOST:
        message = "Unable to accept more than 100 items for this request."
        raise Refusal(413, "woocommerce_rest_request_entity_too_large", message)
    return {"update": [_change(shop, row) for row in rows]} if rows else []


def _change(shop: Shop, row: dict[str, Any]) -> dict[str, Any]:
    number = row.get("id", 0)
    try:
        one = shop.customer(int(number))
    except (NoSuch, TypeError, ValueError):
        error = {"code": "woocommerce_rest_invalid_id", "message": "Invalid resource ID.",
                 "data": {"status": 400}}  # fmt: skip
        return {"id": number, "error": error}
    if set_metadata(shop, one, row.get("meta_data", [])):
        shop.changes += 1
        one.modified = shop.now
    return shapes.customer(shop, one)


def set_metadata(shop: Shop, one: Customer, rows: list[dict[str, Any]]) -> bool:
    """Set keys of an account's metadata; say whether any of them held something else."""
    changed = [_set(shop, one, given) for given in rows]
    return any(changed)


def _set(shop: Shop, one: Customer, given: dict[str, Any]) -> bool:
    """Set one key; say whether it held something else."""
    held = next((meta for meta in one.meta if meta["key"] == given["key"]), None)
    if held is None:
        shop.last_meta += 1
        one.meta.append({"id": shop.last_meta, "key": given["key"], "value": given["value"]})
        return True
    changed = bool(held["value"] != given["value"])
    held["value"] = given["value"]
    return changed
