"""The parameters of a request, checked as WordPress checks them.

Unknown ones are ignored without a word, as a real shop does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from journeysync.sandbox.wire import Request
from journeysync.sandbox.woocommerce.shop import Shop

MOST = 100
_TRUTHS = ("true", "false", "1", "0", "")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d")


class Refusal(Exception):
    """The request ends here with an error of WordPress."""

    def __init__(self, status: int, code: str, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "code": code,
            "message": message,
            "data": {"status": status} if data is None else data,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one request."""

    given: dict[str, str]

    @classmethod
    def of(cls, request: Request) -> "Query":
        """Read them; lists may be written with commas or with brackets."""
        found: dict[str, str] = {}
        for name, value in parse_qsl(request.query, keep_blank_values=True):
            plain, bracket, _ = name.partition("[")
            found[plain] = f"{found[plain]},{value}" if bracket and plain in found else value
        return cls(found)

    def text(self, name: str, default: str = "") -> str:
        return self.given.get(name, default)

    def check(self) -> None:
        """Refuse what every list refuses."""
        self.size()
        self.page()
        self.whole("offset")
        self.whole("dp")
        self.one_of("context", ("view", "edit"), "view")
        if self.text("dates_are_gmt", "false").lower() not in _TRUTHS:
            raise _of_type("dates_are_gmt", "boolean")

    def size(self) -> int:
        """Say how many rows a page has."""
        size = self.whole("per_page")
        if size is not None and not 1 <= size <= MOST:
            why = f"per_page must be between 1 (inclusive) and {MOST} (inclusive)"
            raise invalid("per_page", why, "rest_out_of_bounds")
        return 10 if size is None else size

    def page(self) -> int:
        """Say which page is asked for, from 1."""
        page = self.whole("page")
        if page is not None and page < 1:
            why = "page must be greater than or equal to 1"
            raise invalid("page", why, "rest_out_of_bounds")
        return 1 if page is None else page

    def whole(self, name: str) -> int | None:
        """Read a number."""
        text = self.given.get(name)
        if text is None:
            return None
        if not text.removeprefix("-").isdecimal():
            raise _of_type(name, "integer")
        return int(text)

    def one_of(self, name: str, known: Sequence[str], default: str) -> str:
        text = self.text(name, default)
        if text not in known:
            raise invalid(name, f"{name} is not one of {listed(known)}.", "rest_not_in_enum")
        return text

    def email(self) -> str:
        """Read an address, in small letters."""
        text = self.text("email").lower()
        if text and "@" not in text:
            raise invalid("email", "Invalid email address.", "rest_invalid_email")
        return text

    @property
    def fields(self) -> list[str]:
        """The names that `_fields` gives."""
        return [one.strip() for one in self.text("_fields").split(",") if one.strip()]

    def ids(self, name: str) -> set[int] | None:
        text = self.given.get(name)
        return {int(one) for one in text.split(",") if one.isdecimal()} if text else None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1")

    def date(self, name: str, shop: Shop) -> datetime | None:
        """Read a bound: with an offset it is turned into the shop's own time, whatever follows."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise _no_date(name) from None
        if not _INSTANT.match(text):
            raise _no_date(name)
        return found.astimezone(shop.zone).replace(tzinfo=None) if found.tzinfo else found


def _no_date(name: str) -> Refusal:
    return invalid(name, "Invalid date.", "rest_invalid_date")


def _of_type(name: str, kind: str) -> Refusal:
    why = f"{name} is not of type {kind}."
    return invalid(name, why, "rest_invalid_type", {"param": name})


def invalid(name: str, why: str, code: str, about: Any = None) -> Refusal:
    """Refuse a parameter."""
    detail = {"code": code, "message": why, "data": about}
    data = {"status": 400, "params": {name: why}, "details": {name: detail}}
    return Refusal(400, "rest_invalid_param", f"Invalid parameter(s): {name}", data)


def listed(known: Sequence[str]) -> str:
    """Write several as WordPress does."""
    comma = "," if len(known) > 2 else ""  # noqa: PLR2004 - two take no comma
    return f"{', '.join(known[:-1])}{comma} and {known[-1]}"
