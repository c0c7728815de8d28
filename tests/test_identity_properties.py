"""Who is who, for any records: in any order, as obvious code says, component by component."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.core.identity.components import components
from journeysync.core.identity.resolution import resolve
from journeysync.core.identity.rules import IdentityRules, keys_of, keys_of_links
from journeysync.core.models import Link, PersonRecord

ADDRESSES = st.sampled_from(["p@x.example", "q@x.example", "info@x.example", "r@y.example", "no"])
PHONES = st.sampled_from(["020 7946 0958", "+442079460111"])
NAMES = st.sampled_from(["Smith", "smith ", "Jones", ""])
RECORDS = st.builds(
    PersonRecord,
    tool=st.sampled_from("abc"),
    type=st.just("contact"),
    id=st.sampled_from("1234"),
    created_at=st.sampled_from([None, datetime(2020, 1, 1, tzinfo=UTC)]),
    emails=st.lists(ADDRESSES, max_size=2).map(tuple),
    phones=st.lists(PHONES, max_size=2).map(tuple),
    last_name=NAMES,
    company=st.sampled_from(["", "", "a:acme", "b:beta"]),
)
PEOPLE = st.lists(RECORDS, max_size=9, unique_by=lambda one: one.name)
ENDS = st.sampled_from([f"{tool}:{number}" for tool in "abcd" for number in "1234"])
LINKS = st.lists(st.builds(Link, left=ENDS, right=ENDS, because=st.just("link")), max_size=2)
RULES = st.builds(
    IdentityRules,
    grain=st.sampled_from(["person", "company"]),
    region=st.just("GB"),
    max_people_per_key=st.sampled_from([2, 5]),
)


@settings(deadline=None, max_examples=100)
@given(PEOPLE, LINKS, RULES, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    people: list[PersonRecord], links: list[Link], rules: IdentityRules, random: Random
) -> None:
    before = resolve(people, links, rules)
    random.shuffle(people)
    random.shuffle(links)

    assert resolve(people, links, rules) == before


@settings(deadline=None, max_examples=100)
@given(PEOPLE, LINKS, RULES)
def test_as_obvious_code_says(
    people: list[PersonRecord], links: list[Link], rules: IdentityRules
) -> None:
    assert {frozenset(group) for group in resolve(people, links, rules).groups} == obvious(
        people, links, rules
    )


@settings(deadline=None, max_examples=100)
@given(PEOPLE, LINKS, RULES)
def test_components_can_be_resolved_apart(
    people: list[PersonRecord], links: list[Link], rules: IdentityRules
) -> None:
    """What a live workspace does: only the records that a change can reach are looked at again."""
    whole = resolve(people, links, rules)
    parts = [
        resolve(some, [link for link in links if link.left in names or link.right in names], rules)
        for some, names in reachable(people, links, rules)
    ]

    assert sorted(group for part in parts for group in part.groups) == list(whole.groups)
    assert sorted(one for part in parts for one in part.joins) == list(whole.joins)
    assert sorted(one for part in parts for one in part.refused) == list(whole.refused)


def obvious(
    people: Sequence[PersonRecord], links: Sequence[Link], rules: IdentityRules
) -> set[frozenset[str]]:
    """Join step by step, with sets of names."""
    tools = {one.name: one.tool for one in people}
    held: dict[tuple[str, str], set[str]] = {}
    for one in people:
        for key in keys_of(one, rules):
            if not key.refusal:
                held.setdefault((key.kind, key.value), set()).add(one.name)
    for name, key in keys_of_links(links, rules):
        held.setdefault(("link", key.value), set()).add(name)
    fits = {
        key: names
        for key, names in held.items()
        if len(names & set(tools)) <= rules.max_people_per_key
    }
    parts = [{name} for name in {*tools, *(name for names in fits.values() for name in names)}]
    parts = closure(parts, [names for key, names in fits.items() if key[0] != "phone"])
    phones = [names for key, names in fits.items() if key[0] == "phone"]
    phones = [names for names in phones if not clash(closure(parts, [names]), parts, tools, names)]
    together = closure(parts, phones)
    phones = [
        names
        for names in phones
        if any(names <= part for part in parts) or not clash(together, parts, tools, names)
    ]
    parts = closure(parts, phones)
    if rules.grain == "company":
        members: dict[str, set[str]] = {}
        for one in people:
            if one.company:
                members.setdefault(one.company, set()).add(one.name)
        parts = closure(parts, list(members.values()))
    return {frozenset(part & set(tools)) for part in parts} - {frozenset()}


def closure(parts: Sequence[set[str]], keys: Sequence[set[str]]) -> list[set[str]]:
    parts = list(parts)
    for names in keys:
        touched = [part for part in parts if part & names]
        parts = [part for part in parts if not part & names] + [set().union(*touched)]
    return parts


def clash(
    after: Sequence[set[str]], before: Sequence[set[str]], tools: dict[str, str], names: set[str]
) -> bool:
    """Whether a tool stands in two of the parts that these names bring together."""
    whole = next(part for part in after if part & names)
    inside = [{tools[name] for name in part if name in tools} for part in before if part <= whole]
    return any(one & other for one, other in itertools.combinations(inside, 2))


def reachable(
    people: Sequence[PersonRecord], links: Sequence[Link], rules: IdentityRules
) -> list[tuple[list[PersonRecord], set[str]]]:
    """Split records by what any key, link or company connects."""
    keys: dict[object, set[str]] = {}
    for one in people:
        keys.setdefault(("", one.name), set()).add(one.name)
        keys.setdefault(("company", one.company or one.name), set()).add(one.name)
        for key in keys_of(one, rules):
            keys.setdefault(key, set()).add(one.name)
    ends = [{link.left, link.right} for link in links]
    everything = {name for names in [*keys.values(), *ends] for name in names}
    parts = closure([{name} for name in everything], [*keys.values(), *ends])
    return [([one for one in people if one.name in part], part) for part in parts]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_components(edges: list[tuple[int, int]]) -> None:
    """Every node is labelled by the smallest node it is connected with."""
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    sets = closure([{str(n)} for n in range(20)], [{str(a), str(b)} for a, b in edges])
    smallest = {name: min(map(int, part)) for part in sets for name in part}

    assert components(20, left, right).tolist() == [smallest[str(node)] for node in range(20)]


def test_a_long_chain() -> None:
    """A chain is one component however long it is, in any order of its links."""
    links = np.random.default_rng(1).permutation(99_999)

    assert not components(100_000, links, links + 1).any()
