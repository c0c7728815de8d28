"""What `journeysync check` says of a shop: address, key, clock, zone, statuses no rule names.

A few cheap calls, none of which changes anything.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.mapping_files import fits
from journeysync.connectors.woocommerce.client import Client, refused_as
from journeysync.connectors.woocommerce.mapping import ShopMapping
from journeysync.connectors.woocommerce.values import text
from journeysync.core.ports import Finding

_NO_ROUTE = "rest_no_route"
_CORE = frozenset({
    "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed",
    "checkout-draft",
})  # fmt: skip
_ELSEWHERE = Finding(
    "error",
    "The address answers, but offers no WooCommerce REST API v3.",
    "Check `url`, that WooCommerce is active, and that Settings > Permalinks is not `Plain`.",
    2,
)


def check(client: Client, mapping: ShopMapping, currency: str | None) -> list[Finding]:
    """Look at a shop. A refused key ends the look."""
    try:
        site = client.site()
    except Refused:
        return [_ELSEWHERE]
    names = site.get("namespaces")
    if not isinstance(names, list) or "wc/v3" not in names:
        return [_ELSEWHERE]
    orders = client.page("orders", per_page="100", orderby="id", order="desc",
                         _fields="id,currency", status="any")  # fmt: skip
    count = f"{orders.total}"
    if orders.total is None:
        count = f"at least {len(orders.rows)}"
    found = [
        Finding(
            "ok",
            f"The shop answers: {count} orders, its time zone is {_zone(site)}.",
        )
    ]
    client.page("customers", per_page="1", _fields="id")
    found.append(Finding("ok", "The key may read orders and customers."))
    seen = Counter(text(row.get("currency")) for row in orders.rows if row.get("currency"))
    found += _currencies(seen, currency)
    found += _statuses(client, mapping, orders.total)
    return found


def _zone(site: Mapping[str, Any]) -> str:
    """Name the zone; a shop that was given an offset instead of a place tells hours."""
    offset = text(site.get("gmt_offset")).removeprefix("+")
    sign = "" if offset.startswith("-") else "+"
    return text(site.get("timezone_string")) or (
        "UTC" if offset in ("", "0") else f"UTC{sign}{offset}"
    )


def _currencies(seen: Counter[str], currency: str | None) -> Iterator[Finding]:
    foreign = sorted(one for one in seen if currency and one.upper() != currency.upper())
    if foreign:
        yield Finding(
            "note",
            f"Orders in {', '.join(foreign)} do not count towards sums and thresholds, which are "
            f"in {currency}: their amount is called `foreign_amount`.",
        )
    if not currency and len(seen) > 1:
        yield Finding(
            "warning",
            f"The shop sells in {', '.join(sorted(seen))}, and sums would add them up as they are.",
            f"Say in journeysync.yaml which one counts: `currency: {seen.most_common(1)[0][0]}`.",
        )


def _statuses(client: Client, mapping: ShopMapping, listed: int | None) -> Iterator[Finding]:
    try:
        rows = client.page("reports/orders/totals").rows
    except Refused as error:
        if not refused_as(error, _NO_ROUTE):
            raise
        return
    used = [row for row in rows if text(row.get("slug")) not in _CORE and row.get("total")]
    if used and listed is not None and listed < sum(int(row.get("total") or 0) for row in rows):
        names = ", ".join(text(row.get("slug")) for row in used)
        yield Finding(
            "warning",
            f"The shop leaves orders out of its lists, so they are taken for deleted: look at "
            f"those in the status {names}.",
            "The plugin that made the status must register it as `public` and without "
            "`exclude_from_search`; with High-Performance Order Storage none is left out.",
        )
    known = [glob for rule in mapping.orders.statuses for glob in rule.status]
    unknown = [row for row in rows if not fits(known, text(row.get("slug")))]
    if unknown:
        lines = [f"    - {{status: {text(row.get('slug'))}, is: order}}" for row in unknown]
        yield Finding(
            "warning",
            f"No rule names {len(unknown)} of the shop's order statuses: such orders count as "
            "purchases only once they are paid.",
            "Add to mappings/fields/woocommerce.yaml what they mean:\n"
            + "\n".join(["orders:", "  statuses:", *lines]),
        )
