"""The tables of the state: what was read, who is who, what was answered and what was written.

Portable types only, so that SQLite and PostgreSQL hold the same. Instants are microseconds UTC,
values of any shape are JSON text. A table never changes here without a migration.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects import postgresql

META = MetaData()

# By code point, as SQLite and Python sort: with a language's order the two states would differ.
_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, _TEXT, primary_key=key, nullable=null)


def _instant(name: str, *, null: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


meta = Table("meta", META, _text("name", key=True), _text("value"))

# --- what was read -----------------------------------------------------------------------------

raw_record = Table(
    "raw_record",
    META,
    _text("tool", key=True),
    _text("type", key=True),
    _text("id", key=True),
    _text("stream"),
    _text("content"),
    _text("digest"),
    _text("mapping"),  # the mapping version that normalised it last
    Column("deleted", Integer, nullable=False),
    _instant("read_at", null=False),
    _instant("listed_at"),
    Column("mark", _TEXT, nullable=False, server_default=""),
    Index("raw_record_stream", "tool", "stream"),
    Index("raw_record_mapping", "tool", "mapping"),
    Index("raw_record_listed", "tool", "stream", "listed_at"),
)
person = Table(
    "person",
    META,
    _text("name", key=True),  # tool:id
    _text("tool"),
    _text("type"),
    _text("id"),
    _text("data"),
    _instant("created_at"),
    _text("company"),
    _text("customer"),
    _text("source"),  # tool:type:id of the raw record; empty where person_part tells
    Index("person_customer", "customer"),
    Index("person_source", "source"),
    Index("person_company", "company"),
)
person_part = Table(
    "person_part",  # what each raw record says of a person whom several of them tell of
    META,
    _text("name", key=True),
    _text("source", key=True),
    _text("data"),
    Index("person_part_source", "source"),
)
company = Table(
    "company",
    META,
    _text("name", key=True),
    _text("tool"),
    _text("id"),
    _text("data"),
    _text("source"),
    Index("company_source", "source"),
)
person_key = Table(
    "person_key",
    META,
    _text("person", key=True),
    _text("kind", key=True),
    _text("value", key=True),
    Index("person_key_value", "kind", "value"),
)
link = Table(
    "link",
    META,
    _text("source", key=True),
    _text("left", key=True),
    _text("right", key=True),
    _text("because"),
    Index("link_left", "left"),
    Index("link_right", "right"),
)
event = Table(
    "event",
    META,
    _text("id", key=True),
    _text("source"),
    _text("tool"),
    _text("person"),
    _instant("at", null=False),
    _text("kind"),
    _text("subject_type"),
    _text("subject_id"),
    _text("attributes"),
    Index("event_person", "person"),
    Index("event_source", "source"),
)
twin = Table(
    "twin",  # one fact in two tools: an order and its payment
    META,
    _text("source", key=True),
    _text("id", key=True),  # as the tool of the payment gave it
    Column("tells", Integer, nullable=False),  # 1: the order names it; 0: it is that payment
    Index("twin_id", "id"),
)
set_aside = Table(
    "set_aside",
    META,
    _text("source", key=True),
    _text("record", key=True),
    _text("code", key=True),
    _text("reason"),
)
watermark = Table(
    "watermark",
    META,
    _text("tool", key=True),
    _text("stream", key=True),
    _instant("at", null=False),
    _instant("full_at", null=False),
)
dirty = Table("dirty", META, _text("person", key=True))

# --- who is who, and what was answered ---------------------------------------------------------

customer = Table(
    "customer",
    META,
    _text("id", key=True),
    _text("founder"),  # the record the id was minted from
    Index("customer_founder", "founder"),
)
customer_alias = Table(
    "customer_alias",
    META,
    _text("old", key=True),
    _text("new"),
    Index("customer_alias_new", "new"),
)
due = Table(
    "due",
    META,
    _text("customer", key=True),
    _instant("at", null=False),
    Index("due_at", "at"),
)
pin = Table(
    "pin",
    META,
    _text("customer", key=True),
    _text("stage"),  # what a person set, as the CRM's option value
    _text("tool"),
    _text("against"),  # the computed place and instant at that time
    _instant("at"),
)

# --- what was written --------------------------------------------------------------------------

written = Table(
    "written",
    META,
    _text("tool", key=True),
    _text("object_type", key=True),
    _text("id", key=True),
    _text("field", key=True),
    _text("value"),
    _text("standing"),  # ours | kept | stopped
    _text("against"),  # kept: what we wanted when we found the edit
    Column("flips", Integer, nullable=False),
    _instant("at", null=False),
)
task = Table(
    "task",
    META,
    _text("key", key=True),
    _text("tool"),
    _text("id"),
    _text("standing"),  # open | completed | deleted | closed
    _text("customers"),
    _text("journeys"),
    _text("touchpoint"),
    _text("anchor"),
    Column("k", Integer, nullable=False),
    _instant("due", null=False),
    _text("owner"),
    _text("subject"),
    _instant("opened_at", null=False),
    Index("task_record", "tool", "id"),
    Index("task_opened", "opened_at"),
)
task_customer = Table(
    "task_customer",
    META,
    _text("key", key=True),
    _text("customer", key=True),
    Index("task_customer_customer", "customer"),
)
task_alias = Table(
    "task_alias",
    META,
    _text("alias", key=True),
    _text("key"),
    Index("task_alias_key", "key"),
)
intent = Table(
    "intent",
    META,
    _text("tool", key=True),
    _text("kind", key=True),  # record | create_task | change_task
    _text("key", key=True),
    _text("run"),
    _text("payload"),
)
failed = Table(
    "failed",
    META,
    _text("tool", key=True),
    _text("key", key=True),
    _text("customer"),
    _text("code"),
    _text("message"),
    Column("tries", Integer, nullable=False),
    _instant("at", null=False),
)
run = Table(
    "run",
    META,
    _text("id", key=True),
    _text("command"),
    _instant("started", null=False),
    _instant("finished"),
    Column("exit_code", Integer),
    _text("summary"),
)

# --- what people asked for with a command ------------------------------------------------------

hold = Table(
    "hold",
    META,
    _text("customer", key=True),
    _instant("until", null=False),
    _instant("at", null=False),
)
override = Table(
    "override",
    META,
    _text("customer", key=True),
    _text("stage"),  # the CRM's option value
    _instant("until"),
    _instant("at", null=False),
)
forgotten = Table(
    "forgotten",
    META,
    _text("hash", key=True),  # salted, of a record's name or a key: nothing else is left
    _instant("at", null=False),
)

# --- what each run changed ---------------------------------------------------------------------

change = Table(
    "change",
    META,
    _text("run", key=True),
    _text("tool", key=True),
    _text("kind", key=True),  # as in `intent`
    _text("key", key=True),
    _text("payload"),
    _instant("at", null=False),
    Index("change_at", "at"),
)
