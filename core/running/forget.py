"""Forgetting a human being: whom it means, and what of them may join nobody ever again.

The state alone is changed. What stands in the tools must be deleted there, by those who may.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from journeysync.core.addresses import normal_email
from journeysync.core.errors import Usage
from journeysync.core.identity.resolution import resolve
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.instants import to_micros
from journeysync.core.running.explain import find_customer
from journeysync.core.running.identify import component
from journeysync.core.state import forgetting
from journeysync.core.state import tables as t
from journeysync.core.state.erasing import Erased, erase


def forget(connection: Connection, text: str, rules: IdentityRules, now: datetime) -> Erased:
    """Take one human being out of the state; raises Usage where it is not clear who is meant."""
    names = people_meant(connection, text, rules)
    keys = [("record", name) for name in sorted(names)]
    keys += _keys(connection, names, rules)
    memory = forgetting.remember(connection, keys, to_micros(now))
    return erase(connection, names, memory, to_micros(now))


def people_meant(connection: Connection, text: str, rules: IdentityRules) -> set[str]:
    """Return the records of the one human being that is meant; a company has several."""
    customer = find_customer(connection, text)
    row = t.person.c
    of_customer = set(
        connection.execute(select(row.name).where(row.customer == customer)).scalars()
    )
    alone = replace(rules, grain="person")
    people, links = component(connection, of_customer, alone)
    groups = [
        set(group) for group in resolve(people, links, alone).groups if set(group) & of_customer
    ]
    if len(groups) == 1:
        return groups[0]
    named = _named(connection, text, of_customer)
    mine = [group for group in groups if group & named]
    if len(mine) != 1:
        raise Usage(
            f"Customer {customer} is {len(groups)} people. Name one of them by `tool:id` or by "
            f"their own address: {', '.join(sorted(of_customer))}."
        )
    return mine[0]


def _named(connection: Connection, text: str, among: set[str]) -> set[str]:
    part = text.strip().rstrip("/").rpartition("/")[2]
    key = t.person_key.c
    email = normal_email(text)
    holders = connection.execute(
        select(key.person).where(key.kind == "email", key.value == email)
    ).scalars()
    named = {name for name in among if part in (name, name.partition(":")[2])}
    return (named | set(holders)) & among


def _keys(connection: Connection, names: set[str], rules: IdentityRules) -> list[tuple[str, str]]:
    """Return the keys that are theirs alone: a shared mailbox must not shut others out."""
    key = t.person_key.c
    found = []
    for kind, value in connection.execute(
        select(key.kind, key.value).where(key.person.in_(sorted(names))).distinct()
    ).all():
        holders = set(
            connection.execute(
                select(key.person).where(key.kind == kind, key.value == value)
            ).scalars()
        )
        if holders <= names and not rules.refusal(kind, value):
            found.append((kind, value))
    return sorted(found)
