"""Makes one change to an org's setup, or only says which, in a dry run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce import refusals
from journeysync.connectors.salesforce.client import Client
from journeysync.core.errors import ToolDown
from journeysync.core.ports import Provisioning

_NOT_FOUND = 404
_THERE = ("DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE", "DUPLICATE_FULL_NAME")


class NotTaken(ToolDown):
    """An org refused a change to its setup."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes changes, or says them."""

    client: Client
    dry_run: bool

    def create(self, what: str, path: str, *attempts: Any) -> Provisioning:
        """Create a thing, in the best form that the org takes.

        What is there already is no harm, so a creation may be sent twice.
        """
        for number, body in enumerate(attempts if not self.dry_run else ()):
            try:
                self.client.send("POST", path, body, repeatable=True)
                break
            except Refused as refused:
                told = refusals.of_request(refused.answer.body)
                if told.code in _THERE:
                    break
                if number == len(attempts) - 1:
                    raise self.refused(what, told) from None
        return Provisioning(what, "create")

    def change(self, what: str, path: str, body: Any) -> Provisioning:
        """Change a thing."""
        if not self.dry_run:
            try:
                self.client.send("PATCH", path, body, repeatable=True)
            except Refused as refused:
                raise self.refused(what, refusals.of_request(refused.answer.body)) from None
        return Provisioning(what, "change")

    def remove(self, what: str, *paths: str) -> Provisioning:
        """Take a thing away, with what hangs on it first. What is gone already is no harm."""
        for path in paths if not self.dry_run else ():
            try:
                self.client.send("DELETE", path, repeatable=True)
            except Refused as refused:
                if refused.answer.status != _NOT_FOUND:
                    told = refusals.of_request(refused.answer.body)
                    raise self.refused(what, told) from None
        return Provisioning(what, "remove")

    def refused(self, what: str, told: refusals.Told) -> NotTaken:
        """Say that a change was refused, with its code and never its text."""
        return NotTaken(
            self.client.tool,
            f"refused to change the {what}: {told.code}. Look at it in Setup > Object Manager, "
            "then provision again; what is there already is kept.",
        )

    def rows(self, soql: str, *, tooling: bool = False) -> list[dict[str, Any]]:
        """Return all records of a query."""
        pages = self.client.tooling(soql) if tooling else self.client.query(soql)
        return [row for page in pages for row in page]


def keep(whats: Sequence[str]) -> list[Provisioning]:
    """Say that things are there."""
    return [Provisioning(what, "keep") for what in whats]
