"""Taking forgotten people out of what is read, before any of it is stored.

A record of theirs is dropped. One that concerns others too (a deal with five contacts) stays: what
it means for them is kept, the tool's answer itself is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import structs
from sqlalchemy import Connection

from journeysync.core.models import PersonRecord, RawRecord, Reading, SetAside
from journeysync.core.state.erasing import erase
from journeysync.core.state.forgetting import Memory, remember
from journeysync.core.state.people import Keys


@dataclass(slots=True)
class Sifted:
    """The sources that forgotten people were taken out of."""

    dropped: set[str] = field(default_factory=set)
    """Nothing of these is kept."""
    withheld: set[str] = field(default_factory=set)
    """Of these only what they mean for others."""


def sift(
    connection: Connection,
    records: Sequence[RawRecord],
    readings: dict[str, Reading],
    keys: Keys,
    memory: Memory,
    now: int,
) -> Sifted:
    """Take forgotten people out of what was read, in place; say which records held any."""
    found = Sifted()
    for record in records:
        source = str(record.key)
        reading = readings[source]
        gone = {person.name for person in reading.people if _forgotten(person, keys, memory)}
        fresh = {name for name in gone if not memory.knows("record", name)}
        if fresh:
            # They came back under another id: from now on that one is known too.
            remember(connection, [("record", name) for name in fresh], now, memory)
            erase(connection, fresh, memory, now)
        left = _without(reading, memory)
        if left == reading and not memory.mentions(record.key.tool, record.content):
            continue
        readings[source] = left
        (found.withheld if left != Reading() else found.dropped).add(source)
    return found


def _forgotten(person: PersonRecord, keys: Keys, memory: Memory) -> bool:
    return memory.knows("record", person.name) or any(
        memory.knows(kind, value) for kind, value in keys(person)
    )


def _without(reading: Reading, memory: Memory) -> Reading:
    def stays(name: str) -> bool:
        return not memory.knows("record", name)

    return structs.replace(
        reading,
        people=tuple(one for one in reading.people if stays(one.name)),
        events=tuple(one for one in reading.events if stays(one.person)),
        links=tuple(one for one in reading.links if stays(one.left) and stays(one.right)),
        set_aside=tuple(one for one in reading.set_aside if stays(_about(one))),
    )


def _about(aside: SetAside) -> str:
    """Name the record that was set aside, `tool:id`; for a file's line there is none."""
    tool, _, rest = aside.record.partition(":")
    _, colon, number = rest.partition(":")
    return f"{tool}:{number}" if colon else ""
