"""Changing many accounts in one request: a row that fails stands inside a 200.

Only metadata is changed; a shop would take names and addresses too.
"""

from typing import Any

import msgspec

from journeysync.sandbox.woocommerce import shapes
from journeysync.sandbox.woocommerce.queries import MOST, Refusal
from journeysync.sandbox.woocommerce.shop import Customer, NoSuch, Shop

_READ_ONLY = {  # the German one is made up: what counts is that it is not English
    "en": "The API key provided does not have write permissions.",
    "de": "Der angegebene API-Schlüssel hat keine Schreibrechte.",
}


def change_many(shop: Shop, body: bytes) -> Any:
    """Change every account that is named under `update`; answer each in its place.

    What names none is no error, and answered with PHP's one empty thing.
    """
    if shop.read_only:
        raise Refusal(401, "woocommerce_rest_authentication_error", _READ_ONLY[shop.language])
    try:
        asked = msgspec.json.decode(body) if body else None
    except msgspec.MsgspecError:
        data = {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"}
        raise Refusal(400, "rest_invalid_json", "Invalid JSON body passed.", data) from None
    rows = asked.get("update") if isinstance(asked, dict) else None
    if isinstance(rows, dict):
        rows = list(rows.values())
    if not isinstance(rows, list) or not rows:
        return []
    if len(rows) > MOST:
        message = "Unable to accept more than 100 items for this request."
        raise Refusal(413, "woocommerce_rest_request_entity_too_large", message)
    return {"update": [_change(shop, row if isinstance(row, dict) else {}) for row in rows]}


def _change(shop: Shop, row: dict[str, Any]) -> dict[str, Any]:
    number = row.get("id")
    try:
        one = shop.customer(int(number or 0))
    except (NoSuch, TypeError, ValueError):
        error = {"code": "woocommerce_rest_invalid_id", "message": "Invalid resource ID.",
                 "data": {"status": 400}}  # fmt: skip
        return {"id": number, "error": error}
    shop.changes += set_metadata(shop, one, row.get("meta_data", []))
    one.modified = shop.now  # whatever was changed, and if nothing was
    return shapes.customer(shop, one)


def set_metadata(shop: Shop, one: Customer, rows: list[dict[str, Any]]) -> bool:
    """Set keys of an account's metadata; say whether any of them held something else."""
    changed = [_set(shop, one, given) for given in rows]
    return any(changed)


def _set(shop: Shop, one: Customer, given: dict[str, Any]) -> bool:
    """Set one key, or take it away with null; say whether it held something else."""
    key, value = given.get("key"), _kept(given.get("value"))
    if not key:
        return False
    held = next((meta for meta in one.meta if meta["key"] == key), None)
    if value is None:
        one.meta = [meta for meta in one.meta if meta is not held]
        return held is not None
    if held is None:
        shop.last_meta += 1
        one.meta.append({"id": shop.last_meta, "key": key, "value": value})
        return True
    changed = bool(held["value"] != value)
    held["value"] = value
    return changed


def _kept(value: Any) -> Any:
    """Keep a value as the shop does: numbers and truths as texts."""
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, int | float) else value
