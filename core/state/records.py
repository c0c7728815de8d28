"""What was read: raw records, their people, events and links.

A record's people, events and links are replaced as a set whenever the record is normalised, and
every person whose answer may change by that is marked dirty in the same transaction, so that a
kill between reading and deciding loses nothing.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from journeysync.core.instants import to_micros
from journeysync.core.models import (
    CompanyRecord,
    Event,
    Link,
    PersonRecord,
    RawRecord,
    Reading,
    RecordKey,
)
from journeysync.core.ports import Window
from journeysync.core.state import tables as t
from journeysync.core.state import twins
from journeysync.core.state.among import among
from journeysync.core.state.erasing import WITHHELD
from journeysync.core.state.forgetting import Memory
from journeysync.core.state.ledger import edited_records
from journeysync.core.state.people import (
    Keys,
    customers_of,
    gather,
    key_rows,
    left_behind,
    person_row,
)
from journeysync.core.state.sifting import Sifted, sift
from journeysync.core.state.store import chunks, upsert

Remember = Callable[[RawRecord, Mapping[str, object]], RawRecord]
"""How a record carries over what is stored of it: see `core.ports.Remembers`."""

_encode = msgspec.json.Encoder(order="sorted").encode
_person = msgspec.json.Decoder(PersonRecord).decode
_company = msgspec.json.Decoder(CompanyRecord).decode
_attributes = msgspec.json.Decoder(dict[str, str | int | float | bool]).decode


def source_of(key: RecordKey) -> str:
    """Name a raw record in other tables: `tool:type:id`."""
    return str(key)


@dataclass(slots=True)
class Stored:
    """What storing a batch did."""

    seen: int = 0
    changed: int = 0
    set_aside: int = 0
    forgotten: int = 0
    """Records left out because they are those of people who were forgotten."""


def store_batch(
    connection: Connection,
    stream: str,
    records: Sequence[RawRecord],
    *,
    normalise: Callable[[RawRecord], Reading],
    mapping: str,
    keys: Keys,
    now: int,
    remember: Remember | None = None,
    forgotten: Memory | None = None,
) -> Stored:
    """Keep the records that differ from what is stored, with what they mean.

    The same record twice in a batch counts as its last version. Repeating a batch changes nothing.
    Of people whom `forgotten` knows nothing is kept.
    """
    latest = {record.key: record for record in records}
    if remember is not None:
        for key, known in _contents(connection, list(latest)):
            latest[key] = remember(latest[key], known)
    before = _digests(connection, list(latest))
    changed: list[tuple[RawRecord, bytes, str]] = []
    for key, record in latest.items():
        content = _encode(record.content)
        digest = _digest(content, record)
        if before.get(key) != (digest, mapping) and not (record.deleted and key not in before):
            changed.append((record, content, digest))
    readings = twins.read(connection, [record for record, _, _ in changed], normalise)
    sifted = Sifted()
    if forgotten is not None:
        fresh = [record for record, _, _ in changed]
        sifted = sift(connection, fresh, readings, keys, forgotten, now)
    rows = [
        {
            "tool": record.key.tool, "type": record.key.type, "id": record.key.id,
            "stream": stream, "content": content.decode(), "digest": digest, "mapping": mapping,
            "deleted": int(record.deleted), "read_at": now, "mark": record.mark,
            "listed_at": None if record.listed_at is None else to_micros(record.listed_at),
        }
        for record, content, digest in changed
        if source_of(record.key) not in sifted.dropped
    ]  # fmt: skip
    for row in rows:
        if f"{row['tool']}:{row['type']}:{row['id']}" in sifted.withheld:
            # Without a digest it is looked at again whenever it is read.
            row |= {"content": "{}", "digest": "", "deleted": WITHHELD}
    upsert(connection, t.raw_record, rows)
    _replace(connection, readings, keys)
    edited = edited_records(connection, latest.values())
    upsert(connection, t.dirty, [{"person": name} for name in sorted(edited)])
    aside = sum(len(reading.set_aside) for reading in readings.values())
    left_out = len(sifted.dropped | sifted.withheld)
    return Stored(len(latest), len(changed) - left_out, aside, left_out)


def unseen(
    connection: Connection,
    tool: str,
    stream: str,
    seen: Collection[RecordKey],
    within: Window | None = None,
) -> tuple[list[RecordKey], int]:
    """Return what a full read, of a stream or a window, did not show any more, and the count."""
    row = t.raw_record.c
    wanted = [row.tool == tool, row.stream == stream, row.deleted != 1]
    if within is not None and within.start is not None:
        wanted.append(row.listed_at >= to_micros(within.start))
    if within is not None and within.end is not None:
        wanted.append(row.listed_at < to_micros(within.end))
    stored = connection.execute(select(row.tool, row.type, row.id).where(*wanted))
    known = [RecordKey(*found) for found in stored]
    return [key for key in known if key not in seen], len(known)


def remove(connection: Connection, gone: Sequence[RecordKey], keys: Keys) -> None:
    """Forget records with all that they gave and held: what was erased leaves no trace here."""
    row = t.raw_record.c
    for key in gone:
        connection.execute(
            update(t.raw_record)
            .where(row.tool == key.tool, row.type == key.type, row.id == key.id)
            .values(deleted=1, digest="", content="{}")
        )
    _replace(connection, {source_of(key): Reading() for key in gone}, keys)


def renormalise(
    connection: Connection,
    tool: str,
    normalise: Callable[[RawRecord], Reading],
    mapping: str,
    keys: Keys,
) -> None:
    """Read stored records again, without asking the tool: of a changed mapping, or stale ones.

    What is read may make others of the same tool stale, which were read a moment ago: they are
    read once more, and then know who tells them.
    """
    row = t.raw_record.c
    other = (row.tool == tool, _other(mapping))
    # Asked first: the database would look through all records of the tool to change none.
    while connection.execute(select(row.id).where(*other).limit(1)).first():
        old = connection.execute(
            select(row.type, row.id, row.content).where(*other, row.deleted == 0)
        ).all()
        connection.execute(update(t.raw_record).where(*other).values(mapping=mapping))
        for start in range(0, len(old), 1000):
            some = [
                RawRecord(RecordKey(tool, kind, number), msgspec.json.decode(content))
                for kind, number, content in old[start : start + 1000]
            ]
            _replace(connection, twins.read(connection, some, normalise), keys)


def _other(mapping: str) -> ColumnElement[bool]:
    """Another mapping than this one, said so that the index finds it: mostly there is none."""
    return or_(t.raw_record.c.mapping < mapping, t.raw_record.c.mapping > mapping)


def _contents(
    connection: Connection, keys: Sequence[RecordKey]
) -> Iterator[tuple[RecordKey, dict[str, object]]]:
    row = t.raw_record.c
    by_type: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        by_type.setdefault((key.tool, key.type), []).append(key.id)
    for (tool, kind), ids in by_type.items():
        for part in chunks(ids):
            for number, content in connection.execute(
                select(row.id, row.content).where(
                    row.tool == tool, row.type == kind, among(row.id, part)
                )
            ):
                yield RecordKey(tool, kind, number), msgspec.json.decode(content)


def _digests(connection: Connection, keys: Sequence[RecordKey]) -> dict[RecordKey, tuple[str, str]]:
    row = t.raw_record.c
    by_type: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        by_type.setdefault((key.tool, key.type), []).append(key.id)
    found: dict[RecordKey, tuple[str, str]] = {}
    for (tool, kind), ids in by_type.items():
        for part in chunks(ids):
            for number, digest, mapping in connection.execute(
                select(row.id, row.digest, row.mapping).where(
                    row.tool == tool, row.type == kind, among(row.id, part)
                )
            ):
                found[RecordKey(tool, kind, number)] = (digest, mapping)
    return found


def _digest(content: bytes, record: RawRecord) -> str:
    listed = f"{record.mark} {record.listed_at}" if record.mark or record.listed_at else ""
    whole = content + bytes([record.deleted]) + listed.encode()
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def _replace(connection: Connection, readings: dict[str, Reading], keys: Keys) -> None:
    """Put new readings in the place of what these records gave before; mark who is touched."""
    sources = list(readings)
    touched = {person for part in chunks(sources) for person in _people_of(connection, part)}
    before = customers_of(connection, touched)
    for part in chunks(sources):
        old = connection.execute(select(t.person.c.name).where(among(t.person.c.source, part)))
        names = [name for (name,) in old]
        for table in (t.event, t.link, t.company, t.set_aside):
            connection.execute(delete(table).where(among(table.c.source, part)))
        for some in chunks(names):
            connection.execute(delete(t.person_key).where(among(t.person_key.c.person, some)))
    kept = customers_of(connection, [p.name for r in readings.values() for p in r.people])
    for part in chunks(sources):
        connection.execute(delete(t.person).where(among(t.person.c.source, part)))
    for table, rows in _rows(readings, keys, kept).items():
        upsert(connection, table, rows)
    twins.keep(connection, readings)
    touched |= gather(connection, readings, keys)
    touched |= {p.name for r in readings.values() for p in r.people}
    touched |= {e.person for r in readings.values() for e in r.events}
    touched |= {
        end for r in readings.values() for link in r.links for end in (link.left, link.right)
    }
    touched |= left_behind(connection, before)
    upsert(connection, t.dirty, [{"person": name} for name in sorted(touched)])


def _people_of(connection: Connection, sources: list[str]) -> Iterator[str]:
    yield from (
        name
        for (name,) in connection.execute(
            select(t.person.c.name).where(among(t.person.c.source, sources))
        )
    )
    for row in (t.event.c.person, t.person_part.c.name):
        found = select(row).where(among(row.table.c.source, sources)).distinct()
        yield from (name for (name,) in connection.execute(found))
    for left, right in connection.execute(
        select(t.link.c.left, t.link.c.right).where(among(t.link.c.source, sources))
    ):
        yield left
        yield right
    # The people of a company that changed: its attributes and owner are theirs where companies
    # are the customers.
    yield from (
        name
        for (name,) in connection.execute(
            select(t.person.c.name)
            .join(t.company, t.company.c.name == t.person.c.company)
            .where(among(t.company.c.source, sources))
        )
    )


def _rows(
    readings: dict[str, Reading], keys: Keys, customers: dict[str, str]
) -> dict[Table, list[dict[str, Any]]]:
    rows: dict[Table, dict[Any, dict[str, Any]]] = {
        t.person: {}, t.company: {}, t.person_key: {}, t.event: {}, t.link: {}, t.set_aside: {},
    }  # fmt: skip
    for source, reading in readings.items():
        for person in (one for one in reading.people if not one.gathered):
            rows[t.person][person.name] = person_row(person, source, customers)
            for row in key_rows(person, keys):
                rows[t.person_key][tuple(row.values())] = row
        for company in reading.companies:
            rows[t.company][company.name] = {
                "name": company.name, "tool": company.tool, "id": company.id,
                "data": _encode(company).decode(), "source": source,
            }  # fmt: skip
        for event in reading.events:
            rows[t.event][event.id] = _event_row(event, source)
        for link in reading.links:
            rows[t.link][source, link.left, link.right] = {
                "source": source, "left": link.left, "right": link.right, "because": link.because,
            }  # fmt: skip
        for aside in reading.set_aside:
            rows[t.set_aside][source, aside.record, aside.code] = {
                "source": source, "record": aside.record, "code": aside.code,
                "reason": aside.reason,
            }  # fmt: skip
    return {table: list(some.values()) for table, some in rows.items()}


def _event_row(event: Event, source: str) -> dict[str, Any]:
    return {
        "id": event.id, "source": source, "tool": event.tool, "person": event.person,
        "at": to_micros(event.at), "kind": event.kind, "subject_type": event.subject_type,
        "subject_id": event.subject_id, "attributes": _encode(event.attributes).decode(),
    }  # fmt: skip


# --- reading it back -----------------------------------------------------------------------------


def load_people(connection: Connection, names: Collection[str]) -> list[PersonRecord]:
    """Return the person records of these names, in the order of the names."""
    found = [
        data
        for part in chunks(sorted(names))
        for (data,) in connection.execute(
            select(t.person.c.data).where(among(t.person.c.name, part)).order_by(t.person.c.name)
        )
    ]
    return [_person(data) for data in found]


def load_companies(connection: Connection, names: Collection[str]) -> dict[str, CompanyRecord]:
    """Return the company records of these names."""
    return {
        name: _company(data)
        for part in chunks(sorted(names))
        for name, data in connection.execute(
            select(t.company.c.name, t.company.c.data).where(among(t.company.c.name, part))
        )
    }


def load_events(connection: Connection, people: Collection[str]) -> Iterator[Sequence[Any]]:
    """Yield (id, tool, person, at, kind, subject_type, subject_id, attributes) of these people."""
    row = t.event.c
    for part in chunks(sorted(people)):
        for found in connection.execute(
            select(
                row.id, row.tool, row.person, row.at, row.kind, row.subject_type, row.subject_id,
                row.attributes,
            ).where(among(row.person, part))
        ):  # fmt: skip
            yield (*found[:7], _attributes(found[7]))


def links_of(connection: Connection, names: Collection[str]) -> list[Link]:
    """Return the links that touch any of these records."""
    found: set[tuple[str, str, str]] = set()
    for part in chunks(sorted(names)):
        rows = connection.execute(
            select(t.link.c.left, t.link.c.right, t.link.c.because).where(
                or_(among(t.link.c.left, part), among(t.link.c.right, part))
            )
        )
        found.update((left, right, because) for left, right, because in rows)
    return [Link(*one) for one in sorted(found)]


def raw_content(connection: Connection, key: RecordKey) -> dict[str, Any] | None:
    """Return what a tool answered for a record, or None where it was not read or is gone."""
    row = t.raw_record.c
    content = connection.execute(
        select(row.content).where(
            row.tool == key.tool, row.type == key.type, row.id == key.id, row.deleted == 0
        )
    ).scalar()
    return None if content is None else dict(msgspec.json.decode(content))
