"""The words of events: kinds with their attributes, our own fields, and what is close to a word.

LANGUAGE section 2 as a table. A map may use further kinds in the same style, because files and
field mappings can emit anything; what is nearly a known word is taken for a slip of the pen.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping

GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "person": {
        "person.created": (),
        "form.submitted": (),
        "page.viewed": (),
        "subscriber.joined": (),
        "subscriber.left": (),
        "consent.given": (),
        "consent.withdrawn": (),
        "referral.made": (),
        "lifecycle.changed": ("to",),
    },
    "conversation": {
        "email.sent": ("template", "subject"),
        "email.opened": (),
        "email.received": (),
        "call.logged": ("direction", "outcome"),
        "meeting.held": (),
        "message.sent": ("channel",),
        "message.received": (),
        "chat.started": (),
        "note.added": (),
        "task.completed": ("touchpoint", "anchor"),
        "campaign.responded": (),
    },
    "sale": {
        "lead.created": (),
        "lead.stage_changed": ("from", "to"),
        "lead.qualified": (),
        "lead.disqualified": (),
        "deal.created": ("pipeline", "amount"),
        "deal.stage_changed": ("from", "to", "pipeline"),
        "deal.won": ("amount",),
        "deal.lost": ("reason",),
        "deal.reopened": (),
        "quote.sent": (),
        "quote.accepted": (),
        "contract.ends": (),
    },
    "booking": {
        "booking.created": ("service", "price", "lead_time"),
        "booking.rescheduled": (),
        "booking.cancelled": ("by",),
        "booking.starts": (),
        "booking.ended": (),
        "booking.attended": (),
        "booking.no_show": (),
    },
    "shop": {
        "cart.created": (),
        "cart.abandoned": ("amount",),
        "order.placed": ("amount", "currency", "items"),
        "order.paid": (),
        "order.shipped": (),
        "order.completed": (),
        "order.delivered": (),
        "order.delivery_estimated": (),
        "order.cancelled": (),
        "order.refunded": ("amount", "full"),
        "return.opened": (),
    },
    "money": {
        "invoice.sent": ("amount",),
        "invoice.paid": (),
        "invoice.overdue": (),
        "deposit.paid": (),
        "payment.failed": (),
        "subscription.started": (),
        "subscription.renewed": (),
        "subscription.cancelled": (),
    },
    "after": {
        "ticket.opened": (),
        "ticket.closed": (),
        "ticket.reopened": (),
        "survey.sent": (),
        "survey.answered": ("score", "scale"),
        "review.posted": ("score",),
        "reward.sent": (),
    },
}
"""Group -> kind -> the attributes that tools give it; tools may give more."""

KINDS: Mapping[str, tuple[str, ...]] = {
    kind: attributes for kinds in GROUPS.values() for kind, attributes in kinds.items()
}

OUR_FIELDS = frozenset({
    "journey_stage", "journey_stage_since", "journey_reason", "journey_status",
    "journey_next_touchpoint", "journey_next_due", "journey_missed", "journey_name",
    "journey_customer_id", "journey_override", "journey_override_until",
})  # fmt: skip
"""What we write into a CRM, or read there as a person's order: never an input of a map."""

_SHORT, _LONG = 4, 8


def is_our_field(attribute: str) -> bool:
    """Say whether an attribute is a field of ours, in either CRM's spelling."""
    return attribute.lower().removesuffix("__c") in OUR_FIELDS


def matches(kind: str, pattern: str) -> bool:
    """Say whether an event's kind fits a pattern's kind, which may end in `.*`."""
    return kind.startswith(pattern[:-1]) if pattern.endswith(".*") else kind == pattern


def known(pattern: str, kinds: Iterable[str]) -> bool:
    """Say whether some kind fits."""
    return any(matches(kind, pattern) for kind in kinds)


def slip(pattern: str, kinds: Collection[str]) -> str | None:
    """Find the kind that was surely meant: a letter or two away in one of its two words."""
    noun, _, verb = pattern.partition(".")
    best: tuple[int, str] | None = None
    for kind in sorted(kinds):
        other_noun, _, other_verb = kind.partition(".")
        meant = f"{other_noun}.*" if verb == "*" else kind
        gap = distance(noun, other_noun)
        verb_gap = 0 if verb == "*" else distance(verb, other_verb)
        near = _near(noun, other_noun) and (verb == "*" or _near(verb, other_verb))
        if near and (best is None or gap + verb_gap < best[0]):
            best = gap + verb_gap, meant
    return None if best is None else best[1]


def _near(one: str, other: str) -> bool:
    """Say whether a word can only be a slip for another: short words have real neighbours."""
    length = max(len(one), len(other))
    if length <= _SHORT and len(one) == len(other):
        return sorted(one) == sorted(other)
    return distance(one, other) <= (2 if length >= _LONG else 1)


def distance(one: str, other: str) -> int:
    """Count the letters to insert, delete, change or swap to get from one word to another."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(
                last[column] + 1,
                line[column - 1] + 1,
                last[column - 1] + (letter != wanted),
            )
            swapped = row > 1 and column > 1 and one[row - 2] == wanted
            if swapped and letter == other[column - 2]:
                cost = min(cost, before_last[column - 2] + 1)
            line.append(cost)
        before_last, last = last, line
    return last[-1]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Write the end of a sentence that names the closest word, or nothing."""
    close = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else "."
