"""Every word that is asked of Shopify stands in its schema; a bulk query keeps Shopify's rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
    visit,
)
from vendor_specs import FOLDER

from journeysync.connectors.mapping_files import read_mapping
from journeysync.connectors.shopify import documents
from journeysync.connectors.shopify.documents import (
    SHAPES,
    Shape,
    bulk,
    ids,
    more,
    page,
    rest,
    whole,
)
from journeysync.connectors.shopify.mapping import ShopMapping

SHIPPED = read_mapping(Path("nowhere"), None, "shopify", ShopMapping)
DOCUMENTS = ("APP", "SHOP", "RUN", "LOOK", "CANCEL", "HELD", "SHOW")
PATHS = ("metafield.custom.gift-note", "metafield.$app.x")


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    path = FOLDER / "shopify-admin-2026-10.graphql"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    return build_schema(path.read_text("utf-8"))


def shapes() -> Iterator[tuple[str, Shape]]:
    for stream, shape in SHAPES.items():
        own = shape.also(SHIPPED.paths(stream))
        yield stream, own
        yield f"{stream} without personal data", own.without(documents.PERSONAL)
        yield f"ids of {stream}", ids(shape)
    yield "orders without returns", SHAPES["orders"].less("returns")
    for stream in ("customers", "orders"):
        yield f"{stream} with metafields", SHAPES[stream].also(PATHS)


def texts() -> Iterator[tuple[str, str]]:
    query = "updated_at:>='2026-11-01T00:00:00Z'"
    for name, shape in shapes():
        yield f"{name}: page", page(shape)
        for one in shape.connections:
            yield f"{name}: more of {one}", more(shape, one)
            yield f"{name}: rest of {one}", rest(shape, one)
        if shape.lists:
            yield f"{name}: whole", whole(shape)
        yield f"{name}: page and scopes", page(shape, scopes=True)
        if shape.count:
            yield f"{name}: page and count", page(shape, counted=True)
            yield f"{name}: page, count and scopes", page(shape, counted=True, scopes=True)
            yield f"{name}: bulk", bulk(shape, query)
            yield f"{name}: bulk of all", bulk(shape, "")
    for name in DOCUMENTS:
        yield name, getattr(documents, name)


TEXTS = dict(texts())
BULK = {name: text for name, text in TEXTS.items() if ": bulk" in name}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_asked_stands_in_the_schema(schema: GraphQLSchema, text: str) -> None:
    assert validate(schema, parse(text)) == []


def test_every_document_of_the_file_is_looked_at() -> None:
    made = {name for name in vars(documents) if name.isupper() and name[0] != "_"}

    shapes = {stream.upper() for stream in SHAPES}
    assert made - shapes == {"MORE", "PERSONAL", "SHAPES", "NAMESPACE", "KEY", *DOCUMENTS}


class Nesting(Visitor):
    """Looks how deep lists stand in each other."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.open: list[str] = []
        self.connections = self.deepest = 0
        self.in_list = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        kind = self.info.get_type()
        connection = kind is not None and get_named_type(kind).name.endswith("Connection")
        plain = kind is not None and is_list_type(get_nullable_type(kind))
        what = (
            "connection" if connection else "list" if plain and node.name.value != "edges" else ""
        )
        if connection:
            self.connections += 1
            self.in_list |= "list" in self.open
        self.open.append(what)
        self.deepest = max(self.deepest, self.open.count("connection"))

    def leave_field(self, *_: object) -> None:
        self.open.pop()


@pytest.mark.parametrize("text", BULK.values(), ids=BULK)
def test_a_bulk_query_keeps_the_rules(schema: GraphQLSchema, text: str) -> None:
    """At most five connections, one in another at most, none inside a plain list."""
    info = TypeInfo(schema)
    seen = Nesting(info)
    visit(parse(text), TypeInfoVisitor(info, seen))

    assert 1 <= seen.connections <= 5
    assert seen.deepest <= 2
    assert not seen.in_list
