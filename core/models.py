"""The nouns of journeysync: plain values that every layer shares.

Values are built at the edge, from what a tool answered, and never changed.
Nothing here does input or output, reads a clock or knows a vendor. There are millions of them: a
frozen dataclass would take ten times as long to make. `msgspec.structs.replace` changes one.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

Scalar = str | int | float | bool
"""The value of an attribute; amounts are in the currency's major unit, decimal."""

Attributes = Mapping[str, Scalar]


class RecordKey(Struct, frozen=True, order=True):
    """Where a record lives: the tool, the type of object and its id there."""

    tool: str
    type: str
    """`contact`, `company`, `deal`, `booking`, `order`…"""
    id: str

    @property
    def name(self) -> str:
        """The name people and files use: `tool:id`."""
        return f"{self.tool}:{self.id}"

    def __str__(self) -> str:
        return f"{self.tool}:{self.type}:{self.id}"


class RawRecord(Struct, frozen=True):
    """One object as a tool answered it, before any mapping; kept so that a mapping can change."""

    key: RecordKey
    content: Mapping[str, object]
    """What `normalise` needs, as JSON values; secrets never."""
    deleted: bool = False
    """A tombstone: the tool says that the record is gone (archived, deleted, merged away)."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What a record of a CRM, or of a shop that shows stages, holds in our own fields. No input to
    any rule and no change of the record: only compared with what we wrote, to find what people
    changed."""
    listed_at: datetime | None = None
    """Where a list that is read window by window shows it: a booking's start, for example."""
    mark: str = ""
    """A fingerprint of what the list showed of it: see `Batch.listed`."""
    told_by: tuple[str, ...] = ()
    """Other records that tell the same fact, as `tool:id`; looked up in the state."""


class Link(Struct, frozen=True):
    """A tool's own word that two records are one human being."""

    left: str
    right: str
    """`tool:id` both."""
    because: str
    """`merged in hubspot`, `converted lead`, `external id`…"""


class PersonRecord(Struct, frozen=True):
    """A record that stands for a human being, with the keys that may join it to others."""

    tool: str
    type: str
    id: str
    created_at: datetime | None = None
    emails: tuple[str, ...] = ()
    """As the tool has them; identity normalises."""
    phones: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    """The company record as `tool:id`, or empty."""
    owner: str = ""
    """The tool's id of the person in charge, or empty."""
    attributes: Attributes = field(default_factory=dict)
    gathered: bool = False
    """Several raw records may give this one (a guest, known by an address only): what they say is
    put together, the word of the latest `created_at` first."""

    @property
    def name(self) -> str:
        """The record's name, `tool:id`."""
        return f"{self.tool}:{self.id}"


class CompanyRecord(Struct, frozen=True):
    """A record that stands for a company."""

    tool: str
    id: str
    created_at: datetime | None = None
    label: str = ""
    owner: str = ""
    attributes: Attributes = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The record's name, `tool:id`."""
        return f"{self.tool}:{self.id}"


class Event(Struct, frozen=True):
    """One dated fact about a person: LANGUAGE section 2 of the journey language."""

    id: str
    """Stable. For an event of a record that several people share: shared id, `/`, person record."""
    tool: str
    kind: str
    at: datetime
    """Always aware; a naive datetime is a bug of the connector."""
    person: str
    """The person record, `tool:id`."""
    subject_type: str = ""
    subject_id: str = ""
    attributes: Attributes = field(default_factory=dict)


def shared_id(event_id: str, person: str) -> str:
    """Take the person off the id of an event that several people share."""
    return event_id.removesuffix(f"/{person}")


class SetAside(Struct, frozen=True):
    """A row that could not be read right: reported with its reason, kept, tried again."""

    record: str
    """`tool:type:id`, or `FILE:LINE`."""
    code: str
    reason: str
    """A whole sentence without personal data."""


class Reading(Struct, frozen=True):
    """What one raw record says, under one mapping."""

    people: tuple[PersonRecord, ...] = ()
    companies: tuple[CompanyRecord, ...] = ()
    events: tuple[Event, ...] = ()
    """All events of this record: they replace the ones it had before."""
    links: tuple[Link, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    tells: tuple[str, ...] = ()
    """Ids that another record has for the same fact: the number of an order's payment. Whoever
    tells this record itself makes no difference to them."""
    known_as: tuple[str, ...] = ()
    """Ids by which another record may tell this: see `RawRecord.told_by`."""
