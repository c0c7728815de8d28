"""Rules about the calendar: a zone, days, hours and holidays that exist."""

from collections.abc import Callable
from zoneinfo import available_timezones

from journeysync.core.language.calendars import (
    parse_days,
    parse_holidays,
    parse_hours,
    parse_zone,
)
from journeysync.core.language.parts import Parts
from journeysync.core.language.report import Report
from journeysync.core.language.vocabulary import did_you_mean
from journeysync.core.language.written import Node


def check(parts: Parts, report: Report) -> None:
    """Report what a clock could not be made of."""
    calendar, node = parts.calendar, parts.root.child("calendar")
    if calendar is None or node is None:
        return
    zone(calendar.timezone, node.child("timezone") or node, report)
    _read(lambda: parse_days(calendar.days), node.child("days"), "JS113", report)
    _read(lambda: parse_hours(calendar.hours), node.child("hours"), "JS113", report)
    code = calendar.holidays
    if code is not None:
        _read(lambda: parse_holidays(code), node.child("holidays"), "JS208", report)


def zone(name: str, node: Node, report: Report) -> None:
    """Report a time zone that does not exist."""
    try:
        parse_zone(name)
    except ValueError as error:
        guess = did_you_mean(name, available_timezones())
        what = str(error) if guess == "." else f"No time zone is called `{name}`{guess}"
        report.add(node, "JS207", what)


def _read(parse: Callable[[], object], node: Node | None, code: str, report: Report) -> None:
    if node is None:
        return
    try:
        parse()
    except ValueError as error:
        report.add(node, code, str(error))
