"""What stands beside an order: its notes, and what tracking plugins keep at addresses of their own.

A call for each order and source, so only what the mapping names is asked for, and only of
purchases. Neither moves an order's date of change: what is written later shows with the next one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.mapping_files import fits
from journeysync.connectors.woocommerce.client import Client, refused_as
from journeysync.connectors.woocommerce.mapping import Orders
from journeysync.connectors.woocommerce.values import text
from journeysync.core.errors import ToolDown

_NO_ROUTE = "rest_no_route"
_NOT_FOUND = 404


class Beside:
    """Reads what one mapping asks for beside orders."""

    def __init__(self, client: Client, orders: Orders) -> None:
        self._client = client
        self._orders = orders
        self._globs = tuple(glob for rule in orders.notes for glob in rule.note)

    @property
    def asks(self) -> bool:
        """Whether the mapping names anything, so that each purchase costs calls."""
        return bool(self._orders.notes or self._orders.tracking)

    def of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Read what stands beside an order; nothing where the mapping asks for nothing."""
        section = self._orders
        if not self.asks:
            return {}
        paid = bool(text(row.get("date_paid_gmt")))
        if not section.is_purchase(text(row.get("status")), paid=paid):
            return {}
        number = text(row.get("id"))
        found: dict[str, Any] = {}
        if section.notes:
            found["notes"] = list(self._notes(number))
        if section.tracking:
            found["tracking"] = {
                one.path: [
                    text(day)
                    for kept in self._rows(f"/{one.path.format(order=number)}")
                    if text(day := kept.get(one.date))
                ]
                for one in section.tracking
            }
        return found

    def _notes(self, number: str) -> Iterator[dict[str, str]]:
        """Keep the notes that a rule may want, and no other: people write all kinds of things."""
        for note in self._rows(f"orders/{number}/notes"):
            if fits(self._globs, text(note.get("note"))):
                names = ("id", "note", "date_created_gmt")
                yield {name: text(note.get(name)) for name in names}

    def _rows(self, path: str) -> list[dict[str, Any]]:
        try:
            return self._client.page(path).rows
        except Refused as error:
            if refused_as(error, _NO_ROUTE):
                raise ToolDown(
                    self._client.tool,
                    "lacks an address that the field mapping names under `tracking`: is the plugin "
                    "active, and the path right?",
                ) from None
            if error.answer.status != _NOT_FOUND:
                raise
            return []  # the order was deleted meanwhile
