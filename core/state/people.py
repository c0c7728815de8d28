"""The rows of person records, and people whom several raw records tell of.

Most person records are one raw record of their tool. A guest, known by an address only, is told
of by every booking or order of theirs: each one's word is kept, and what they say together is
made anew whenever one of them changes or goes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection, delete, select

from journeysync.core.instants import to_micros
from journeysync.core.models import PersonRecord, Reading
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks, upsert

Keys = Callable[[PersonRecord], Iterable[tuple[str, str]]]
"""The (kind, value) keys by which a person can be joined to others."""

_encode = msgspec.json.Encoder(order="sorted").encode
_person = msgspec.json.Decoder(PersonRecord).decode


def person_row(person: PersonRecord, source: str, customers: Mapping[str, str]) -> dict[str, Any]:
    """Write a person record as a row; `customers` says whom the record stood for so far."""
    created = None if person.created_at is None else to_micros(person.created_at)
    return {
        "name": person.name, "tool": person.tool, "type": person.type, "id": person.id,
        "data": _encode(person).decode(), "created_at": created, "company": person.company,
        "customer": customers.get(person.name, ""), "source": source,
    }  # fmt: skip


def key_rows(person: PersonRecord, keys: Keys) -> list[dict[str, Any]]:
    """Write a person's keys as rows."""
    return [
        {"person": person.name, "kind": kind, "value": value}
        for kind, value in dict.fromkeys(keys(person))
    ]


def customers_of(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The customers that records stood for so far: who they are is decided later."""
    return {
        name: customer
        for part in chunks(list(names))
        for name, customer in connection.execute(
            select(t.person.c.name, t.person.c.customer).where(among(t.person.c.name, part))
        )
    }


def left_behind(connection: Connection, before: Mapping[str, str]) -> set[str]:
    """Name the records that stand for one customer with a record that is gone: they look again.

    `before`: customer by record, as it was.
    """
    here = customers_of(connection, before)
    lost = sorted({customer for name, customer in before.items() if name not in here} - {""})
    return {
        name
        for part in chunks(lost)
        for (name,) in connection.execute(
            select(t.person.c.name).where(among(t.person.c.customer, part))
        )
    }


def together(parts: Sequence[PersonRecord]) -> PersonRecord:
    """Put together what several records say of one person. Pure; their order does not matter."""
    told = [one for one in parts if one.created_at is not None]
    newest = sorted(
        parts, key=lambda one: (to_micros(one.created_at) if one.created_at else 0, _encode(one))
    )[::-1]

    def first(name: str) -> Any:
        return next((getattr(one, name) for one in newest if getattr(one, name)), "")

    attributes = {name: value for one in newest[::-1] for name, value in one.attributes.items()}
    return structs.replace(
        newest[0],
        created_at=min((one.created_at for one in told if one.created_at), default=None),
        emails=tuple(dict.fromkeys(email for one in newest for email in one.emails)),
        phones=tuple(dict.fromkeys(phone for one in newest for phone in one.phones)),
        first_name=first("first_name"),
        last_name=first("last_name"),
        company=first("company"),
        owner=first("owner"),
        attributes=attributes,
    )


def gather(connection: Connection, readings: Mapping[str, Reading], keys: Keys) -> set[str]:
    """Replace what these raw records say of gathered people; return whom it touches."""
    sources = list(readings)
    names = {
        name
        for part in chunks(sources)
        for (name,) in connection.execute(
            select(t.person_part.c.name).where(among(t.person_part.c.source, part))
        )
    }
    for part in chunks(sources):
        connection.execute(delete(t.person_part).where(among(t.person_part.c.source, part)))
    rows = {
        (person.name, source): {
            "name": person.name, "source": source, "data": _encode(person).decode(),
        }
        for source, reading in readings.items()
        for person in reading.people
        if person.gathered
    }  # fmt: skip
    upsert(connection, t.person_part, list(rows.values()))
    names |= {name for name, _ in rows}
    _rewrite(connection, names, keys)
    return names


def _rewrite(connection: Connection, names: Collection[str], keys: Keys) -> None:
    parts: dict[str, list[PersonRecord]] = {}
    for some in chunks(sorted(names)):
        for (data,) in connection.execute(
            select(t.person_part.c.data).where(among(t.person_part.c.name, some))
        ):
            person = _person(data)
            parts.setdefault(person.name, []).append(person)
    people = [together(found) for found in parts.values()]
    kept = customers_of(connection, list(parts))
    for some in chunks(sorted(names)):
        connection.execute(delete(t.person_key).where(among(t.person_key.c.person, some)))
        connection.execute(delete(t.person).where(among(t.person.c.name, some)))
    upsert(connection, t.person, [person_row(person, "", kept) for person in people])
    upsert(connection, t.person_key, [row for one in people for row in key_rows(one, keys)])
