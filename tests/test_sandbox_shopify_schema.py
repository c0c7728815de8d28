"""The pretend Shopify's schema beside the official one, and every field of it asked for."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_interface_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    specified_scalar_types,
)
from shopify_asker import asker

from journeysync.sandbox.shopify.endpoint import FIELDS, served

SPEC = Path(__file__).parents[1] / "../shared/specs/shopify-admin-2026-10.graphql"
OWN = [
    name
    for name in served().type_map
    if not name.startswith("__") and name not in specified_scalar_types
]
# In Shopify's reference, but not in the part of the schema that stands beside the checkout.
BEYOND = {
    "Mutation.metafieldsDelete", "Mutation.tagsRemove", "MetafieldIdentifier",
    "MetafieldIdentifierInput", "MetafieldsDeletePayload", "TagsRemovePayload",
}  # fmt: skip
LISTS = ("orders", "customers", "abandonedCheckouts", "subscriptionContracts", "draftOrders")


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    if not SPEC.exists():
        pytest.skip("the official schema is not beside this checkout")
    return build_schema(SPEC.read_text("utf-8"))


@pytest.mark.parametrize("name", OWN)
def test_a_type_says_what_the_official_one_says(official: GraphQLSchema, name: str) -> None:
    """Fields, arguments, defaults, enum values, nullability, deprecations."""
    own: Any = served().type_map[name]
    theirs: Any = official.type_map.get(name)
    if name in BEYOND:
        assert theirs is None
        return

    assert theirs is not None
    assert type(own) is type(theirs)
    if isinstance(own, GraphQLEnumType):
        assert set(own.values) <= set(theirs.values)
    for field, told in getattr(own, "fields", {}).items():
        assert (field in theirs.fields) is not (f"{name}.{field}" in BEYOND)
        if field not in theirs.fields:
            continue
        other = theirs.fields[field]
        assert str(told.type) == str(other.type), field
        assert bool(told.deprecation_reason) == bool(other.deprecation_reason), field
        for argument, value in getattr(told, "args", {}).items():
            assert argument in other.args, field
            assert str(value.type) == str(other.args[argument].type), field
            assert value.default_value == other.args[argument].default_value, field
        for argument, value in getattr(other, "args", {}).items():
            assert argument in told.args or not is_required_argument(value), field


@pytest.mark.parametrize("name", FIELDS)
def test_whatever_is_in_the_schema_is_shown(name: str) -> None:
    kind: Any = served().type_map[name]

    assert set(FIELDS[name]) == set(kind.fields)


def every_field(kind: Any, seen: frozenset[str], depth: int) -> str:
    """Write a selection of all that a type has, without asking in circles."""
    parts = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        size = "(first: 2)" if "first" in field.args else ""
        if any(is_required_argument(one) for one in field.args.values()) or inner.name in seen:
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif is_interface_type(inner):
            parts.append(f"{name} {{ __typename }}")
        elif depth and (below := every_field(inner, seen | {inner.name}, depth - 1)):
            parts.append(f"{name}{size} {{ {below} }}")
    return " ".join(parts)


@pytest.mark.parametrize("name", LISTS)
def test_every_field_of_every_record_can_be_asked_for(name: str) -> None:
    kind: Any = served().type_map["QueryRoot"]
    row = get_named_type(kind.fields[name].type.of_type.fields["nodes"].type)
    fields = every_field(row, frozenset({row.name}), 3)
    assert is_object_type(row)
    with asker(customers=30) as shop:
        rows = shop.ids(name, "first: 8", fields)

    assert rows
    assert all(set(rows[0]) == set(one) for one in rows)
