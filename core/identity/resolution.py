"""Who is who among a few records, in words; the same joining as for a million. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from journeysync.core.identity.columns import PeopleColumns
from journeysync.core.identity.joining import Joined, join
from journeysync.core.identity.naming import customer_names, merge_attributes
from journeysync.core.identity.rules import IdentityRules, KeyKind, shown
from journeysync.core.models import Attributes, Link, PersonRecord, Scalar
from journeysync.core.texts import column, listed, take


@dataclass(frozen=True, slots=True, order=True)
class Join:
    """Evidence that two records are one customer."""

    left: str
    right: str
    """`tool:id` both; an end that only links name need not be a record."""
    kind: KeyKind | Literal["company"]
    because: str
    """A sentence's end, such as `both have the e-mail address i***@example.com`."""


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A key that several records share and that joins none of them."""

    kind: KeyKind
    key: str
    """Masked."""
    records: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who is who."""

    groups: tuple[tuple[str, ...], ...]
    """Every record once, `tool:id`: one group per customer; sorted, as are the groups."""
    names: tuple[str, ...]
    """What each group is called."""
    joins: tuple[Join, ...]
    refused: tuple[Refusal, ...]


def resolve(
    people: Sequence[PersonRecord], links: Sequence[Link], rules: IdentityRules
) -> Resolution:
    """Join records into customers.

    Right for any union of whole components: give all records that a chain of keys and links
    connects, those of keys that are shared too often included, or none of them. Links between
    records that are not given are the caller's to leave out.
    """
    columns = PeopleColumns.of(people, links)
    joined = join(columns, rules)
    names = listed(columns.names)
    order = np.argsort(joined.customer, kind="stable")
    first = np.unique(joined.customer[order], return_index=True)[1]
    groups = [tuple(names[row] for row in rows.tolist()) for rows in np.split(order, first[1:])]
    called = take(customer_names(columns, joined.customer, rules), order[first])
    return Resolution(
        groups=tuple(group for group in groups if group),
        names=tuple(listed(called)),
        joins=tuple(sorted({*_joins(joined, names, links), *_companies(people, joined, rules)})),
        refused=tuple(
            sorted(
                Refusal(
                    one.kind,
                    shown(one.kind, one.value),
                    tuple(names[row] for row in one.records.tolist()),
                    one.reason,
                )
                for one in joined.refused
            )
        ),
    )


def merged(people: Sequence[PersonRecord], rules: IdentityRules) -> Attributes:
    """Merge the attributes of one customer's records; empty texts count as absent."""
    columns = PeopleColumns.of(people, ())
    by_name = {one.name: one for one in people}
    records = [by_name[name] for name in listed(columns.names)]
    tools = {number: one.tool for number, one in zip(columns.tools.tolist(), records, strict=True)}
    one_customer = np.zeros(len(records), dtype=np.int64)
    wanted = sorted({key for one in records for key in one.attributes})
    # Which record speaks is decided on the columns; the value is then taken as that record has it.
    speakers = merge_attributes(
        columns,
        tools,
        one_customer,
        rules,
        {
            key: column([str(row) if _filled(one, key) else "" for row, one in enumerate(records)])
            for key in wanted
        },
    )
    said: dict[str, Scalar] = {}
    for key, texts in speakers.items():
        speaker: str = texts[0].as_py()
        if speaker:
            said[key] = records[int(speaker)].attributes[key]
    return said


def _filled(person: PersonRecord, key: str) -> bool:
    value = person.attributes.get(key, "")
    return not isinstance(value, str) or bool(value.strip())


def _joins(joined: Joined, records: list[str], links: Sequence[Link]) -> list[Join]:
    """Word the evidence; a link's own reason where a tool gave one."""
    names = [*records, *joined.absent]
    said = {(link.left, link.right): link.because for link in sorted(links, key=str, reverse=True)}
    found = []
    for left, right, (kind, value) in zip(
        joined.left.tolist(), joined.right.tolist(), joined.evidence, strict=True
    ):
        first, second = sorted((names[left], names[right]))
        told = said.get((first, second)) or said.get((second, first))
        because = {
            "link": told or f"both are linked with {value}",
            "email": f"both have the e-mail address {shown('email', value)}",
            "phone": f"both have the phone {shown('phone', value)} and one last name",
        }[kind]
        found.append(Join(first, second, kind, because))
    return found


def _companies(people: Sequence[PersonRecord], joined: Joined, rules: IdentityRules) -> list[Join]:
    """Word what joined the people of one company."""
    if rules.grain == "person":
        return []
    members: dict[str, list[str]] = {}
    for one in sorted(people, key=lambda person: person.name):
        if one.company:
            members.setdefault(one.company, []).append(one.name)
    return [
        Join(left, right, "company", f"both belong to the company {company}")
        for company, names in members.items()
        for left, right in pairwise(names)
        if len(joined.customer)
    ]
