"""Writes our fields on contacts, leads and accounts: only those that the plan changes.

A converted lead refuses every write; the core knows it as its contact.
"""

from collections.abc import Sequence

from journeysync.connectors.salesforce.bulk_ingest import Ingest
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.collections import BATCH, Row, Rules, Sender
from journeysync.connectors.salesforce.holdings import Holdings
from journeysync.connectors.salesforce.names import OBJECTS, api_name
from journeysync.connectors.salesforce.values import to_api
from journeysync.core.ports import Outcome, RecordWrite


class Writer:
    """Writes our fields."""

    def __init__(self, client: Client, holdings: Holdings, rules: Rules) -> None:
        self._client = client
        self._holdings = holdings
        self._sender = Sender(client, rules.text)
        self._ingest = Ingest(client, rules.text)

    def write(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Write rows; two rows of one record are one. Many go as one bulk job."""
        merged: dict[tuple[str, str], dict[str, str]] = {}
        for row in rows:
            merged.setdefault((row.object_type, row.id), {}).update(row.values)
        inputs = [
            Row(
                number,
                OBJECTS[kind],
                {api_name(name): to_api(name, value) for name, value in values.items()},
                number,
                self._holdings.parents.get(number, ""),
            )
            for (kind, number), values in merged.items()
        ]
        send = self._ingest.send if len(inputs) > BATCH else self._sender.send
        found = {outcome.key: outcome for outcome in send(inputs)}
        return [found[row.id] for row in rows]
