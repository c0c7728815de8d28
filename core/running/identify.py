"""Keeping who is who: only the records that a change can reach are resolved again.

An id is minted once, from the oldest record of a customer, and kept; after joins and splits the
ids that went live on as aliases.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, select, update

from journeysync.core.identity.resolution import Resolution, resolve
from journeysync.core.identity.rules import IdentityRules, KeyKind
from journeysync.core.models import Link, PersonRecord
from journeysync.core.state import records
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks, upsert

_MANY, _SHARE = 5_000, 0.25
"""From so many, and such a share of all records, on it is quicker to look at all of them."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Which customers a change reached."""

    customers: frozenset[str]
    """Those that are there now."""
    vanished: frozenset[str]
    """Those that joined another customer or lost their last record."""


def identify(connection: Connection, dirty: Iterable[str], rules: IdentityRules) -> Identified:
    """Decide anew who is who among the records that these are connected to."""
    people, links = component(connection, set(dirty), rules)
    before = {person.name: "" for person in people}
    before |= _customers(connection, before)
    former = {customer for customer in before.values() if customer}
    former |= _lost(connection, dirty)
    resolution = resolve(people, links, rules)
    heirs = _heirs(connection, links, before)
    named = _name(connection, resolution, {p.name: p for p in people}, before, heirs)
    moved = [
        {"record": name, "whose": customer}
        for customer, group in named.items()
        for name in group
        if before[name] != customer
    ]
    if moved:
        connection.execute(
            update(t.person)
            .where(t.person.c.name == bindparam("record"))
            .values(customer=bindparam("whose")),
            moved,
        )
    _remember(connection, named, former, resolution, links)
    return Identified(frozenset(named), frozenset(former - set(named)))


def component(
    connection: Connection, seeds: set[str], rules: IdentityRules
) -> tuple[list[PersonRecord], list[Link]]:
    """Load every record that a chain of keys, links or companies connects with the seeds."""
    if len(seeds) > _MANY and len(seeds) > _SHARE * _everybody(connection):
        found = seeds | {name for (name,) in connection.execute(select(t.person.c.name))}
        return records.load_people(connection, found), records.links_of(connection, found)
    found = set()
    fresh = seeds | _companions(connection, seeds)
    while fresh:
        found |= fresh
        fresh = _neighbours(connection, fresh, rules) - found
    people = records.load_people(connection, found)
    return people, records.links_of(connection, found)


def _everybody(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(t.person)).scalar() or 0


def _companions(connection: Connection, names: set[str]) -> set[str]:
    """Return the records that were the same customer so far: a key that joined them may be gone."""
    customers = set(_customers(connection, names).values()) - {""}
    return {
        name
        for part in chunks(sorted(customers))
        for (name,) in connection.execute(
            select(t.person.c.name).where(among(t.person.c.customer, part))
        )
    }


def _neighbours(connection: Connection, names: set[str], rules: IdentityRules) -> set[str]:
    """Return the records that share a key, a link or, where companies are customers, a company."""
    found: set[str] = set()
    for part in chunks(sorted(names)):
        keys: dict[KeyKind, list[str]] = {}
        for kind, value in connection.execute(
            select(t.person_key.c.kind, t.person_key.c.value)
            .where(among(t.person_key.c.person, part))
            .distinct()
        ):
            if not rules.refusal(kind, value):
                keys.setdefault(kind, []).append(value)
        for kind, values in keys.items():
            for held in _held(connection, kind, values).values():
                found |= _holders(held, rules.max_people_per_key)
        for link in records.links_of(connection, part):
            found |= {link.left, link.right}
        if rules.grain == "company":
            mine, theirs = t.person.alias(), t.person.alias()
            found.update(
                name
                for (name,) in connection.execute(
                    select(theirs.c.name)
                    .join(mine, mine.c.company == theirs.c.company)
                    .where(among(mine.c.name, part), mine.c.company != "")
                )
            )
    return found


Holder = tuple[str, str]
"""A record that has a key, and the customer it stood for so far."""


def _held(connection: Connection, kind: KeyKind, values: Sequence[str]) -> dict[str, list[Holder]]:
    """Return who has these keys, in the order of their names."""
    found: dict[str, list[Holder]] = {}
    row = t.person_key.c
    for value, name, customer in connection.execute(
        select(row.value, t.person.c.name, t.person.c.customer)
        .join(t.person_key, row.person == t.person.c.name)
        .where(row.kind == kind, among(row.value, values))
        .order_by(t.person.c.name)
    ):
        found.setdefault(value, []).append((name, customer))
    return found


def _holders(held: Sequence[Holder], most: int) -> set[str]:
    """Return the records with a key; of one shared by too many, as few as show that it is.

    Those that it joined while it was shared by fewer are among them: they must be parted.
    """
    if len(held) <= most:
        return {name for name, _ in held}
    together = Counter(customer for _, customer in held if customer)
    return {name for name, _ in held[: most + 1]} | {
        name for name, customer in held if together[customer] > 1
    }


def _customers(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    row = t.person.c
    return {
        name: customer
        for part in chunks(sorted(names))
        for name, customer in connection.execute(
            select(row.name, row.customer).where(among(row.name, part))
        )
    }


def _lost(connection: Connection, dirty: Iterable[str]) -> set[str]:
    """Return customers whose founding record is among the changed ones and may be gone."""
    return {
        customer
        for part in chunks(sorted(dirty))
        for (customer,) in connection.execute(
            select(t.customer.c.id).where(among(t.customer.c.founder, part))
        )
    }


def _heirs(
    connection: Connection, links: Sequence[Link], people: Collection[str]
) -> dict[str, set[str]]:
    """Return whom a record that is gone had founded, by the record that it became part of."""
    became: dict[str, set[str]] = {}
    for link in links:
        for gone, here in ((link.left, link.right), (link.right, link.left)):
            if here in people and gone not in people:
                became.setdefault(gone, set()).add(here)
    found: dict[str, set[str]] = {}
    for part in chunks(sorted(became)):
        for customer, founder in connection.execute(
            select(t.customer.c.id, t.customer.c.founder).where(among(t.customer.c.founder, part))
        ):
            for here in became[founder]:
                found.setdefault(here, set()).add(customer)
    return found


def _name(
    connection: Connection,
    resolution: Resolution,
    people: dict[str, PersonRecord],
    before: dict[str, str],
    heirs: dict[str, set[str]],
) -> dict[str, tuple[str, ...]]:
    """Give every group its id: the one it has, else one minted from its oldest record."""
    ids = {customer for customer in before.values() if customer}.union(*heirs.values())
    founders = {
        customer: founder
        for part in chunks(sorted(ids))
        for customer, founder in connection.execute(
            select(t.customer.c.id, t.customer.c.founder).where(among(t.customer.c.id, part))
        )
    }
    founded = {customer for customer, founder in founders.items() if founder in people}
    named: dict[str, tuple[str, ...]] = {}
    for group in sorted(resolution.groups, key=lambda names: _age(people[_oldest(names, people)])):
        had = {before[name] for name in group if before[name]}
        # A CRM may give a new number to what it made of two records: they are who they were.
        had = had or {customer for name in group for customer in heirs.get(name, ())}
        # After a split the id stays with the record it was minted from.
        mine = sorted(
            (
                _founding(people.get(founders.get(customer, "")), founders.get(customer, "")),
                customer,
            )
            for customer in had
            if founders.get(customer) in group
        )
        free = sorted(one for one in had - founded if one not in named)
        if mine:
            customer = mine[0][1]
        elif free:
            customer = free[0]
        else:
            customer = mint(_oldest(group, people))
        while customer in named:  # another group has it: a record that came back
            customer = mint(customer)
        named[customer] = group
    return named


def mint(founder: str) -> str:
    """Make a customer's id from the record it starts with."""
    return "c-" + hashlib.blake2b(founder.encode(), digest_size=8).hexdigest()


def _oldest(group: tuple[str, ...], people: dict[str, PersonRecord]) -> str:
    return min(group, key=lambda name: _age(people[name]))


def _age(person: PersonRecord) -> tuple[bool, float, str]:
    at = person.created_at
    return (at is None, at.timestamp() if at else 0.0, person.name)


def _founding(person: PersonRecord | None, name: str) -> tuple[bool, float, str]:
    return (True, 0.0, name) if person is None else _age(person)


def _remember(
    connection: Connection,
    named: dict[str, tuple[str, ...]],
    former: set[str],
    resolution: Resolution,
    links: Sequence[Link],
) -> None:
    known = {
        customer
        for part in chunks(sorted(named))
        for (customer,) in connection.execute(
            select(t.customer.c.id).where(among(t.customer.c.id, part))
        )
    }
    called = dict(zip(resolution.groups, resolution.names, strict=True))
    fresh = [
        {"id": customer, "founder": _first(group, called[group])}
        for customer, group in named.items()
        if customer not in known
    ]
    upsert(connection, t.customer, fresh)
    owner = {name: customer for customer, group in named.items() for name in group}
    for link in links:  # a record that is gone may have become part of one that is there
        for gone, here in ((link.left, link.right), (link.right, link.left)):
            if here in owner and gone not in owner:
                owner[gone] = owner[here]
    for gone in sorted(former - set(named)):
        founder = connection.execute(
            select(t.customer.c.founder).where(t.customer.c.id == gone)
        ).scalar()
        heir = owner.get(founder or "")
        if heir:
            connection.execute(
                update(t.customer_alias).where(t.customer_alias.c.new == gone).values(new=heir)
            )
            upsert(connection, t.customer_alias, [{"old": gone, "new": heir}])
        connection.execute(delete(t.due).where(t.due.c.customer == gone))
    for part in chunks(sorted(named)):
        connection.execute(delete(t.customer_alias).where(among(t.customer_alias.c.old, part)))


def _first(group: tuple[str, ...], called: str) -> str:
    return called if called in group else min(group)
