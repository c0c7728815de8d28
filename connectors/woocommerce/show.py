"""Shows the stage in the metadata of accounts, and reads back what stands there.

Guests have no record to show it on. The shop does not tell who changed a value. A row that fails
comes back inside a 200, in the place of the account.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from journeysync.connectors.woocommerce.client import Client
from journeysync.connectors.woocommerce.contents import CUSTOMER
from journeysync.connectors.woocommerce.values import inside, text
from journeysync.core.ports import Finding, Held, Outcome, PresentRecord, RecordWrite

BATCH = 100
"""A shop answers 413 to more."""
SHOWS = frozenset({CUSTOMER})
_GONE = frozenset({"woocommerce_rest_invalid_id", "woocommerce_rest_customer_invalid_id"})


def present(client: Client, ids: Sequence[str], fields: Sequence[str]) -> list[PresentRecord]:
    """Read our keys of these accounts' metadata, in their order."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), BATCH):
        page = client.page(
            "customers", include=",".join(ids[start : start + BATCH]), per_page=str(BATCH),
            role="all", _fields="id,meta_data",
        )  # fmt: skip
        found |= {text(row.get("id")): row for row in page.rows}
    return [_present(one, found.get(one), fields) for one in ids]


def _present(number: str, row: Mapping[str, Any] | None, fields: Sequence[str]) -> PresentRecord:
    if row is None:
        return PresentRecord(number, "")
    metadata = row.get("meta_data")
    held = {
        text(one.get("key")): text(one.get("value"))
        for one in (metadata if isinstance(metadata, list) else ())
        if isinstance(one, Mapping)
    }
    return PresentRecord(number, number, {name: Held(held.get(name, "")) for name in fields})


def write(client: Client, rows: Sequence[RecordWrite]) -> list[Outcome]:
    """Set our keys; an empty value stays as an empty text."""
    asked = [
        {
            "id": int(row.id),
            "meta_data": [{"key": key, "value": value} for key, value in row.values.items()],
        }
        for row in rows
    ]
    answers = {text(one.get("id")): one for one in client.change("customers", asked)}
    return [_outcome(row.id, answers.get(row.id)) for row in rows]


def check_writing(client: Client) -> list[Finding]:
    """Change no account: a key that may only read is refused all the same."""
    client.may_change("customers")
    return [Finding("ok", "The key may write on accounts.")]


def _outcome(number: str, answer: Mapping[str, Any] | None) -> Outcome:
    if answer is None:
        return Outcome(number, "unknown", number, "NO_ANSWER")
    code = text(inside(answer, "error.code"))
    if not code:
        return Outcome(number, "done", number)
    if code in _GONE:
        return Outcome(
            number, "failed", number, code,
            "The account was deleted in the shop meanwhile. The next run leaves it out.",
            temporary=True,
        )  # fmt: skip
    return Outcome(
        number, "failed", number, code,
        "The shop does not take our metadata on this account. A plugin may forbid it: look at the "
        "account in the shop, then run `journeysync retry`.",
    )  # fmt: skip
