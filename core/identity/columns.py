"""Person records as columns: what joining a million of them works on.

Values and their making only; the joining itself is in `joining`. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from journeysync.core.addresses import normal_email
from journeysync.core.instants import to_micros
from journeysync.core.models import Link, PersonRecord
from journeysync.core.texts import Column, Ints, column, concat, filled, flags, listed, pc, take

NEVER = np.iinfo(np.int64).max
"""The created instant of a record that does not say: later than all others."""


@dataclass(frozen=True)
class Texts:
    """Texts that records hold, any number each."""

    record: Ints
    """Row of the record."""
    text: Column
    """Text, never null."""

    @staticmethod
    def of_column(texts: Column) -> "Texts":
        """Take the filled cells of a column that has one cell per record and no nulls."""
        rows = np.flatnonzero(filled(texts))
        return Texts(rows, take(texts, rows))

    @staticmethod
    def of_pairs(pairs: Iterable[tuple[int, str]]) -> "Texts":
        """Take (row, text) pairs."""
        pairs = list(pairs)
        return Texts(
            np.array([row for row, _ in pairs], dtype=np.int64),
            column([text for _, text in pairs]),
        )


@dataclass(frozen=True)
class LinkColumns:
    """A tool's own words that records are one, as names."""

    left: Column
    right: Column
    because: Column


@dataclass(frozen=True)
class PeopleColumns:
    """Person records in the order of their names, each name once."""

    names: Column
    """`tool:id`, ascending as text."""
    tools: Ints
    """A number per tool."""
    created: Ints
    """Microseconds, or `NEVER`."""
    emails: Texts
    phones: Texts
    last_names: Column
    companies: Texts
    """Company records as `tool:id`."""
    links: LinkColumns

    @staticmethod
    def of(people: Sequence[PersonRecord], links: Sequence[Link]) -> "PeopleColumns":
        """Put a few records into columns; of two records of one name the later type counts."""
        unique = {one.name: one for one in sorted(people, key=lambda one: (one.name, one.type))}
        records = list(unique.values())
        tools = {tool: number for number, tool in enumerate(sorted({one.tool for one in records}))}
        ordered = sorted(set(links), key=lambda link: (link.left, link.right, link.because))
        return PeopleColumns(
            names=column([one.name for one in records]),
            tools=np.array([tools[one.tool] for one in records], dtype=np.int64),
            created=np.array(
                [NEVER if one.created_at is None else to_micros(one.created_at) for one in records],
                dtype=np.int64,
            ),
            emails=Texts.of_pairs(
                (row, text) for row, one in enumerate(records) for text in one.emails
            ),
            phones=Texts.of_pairs(
                (row, text) for row, one in enumerate(records) for text in one.phones
            ),
            last_names=column([one.last_name for one in records]),
            companies=Texts.of_pairs(
                (row, one.company) for row, one in enumerate(records) if one.company
            ),
            links=LinkColumns(
                column([link.left for link in ordered]),
                column([link.right for link in ordered]),
                column([link.because for link in ordered]),
            ),
        )


def normal_emails(texts: Texts) -> Texts:
    """Bring addresses into their compared form, those that are none left out.

    Plain ASCII goes column by column; the few others go through `normal_email` one by one.
    """
    trimmed = pc.ascii_trim_whitespace(texts.text)
    at = pc.find_substring(trimmed, "@").to_numpy(zero_copy_only=False)
    plain = flags(pc.string_is_ascii(trimmed))
    hard = np.flatnonzero(~plain | (at == 0))
    rows = np.flatnonzero(plain & (at > 0) & ~flags(pc.ends_with(trimmed, "@")))
    quick = Texts(texts.record[rows], pc.ascii_lower(take(trimmed, rows)))
    if not len(hard):
        return quick
    slow = Texts.of_pairs(
        (record, value)
        for record, text in zip(
            texts.record[hard].tolist(), listed(take(texts.text, hard)), strict=True
        )
        if (value := normal_email(text))
    )
    return Texts(np.concatenate([quick.record, slow.record]), concat([quick.text, slow.text]))
