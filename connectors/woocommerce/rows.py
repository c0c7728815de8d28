"""Decodes of a page of orders only what is kept of it. Pure.

An order's items and addresses are long, and little of them is used: to skip the rest while decoding
takes a third of the time. Plugins write what they like: a page that holds anything of another form
than usual is decoded whole, and brought into the usual form row by row.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypedDict

import msgspec

from journeysync.connectors.woocommerce.values import list_of, text

_BOM = b"\xef\xbb\xbf"

Read = Callable[[bytes], Any]
"""Reads an answer's body. Raises ValueError for what is no JSON."""


class _Item(TypedDict):
    name: str | None
    sku: str | None
    quantity: float | int | str | None


class _Billing(TypedDict, total=False):
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None


class _Refund(TypedDict):
    id: int
    total: str | None


class _Meta(TypedDict):
    key: str | None
    value: Any


_PARTS: Mapping[str, type] = {"line_items": _Item, "refunds": _Refund, "meta_data": _Meta}
_TEXTS = (
    "status", "currency", "total", "created_via", "transaction_id",
    "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt",
)  # fmt: skip
_FORMS: Mapping[str, Any] = {
    "id": int, "customer_id": int, "billing": _Billing,
    **dict.fromkeys(_TEXTS, str | None),
    **{name: list[form] for name, form in _PARTS.items()},  # type: ignore[valid-type]  # a value
}  # fmt: skip


def whole(body: bytes) -> Any:
    """Read all that an answer holds."""
    try:
        return msgspec.json.decode(body.removeprefix(_BOM))
    except msgspec.MsgspecError as error:
        raise ValueError("no JSON") from error


def only(fields: Collection[str], entire: Collection[str]) -> Read:
    """Make what reads these fields of each row, and all of some of them, in the usual form."""
    forms = {
        name: Any if name in entire and name not in _PARTS else _FORMS.get(name, Any)
        for name in fields
    }
    make: Any = TypedDict  # a mapping says which fields there are
    page: Any = list[make("Row", forms, total=False)]  # type: ignore[misc]  # a type made as we go
    rows = msgspec.json.Decoder(page)

    def read(body: bytes) -> Any:
        try:
            return rows.decode(body)
        except msgspec.MsgspecError:
            found = whole(body)
        if not isinstance(found, list):
            return found
        return [usual(row, fields) if isinstance(row, dict) else row for row in found]

    return read


def usual(row: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """Bring these fields of an order into the form that they nearly always have.

    What has it stays as it is, so that a record does not change with the rows beside it.
    """
    found = {name: row[name] for name in fields if name in row}
    for name in _TEXTS:
        if name in found:
            found[name] = _text(found[name])
    for name in ("id", "customer_id"):
        if name in found:
            found[name] = _number(found[name])
    for name, form in _PARTS.items():
        if name in found:
            keys = form.__annotations__
            found[name] = [_part(one, keys) for one in list_of(found[name])]
    return found


def _part(row: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    found = {key: row.get(key) for key in keys}
    for key in ("name", "sku", "total", "key"):
        if key in found:
            found[key] = _text(found[key])
    if "id" in found:
        found["id"] = _number(found["id"])
    if "quantity" in found:
        known = type(found["quantity"]) in (int, float, str)
        found["quantity"] = found["quantity"] if known else None
    return found


def _text(value: object) -> str | None:
    return value if value is None or type(value) is str else text(value)


def _number(value: object) -> int | None:
    """Read an id; None for what is none."""
    number = text(value)
    return int(number) if number.isdecimal() and type(value) is not float else None
