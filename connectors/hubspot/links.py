"""Reads which records hang on which, and the products on deals."""

from collections.abc import Sequence

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.client import Client, chunks
from journeysync.connectors.hubspot.streams import LINES

_LINKS = 1000
_PRODUCTS = 100
_PRIMARY_COMPANY = 1


Hanging = tuple[tuple[str, bool], ...]
"""Records that hang on one: id, and whether it is labelled primary."""


class Links:
    """Reads the links of one portal."""

    def __init__(self, client: Client, *, must_have_lines: bool) -> None:
        self._client = client
        self._must_have_lines = must_have_lines
        self._forbidden = False

    def of(
        self, left: str, right: str, ids: Sequence[str]
    ) -> dict[str, tuple[tuple[str, bool], ...]]:
        """Return which records of one type hang on these: sorted by id."""
        found: dict[str, dict[str, bool]] = {}
        todo: list[dict[str, str]] = [{"id": one} for one in ids]
        path = self._client.paths.links(left, right)
        while todo:
            some, todo = todo[:_LINKS], todo[_LINKS:]
            for one in self._client.ask(path, {"inputs": some}, answers.links).results:
                record = str(one.from_.id)
                for to in one.to:
                    primary = _is_primary(to) or found.get(record, {}).get(to.record, False)
                    found.setdefault(record, {})[to.record] = primary
                if one.paging and one.paging.next:
                    todo.append({"id": record, "after": one.paging.next.after})
        return {
            record: tuple((one, there[one]) for one in sorted(there, key=int))
            for record, there in found.items()
        }

    def lines(self, ids: Sequence[str]) -> dict[str, list[list[str]]]:
        """Return the products on these deals: name and SKU; nothing where they are forbidden."""
        if self._forbidden:
            return {}
        try:
            links = self.of("deals", LINES, ids)
            wanted_ids = sorted({one for found in links.values() for one, _ in found}, key=int)
            products: dict[str, list[str]] = {}
            for some in chunks(wanted_ids, _PRODUCTS):
                body = {
                    "properties": ["name", "hs_sku"],
                    "propertiesWithHistory": [],
                    "inputs": [{"id": one} for one in some],
                }
                path = self._client.paths.batch(LINES, "read")
                for one in self._client.ask(path, body, answers.rows).results:
                    names = one.properties
                    products[one.id] = [names.get("name") or "", names.get("hs_sku") or ""]
        except (LacksScope, Refused):
            if self._must_have_lines:
                raise
            self._forbidden = True
            return {}
        return {
            deal: [products[one] for one, _ in found if one in products]
            for deal, found in links.items()
        }


def _is_primary(to: answers.To) -> bool:
    labelled = any(one.typeId == _PRIMARY_COMPANY for one in to.associationTypes)
    return labelled or to.type == "contact_to_company"
