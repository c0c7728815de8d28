"""What `journeysync check` says of an account: key, rights, shop orders, currencies.

A few cheap calls, none of which changes anything.
"""

from collections import Counter
from collections.abc import Iterator

from journeysync.connectors.mapping_files import fits
from journeysync.connectors.stripe.client import Client, Row
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.connectors.stripe.read import STREAMS
from journeysync.connectors.stripe.settings import VERSION
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import Finding


def check(
    client: Client, mapping: StripeMapping, currency: str | None, shop: str | None
) -> list[Finding]:
    """Look at an account; a right that is missing is one finding."""
    found = []
    charges: list[Row] = []
    for name, path in [*((name, one.path) for name, one in STREAMS.items()), ("events", "events")]:
        try:
            rows = client.first(path)
        except BadCredentials as error:
            found.append(Finding("error", f"{name}: {error}", "", error.exit_code))
            continue
        charges = rows if name == "charges" else charges
    if not found:
        found.append(Finding("ok", f"The key may read all that is needed, API {VERSION}."))
    found += _shop_orders(charges, mapping, shop)
    seen = Counter(str(row["currency"]).upper() for row in charges if row.get("currency"))
    found += _currencies(seen, currency)
    return found


def _shop_orders(charges: list[Row], mapping: StripeMapping, shop: str | None) -> Iterator[Finding]:
    named = [
        row
        for row in charges
        if any(fits(mapping.payments.shop_order, key) for key in row.get("metadata") or {})
    ]
    if named and not shop:
        yield Finding(
            "warning",
            f"{len(named)} of the {len(charges)} newest payments name a shop's order. If that shop "
            "is connected too, each such purchase counts twice.",
            "Say at this tool in journeysync.yaml which tool it is: `shop: NAME`.",
        )


def _currencies(seen: Counter[str], currency: str | None) -> Iterator[Finding]:
    foreign = sorted(set(seen) - {(currency or "").upper()})
    if currency and foreign:
        yield Finding(
            "note",
            f"Payments in {', '.join(foreign)} do not count towards sums and thresholds, which are "
            f"in {currency}: their amount is called `foreign_amount`.",
        )
    if not currency and len(foreign) > 1:
        yield Finding(
            "warning",
            f"There are payments in {', '.join(foreign)}, and sums would add them up as they are.",
            f"Say in journeysync.yaml which one counts: `currency: {seen.most_common(1)[0][0]}`.",
        )
