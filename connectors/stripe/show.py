"""Shows the stage in the metadata of customers, and reads back what stands there.

One customer a call: Stripe has no way to write several. Who changed a value it does not tell.
Limits of metadata: https://docs.stripe.com/api/metadata (50 keys, 500 characters a value).
"""

from collections.abc import Sequence

import msgspec
import requests

from journeysync.connectors.http import Refused
from journeysync.connectors.stripe.client import Client, Row
from journeysync.connectors.stripe.contents import CUSTOMER, inside, text
from journeysync.core.ports import Finding, Held, Outcome, PresentRecord, RecordWrite

BATCH = 1
SHOWS = frozenset({CUSTOMER})
_PATH = "customers"
_LONGEST = 500
_NOBODY = "cus_nobody"


def present(client: Client, ids: Sequence[str], fields: Sequence[str]) -> list[PresentRecord]:
    """Read our keys of these customers' metadata; a deleted customer is gone."""
    return [_present(one, client.one(_PATH, one), fields) for one in ids]


def _present(number: str, row: Row | None, fields: Sequence[str]) -> PresentRecord:
    if row is None or row.get("deleted"):
        return PresentRecord(number, "")
    held = {name: Held(text(inside(row, f"metadata.{name}"))) for name in fields}
    return PresentRecord(number, number, held)


def write(client: Client, rows: Sequence[RecordWrite]) -> list[Outcome]:
    """Set our keys; an empty value takes the key away."""
    return [_write(client, row) for row in rows]


def check_writing(client: Client) -> list[Finding]:
    """Change a customer whom nobody has: a key without the right is refused before he is sought."""
    try:
        client.change(_PATH, _NOBODY, {})
    except Refused as error:
        if error.answer.status != requests.codes.not_found:
            raise
    return [Finding("ok", "The key may write on customers.")]


def _write(client: Client, row: RecordWrite) -> Outcome:
    long = [name for name, value in row.values.items() if len(value) > _LONGEST]
    if long:
        return Outcome(
            row.id, "failed", row.id, "TOO_LONG",
            f"{long[0]} has more than the {_LONGEST} characters that Stripe's metadata holds. "
            "Shorten the labels of the map.",
        )  # fmt: skip
    try:
        client.change(_PATH, row.id, {f"metadata[{key}]": one for key, one in row.values.items()})
    except Refused as error:
        if error.answer.status == requests.codes.not_found:
            return Outcome(
                row.id, "failed", row.id, "GONE",
                "The customer was deleted in Stripe meanwhile. The next run leaves it out.",
                temporary=True,
            )  # fmt: skip
        return Outcome(row.id, "failed", row.id, _code(error), _REFUSED)
    return Outcome(row.id, "done", row.id)


_REFUSED = (
    "Stripe does not take our keys into this customer's metadata. It holds 50 keys at most: take "
    "away what nobody needs, then run `journeysync retry`."
)


def _code(error: Refused) -> str:
    """Name Stripe's own code, or the status: never its sentence, which can hold a value."""
    try:
        told = msgspec.json.decode(error.answer.body, type=dict[str, dict[str, object]])
    except msgspec.MsgspecError:
        told = {}
    return text(told.get("error", {}).get("code")) or str(error.answer.status)
