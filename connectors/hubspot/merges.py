"""What contacts tell of merges: which records became part of them, and when. Pure.

What hung on a record that was merged away hangs on the other from then on, without a new time of
change, so no search finds it: it is read again for every contact that others became part of.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from journeysync.core.instants import to_micros

TIMED = "hs_calculated_merged_vids"
"""`id:milliseconds` of each merge into a contact."""
ALL_IDS = "hs_all_contact_vids"
"""All ids that lead to a contact: its own and, after merges of merges, every former one, where the
others may name those of the last merge alone."""
MERGES = ("hs_merged_object_ids", TIMED, ALL_IDS)
"""The properties that tell."""


def merged_ids(own: str, content: Mapping[str, Any]) -> list[str]:
    """Return the ids of the records that were merged into this one."""
    properties = content.get("properties", {})
    told = [properties.get(name) or "" for name in MERGES]
    if not any(told):
        return []
    ids = {one.split(":")[0].strip() for one in ";".join(told).split(";")}
    return sorted((one for one in ids if one.isdecimal() and one != own), key=int)


def times(properties: Mapping[str, str | None]) -> list[int]:
    """Return when others were merged into a contact, in milliseconds."""
    told = [one.partition(":")[2].strip() for one in (properties.get(TIMED) or "").split(";")]
    return [int(one) for one in told if one.isdecimal()]


class Merges:
    """The merges that the contacts of one run told of."""

    def __init__(self) -> None:
        self._begun = False
        self._from: datetime | None = None
        self._latest: dict[str, int] = {}

    def begin(self, since: datetime | None) -> None:
        """The contacts that changed since then are read now; None: all of them."""
        self._begun, self._from = True, since
        self._latest.clear()

    def known_from(self, since: datetime) -> bool:
        """Say whether contacts were read that tell of all merges since an instant."""
        return self._begun and (self._from is None or self._from <= since)

    def note(self, contact: str, content: Mapping[str, Any]) -> None:
        """Take what a contact says of merges."""
        found = times(content["properties"])
        if found:
            self._latest[contact] = max(found)

    def survivors(self, since: datetime) -> list[str]:
        """Name the contacts that others were merged into since an instant."""
        first = to_micros(since) // 1000
        return sorted((one for one, at in self._latest.items() if at >= first), key=int)
