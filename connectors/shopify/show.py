"""Shows the stage in one metafield of customers, and reads back what stands there.

One metafield of type `json` holds all our fields, so that it is written whole or not at all and an
empty field needs no deletion. Shopify sets 25 metafields a call, all of them or none; who changed
one it does not tell: https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from journeysync.connectors.shopify.client import Client, Row
from journeysync.connectors.shopify.contents import CUSTOMER
from journeysync.connectors.shopify.documents import HELD, KEY, NAMESPACE, SHOW
from journeysync.core.ports import Held, Outcome, PresentRecord, RecordWrite

BATCH = 25
SHOWS = frozenset({CUSTOMER})
_OWNER = "gid://shopify/Customer/"


def present(client: Client, ids: Sequence[str], fields: Sequence[str]) -> list[PresentRecord]:
    """Read our fields of these customers, in their order."""
    held = _held(client, ids)
    return [
        PresentRecord(one, one, {name: Held(held[one].get(name, "")) for name in fields})
        if one in held
        else PresentRecord(one, "")
        for one in ids
    ]


def _held(client: Client, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read the metafield of each customer that is there."""
    data = client.send(HELD, {"ids": [_OWNER + one for one in ids]}, repeatable=True)
    return {
        str(node["id"]).removeprefix(_OWNER): _values(node.get("metafield"))
        for node in data.get("nodes") or ()
        if isinstance(node, Mapping) and str(node.get("id", "")).startswith(_OWNER)
    }


def _values(metafield: object) -> dict[str, str]:
    """Read the fields out of the metafield; what somebody else made of it is no value."""
    text = metafield.get("value") if isinstance(metafield, Mapping) else None
    try:
        found = msgspec.json.decode(str(text or "{}"))
    except msgspec.MsgspecError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}


def write(client: Client, rows: Sequence[RecordWrite]) -> list[Outcome]:
    """Set our fields and leave the others in the metafield as they are."""
    held = _held(client, [row.id for row in rows])
    outcomes = {row.id: _gone(row.id) for row in rows if row.id not in held}
    left = {row.id: _whole(held[row.id], row.values) for row in rows if row.id in held}
    while left:
        refused = _set(client, left)
        for one in refused or list(left):
            outcomes[one] = refused.get(one) or Outcome(one, "done", one)
            del left[one]
    return [outcomes[row.id] for row in rows]


def _whole(held: Mapping[str, str], values: Mapping[str, str]) -> str:
    wanted = {name: value for name, value in {**held, **values}.items() if value}
    return msgspec.json.encode(dict(sorted(wanted.items()))).decode()


def _set(client: Client, values: Mapping[str, str]) -> dict[str, Outcome]:
    """Set metafields; return those that were refused, which keeps the others from being set."""
    names = list(values)
    fields = [
        {"ownerId": _OWNER + one, "namespace": NAMESPACE, "key": KEY, "type": "json",
         "value": values[one]}
        for one in names
    ]  # fmt: skip
    data = client.send(SHOW, {"metafields": fields}, repeatable=True)
    errors = (data.get("metafieldsSet") or {}).get("userErrors") or []
    refused = {}
    for error in errors:
        place = _place(error)
        # An error that names no row of ours is that of them all.
        for one in names if place is None else names[place : place + 1]:
            refused[one] = _refused(one, str(error.get("code") or "REFUSED"))
    return refused


def _place(error: Row) -> int | None:
    field: list[Any] = error.get("field") or []
    numbers = [int(str(step)) for step in field if str(step).isdecimal()]
    return numbers[0] if numbers else None


def _gone(number: str) -> Outcome:
    return Outcome(
        number, "failed", number, "GONE",
        "The customer was deleted in the shop meanwhile. The next run leaves it out.",
        temporary=True,
    )  # fmt: skip


def _refused(number: str, code: str) -> Outcome:
    return Outcome(
        number, "failed", number, code,
        f"Shopify does not take the metafield `{NAMESPACE}.{KEY}` on this customer. Look under "
        "Settings > Custom data whether another app has defined it, then run `journeysync retry`.",
    )  # fmt: skip
