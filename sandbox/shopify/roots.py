"""What can be asked at the root: the lists, single records by their ids, and counts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from journeysync.sandbox.shopify.gids import read_gid
from journeysync.sandbox.shopify.lists import visible
from journeysync.sandbox.shopify.paging import by_id, connection
from journeysync.sandbox.shopify.search import Keep
from journeysync.sandbox.shopify.show_orders import Fields, Info
from journeysync.sandbox.shopify.things import Order

if TYPE_CHECKING:
    from journeysync.sandbox.shopify.context import Context

_SCOPES = {
    "orders": "read_orders",
    "abandonedCheckouts": "read_orders",
    "subscriptionContracts": "read_own_subscription_contracts",
    "draftOrders": "read_draft_orders",
}
_HOMES = {
    "LineItem": "lines", "OrderTransaction": "transactions", "Fulfillment": "fulfillments",
    "Refund": "refunds", "Return": "returns",
}  # fmt: skip
_TABLES = {
    "Customer": "customers", "Order": "orders", "AbandonedCheckout": "checkouts",
    "SubscriptionContract": "contracts", "DraftOrder": "drafts", "Metafield": "metafields",
}  # fmt: skip


def _keep(info: Info, name: str, query: str | None) -> Keep | None:
    """Make the test of a search; an order that is hidden is in no list."""
    context: Context = info.context
    search = context.lists.search(name)
    test = search.keep(query)
    if search.warned:
        context.warnings.append(
            {"path": info.path.as_list(), "query": query, "warnings": search.warned}
        )
    if name != "orders":
        return test
    shown = visible(context.since())
    return shown if test is None else lambda one: shown(one) and test(one)


def _need(info: Info, name: str) -> None:
    if name == "customers":
        info.context.see_customers(info)
    else:
        info.context.need(_SCOPES[name], info)


def _listed(name: str) -> Any:
    """Answer a list."""

    def show(_: Any, info: Info, **args: Any) -> Any:
        _need(info, name)
        keep, sort = _keep(info, name, args.pop("query", None)), args.pop("sortKey", "ID")
        args.pop("savedSearchId", None)  # there are none here
        return connection(info, info.context.lists.rows(name, sort), keep, **args)

    return show


def orders_of(info: Info, rows: list[Order], **args: Any) -> Any:
    """Answer the orders of somebody."""
    info.context.need("read_orders", info)
    keep, sort = _keep(info, "orders", args.pop("query", None)), args.pop("sortKey", "ID")
    own = {one.id for one in rows}
    listed = [row for row in info.context.lists.rows("orders", sort) if row[1].id in own]
    return connection(info, listed, keep, **args)


def _counted(name: str) -> Any:
    """Answer how many there are, up to a limit."""

    def show(_: Any, info: Info, limit: int | None = None, **args: Any) -> Any:
        _need(info, name)
        keep = _keep(info, name, args.get("query"))
        rows = info.context.lists.rows(name, "ID")
        many = sum(1 for _, row in rows if keep is None or keep(row))
        over = limit is not None and many > limit
        return {"count": limit if over else many, "precision": "AT_LEAST" if over else "EXACT"}

    return show


def find(info: Info, text: str) -> Any:
    """Find whatever an id names, as far as the token may see it."""
    context: Context = info.context
    kind, number = read_gid(text) or ("", 0)
    if kind in _TABLES:
        found = getattr(context.shop, _TABLES[kind]).get(number)
    elif kind == "BulkOperation":
        found = context.bulk.look(number)
        if found is not None:
            context.bulk.settle(found, context.shop.now, context.url)
    else:
        home = context.shop.homes.get(number)
        rows = getattr(home, _HOMES[kind]) if home and kind in _HOMES else []
        found = next((one for one in rows if one.id == number), None)
        if home is not None and home.created < context.since():
            found = None
    if isinstance(found, Order) and found.created < context.since():
        found = None
    if kind == "Customer":
        context.see_customers(info)
    elif kind in _HOMES or kind == "Order":
        context.need("read_returns" if kind == "Return" else "read_orders", info)
    return found


def _one(kind: str) -> Any:
    """Answer one record of a kind; another kind's id finds nothing."""

    def show(_: Any, info: Info, id: str) -> Any:  # noqa: A002 - Shopify's word
        return find(info, id) if (read_gid(id) or ("",))[0] == kind else None

    return show


def _by_identifier(_: Any, info: Info, identifier: dict[str, str]) -> Any:
    info.context.see_customers(info)
    if "id" in identifier:
        return find(info, identifier["id"])
    attribute = "email" if "emailAddress" in identifier else "phone"
    wanted = next(iter(identifier.values())).casefold()
    rows = info.context.shop.customers.values()
    return next((one for one in rows if getattr(one, attribute).casefold() == wanted), None)


def _operations(_: Any, info: Info, **args: Any) -> Any:
    del args["sortKey"]  # few of them, in the order in which they began
    args.pop("query", None)
    return connection(info, by_id(list(info.context.bulk.operations.values())), **args)


QUERY: Fields = {
    "abandonedCheckouts": _listed("abandonedCheckouts"),
    "bulkOperation": _one("BulkOperation"),
    "bulkOperations": _operations,
    "currentAppInstallation": lambda _, __: {},
    "customer": _one("Customer"),
    "customerByIdentifier": _by_identifier,
    "customers": _listed("customers"),
    "customersCount": _counted("customers"),
    "draftOrders": _listed("draftOrders"),
    "fulfillment": _one("Fulfillment"),
    "node": lambda _, i, id: find(i, id),  # noqa: A006
    "nodes": lambda _, i, ids: [find(i, one) for one in ids],
    "order": _one("Order"),
    "orders": _listed("orders"),
    "ordersCount": _counted("orders"),
    "refund": _one("Refund"),
    "return": _one("Return"),
    "shop": lambda _, __: {},
    "subscriptionContracts": _listed("subscriptionContracts"),
}
KINDS: Mapping[str, str] = {
    "Checkout": "AbandonedCheckout", "Line": "LineItem", "Transaction": "OrderTransaction",
    "Contract": "SubscriptionContract", "Attempt": "SubscriptionBillingAttempt",
    "Draft": "DraftOrder", "Operation": "BulkOperation",
}  # fmt: skip
"""Classes whose name is not that of their type."""
