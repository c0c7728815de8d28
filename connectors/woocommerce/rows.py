"""Decodes of a page of orders only what is kept of it. Pure.

An order's items and addresses are long, and little of them is used: to skip the rest while decoding
takes half the time. A page that holds anything of another form than usual is decoded whole.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypedDict

import msgspec

_BOM = b"\xef\xbb\xbf"

Read = Callable[[bytes], Any]
"""Reads an answer's body. Raises ValueError for what is no JSON."""


class _Item(TypedDict, total=False):
    name: Any
    sku: Any
    quantity: Any


class _Billing(TypedDict, total=False):
    email: Any
    first_name: Any
    last_name: Any
    phone: Any


class _Refund(TypedDict, total=False):
    id: Any
    total: Any


class _Meta(TypedDict, total=False):
    key: Any
    value: Any


_USUAL: Mapping[str, Any] = {
    "line_items": list[_Item], "billing": _Billing, "refunds": list[_Refund],
    "meta_data": list[_Meta],
}  # fmt: skip


def whole(body: bytes) -> Any:
    """Read all that an answer holds."""
    try:
        return msgspec.json.decode(body.removeprefix(_BOM))
    except msgspec.MsgspecError as error:
        raise ValueError("no JSON") from error


def only(fields: Collection[str], entire: Collection[str]) -> Read:
    """Make what reads these fields of each row, and all of some of them."""
    forms = {name: Any if name in entire else _USUAL.get(name, Any) for name in fields}
    make: Any = TypedDict  # a mapping says which fields there are
    page: Any = list[make("Row", forms, total=False)]  # type: ignore[misc]  # a type made as we go
    rows = msgspec.json.Decoder(page)

    def read(body: bytes) -> Any:
        try:
            return rows.decode(body)
        except msgspec.MsgspecError:
            return whole(body)

    return read
