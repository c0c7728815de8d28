"""`journeysync report`: where the chain has weak links, who is on time, which targets are met."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from journeysync.commands.common import Console, options

if TYPE_CHECKING:
    from journeysync.core.measures.links import Link
    from journeysync.core.measures.rates import Rate
    from journeysync.core.measures.targets import Attainment
    from journeysync.core.running.report import JourneyReport, Report


@click.command("report")
@click.option("--now", metavar="T", help="Judge as of this instant, e.g. 2026-11-30T09:00:00Z.")
@options
def command(console: Console, *, now: str | None) -> int:
    """Show how the journey goes: links between stages, touchpoints on time, targets, data health.

    The weakest touchpoint stands first: that is where customers are let down most often. What no
    connected tool can see counts in no rate. Reads only what the last sync stored.

    \b
    Examples:
      journeysync report
      journeysync report --now 2026-12-31T18:00:00Z
      journeysync report --json

    \b
    Exit codes:
      0  shown
      2  nothing is known yet, or the workspace must be corrected
    """
    from journeysync.commands.tools import make_sources
    from journeysync.core.errors import Usage
    from journeysync.core.identity.rules import IdentityRules
    from journeysync.core.running.answers import Setting
    from journeysync.core.running.report import report
    from journeysync.core.state.runs import reach
    from journeysync.core.state.store import has_state, read_store

    opened = console.open_workspace()
    if not has_state(opened.state_url, opened.folder):
        raise Usage("Nothing is known yet. Run `journeysync sync` first.")
    sources = make_sources(opened)
    store = read_store(opened.state_url, opened.folder)
    try:
        with store.begin() as connection:
            setting = Setting(
                opened.journeys,
                IdentityRules.of(opened.workspace),
                opened.now(now),
                ZoneInfo(opened.workspace.timezone),
                reach(connection),
                {name: source.emits() for name, source in sources.items()},
            )
            found = report(connection, setting)
    finally:
        store.close()
    for one in found.journeys:
        for line in _lines(one):
            console.show(line)
    console.show("Data: " + " ".join(f"{name}={count}" for name, count in found.health.items()))
    console.answer(_document(found))
    return 0


def _lines(found: "JourneyReport") -> Iterator[str]:
    journey = found.journey
    yield f"{journey.title}: {found.customers} customers"
    standing = [(place.title, found.standing.get(place.id, 0)) for place in journey.places]
    standing.append(("not on the path yet", found.standing.get("", 0)))
    for title, count in standing:
        yield f"  {count:>6}  {title}"
    yield ""
    yield "Links"
    for link in found.links:
        yield f"  {_link(link)}"
    yield ""
    yield f"Touchpoints on time, the weakest first   all together {_rate(found.on_time)}"
    ranked = sorted(
        found.touchpoints.items(),
        key=lambda item: (2.0 if item[1].share is None else item[1].share, item[0]),
    )
    for name, rate in ranked:
        if rate.counted:
            yield f"  {_rate(rate)}  {name}"
    for name in found.unseen:
        yield f"       -  {name} (no connected tool can see it)"
    for head, rates in (("By owner", found.owners), ("By phase", found.phases)):
        yield f"{head}: " + ", ".join(
            f"{name or 'nobody named'} {_rate(rate).strip()}" for name, rate in rates.items()
        )
    if found.fully_consistent is not None:
        yield f"Customers who got all they were promised in time: {found.fully_consistent:.0%}"
    if found.targets:
        yield ""
        yield "Targets"
    for target in found.targets:
        yield f"  {_target(target)}"
    yield ""


def _link(link: "Link") -> str:
    share = "nobody can tell yet"
    if link.share is not None and link.interval is not None:
        low, high = link.interval
        share = f"{link.share:.0%} ({low:.0%} to {high:.0%})"
    within = f" within {link.within}" if link.within else ""
    half = link.waiting.median
    wait = f", half of them by {half.total_seconds() / 86400:.1f} days" if half else ""
    known = f"{link.moved} of {link.moved + link.failed}"
    return (
        f"{link.source} -> {link.target}: {share}, {known} moved on{within}, "
        f"{link.censored} still in time{wait}"
    )


def _rate(rate: "Rate") -> str:
    share = "   -" if rate.share is None else f"{rate.share:>4.0%}"
    return f"{share} (done {rate.done}, late {rate.late}, missed {rate.missed})"


def _target(one: "Attainment") -> str:
    target = one.target
    what = target.touchpoint or target.feedback or f"{target.from_} -> {target.to}"
    share = target.feedback is None
    reached = "nobody can tell yet"
    if one.reached is not None:
        reached = f"{one.reached:.0%}" if share else f"{one.reached:.1f}"
    wanted = f"{one.wanted:.0%}" if share else f"{one.wanted:g}"
    word = {True: "met", False: "NOT met", None: "open"}[one.met]
    return f"{word:<8} {what}: {reached}, wanted {wanted}"


def _document(found: "Report") -> Mapping[str, Any]:
    return {
        "journeys": [
            {
                "journey": one.journey.journey,
                "customers": one.customers,
                "standing": one.standing,
                "links": [
                    {
                        "from": link.source,
                        "to": link.target,
                        "moved": link.moved,
                        "failed": link.failed,
                        "censored": link.censored,
                        "share": link.share,
                        "interval": link.interval,
                    }
                    for link in one.links
                ],
                "on_time": _counts(one.on_time),
                "touchpoints": {name: _counts(rate) for name, rate in one.touchpoints.items()},
                "owners": {name: _counts(rate) for name, rate in one.owners.items()},
                "phases": {name: _counts(rate) for name, rate in one.phases.items()},
                "fully_consistent": one.fully_consistent,
                "targets": [
                    {
                        "target": target.target.model_dump(
                            mode="json", by_alias=True, exclude_none=True, exclude={"within"}
                        ),
                        "wanted": target.wanted,
                        "reached": target.reached,
                        "met": target.met,
                    }
                    for target in one.targets
                ],
                "unseen": one.unseen,
            }
            for one in found.journeys
        ],
        "health": found.health,
    }


def _counts(rate: "Rate") -> Mapping[str, Any]:
    return {"done": rate.done, "late": rate.late, "missed": rate.missed, "share": rate.share}
