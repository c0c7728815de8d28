"""What people ask for by hand: a stage pinned in the CRM or with `override`, a customer on hold.

Where the CRM's field and the command both pin a stage, the CRM's wins: it is what everybody sees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from journeysync.core.instants import to_micros
from journeysync.core.language.model import Journey
from journeysync.core.models import PersonRecord
from journeysync.core.planning import fields as f
from journeysync.core.planning.views import BY_COMMAND, Ended, Override
from journeysync.core.state import wishes as stored


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for one customer, and how long it holds."""

    override: Override | None = None
    outvoted: tuple[Override, ...] = ()
    hold: datetime | None = None
    ended: tuple[Ended, ...] = ()
    remarks: tuple[str, ...] = ()
    """What cannot be followed, and why."""

    @property
    def next_end(self) -> int | None:
        """The instant (micros) at which the first of it ends."""
        ends = [self.hold, *(one.until for one in (self.override, *self.outvoted) if one)]
        return min((to_micros(end) for end in ends if end is not None), default=None)


def wishes_of(
    connection: Connection,
    people: Mapping[str, Sequence[PersonRecord]],
    journeys: Sequence[Journey],
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, Wishes]:
    """Find what was asked for each of these customers."""
    holds = stored.holds(connection, people)
    pinned = stored.overrides(connection, people)
    found = {}
    for customer, records in people.items():
        asked, ended, remark = _in_the_crms(records, journeys, now, zone)
        command, over, odd = _by_command(customer, pinned.get(customer), journeys, now)
        hold = holds.get(customer)
        if hold is not None and hold <= now:
            over, hold = (*over, Ended("hold", BY_COMMAND, hold)), None
        asked += [command] if command else []
        first = asked[0] if asked else None
        losers = tuple(one for one in asked[1:] if first and one.value != first.value)
        found[customer] = Wishes(first, losers, hold, (*ended, *over), (*remark, *odd))
    return found


def _in_the_crms(
    people: Sequence[PersonRecord], journeys: Sequence[Journey], now: datetime, zone: ZoneInfo
) -> tuple[list[Override], list[Ended], list[str]]:
    """Read the override fields; return what they ask for, what has ended, and what is wrong.

    The people come in the order of `precedence`, and so do the overrides.
    """
    asked: list[Override] = []
    ended: list[Ended] = []
    remarks: list[str] = []
    for person in people:
        text = str(person.attributes.get(f.OVERRIDE, "")).strip()
        if not text:
            continue
        until = end_of(str(person.attributes.get(f.OVERRIDE_UNTIL, "")), zone)
        if until is not None and until <= now:
            ended.append(Ended("override", person.tool, until))
            continue
        option = option_of(text, journeys)
        if option is None:
            remarks.append(
                f"{person.tool} {person.type} {person.id}: journey_override holds no stage of "
                "the journeys; choose one of the listed stages."
            )
        else:
            asked.append(Override(option, person.tool, until))
    return asked, [] if asked else ended, remarks


def _by_command(
    customer: str, pinned: stored.Pinned | None, journeys: Sequence[Journey], now: datetime
) -> tuple[Override | None, tuple[Ended, ...], tuple[str, ...]]:
    if pinned is None:
        return None, (), ()
    if pinned.until is not None and pinned.until <= now:
        return None, (Ended("override", BY_COMMAND, pinned.until),), ()
    option = option_of(pinned.stage, journeys)
    if option is None:
        remark = (
            f"customer {customer}: the stage `{pinned.stage}`, set with `journeysync override`, is "
            "in no map any more; set another one, or take it back with --remove."
        )
        return None, (), (remark,)
    return Override(option, BY_COMMAND, pinned.until), (), ()


def option_of(text: str, journeys: Sequence[Journey]) -> str | None:
    """Find the CRM's value of a place by that value, its id or its label, in any case."""
    for journey in journeys:
        for place in journey.places:
            option = f.stage_option(journeys, journey.journey, place.id)
            if text.casefold() in (option.casefold(), place.id, place.title.casefold()):
                return option
    return None


def end_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Read until when something holds: a date until its end, in the workspace's zone."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if at.tzinfo is None or text.strip().endswith("T00:00:00Z"):
        at = at.replace(tzinfo=zone) + timedelta(days=1)
    return at
