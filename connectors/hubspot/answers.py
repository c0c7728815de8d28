"""HubSpot's answers as values, decoded straight from the bytes.

Only what is used is named: a new key in an answer changes nothing. Names are HubSpot's own. What
comes in great numbers is kept out of the garbage collector's sight: an answer has no cycles.
"""
# ruff: noqa: N815  the names of the fields are those of the JSON

from typing import Any

import msgspec

from journeysync.connectors.hubspot.client import Detail


class Version(msgspec.Struct, gc=False):
    """One value that a property had."""

    value: str | None = None
    timestamp: str | int = ""
    sourceType: str = ""
    sourceId: str | None = None


class Record(msgspec.Struct, gc=False):
    """One object."""

    id: str
    properties: dict[str, str | None] = {}
    propertiesWithHistory: dict[str, list[Version]] = {}
    archived: bool = False
    archivedAt: str | None = None
    createdAt: str | None = None
    objectWriteTraceId: str | None = None


class Next(msgspec.Struct, gc=False):
    """Where the next page begins."""

    after: str = ""


class Paging(msgspec.Struct, gc=False):
    """Whether there is a next page."""

    next: Next | None = None


class Page(msgspec.Struct, gc=False):
    """One page of a list or a search."""

    results: list[Record]
    paging: Paging | None = None
    total: int | None = None

    @property
    def after(self) -> str:
        """The cursor of the next page; empty on the last."""
        return self.paging.next.after if self.paging and self.paging.next else ""


class Rows(msgspec.Struct, gc=False):
    """The answer to a batch: rows that went well, in any order, and what went wrong (207)."""

    results: list[Record]
    errors: list[Detail] = []


class LinkType(msgspec.Struct, gc=False):
    """How two records are linked."""

    typeId: int = 0
    label: str | None = None


class To(msgspec.Struct, gc=False):
    """A linked record: `toObjectId` in dated versions, `id` in numbered ones."""

    toObjectId: str | int = ""
    id: str | int = ""
    associationTypes: list[LinkType] = []
    type: str = ""

    @property
    def record(self) -> str:
        """The linked record's id."""
        return str(self.toObjectId or self.id)


class From(msgspec.Struct, gc=False):
    """The record whose links were asked for."""

    id: str | int


class Linked(msgspec.Struct, gc=False):
    """The links of one record, or a page of them."""

    from_: From = msgspec.field(name="from")
    to: list[To] = []
    paging: Paging | None = None


class Links(msgspec.Struct, gc=False):
    """The links of several records. A record without any stands among the errors: no error."""

    results: list[Linked]
    errors: list[Detail] = []


class Option(msgspec.Struct):
    """One value of an enumeration."""

    value: str
    label: str = ""
    displayOrder: int = -1
    hidden: bool = False
    description: str | None = None


class Definition(msgspec.Struct):
    """One property."""

    name: str
    label: str = ""
    type: str = ""
    fieldType: str = ""
    groupName: str = ""
    options: list[Option] = []
    archived: bool = False
    hasUniqueValue: bool = False


class Definitions(msgspec.Struct):
    """All properties of a type."""

    results: list[Definition]


class Stage(msgspec.Struct):
    """One stage of a pipeline. In `metadata`, numbers and truth values are texts."""

    id: str
    label: str = ""
    metadata: dict[str, Any] = {}
    archived: bool = False


class Pipeline(msgspec.Struct):
    """One pipeline."""

    id: str
    label: str = ""
    stages: list[Stage] = []


class Pipelines(msgspec.Struct):
    """All pipelines of a type."""

    results: list[Pipeline]


class Owner(msgspec.Struct):
    """Who can own a record."""

    id: str
    email: str | None = None
    archived: bool = False


class Owners(msgspec.Struct):
    """One page of owners."""

    results: list[Owner]
    paging: Paging | None = None


class Form(msgspec.Struct):
    """One form."""

    id: str
    name: str = ""


class Forms(msgspec.Struct):
    """One page of forms."""

    results: list[Form]
    paging: Paging | None = None


class Field(msgspec.Struct):
    """One field of a submission. Whatever else was written stays out of memory and state."""

    name: str = ""
    value: str = ""


class Submission(msgspec.Struct):
    """What somebody sent with a form."""

    submittedAt: int
    conversionId: str = ""
    values: list[Field] = []
    pageUrl: str = ""

    @property
    def email(self) -> str:
        """The address that was entered."""
        return next((one.value.strip() for one in self.values if one.name == "email"), "")


class Submissions(msgspec.Struct):
    """One page of submissions, the latest first."""

    results: list[Submission]
    paging: Paging | None = None


class Account(msgspec.Struct):
    """The portal."""

    portalId: int
    accountType: str = ""
    timeZone: str = ""
    uiDomain: str = "app.hubspot.com"


page = msgspec.json.Decoder(Page, strict=False).decode
record = msgspec.json.Decoder(Record, strict=False).decode
rows = msgspec.json.Decoder(Rows, strict=False).decode
links = msgspec.json.Decoder(Links, strict=False).decode
definition = msgspec.json.Decoder(Definition, strict=False).decode
definitions = msgspec.json.Decoder(Definitions, strict=False).decode
pipelines = msgspec.json.Decoder(Pipelines, strict=False).decode
owners = msgspec.json.Decoder(Owners, strict=False).decode
forms = msgspec.json.Decoder(Forms, strict=False).decode
submissions = msgspec.json.Decoder(Submissions, strict=False).decode
account = msgspec.json.Decoder(Account, strict=False).decode
