"""Global ids: `gid://shopify/Order/5100000032768`. Pure."""

import re

_FORM = re.compile(r"gid://shopify/(\w+)/(\d+)(?:\?.*)?")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def read_gid(text: str) -> tuple[str, int] | None:
    """Take an id apart; None where it is none."""
    found = _FORM.fullmatch(text)
    return (found[1], int(found[2])) if found else None
