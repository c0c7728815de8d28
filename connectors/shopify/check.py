"""What `journeysync check` says of a shop: key, scopes, how far back, version, currencies.

A few cheap calls, none of which changes anything.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from journeysync.connectors.shopify.client import Client
from journeysync.connectors.shopify.documents import SHOP
from journeysync.connectors.shopify.read import ALL_ORDERS, Reader
from journeysync.connectors.shopify.replies import Denied
from journeysync.connectors.shopify.settings import Settings
from journeysync.core.ports import Finding

NEEDED = ("read_customers", "read_orders", "read_returns")
OPTIONAL = {
    "read_draft_orders": "Invoices of draft orders",
    "read_own_subscription_contracts": "Subscription contracts",
}

_SERVED = timedelta(days=365)
"""How long Shopify serves a version of its API at least."""
_EARLY = timedelta(days=90)
_SHOWING = "write_customers"


def check(
    client: Client, reader: Reader, settings: Settings, currency: str | None
) -> list[Finding]:
    """Look at a shop. A refused key ends the look."""
    shop = client.send(SHOP, {}, repeatable=True).get("shop") or {}
    found = [Finding("ok", f"The shop answers: {shop.get('name')}, in {shop.get('currencyCode')}.")]
    scopes = reader.scopes()
    found += _scopes(scopes)
    found += _version(client, settings.api_version)
    found += _currencies(shop, currency)
    if all(_covers(scopes, one) for one in NEEDED):
        found += _personal(reader)
    if settings.test_orders:
        found.append(Finding("note", "Test orders, paid with no real money, count as orders."))
    return found


def _scopes(scopes: frozenset[str]) -> Iterator[Finding]:
    missing = [scope for scope in NEEDED if not _covers(scopes, scope)]
    if missing:
        yield Finding(
            "error",
            f"The app lacks the scopes {', '.join(missing)}.",
            "Add them to the app in Shopify's Dev Dashboard and install it anew.",
            4,
        )
    else:
        yield Finding("ok", "The app may read customers, orders and returns.")
    if ALL_ORDERS not in scopes:
        yield Finding(
            "warning",
            "The app sees orders of the last 60 days only, so older customers look as if they had "
            "never bought.",
            f"Ask for the scope {ALL_ORDERS} in the Dev Dashboard under API access requests, add "
            "it to the app, install it anew, then run `journeysync sync --full`.",
        )
    for scope, what in OPTIONAL.items():
        if not _covers(scopes, scope):
            yield Finding("note", f"{what} are left out: the app has no scope {scope}.")


def check_writing(reader: Reader) -> Iterator[Finding]:
    """Look at the scope that showing stages needs."""
    if _SHOWING in reader.scopes():
        yield Finding("ok", "The app may write on customers.")
    else:
        yield Finding(
            "error",
            f"Stages cannot be shown on customers: the app has no scope {_SHOWING}.",
            "Add it to the app in Shopify's Dev Dashboard and install it anew, or take the shop "
            "out of `write_to`.",
            4,
        )


def _covers(scopes: frozenset[str], wanted: str) -> bool:
    """Say whether a scope was granted; the right to write holds the right to read."""
    return bool(scopes & {wanted, wanted.replace("read_", "write_", 1)})


def _version(client: Client, version: str) -> Iterator[Finding]:
    year, month = map(int, version.split("-"))
    end = date(year, month, 1) + _SERVED
    today = client.at.date() if client.at else None
    if today and today > end - _EARLY:
        yield Finding(
            "warning",
            f"Shopify serves version {version} of its API until {end:%B %Y} for sure.",
            "Update journeysync before that; when the version ends, reading stops and says so.",
        )


def _currencies(shop: dict[str, Any], currency: str | None) -> Iterator[Finding]:
    own = str(shop.get("currencyCode") or "")
    if currency and own and own.upper() != currency.upper():
        yield Finding(
            "warning",
            f"The shop counts in {own} and the workspace in {currency}: orders of customers who "
            f"paid in {currency} count towards sums and thresholds, others are `foreign_amount`.",
            f"Say `currency: {own}` in journeysync.yaml, if that is what sums are to be in.",
        )


def _personal(reader: Reader) -> Iterator[Finding]:
    """Look at one record of each kind: some data only shows in being refused."""
    try:
        reader.taste()
    except Denied as error:
        yield Finding("error", str(error), "", 4)
        return
    if reader.denied:
        yield Finding(
            "note",
            f"The app may not see {', '.join(sorted(reader.denied))}; nobody is recognised by it.",
            "Ask for it in the Dev Dashboard under API access requests > Protected customer data "
            "access.",
        )
