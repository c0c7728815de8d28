"""The one address of the API: reads a query, weighs it, runs it, and writes the answer.

Whatever a query does, the status is 200; what went wrong is told in `errors`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from journeysync.sandbox.shopify import roots, show_orders, show_shop, writes
from journeysync.sandbox.shopify.context import Context
from journeysync.sandbox.shopify.costs import MOST, Bucket, Meter
from journeysync.sandbox.shopify.schema import schema
from journeysync.sandbox.shopify.show_orders import Fields
from journeysync.sandbox.wire import Request

_LIMITS = "https://shopify.dev/api/usage/rate-limits"
_UNDEFINED = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
FIELDS: Mapping[str, Fields] = {
    "QueryRoot": roots.QUERY, "Mutation": writes.MUTATION, **show_shop.OTHERS,
    "Order": show_orders.ORDER, "LineItem": show_orders.LINE,
    "OrderTransaction": show_orders.TRANSACTION, "Fulfillment": show_orders.FULFILLMENT,
    "FulfillmentEvent": show_orders.EVENT, "FulfillmentLineItem": show_orders.SENT_LINE,
    "Refund": show_orders.REFUND, "RefundLineItem": show_orders.BACK_LINE,
    "Return": show_orders.RETURN,
}  # fmt: skip
"""Types whose fields are shown by functions; those of all others are told as plain values."""


class Unreadable(Exception):
    """A body that holds no query."""


@lru_cache(maxsize=1)
def served() -> GraphQLSchema:
    """Give the schema with what each field shows."""
    made = schema()
    for name, fields in FIELDS.items():
        kind = made.type_map[name]
        if isinstance(kind, GraphQLObjectType):
            for field, show in fields.items():
                kind.fields[field].resolve = show
    node = made.type_map["Node"]
    node.resolve_type = lambda thing, *_: kind_of(thing)  # type: ignore[attr-defined]
    return made


def kind_of(thing: Any) -> str:
    """Name the type of a record."""
    name = type(thing).__name__
    return roots.KINDS.get(name, name)


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return None, (error,)
    return document, tuple(validate(served(), document))


def said(request: Request) -> tuple[str, dict[str, Any], str | None]:
    """Read query, variables and the operation's name out of a request."""
    if "application/graphql" in request.headers.get("content-type", ""):
        return request.body.decode("utf-8", "replace"), {}, None
    try:
        told = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        raise Unreadable from None
    if not isinstance(told, dict) or not isinstance(told.get("query"), str):
        raise Unreadable
    variables = told.get("variables")
    return (
        told["query"],
        variables if isinstance(variables, dict) else {},
        told.get("operationName"),
    )


class Endpoint:
    """Answers queries."""

    def __init__(self, *, limits: bool) -> None:
        self.bucket = Bucket(enforced=limits)

    def answer(self, context: Context, request: Request, *, half: bool = False) -> dict[str, Any]:
        """Answer one query; by half, only the first half of its writes is done."""
        text, variables, name = said(request)
        document, problems = _read(text)
        if document is None or problems:
            return {"errors": [_told(one) for one in problems]}
        operation = get_operation_ast(document, name)
        if operation is None:
            return {"errors": [{"message": "An operation name is required"}]}
        meter, asked, refusal = self._weigh(document, operation, variables)
        if refusal is not None:
            return refusal
        run = _halved(document, operation) if half else document
        result: Any = execute(
            served(), run, context_value=context, variable_values=variables, operation_name=name
        )
        used = meter.used(operation, result.data)
        self.bucket.give_back(asked - used)
        given: dict[str, Any] = {"data": result.data}
        if result.errors:
            given["errors"] = [_told(one) for one in result.errors]
        given["extensions"] = {"cost": self._cost(asked, used)}
        if context.warnings:
            given["extensions"]["search"] = context.warnings
        return given

    def throttled(self, request: Request, short: int) -> dict[str, Any]:
        """Refuse a query because so many points are missing for it."""
        text, variables, name = said(request)
        document, problems = _read(text)
        operation = None if document is None or problems else get_operation_ast(document, name)
        asked = 1
        if document is not None and operation is not None:
            asked = Meter(served(), document, variables).asked(operation)
        refusal = self._throttled(asked)
        status = refusal["extensions"]["cost"]["throttleStatus"]
        status["currentlyAvailable"] = max(asked - short, 0)
        return refusal

    def _weigh(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
    ) -> tuple[Meter, int, dict[str, Any] | None]:
        meter = Meter(served(), document, variables)
        try:
            asked = meter.asked(operation)
        except GraphQLError as error:
            return meter, 0, {"errors": [_told(error)]}
        if asked > MOST:
            return meter, asked, _too_dear(asked)
        if not self.bucket.take(asked):
            return meter, asked, self._throttled(asked)
        return meter, asked, None

    def _throttled(self, asked: int) -> dict[str, Any]:
        error = {"message": "Throttled",
                 "extensions": {"code": "THROTTLED", "documentation": _LIMITS}}  # fmt: skip
        return {"errors": [error], "extensions": {"cost": self._cost(asked, None)}}

    def _cost(self, asked: int, used: int | None) -> dict[str, Any]:
        return {"requestedQueryCost": asked, "actualQueryCost": used,
                "throttleStatus": self.bucket.status()}  # fmt: skip


def _too_dear(asked: int) -> dict[str, Any]:
    message = (
        f"Query cost is {asked}, which exceeds the single query max cost limit ({MOST}).\n\n"
        f"See {_LIMITS} for more information on how the\ncost of a query is calculated.\n"
    )
    told = {"code": "MAX_COST_EXCEEDED", "cost": asked, "maxCost": MOST, "documentation": _LIMITS}
    return {"errors": [{"message": message, "extensions": told}]}


def _told(error: GraphQLError) -> dict[str, Any]:
    """Write what is wrong with a query."""
    shown: dict[str, Any] = dict(error.formatted)
    found = _UNDEFINED.match(error.message)
    if found:
        shown["message"] = f"Field '{found[1]}' doesn't exist on type '{found[2]}'"
        shown["extensions"] = {"code": "undefinedField", "typeName": found[2],
                               "fieldName": found[1]}  # fmt: skip
    elif error.message.startswith("Variable '$"):
        shown["extensions"] = {"code": "INVALID_VARIABLE"}
    return shown


def _halved(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentNode:
    """Leave out the second half of what a mutation does."""
    if operation.operation is not OperationType.MUTATION:
        return document
    chosen = operation.selection_set.selections
    less = OperationDefinitionNode(
        operation=operation.operation, name=operation.name, directives=operation.directives,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(selections=chosen[: (len(chosen) + 1) // 2]),
    )  # fmt: skip
    others = [one for one in document.definitions if one is not operation]
    return DocumentNode(definitions=(less, *others))
