"""What is asked of a shop, word for word. Pure.

One shape for each kind of record serves its pages, its bulk file and what did not fit on a page.
A field that not every app may see has a line of its own, so that it can be left out.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

_MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_SCOPES = "currentAppInstallation { accessScopes { handle } }"

MORE = 25
"""How many of a list are asked for at once of records for which a page held too few."""
PERSONAL = frozenset({
    "phone", "defaultPhoneNumber", "phoneNumber", "firstName", "lastName", "billingAddress",
    "defaultAddress", "city", "countryCodeV2",
})  # fmt: skip
"""What an app may not be allowed to see, and can do without; not so the e-mail address."""


@dataclass(frozen=True, slots=True)
class Part:
    """A list inside a record."""

    fields: str
    first: int
    """How many of it are asked for with its record."""
    type: str = ""
    """What ids of it begin with, in a bulk file."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of record is asked for."""

    root: str
    type: str
    fields: tuple[str, ...]
    connections: Mapping[str, Part] = field(default_factory=dict)
    """Lists of which the rest can be asked for."""
    lists: Mapping[str, Part] = field(default_factory=dict)
    """Lists that are cut off without a word where there is more than was asked for."""
    first: int = 50
    """How many records the first page asks for; later ones as many as the cost allows."""
    most: int = 250
    count: str = ""
    """The field that counts records; empty: there is none, and no bulk file either."""

    def without(self, denied: Collection[str]) -> "Shape":
        """Leave out what the app may not see."""
        kept = tuple(
            line for line in self.fields if not set(re.findall(r"\w+", line)) & set(denied)
        )
        return replace(self, fields=kept)

    def less(self, name: str) -> "Shape":
        """Leave out a list."""
        return replace(self, connections={k: v for k, v in self.connections.items() if k != name})

    @property
    def name(self) -> str:
        """The name of its operation, by which its cost is remembered."""
        only = "Ids" if self.fields == ("id",) else ""
        return self.root[:1].upper() + self.root[1:] + only

    def also(self, paths: Iterable[str]) -> "Shape":
        """Ask for the fields that a mapping names, too."""
        return replace(self, fields=tuple(dict.fromkeys((*self.fields, *map(line_of, paths)))))


def line_of(path: str) -> str:
    """Write a dotted path of a mapping as GraphQL asks for it."""
    if path.startswith("metafield."):
        _, space, key = path.split(".", 2)
        named = f"namespace: {json.dumps(space)}, key: {json.dumps(key)}"
        return f"{alias_of(path)}: metafield({named}) {{ value }}"
    first, *rest = path.split(".")
    return first + "".join(f" {{ {step}" for step in rest) + " }" * len(rest)


def alias_of(path: str) -> str:
    """Name a metafield in an answer."""
    return re.sub(r"\W", "_", path)


def page(shape: Shape, *, counted: bool = False, scopes: bool = False) -> str:
    """Write the query for one page of records, by ascending id.

    A first page also counts how many there are, and says what the app may do: asked for alone,
    each would be a request of its own.
    """
    given = "$first: Int!, $after: String, $query: String"
    asked = (
        f"{shape.root}(first: $first, after: $after, query: $query, sortKey: ID) "
        f"{{ nodes {_record(shape)} {_PAGE} }}"
    )
    if counted:
        given += ", $limit: Int"
        asked += f" {shape.count}(query: $query, limit: $limit) {{ count }}"
    if scopes:
        asked += f" {_SCOPES}"
    return f"query {shape.name}({given}) {{ {asked} }}"


def ids(shape: Shape) -> Shape:
    """Ask only which records there are."""
    return replace(shape, fields=("id",), connections={}, lists={}, first=shape.most)


def bulk(shape: Shape, query: str) -> str:
    """Write the query that a bulk operation runs: no variables, no pages, every record whole."""
    lines = [*shape.fields]
    lines += [f"{name} {{ {one.fields} }}" for name, one in shape.lists.items()]
    lines += [
        f"{name} {{ edges {{ node {{ {one.fields} }} }} }}"
        for name, one in shape.connections.items()
    ]
    inside = " ".join(lines)
    asked = f"(query: {json.dumps(query)})" if query else ""
    return f"query {{ {shape.root}{asked} {{ edges {{ node {{ {inside} }} }} }} }}"


def more(shape: Shape, name: str) -> str:
    """Write the query for more of a list inside several records, from its beginning."""
    one, title = shape.connections[name], name[:1].upper() + name[1:]
    return (
        f"query More{title}($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {shape.type} "
        f"{{ id {name}(first: {MORE}) {{ nodes {{ {one.fields} }} {_PAGE} }} }} }} }}"
    )


def rest(shape: Shape, name: str) -> str:
    """Write the query for the rest of a list inside one record."""
    one = shape.connections[name]
    return (
        f"query Rest($id: ID!, $after: String) {{ node(id: $id) {{ ... on {shape.type} "
        f"{{ {name}(first: 250, after: $after) {{ nodes {{ {one.fields} }} {_PAGE} }} }} }} }}"
    )


def whole(shape: Shape) -> str:
    """Write the query for lists of several records that may have been cut off: all of each."""
    inside = " ".join(f"{name} {{ {one.fields} }}" for name, one in shape.lists.items())
    return (
        f"query Whole($ids: [ID!]!) "
        f"{{ nodes(ids: $ids) {{ ... on {shape.type} {{ id {inside} }} }} }}"
    )


def _record(shape: Shape) -> str:
    lines = (
        *shape.fields,
        *(f"{name}(first: {one.first}) {{ {one.fields} }}" for name, one in shape.lists.items()),
        *(
            f"{name}(first: {one.first}) {{ nodes {{ {one.fields} }} {_PAGE} }}"
            for name, one in shape.connections.items()
        ),
    )
    return "{ " + " ".join(lines) + " }"


# --- what is asked of each kind ------------------------------------------------------------------

CUSTOMERS = Shape(
    "customers",
    "Customer",
    (
        "id",
        "createdAt",
        "firstName",
        "lastName",
        "defaultEmailAddress { emailAddress marketingState marketingUpdatedAt }",
        "defaultPhoneNumber { phoneNumber }",
    ),
    first=100,
    count="customersCount",
)

ORDERS = Shape(
    "orders",
    "Order",
    (
        "id",
        "name",
        "createdAt",
        "processedAt",
        "cancelledAt",
        "cancelReason",
        "test",
        "sourceName",
        "tags",
        "paymentGatewayNames",
        "displayFinancialStatus",
        "displayFulfillmentStatus",
        "email",
        "phone",
        "billingAddress { firstName lastName }",
        "customer { id }",
        f"totalPriceSet {_MONEY}",
    ),
    connections={
        "lineItems": Part("id name sku quantity", 5, "LineItem"),
        "returns": Part("id status createdAt closedAt totalQuantity", 2, "Return"),
    },
    lists={
        "refunds": Part(f"id createdAt processedAt totalRefundedSet {_MONEY}", 5),
        "fulfillments": Part(
            "id status createdAt inTransitAt deliveredAt estimatedDeliveryAt requiresShipping "
            "trackingInfo(first: 1) { number }",
            5,
        ),
        "transactions": Part(
            f"id kind status createdAt processedAt errorCode amountSet {_MONEY}", 10
        ),
    },
    first=50,
    most=100,
    count="ordersCount",
)

CHECKOUTS = Shape(
    "abandonedCheckouts",
    "AbandonedCheckout",
    (
        "id",
        "name",
        "createdAt",
        "updatedAt",
        "completedAt",
        "customer { id }",
        f"totalPriceSet {_MONEY}",
    ),
    connections={"lineItems": Part("id quantity", 10)},
    first=25,
)

DRAFTS = Shape(
    "draftOrders",
    "DraftOrder",
    (
        "id",
        "name",
        "createdAt",
        "invoiceSentAt",
        "email",
        "phone",
        "customer { id }",
        "order { id }",
        f"totalPriceSet {_MONEY}",
    ),
    first=50,
)

SUBSCRIPTIONS = Shape(
    "subscriptionContracts",
    "SubscriptionContract",
    ("id", "status", "createdAt", "updatedAt", "customer { id }"),
    connections={
        "billingAttempts": Part(
            f"id createdAt completedAt errorCode order {{ id totalPriceSet {_MONEY} }}", 15
        )
    },
    first=25,
)

SHAPES: Mapping[str, Shape] = {
    "customers": CUSTOMERS,
    "orders": ORDERS,
    "checkouts": CHECKOUTS,
    "drafts": DRAFTS,
    "subscriptions": SUBSCRIPTIONS,
}
"""Stream -> what is asked for; customers first: an order is of no use without who made it."""

APP = f"query App {{ {_SCOPES} }}"
SHOP = "query Shop { shop { name currencyCode enabledPresentmentCurrencies ianaTimezone } }"
RUN = (
    "mutation Run($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) "
    "{ bulkOperation { id status } userErrors { code field message } } }"
)
LOOK = (
    "query Look($id: ID!) { bulkOperation(id: $id) "
    "{ id status errorCode objectCount rootObjectCount fileSize url } }"
)
CANCEL = (
    "mutation Cancel($id: ID!) { bulkOperationCancel(id: $id) "
    "{ bulkOperation { id status } userErrors { field message } } }"
)

NAMESPACE, KEY = "journeysync", "journey"
"""The metafield that shows where a customer stands."""
HELD = (
    "query Held($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { "
    f'id metafield(namespace: "{NAMESPACE}", key: "{KEY}") {{ value }} }} }} }}'
)
SHOW = (
    "mutation Show($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) "
    "{ userErrors { field message code } } }"
)
