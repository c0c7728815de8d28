"""Lists and single objects of the pretend account, as they are asked for.

Newest first, by the last id that was seen; a parameter that an endpoint does not have is refused,
as Stripe refuses it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from journeysync.sandbox.stripe import forms
from journeysync.sandbox.stripe.account import LISTS, Account, Thing
from journeysync.sandbox.stripe.refusals import Refusal, missing, unknown_parameter

KINDS = {path: kind for kind, path in LISTS.items()}
MOST = 100
DEEPEST = 4
SHOWN = 10
"""Refunds that a charge shows."""
TYPES = 20
"""Of events that may be asked for at once."""
_BOUND = re.compile(r"created\[(gte|gt|lte|lt)\]")
_EACH = re.compile(r"(expand|types)\[\d*\]")
_HOLDS: Mapping[str, Callable[[int, int], bool]] = {
    "gte": lambda one, other: one >= other,
    "gt": lambda one, other: one > other,
    "lte": lambda one, other: one <= other,
    "lt": lambda one, other: one < other,
}
_PAGING = ("limit", "starting_after", "ending_before")
_FILTERS: Mapping[str, tuple[str, ...]] = {
    "customer": ("email",),
    "invoice": ("customer", "status", "subscription", "collection_method"),
    "charge": ("customer", "payment_intent", "transfer_group"),
    "payment_intent": ("customer",),
    "subscription": ("customer", "status", "collection_method"),
    "checkout.session": ("customer", "payment_intent", "subscription"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
}
_UNDATED = ("checkout.session",)
_OPENS: Mapping[str, tuple[str, ...]] = {
    "invoice": ("charge", "customer", "payment_intent", "subscription"),
    "charge": ("customer", "invoice", "payment_intent", "refunds"),
    "payment_intent": ("customer", "invoice", "latest_charge"),
    "subscription": ("customer", "latest_invoice"),
    "checkout.session": ("customer", "invoice", "payment_intent", "subscription"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
}
"""What can be expanded, of what is pretended."""

Query = Sequence[tuple[str, str]]


def listed(account: Account, kind: str, query: Query, twist: str) -> dict[str, Any]:
    """Answer with a page of a list."""
    expand, types, plain = _sorted(query)
    limit = plain.get("limit", "10")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise Refusal(400, f"Invalid integer: {limit}", code="parameter_invalid_integer",
                      param="limit")  # fmt: skip
    rows = _filtered(account, kind, plain, types)
    size, back = int(limit), "ending_before" in plain
    if back:
        rows = rows[: _place(kind, rows, plain["ending_before"], "ending_before")][::-1]
    start = 0
    if after := plain.get("starting_after"):
        start = _place(kind, rows, after, "starting_after") + 1
    if twist == "repeat-page":
        start = max(0, start - size)
    size = max(1, size // 2) if twist == "shrink-page" else size
    page = rows[start : start + size]
    return {
        "object": "list",
        "url": f"/v1/{LISTS[kind]}",
        "has_more": start + size < len(rows),
        "data": [
            shown(account, row, _inside(expand)) for row in (page[::-1] if back else page)
        ],
    }  # fmt: skip


def single(account: Account, kind: str, number: str, query: Query) -> dict[str, Any]:
    """Answer with one object; of a customer who was deleted, that much is told."""
    expand, types, plain = _sorted(query)
    for name in [*plain, *(["types"] if types else [])]:
        raise unknown_parameter(name)
    if number in account.deleted:
        return {"id": number, "object": kind, "deleted": True}
    found = account.find(number)
    if found is None or found["object"] != kind:
        raise missing(kind, number)
    return shown(account, found, expand)


def _sorted(query: Query) -> tuple[list[str], list[str], dict[str, str]]:
    several: dict[str, list[str]] = {"expand": [], "types": []}
    plain: dict[str, str] = {}
    for name, value in query:
        if each := _EACH.fullmatch(name):
            several[each[1]].append(value)
        else:
            plain[name] = value
    return several["expand"], several["types"], plain


def _inside(expand: list[str]) -> list[str]:
    """Take off the `data.` that a list's expansions begin with."""
    for path in expand:
        if not path.startswith("data."):
            raise Refusal(400, f"This property cannot be expanded ({path}). You may want to try "
                          f"expanding 'data.{path}' instead.")  # fmt: skip
        if path.count(".") >= DEEPEST:
            raise Refusal(400, f"You cannot expand more than {DEEPEST} levels of a property. "
                          f"Property: {path}")  # fmt: skip
    return [path.removeprefix("data.") for path in expand]


def _place(kind: str, rows: list[Thing], number: str, param: str) -> int:
    found = next((place for place, row in enumerate(rows) if row["id"] == number), None)
    if found is None:
        raise missing(kind, number, 400, param)
    return found


def _filtered(
    account: Account, kind: str, query: Mapping[str, str], types: list[str]
) -> list[Thing]:
    rows = account.listed(kind)
    if types and (kind != "event" or len(types) > TYPES or "type" in query):
        raise Refusal(400, f"At most {TYPES} types, and not `type` beside it.", param="types")
    if types:
        rows = [row for row in rows if row["type"] in types]
    for name, value in query.items():
        bound = _BOUND.fullmatch(name)
        if bound and kind not in _UNDATED and value.isdecimal():
            holds, at = _HOLDS[bound[1]], int(value)
            rows = [row for row in rows if holds(row["created"], at)]
        elif name == "type" and kind == "event":
            pattern = re.compile(re.escape(value).replace(r"\*", ".*"))
            rows = [row for row in rows if pattern.fullmatch(row["type"])]
        elif name in _FILTERS[kind]:
            rows = rows if value == "all" else [row for row in rows if row.get(name) == value]
        elif name not in _PAGING:
            raise unknown_parameter(name)
    if kind == "subscription" and "status" not in query:
        rows = [row for row in rows if row["status"] != "canceled"]
    return rows


def shown(account: Account, thing: Thing, expand: Sequence[str]) -> Thing:
    """Show an object, with other objects opened inside it."""
    made = dict(thing)
    for path in expand:
        name, _, rest = path.partition(".")
        if name not in _OPENS.get(thing["object"], ()):
            raise Refusal(400, f"This property cannot be expanded ({path}).")
        if name == "refunds":
            own = account.refunds(thing["id"])
            url = f"/v1/charges/{thing['id']}/refunds"
            made[name] = {**forms.listing(url, own[:SHOWN]), "has_more": len(own) > SHOWN}
        elif isinstance(thing.get(name), str) and (other := account.find(thing[name])):
            made[name] = shown(account, other, [rest] if rest else [])
    return made
