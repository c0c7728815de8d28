"""What a plan holds back, in words: nobody wants a flood, and nothing is dropped silently. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args
from zoneinfo import ZoneInfo

from journeysync.core.planning.ledger import Rules
from journeysync.core.planning.plan import HeldBack, Reason
from journeysync.core.planning.texts import day


def held_back(counts: Mapping[Reason, int], rules: Rules, zone: ZoneInfo) -> tuple[HeldBack, ...]:
    """Put counts in words, in the order of the reasons."""
    reasons: tuple[Reason, ...] = get_args(Reason)
    return tuple(
        HeldBack(reason, counts[reason], _words(reason, rules, zone))
        for reason in reasons
        if counts.get(reason)
    )


def _words(reason: Reason, rules: Rules, zone: ZoneInfo) -> str:
    match reason:
        case "before_live_from":
            since = day(rules.live_from, zone) if rules.live_from else ""
            return f"due before {since} (live_from): these make no task"
        case "horizon":
            since = day(rules.earliest_deadline, zone)
            return f"due before {since} (tasks.horizon): too old to make a task"
        case "on_hold":
            return "of customers who are left alone (journeysync hold)"
        case "customer_cap":
            most = rules.max_open_per_customer
            return f"of customers with {most} open (tasks.max_open_per_customer): one after another"
        case "daily_cap":
            return f"beyond {rules.max_per_day} a day (tasks.max_per_day): tomorrow"
        case "owner_cap":
            most = rules.max_per_owner_per_day
            return f"beyond {most} a day for one owner (tasks.max_per_owner_per_day): tomorrow"


def lines(held: Sequence[HeldBack]) -> Iterator[str]:
    """Write what is held back for people."""
    if held:
        yield "Missed, but no task now"
    for one in held:
        yield f"  {one.count:>6}  {one.what}"
