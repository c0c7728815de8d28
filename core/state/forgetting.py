"""The memory of people who were forgotten: salted hashes of their records' names and keys."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select

from journeysync.core.addresses import normal_email
from journeysync.core.state import tables as t
from journeysync.core.state.store import upsert

_SALT = "forgotten_salt"
_ADDRESS = re.compile(r"[^\s<>\"',;:()]+@[^\s<>\"',;:()]+")


@dataclass(frozen=True, slots=True)
class Memory:
    """The hashes of people who were forgotten."""

    salt: bytes
    hashes: set[str] = field(default_factory=set)

    def hash(self, kind: str, value: str) -> str:
        """Hash a key so that nobody without the state can try addresses on it."""
        text = f"{kind}\0{value}".encode()
        return hashlib.blake2b(text, key=self.salt, digest_size=16).hexdigest()

    def knows(self, kind: str, value: str) -> bool:
        """Say whether this key was forgotten: a `record` by its name, an `email`, a `phone`."""
        return self.hash(kind, value) in self.hashes

    def mentions(self, tool: str, content: object) -> bool:
        """Say whether a tool's answer names a forgotten record or address anywhere."""
        for value in _scalars(content):
            if self.knows("record", value) or self.knows("record", f"{tool}:{value}"):
                return True
            if "@" in value and any(
                self.knows("email", normal_email(one)) for one in _ADDRESS.findall(value)
            ):
                return True
        return False


def load(connection: Connection) -> Memory | None:
    """Load who was forgotten; None where nobody was."""
    hashes = {one for (one,) in connection.execute(select(t.forgotten.c.hash))}
    return Memory(_salt(connection), hashes) if hashes else None


def remember(
    connection: Connection, keys: Iterable[tuple[str, str]], now: int, memory: Memory | None = None
) -> Memory:
    """Remember keys by their hash alone."""
    known = memory or load(connection) or Memory(_salt(connection))
    hashes = {known.hash(kind, value) for kind, value in keys}
    upsert(connection, t.forgotten, [{"hash": one, "at": now} for one in sorted(hashes)])
    known.hashes.update(hashes)
    return known


def _salt(connection: Connection) -> bytes:
    found = connection.execute(select(t.meta.c.value).where(t.meta.c.name == _SALT)).scalar()
    if found is None:
        found = secrets.token_hex(16)
        connection.execute(insert(t.meta).values(name=_SALT, value=found))
    return bytes.fromhex(found)


def _scalars(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield str(key)
            yield from _scalars(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _scalars(value)
    elif isinstance(content, int) and not isinstance(content, bool):
        yield str(content)
