"""The schema of what is pretended: the texts put together, with the connections they name."""

import re
from functools import cache

from graphql import GraphQLSchema, build_schema

from journeysync.sandbox.shopify.sdl_orders import ORDERS
from journeysync.sandbox.shopify.sdl_shop import REST, ROOTS

_PAGED = "first: Int, after: String, last: Int, before: String, reverse: Boolean = false"


def text() -> str:
    """Write the schema out."""
    own = f"{ROOTS}{REST}{ORDERS}".replace("PAGED", _PAGED)
    connections = "".join(
        f"type {name}Connection {{ edges: [{name}Edge!]! nodes: [{name}!]! pageInfo: PageInfo! }}\n"
        f"type {name}Edge {{ cursor: String! node: {name}! }}\n"
        for name in sorted(set(re.findall(r"(\w+)Connection!", own)))
    )
    return f"schema {{ query: QueryRoot mutation: Mutation }}\n{own}{connections}"


@cache
def schema() -> GraphQLSchema:
    """Build it, once."""
    return build_schema(text())
