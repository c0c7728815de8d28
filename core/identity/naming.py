"""What a customer of several records is called, and which record's word counts.

Columns in, columns out; only customers of several records cost anything beyond a copy. Pure.
"""

from collections.abc import Mapping
from typing import cast

import numpy as np

from journeysync.core.identity.columns import NEVER, PeopleColumns, Texts
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.texts import (
    Column,
    Ints,
    encoded,
    filled,
    pc,
    take,
    take_or_null,
    text_order,
    text_ranks,
)


def customer_names(people: PeopleColumns, customer: Ints, rules: IdentityRules) -> Column:
    """Name each record's customer.

    By its oldest record (created, missing last; then the name). Where companies are the customers
    and one of its people has one: by the company record, of several by the first in text order.
    """
    several = _several(customer)
    oldest = customer.copy()
    order = several[np.lexsort((several, people.created[several], customer[several]))]
    found, at = np.unique(customer[order], return_index=True)
    chosen = np.arange(len(customer))
    chosen[found] = order[at]
    oldest = chosen[customer]
    names = take(people.names, oldest)
    if rules.grain == "person" or not len(people.companies.record):
        return names
    company = _first_company(people.companies, customer)
    return cast("Column", pc.coalesce(take(company, customer), names))


def merge_attributes(
    people: PeopleColumns,
    tool_names: Mapping[int, str],
    customer: Ints,
    rules: IdentityRules,
    attributes: Mapping[str, Column],
) -> dict[str, Column]:
    """Give every customer's first record the customer's attributes, as columns of the records.

    The first tool in `precedence` that has one says it; then the newest record (created, missing
    last; of equals the one last by name). Empty counts as absent. Other rows are left as they are.
    """
    several = _several(customer)
    if not len(several):
        return dict(attributes)
    rank = {tool: place for place, tool in enumerate(rules.precedence)}
    place = np.full(max(tool_names, default=0) + 1, len(rank), dtype=np.int64)
    for number, tool in tool_names.items():
        place[number] = rank.get(tool, len(rank))
    created = people.created[several]
    age = np.where(created == NEVER, 0, -np.maximum(created, -NEVER))
    order = several[
        np.lexsort(
            (-several, age, created == NEVER, place[people.tools[several]], customer[several])
        )
    ]
    return {name: _first_filled(column, order, customer) for name, column in attributes.items()}


def _first_filled(column: Column, order: Ints, customer: Ints) -> Column:
    """Put the first filled cell in `order` of each customer into the customer's first record."""
    has = order[filled(column)[order]]
    found, at = np.unique(customer[has], return_index=True)
    source = np.arange(len(customer))
    source[found] = has[at]
    return take(column, source)


def _several(customer: Ints) -> Ints:
    """List the records whose customer has more than one."""
    return np.flatnonzero(np.bincount(customer, minlength=1)[customer] > 1)


def _first_company(companies: Texts, customer: Ints) -> Column:
    """Find each customer's first company in text order, or null; by the customer's record."""
    code, names = encoded(companies.text)
    order = text_order(names)
    first = np.full(len(customer), len(order), dtype=np.int64)
    np.minimum.at(first, customer[companies.record], text_ranks(names)[code])
    return take_or_null(take(names, order), first, first == len(order))
