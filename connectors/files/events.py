"""Events out of a file, sorted by customer and instant, in batches that cut no customer.

DuckDB does the work in one pass: casting, finding the person, sorting, spilling to disk if need be.
Rows that cannot be read sort first and are set aside with their reason. Of rows with one id the
lower one counts. An event without an id gets one in `ids`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from journeysync.connectors.files.duck import Duck
from journeysync.connectors.files.instants import instant_sql, parse_instant
from journeysync.connectors.files.opening import Opened, literal
from journeysync.core.addresses import masked_email, normal_email
from journeysync.core.problems import Problem

COLUMNS = ("id", "person_id", "email", "kind", "at", "subject_type", "subject_id")
ATTRIBUTE = "attr."
_KIND = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"
_CREATED = "person.created"
_COLUMNS = ("customer", "line", "person", "moment", "number", "id", "kind")
_FEW = 1000
_SAMPLE = 100_000
"""So many rows are looked at first, to leave out columns that hold many texts."""
NOBODY = -1


@dataclass
class EventReading:
    """One reading of an events file, with what was found on the way."""

    duck: Duck
    file: Opened
    tool: str
    zone: ZoneInfo
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file.need("kind", "at")
        if not {"person_id", "email"} & set(self.file.types):
            self.file.need("person_id")
        self._at = (
            instant_sql(self.file.cells["at"], self.file.types["at"], self.zone)
            if "at" in self.file.types
            else "NULL::BIGINT"
        )

    def attributes(self, wanted: Collection[str] | None) -> list[str]:
        """Name the columns that are attributes and asked for."""
        return [
            name
            for name in self.file.types
            if name not in COLUMNS and (wanted is None or name in wanted)
        ]

    def sorted_rows(
        self, attributes: Collection[str] | None, *, subjects: bool, size: int
    ) -> Iterator[Any]:
        """Yield the events by customer and instant.

        Wants a table `people` (id, email, created, customer, person) in the database. The
        columns: `line` (0: made from the person's creation), `customer`, `person` (numbers),
        `moment`, `number` (among equals without an id), `id`, `kind`, `subject_type`,
        `subject_id`, `attr.*`; text is null or empty where there is none, an id always null.
        """
        self._find_people()
        self._find_kinds()
        self._find_doubles()
        bare = "id" not in self.file.types
        subjects = subjects or bare or self._some_without_id
        names = self.attributes(attributes)
        subject = ("subject_type", "subject_id")
        kinds = self._enumerated([*(subject if subjects else ()), *names])
        texts = [
            f"{self.file.plain(name)}::{kinds.get(name, 'VARCHAR')}"
            if subjects or name in names
            else "NULL::VARCHAR"
            for name in (*subject, *names)
        ]
        columns = [*_COLUMNS, *subject, *(ATTRIBUTE + name for name in names)]
        # SQL knows no upper and lower case, files do: columns get their names back afterwards.
        aliased = ", ".join(f"{sql} AS t{at}" for at, sql in enumerate(texts))
        empty = [f"NULL::{kinds.get(name, 'VARCHAR')}" for name in (*subject, *names)]
        query = f"""
            SELECT CASE WHEN person IS NULL OR moment IS NULL OR kind IS NULL THEN {NOBODY}
                ELSE owner END::INTEGER AS customer, * EXCLUDE (owner)
            FROM (
                SELECT {self.file.line} AS line, p.customer AS owner, p.person,
                    {self._at} AS moment,
                    {"coalesce(d.number, 1)" if self._doubled else "1"}::INTEGER AS number,
                    {self._id if self._some_without_id else self.file.plain("id")} AS id,
                    {self._kind} AS kind, {aliased}
                FROM {self.file.relation} {self._joins()}
                {"WHERE d.number IS NULL OR d.number > 0" if self._doubled else ""}
                UNION ALL
                SELECT 0, customer, person, created, 1, NULL::VARCHAR,
                    '{_CREATED}'::event_kind, {", ".join(empty)}
                FROM people WHERE created IS NOT NULL {self._created_given()}
            ) ORDER BY customer, moment
        """  # noqa: S608 - names are quoted, numbers are ours
        bad: list[Any] = []
        for batch in self.duck.batches(query, size):
            customer = batch.column("customer").to_numpy(zero_copy_only=False)
            first = int(np.searchsorted(customer, 0))
            if first:
                bad.append(batch.slice(0, first).column("line"))
            if first < len(customer):
                yield batch.slice(first).rename_columns(columns)
        if bad:
            self._report(pa.chunked_array(bad))

    @property
    def _id(self) -> str:
        return self.file.text("id")

    def _joins(self) -> str:
        """Find each row's person, by its id or its address."""
        person = self.file.trimmed("person_id")
        joins = f"LEFT JOIN people p ON p.id = {person}"
        if self._by_email:
            email = (
                f"CASE WHEN {person} IS NULL THEN normal_email({self.file.trimmed('email')}) END"
            )
            joins = (
                f"LEFT JOIN addresses a ON a.email = {email} "
                f"LEFT JOIN people p ON p.id = coalesce({person}, a.id)"
            )
        if self._doubled:
            joins += f" LEFT JOIN doubles d ON d.line = {self.file.line}"
        return joins

    def _find_people(self) -> None:
        """Make the table of addresses: each names the oldest record of the one customer with it."""
        self._by_email = "email" in self.file.types
        if self._by_email and "person_id" in self.file.types:
            nameless = self.duck.rows(
                f"SELECT 1 FROM {self.file.relation} "  # noqa: S608
                f"WHERE {self.file.trimmed('person_id')} IS NULL LIMIT 1"
            )
            self._by_email = bool(nameless)
        if not self._by_email:
            return
        self.duck.run(
            """
            CREATE OR REPLACE TEMP TABLE addresses AS
            SELECT normal_email(email) AS email, arg_min(id, (created IS NULL, created, id)) AS id
            FROM people WHERE email != '' GROUP BY 1
            HAVING count(DISTINCT customer) = 1 AND normal_email(email) != ''
            """
        )

    def _find_kinds(self) -> None:
        """Make a type of the kinds there are: two bytes instead of a text in every row."""
        # The bare column: DuckDB then looks at Parquet's dictionaries, not at every row.
        cell = self.file.cells.get("kind", "NULL")
        rows = self.duck.rows(f"SELECT DISTINCT {cell} FROM {self.file.relation}")  # noqa: S608
        found = {str(kind) for (kind,) in rows if kind not in (None, "")}
        kinds = sorted({_CREATED, *(kind.strip() for kind in found if _readable(kind.strip()))})
        kind = self.file.trimmed("kind")
        if "kind" in self.file.types and found <= set(kinds):
            kind = f"{self.file.cells['kind']}::VARCHAR"
        self._kind = f"try_cast({kind} AS event_kind)"
        self.duck.run("DROP TYPE IF EXISTS event_kind")
        self.duck.run(
            f"CREATE TYPE event_kind AS ENUM ({', '.join(literal(kind) for kind in kinds)})"
        )

    def _enumerated(self, names: Sequence[str]) -> dict[str, str]:
        """Make types of the columns that hold few texts, as kinds are: sorting moves less.

        Only where there may be millions of rows, which is in Parquet.
        """
        texts = [one for one in dict.fromkeys(names) if self.file.types.get(one) == "VARCHAR"]
        if not self.file.is_parquet or not texts:
            return {}
        cells = [self.file.cells[name] for name in texts]
        (counts,) = self.duck.rows(
            f"SELECT {', '.join(f'approx_count_distinct({cell})' for cell in cells)} "  # noqa: S608
            f"FROM (SELECT * FROM {self.file.relation} LIMIT {_SAMPLE}) e"
        )
        made = {}
        for at, (name, cell, count) in enumerate(zip(texts, cells, counts, strict=True)):
            if 0 < count <= _FEW and self._few(cell):
                made[name] = f"few_texts_{at}"
                self.duck.run(f"DROP TYPE IF EXISTS {made[name]}")
                self.duck.run(
                    f"CREATE TYPE {made[name]} AS ENUM (SELECT DISTINCT {cell} "  # noqa: S608
                    f"FROM {self.file.relation} WHERE {cell} IS NOT NULL)"
                )
        return made

    def _few(self, cell: str) -> bool:
        """Say whether a column that looked like it holds few texts indeed does."""
        ((count,),) = self.duck.rows(
            f"SELECT count(*) FROM (SELECT DISTINCT {cell} FROM {self.file.relation})"  # noqa: S608
        )
        return int(count) <= _FEW

    def _find_doubles(self) -> None:
        """Make the table of rows that are older versions (0), or the n-th among equals (n).

        A hash per row tells quickly that there are none, which is nearly always so.
        """
        self._doubled = False
        mine, source = self._id, self.file.relation
        person = self.file.trimmed("person_id")
        if self._by_email:
            person, source = "p.person", f"{source} {self._joins()}"
        equal = (
            f"hash({person}, {self.file.trimmed('kind')}, {self._at}, "
            f"{self.file.text('subject_type')}, {self.file.text('subject_id')})"
        )
        hashed, remark = equal, "1::UTINYINT"
        if "id" in self.file.types:
            hashed = f"CASE WHEN {mine} IS NULL THEN {equal} ELSE hash({mine}) END"
            remark = (
                f"CASE WHEN {mine} IS NULL THEN 1 "
                f"WHEN ends_with({mine}, ':{_CREATED}') THEN 2 ELSE 0 END::UTINYINT"
            )
        hashes, remarks = self.duck.numbers(f"SELECT {hashed}, {remark} FROM {source}")  # noqa: S608
        self._some_without_id = bool((remarks == 1).any())
        self._created_by_hand = bool((remarks == 2).any())  # noqa: PLR2004 - as above
        hashes.sort()
        again = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
        if len(again):
            self.duck.offer("hashed_again", pa.table({"h": again}))
            self._number_doubles(hashed, equal)
            self._doubled = True

    def _number_doubles(self, hashed: str, equal: str) -> None:
        """Look closely at the rows whose hashes are equal; equals are numbered by their content."""
        content = [self.file.text(name) for name in sorted(self.attributes(None))]
        joins = self._joins()
        self.duck.run(
            f"""
            CREATE OR REPLACE TEMP TABLE doubles AS
            SELECT line, CASE WHEN id IS NULL
                THEN row_number() OVER (PARTITION BY id IS NULL, equal ORDER BY content, line)
                WHEN line = max(line) OVER (PARTITION BY id) THEN 1 ELSE 0 END AS number
            FROM (
                SELECT {self.file.line} AS line, {self._id} AS id,
                    CASE WHEN {self._id} IS NULL THEN {equal} END AS equal,
                    concat_ws(chr(31), '' {"".join(f", coalesce({one}, '')" for one in content)})
                        AS content
                FROM {self.file.relation} {joins}
                WHERE {hashed} IN (SELECT h FROM hashed_again)
                    AND p.person IS NOT NULL AND ({self._at}) IS NOT NULL
                    AND {self._kind} IS NOT NULL
            )
            """  # noqa: S608
        )
        ((older, first),) = self.duck.rows(
            "SELECT count(*), min(line) FROM doubles WHERE number = 0"
        )
        if older:
            self.notes.append(
                Problem(
                    str(self.file.path),
                    int(first),
                    "JF303",
                    "The event's id stands in a lower row too, which is taken as the newer "
                    f"version. There are {older} such older rows.",
                    warning=True,
                )
            )

    def _created_given(self) -> str:
        """Leave out the creations that the file tells itself, under the same id."""
        if not self._created_by_hand:
            return ""
        made = f"{literal(self.tool + ':')} || people.id || ':{_CREATED}'"
        return (
            f"AND {made} NOT IN (SELECT {self._id} FROM {self.file.relation} "  # noqa: S608
            f"WHERE ends_with({self._id}, ':{_CREATED}'))"
        )

    def _report(self, lines: Any) -> None:
        """Say why each of these rows cannot be read."""
        self.duck.offer("bad_lines", pa.table({"line": lines}))
        rows = self.duck.rows(
            f"""
            SELECT {self.file.line}, {self.file.trimmed("kind")}, {self.file.trimmed("person_id")},
                {self.file.trimmed("email")}, {self.file.text("at")}, {self._at}
            FROM {self.file.relation} WHERE {self.file.line} IN (SELECT line FROM bad_lines)
            ORDER BY 1
            """  # noqa: S608
        )
        for line, kind, person, email, given, at in rows:
            code, what = self._reason(kind, person, email, given, at)
            self.problems.append(Problem(str(self.file.path), int(line), code, what))

    def _reason(  # noqa: PLR0911 - a table of reasons, the first that holds
        self,
        kind: str | None,
        person: str | None,
        email: str | None,
        given: str | None,
        at: int | None,
    ) -> tuple[str, str]:
        if kind is None:
            return "JF301", "The row has no `kind`."
        if not _readable(kind):
            return "JF301", f"`{kind[:40]}` is no kind; write `noun.verb` in lower case."
        if given is None:
            return "JF302", "The row has no `at`."
        if at is None:
            try:
                parse_instant(given, self.zone)
            except ValueError as error:
                return "JF302", f"`at`: {error}."
        if person is not None:
            return "JF304", f"No person of the people file has the id `{person[:80]}`."
        if email is None or not normal_email(email):
            return "JF304", "The row names no person: write `person_id` or `email`."
        shown = masked_email(normal_email(email))
        what = f"No person of the people file has the address {shown}, or several customers have it"
        return "JF304", f"{what}: write `person_id`."


def _readable(kind: str) -> bool:
    return re.fullmatch(_KIND, kind) is not None
