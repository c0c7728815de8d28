"""What may join two person records, and what never does.

A key is a piece of evidence in its compared form. Pure: no input or output, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from journeysync.core.addresses import (
    masked_email,
    masked_phone,
    normal_email,
    normal_name,
    normal_phone,
)
from journeysync.core.models import Link, PersonRecord
from journeysync.core.workspace import ROLE_ADDRESSES, Workspace

KeyKind = Literal["link", "email", "phone"]
Grain = Literal["person", "company"]

ROLE, IGNORED = "role address", "ignored"
"""Why a key never joins, whoever has it."""
SAME_TOOL = "same tool by phone"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Evidence that two records may be one human being."""

    kind: KeyKind
    value: str
    """The compared form: a record's name, an address, or a number, a space and a last name."""
    refusal: str = ""
    """Why it joins nobody: `role address` or `ignored`; empty where it may."""

    @property
    def shown(self) -> str:
        """The key without what would tell a stranger whom it belongs to."""
        return shown(self.kind, self.value)


def shown(kind: KeyKind, value: str) -> str:
    """Mask a key for reports and logs; record names are no personal data."""
    if kind == "email":
        return masked_email(value)
    return masked_phone(value.partition(" ")[0]) if kind == "phone" else value


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What a workspace says about who is who."""

    grain: Grain = "person"
    region: str | None = None
    """Where phone numbers without a country are read."""
    precedence: tuple[str, ...] = ()
    """Tools whose word on an attribute counts first."""
    max_people_per_key: int = 5
    role_addresses: frozenset[str] = frozenset(ROLE_ADDRESSES)
    ignored_keys: frozenset[str] = field(default=frozenset(), repr=False)
    """Whole keys in their compared form."""
    ignored_hosts: tuple[str, ...] = ()
    """`@host`: no address there joins."""

    @staticmethod
    def of(workspace: Workspace) -> "IdentityRules":
        """Take the rules out of a workspace."""
        hosts = {one.strip() for one in workspace.ignore_keys if one.strip().startswith("@")}
        whole = {one.strip() for one in workspace.ignore_keys} - hosts
        forms = {
            form
            for one in whole
            for form in (one, normal_email(one), normal_phone(one, workspace.region))
            if form
        }
        roles = {one.strip().lower() for one in workspace.role_addresses}
        return IdentityRules(
            grain=workspace.customer,
            region=workspace.region,
            precedence=workspace.precedence,
            max_people_per_key=workspace.max_people_per_key,
            role_addresses=frozenset(ROLE_ADDRESSES) | roles,
            ignored_keys=frozenset(forms),
            ignored_hosts=tuple(sorted(normal_email(f"x{host}")[1:] for host in hosts)),
        )

    def refusal(self, kind: KeyKind, value: str) -> str:
        """Say why a key joins nobody whoever has it; empty where it may join."""
        bare = value.partition(" ")[0] if kind == "phone" else value
        if bare in self.ignored_keys:
            return IGNORED
        if kind == "email":
            if value.endswith(self.ignored_hosts):
                return IGNORED
            if value.rpartition("@")[0] in self.role_addresses:
                return ROLE
        return ""

    def too_many(self) -> str:
        """Word the refusal of a key that more records share than any human being would have."""
        return f"shared by more than {self.max_people_per_key}"


def phone_key(phone: str, last_name: str, region: str | None) -> str:
    """Make the key of a phone and a last name; empty where one of the two is missing."""
    name = normal_name(last_name)
    number = normal_phone(phone, region) if name else ""
    return f"{number} {name}" if number else ""


def keys_of(person: PersonRecord, rules: IdentityRules) -> tuple[Key, ...]:
    """List the e-mail and phone keys of a record, sorted; refused ones say so."""
    emails = {("email", value) for text in person.emails if (value := normal_email(text))}
    phones = {
        ("phone", value)
        for text in person.phones
        if (value := phone_key(text, person.last_name, rules.region))
    }
    return tuple(sorted(_key(kind, value, rules) for kind, value in emails | phones))


def keys_of_links(links: Sequence[Link], rules: IdentityRules) -> tuple[tuple[str, Key], ...]:
    """List (record name, key) for links: both ends hold the key that is the right end's name.

    An end need not be a record that is there: two records that name the same absent one are one.
    """
    held = {
        (name, _key("link", link.right, rules))
        for link in links
        for name in (link.left, link.right)
    }
    return tuple(sorted(held))


def _key(kind: str, value: str, rules: IdentityRules) -> Key:
    known: KeyKind = "email" if kind == "email" else "phone" if kind == "phone" else "link"
    return Key(known, value, rules.refusal(known, value))
