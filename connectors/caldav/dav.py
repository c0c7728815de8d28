"""The XML of CalDAV: what is asked, and what an answer of several parts says. Pure.

RFC 4918 (multistatus), 4791 (calendars), 6578 (tokens). Sends nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

D, C, S = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_NAMES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'
)
_OK, _FULL = 200, 507

PLACE = (
    "<d:resourcetype/><d:displayname/><d:current-user-principal/><d:sync-token/><s:getctag/>"
    "<c:calendar-home-set/><c:supported-calendar-component-set/><c:calendar-timezone/>"
)
"""What is asked of a collection."""


@dataclass(frozen=True, slots=True)
class Part:
    """What an answer says of one address."""

    path: str
    status: int = _OK
    props: Mapping[str, Element] = field(default_factory=dict)
    """The properties that were found, by name."""

    def text(self, name: str) -> str:
        """Give a property's text."""
        found = self.props.get(name)
        return "" if found is None else (found.text or "").strip()

    def kinds(self) -> set[str]:
        """Say what kind of thing it is."""
        return {one.tag for one in self.props.get(f"{D}resourcetype", ())}

    def holds(self) -> set[str]:
        """Name the components it can hold; nothing where it does not tell."""
        sets = self.props.get(f"{C}supported-calendar-component-set", ())
        return {str(one.get("name")).upper() for one in sets}

    def points_to(self, name: str) -> str:
        """Give the address that a property names."""
        found = self.props.get(name)
        href = None if found is None else found.find(f"{D}href")
        return "" if href is None else (href.text or "").strip()


@dataclass(frozen=True, slots=True)
class Parts:
    """An answer of several parts."""

    parts: tuple[Part, ...]
    token: str = ""
    """What to ask with next time."""
    more: bool = False
    """It is no whole answer: ask again, with its token."""


def path_of(href: str) -> str:
    """Write an address as a path, always in the same way. Pure."""
    return quote(unquote(urlsplit(href.strip()).path), safe="/~!$&'()*+,;=:@-._")


def propfind(props: str = PLACE) -> bytes:
    """Ask for properties."""
    return f"<d:propfind {_NAMES}><d:prop>{props}</d:prop></d:propfind>".encode()


def listing(since: str) -> bytes:
    """Ask for the addresses and tags of all events that end after an instant."""
    return (
        f"<c:calendar-query {_NAMES}><d:prop><d:getetag/></d:prop>"
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f'<c:time-range start="{since}"/></c:comp-filter></c:comp-filter></c:filter>'
        "</c:calendar-query>"
    ).encode()


def multiget(paths: Iterable[str]) -> bytes:
    """Ask for some objects as they are."""
    hrefs = "".join(f"<d:href>{escape(one)}</d:href>" for one in paths)
    return (
        f"<c:calendar-multiget {_NAMES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{hrefs}"
        "</c:calendar-multiget>"
    ).encode()


def sync(token: str) -> bytes:
    """Ask what changed since a token."""
    return (
        f"<d:sync-collection {_NAMES}><d:sync-token>{escape(token)}</d:sync-token>"
        "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    ).encode()


def parse(body: bytes) -> Parts:
    """Read an answer. Raises ValueError for what is none."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError("no XML that can be read") from error
    if root.tag != f"{D}multistatus":
        raise ValueError("not an answer of several parts")
    parts = [part for one in root.findall(f"{D}response") for part in _parts(one)]
    return Parts(
        tuple(one for one in parts if one.status != _FULL),
        (root.findtext(f"{D}sync-token") or "").strip(),
        any(one.status == _FULL for one in parts),
    )


def _parts(response: Element) -> Iterable[Part]:
    status = _code(response.findtext(f"{D}status"))
    props = {
        prop.tag: prop
        for some in response.findall(f"{D}propstat")
        if _code(some.findtext(f"{D}status")) == _OK
        for prop in some.find(f"{D}prop") or ()
    }
    for href in response.findall(f"{D}href"):
        yield Part(path_of(href.text or ""), status, props)


def _code(line: str | None) -> int:
    """Take the number out of `HTTP/1.1 404 Not Found`."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else _OK
