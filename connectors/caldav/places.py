"""Finds the calendars behind an address: the address itself, or those of whoever has the key.

RFC 6764 and 4791: the key's owner, their home, the calendars in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from journeysync.connectors.booking_rules import fits
from journeysync.connectors.caldav.client import Client
from journeysync.connectors.caldav.dav import C, D, Part, S, path_of, propfind
from journeysync.connectors.caldav.settings import Settings
from journeysync.connectors.http import Refused
from journeysync.core.errors import ToolDown

_WELL_KNOWN = "/.well-known/caldav"


_ZONE = re.compile(r"^(?:TZID|X-WR-TIMEZONE):(.+?)\s*$", re.MULTILINE)


def zone_in(text: str) -> str:
    """Find the zone of a whole calendar in its text."""
    found = _ZONE.search(text)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar, and how to see whether anything in it changed."""

    url: str
    name: str
    token: str = ""
    """What the server tells changes by."""
    tag: str = ""
    """Something else that changes with every change."""
    zone: str = ""
    """The zone in which times are meant that name none; empty where nobody says."""

    @property
    def path(self) -> str:
        """Its address on the server."""
        return path_of(self.url)

    @property
    def mark(self) -> str:
        """What is stored, to be compared by the next reading."""
        return f"token {self.token}" if self.token else f"tag {self.tag}" if self.tag else ""


def calendars(client: Client, settings: Settings) -> list[Calendar]:
    """Find the calendars that the settings ask for. Raises ToolDown where there are none."""
    every = list(_all(client, settings))
    wanted = [
        one
        for one in every
        if not settings.calendars
        or fits(settings.calendars, one.name)
        or fits(settings.calendars, one.path.rstrip("/").rpartition("/")[2])
    ]
    if wanted:
        return wanted
    raise ToolDown(
        client.caller.tool,
        f"shows {len(every)} calendars, none of which is meant by the tool's key `calendars`. "
        "Correct it, or the rights of the key's owner."
        if every
        else "shows no calendar. Check the tool's `url`, and what its key may see.",
    )


def _all(client: Client, settings: Settings) -> Iterator[Calendar]:
    where, here = _look(client, settings.where)
    if here is not None and f"{C}calendar" in here.kinds():
        yield _calendar(where, here)
        return
    known = here is not None and (_home(here) or _principal(here))
    if not known and urlsplit(settings.where).path in ("", "/"):
        where, here = _look(client, urljoin(settings.where, _WELL_KNOWN))
    if here is not None and not _home(here) and _principal(here):
        where, here = _look(client, urljoin(where, _principal(here)))
    if here is None or not _home(here):
        return
    where, parts = client.ask("PROPFIND", urljoin(where, _home(here)), propfind(), depth=1)
    for part in parts.parts:
        if f"{C}calendar" in part.kinds() and (not part.holds() or "VEVENT" in part.holds()):
            yield _calendar(urljoin(where, part.path), part)


def _look(client: Client, url: str) -> tuple[str, Part | None]:
    """Look at one address; nothing where there is nothing of the kind."""
    try:
        where, parts = client.ask("PROPFIND", url, propfind(), depth=0)
    except Refused:
        return url, None
    return where, parts.parts[0] if parts.parts else None


def _home(part: Part) -> str:
    return part.points_to(f"{C}calendar-home-set")


def _principal(part: Part) -> str:
    return part.points_to(f"{D}current-user-principal")


def _calendar(url: str, part: Part) -> Calendar:
    name = part.text(f"{D}displayname") or urlsplit(url).path.rstrip("/").rpartition("/")[2]
    token, tag = part.text(f"{D}sync-token"), part.text(f"{S}getctag")
    return Calendar(url, name, token, tag, zone_in(part.text(f"{C}calendar-timezone")))
