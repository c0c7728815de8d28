"""What one request knows besides its query: the shop, what the token may see, what goes wrong."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from journeysync.sandbox.shopify.gids import gid
from journeysync.sandbox.shopify.lists import Lists
from journeysync.sandbox.shopify.refusals import BROKEN
from journeysync.sandbox.shopify.shop import Shop
from journeysync.sandbox.shopify.things import Customer
from journeysync.sandbox.world import DAY

if TYPE_CHECKING:
    from journeysync.sandbox.shopify.bulk import Bulk
    from journeysync.sandbox.shopify.keys import Keys

WINDOW = 60 * DAY
"""Older orders are hidden from apps that may not read all of them; nothing says so."""
_SCOPES = "https://shopify.dev/api/usage/access-scopes"
_PROTECTED = "https://shopify.dev/docs/apps/launch/protected-customer-data"


class Denied(GraphQLError):
    """A field that the token may not see."""


class Broken(GraphQLError):
    """A field that Shopify failed to fill."""


@dataclass
class Context:
    """Handed to every resolver as `info.context`."""

    shop: Shop
    keys: "Keys"
    bulk: "Bulk"
    lists: Lists
    url: str = ""
    """Where this sandbox is reached: results of bulk operations lie there."""
    twist: str = ""
    part: tuple[int, int] | None = None
    """Rows of the outermost list, while a bulk operation runs."""
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def need(self, scope: str, info: GraphQLResolveInfo[Any]) -> None:
        """Stop where the token lacks a scope; one to write is one to read, too."""
        if self.keys.grants(scope):
            return
        raise Denied(
            f"Access denied for {info.field_name} field. Required access: `{scope}` access scope.",
            extensions={
                "code": "ACCESS_DENIED",
                "documentation": _SCOPES,
                "requiredAccess": f"`{scope}` access scope.",
            },
        )

    def customer(self, number: int | None, info: GraphQLResolveInfo[Any]) -> Customer | None:
        """Show a customer, if there is one and the app may see customers."""
        if number is None:
            return None
        self.see_customers(info)
        return self.shop.customers.get(number)

    def see_customers(self, info: GraphQLResolveInfo[Any]) -> None:
        """Stop where customers are not to be seen."""
        self.need("read_customers", info)
        if self.keys.protected == "denied":
            raise Denied(
                "This app is not approved to access the Customer object. "
                f"See {_PROTECTED} for more details.",
                extensions={"code": "ACCESS_DENIED", "documentation": _PROTECTED},
            )

    def personal(self, value: str) -> str | None:
        """Show a personal datum; without leave it is null, as one that is missing is."""
        return None if self.keys.protected == "redacted" else value or None

    def since(self) -> int:
        """Give the instant before which orders are hidden."""
        if self.keys.grants("read_all_orders"):
            return -(10**15)
        return self.shop.now - WINDOW

    def owner(self, thing: Any) -> str:
        return gid(type(thing).__name__, thing.id)

    def fail_here(self, info: GraphQLResolveInfo[Any]) -> None:
        """Fail once at a field that may be null, where a partial answer was asked for."""
        if self.twist != "partial":
            return
        self.twist = ""
        number = f"{self.shop.world.seed:08d}-sandbox"
        raise Broken(
            BROKEN.format(number),
            extensions={"code": "INTERNAL_SERVER_ERROR", "requestId": number,
                        "field": info.field_name},
        )  # fmt: skip
