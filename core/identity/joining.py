"""Who is the same customer: one implementation for three records and for a million.

First come links and e-mails. Then phones, which never put two records of one tool together that
links and e-mails keep apart: a key whose records would do so is refused whole, for it does not
tell which of the two it means; and where several phone keys in a chain would do so, all of that
chain are. Only then companies, where they are the customers. Every step looks at whole sets of
records, so the order of arrival has no say. Loops run over keys that are shared, never over
records. Pure: no input or output, no clock.
"""

from dataclasses import dataclass, field

import numpy as np

from journeysync.core.identity.columns import PeopleColumns, Texts, normal_emails
from journeysync.core.identity.components import components
from journeysync.core.identity.rules import SAME_TOOL, IdentityRules, KeyKind, phone_key
from journeysync.core.texts import (
    Ints,
    column,
    concat,
    encoded,
    flags,
    listed,
    pc,
    take,
    text_order,
    text_ranks,
)

NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Shared:
    """Keys of one kind that several records hold: (record, key) pairs by key, then record."""

    kind: KeyKind
    record: Ints
    key: Ints
    values: list[str]

    def only(self, wanted: Ints) -> "Shared":
        """Keep some keys."""
        kept = np.isin(self.key, wanted)
        return Shared(self.kind, self.record[kept], self.key[kept], self.values)

    def without(self, unwanted: Ints) -> "Shared":
        """Take some keys out."""
        return self.only(np.setdiff1d(np.unique(self.key), unwanted))


@dataclass(frozen=True)
class RefusedKey:
    """A key that several records share and that joins none of them."""

    kind: KeyKind
    value: str
    records: Ints
    reason: str


@dataclass
class Joined:
    """Which records are one customer, and why."""

    customer: Ints
    """Per record: the first record (by name) of its customer."""
    left: Ints = field(default_factory=lambda: NOBODY)
    right: Ints = field(default_factory=lambda: NOBODY)
    """Joins, as nodes: records, then absent ends of links."""
    evidence: list[tuple[KeyKind, str]] = field(default_factory=list)
    """Per join: the kind and value of its key."""
    absent: list[str] = field(default_factory=list)
    """Names of ends of links that are no records here; node `len(customer) + i`."""
    refused: list[RefusedKey] = field(default_factory=list)


def join(people: PeopleColumns, rules: IdentityRules) -> Joined:
    """Find the customers behind the records."""
    count = len(people.names)
    absent, links = _linked(people)
    nodes = count + len(absent)
    found = Joined(customer=NOBODY, absent=absent)
    strong = [
        _allowed(links, rules, found, count),
        _allowed(_shared("email", normal_emails(people.emails)), rules, found, count),
    ]
    for shared in strong:
        _add(found, shared, *_chain(shared))
    label = components(nodes, found.left, found.right)
    phones = _allowed(_phones(people, rules), rules, found, count)
    phones = _unambiguous(phones, label, people.tools, found)
    _add(found, phones, *_across(phones, people.tools))
    label = components(nodes, found.left, found.right)
    if rules.grain == "company":
        label = _by_company(people.companies, label)
    found.customer = label[:count]
    return found


def _shared(kind: KeyKind, held: Texts) -> Shared:
    """Keep the keys that at least two records hold."""
    key, texts = encoded(held.text)
    often = np.bincount(key, minlength=1)[key] > 1
    pairs = np.unique(np.stack([key[often], held.record[often]]), axis=1)
    counted = np.bincount(pairs[0], minlength=1)[pairs[0]] > 1
    codes, dense = np.unique(pairs[0][counted], return_inverse=True)
    values = take(texts, codes)
    key, record = text_ranks(values)[dense], pairs[1][counted]
    order = np.lexsort((record, key))
    return Shared(kind, record[order], key[order], listed(take(values, text_order(values))))


def _linked(people: PeopleColumns) -> tuple[list[str], Shared]:
    """Give every link's two ends the key that is its right end's name."""
    links, count = people.links, len(people.names)
    if not len(links.left):
        return [], Shared("link", NOBODY, NOBODY, [])
    ends = concat([links.left, links.right])
    row = pc.index_in(ends, people.names)
    names = take(ends, np.flatnonzero(flags(pc.is_null(row))))
    absent = sorted(set(listed(names)))
    new = pc.add(pc.index_in(ends, column(absent)), count)
    node = pc.coalesce(row, new).to_numpy(zero_copy_only=False).astype(np.int64)
    return absent, _shared("link", Texts(node, concat([links.right, links.right])))


def _phones(people: PeopleColumns, rules: IdentityRules) -> Shared:
    """Parse phones, which is slow: not where all records are of one tool and none could join."""
    if len(np.unique(people.tools)) < 2:  # noqa: PLR2004 - two tools, as the name says
        return Shared("phone", NOBODY, NOBODY, [])
    names = listed(take(people.last_names, people.phones.record))
    held = Texts.of_pairs(
        (record, value)
        for record, text, name in zip(
            people.phones.record.tolist(), listed(people.phones.text), names, strict=True
        )
        if (value := phone_key(text, name, rules.region))
    )
    shared = _shared("phone", held)
    tools = np.unique(np.stack([shared.key, people.tools[shared.record]]), axis=1)[0]
    return shared.only(np.flatnonzero(np.bincount(tools, minlength=1) > 1))


def _allowed(shared: Shared, rules: IdentityRules, found: Joined, count: int) -> Shared:
    """Refuse role addresses, ignored keys and keys that too many records share.

    An absent end of a link is no record: it is not counted.
    """
    people = np.bincount(shared.key[shared.record < count], minlength=len(shared.values))
    reasons = {
        key: reason
        for key, value in enumerate(shared.values)
        if (
            reason := rules.refusal(shared.kind, value)
            or (rules.too_many() if people[key] > rules.max_people_per_key else "")
        )
    }
    _refuse(shared, reasons, found, count)
    return shared.without(np.array(list(reasons), dtype=np.int64))


def _refuse(shared: Shared, reasons: dict[int, str], found: Joined, count: int) -> None:
    for key, reason in reasons.items():
        first, last = np.searchsorted(shared.key, [key, key + 1])
        records = shared.record[first:last]
        found.refused.append(
            RefusedKey(shared.kind, shared.values[key], records[records < count], reason)
        )


def _unambiguous(phones: Shared, label: Ints, tools: Ints, found: Joined) -> Shared:
    """Refuse the phone keys that would put two records of one tool together."""
    count = len(tools)
    owners = label[phones.record]
    bad = _clashes(phones.key, owners, label[:count], tools)
    _refuse(phones, dict.fromkeys(bad.tolist(), SAME_TOOL), found, count)
    phones = phones.without(bad)
    chain = components(len(label), *_chain(Shared("phone", label[phones.record], phones.key, [])))
    owners = label[phones.record]
    clashing = _clashes(chain[owners], owners, label[:count], tools)
    several = _spread(phones.key, owners)
    bad = np.intersect1d(np.unique(phones.key[np.isin(chain[owners], clashing)]), several)
    _refuse(phones, dict.fromkeys(bad.tolist(), SAME_TOOL), found, count)
    return phones.without(bad)


def _clashes(group: Ints, owner: Ints, label: Ints, tools: Ints) -> Ints:
    """Find the groups of customers-so-far in which one tool stands in two of them."""
    pairs = np.unique(np.stack([group, owner]), axis=1)
    known = np.isin(label, pairs[1])
    held = np.unique(np.stack([label[known], tools[known]]), axis=1)
    start = np.searchsorted(held[0], pairs[1], side="left")
    size = np.searchsorted(held[0], pairs[1], side="right") - start
    groups = np.repeat(pairs[0], size)
    inside = np.arange(len(groups)) - np.repeat(np.cumsum(size) - size, size)
    tool = held[1][np.repeat(start, size) + inside]
    triples, times = np.unique(np.stack([groups, tool]), axis=1, return_counts=True)
    return np.unique(triples[0][times > 1])


def _spread(key: Ints, owner: Ints) -> Ints:
    """Find the keys whose records belong to more than one customer so far."""
    pairs = np.unique(np.stack([key, owner]), axis=1)[0]
    keys, times = np.unique(pairs, return_counts=True)
    return keys[times > 1]


def _chain(shared: Shared) -> tuple[Ints, Ints]:
    """Join each record of a key with the next."""
    same = np.flatnonzero(shared.key[1:] == shared.key[:-1])
    return shared.record[same], shared.record[same + 1]


def _across(shared: Shared, tools: Ints) -> tuple[Ints, Ints]:
    """Join each record of a key with the first one of another tool, never two of one tool."""
    if not len(shared.key):
        return NOBODY, NOBODY
    tool = tools[shared.record]
    _, first, at = np.unique(shared.key, return_index=True, return_inverse=True)
    foreign = tool != tool[first][at]
    other = np.flatnonzero(foreign)
    second = other[np.searchsorted(shared.key[other], shared.key[first])]
    partner = np.where(foreign, first[at], second[at])
    partner[first] = -1
    kept = partner >= 0
    return shared.record[partner[kept]], shared.record[kept]


def _add(found: Joined, shared: Shared, left: Ints, right: Ints) -> None:
    """Note joins with their evidence."""
    last = np.ones(len(shared.key), dtype=bool)
    last[1:] = shared.key[1:] == shared.key[:-1]
    if len(last):
        last[0] = False
    found.left = np.concatenate([found.left, left])
    found.right = np.concatenate([found.right, right])
    found.evidence += [(shared.kind, shared.values[key]) for key in shared.key[last].tolist()]


def _by_company(companies: Texts, label: Ints) -> Ints:
    """Put together all customers that one company record has; joining stays transitive."""
    code, names = encoded(companies.text)
    everything = np.arange(len(label), dtype=np.int64)
    return components(
        len(label) + len(names),
        np.concatenate([everything, companies.record]),
        np.concatenate([label, code + len(label)]),
    )[: len(label)]
