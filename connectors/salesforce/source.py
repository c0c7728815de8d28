"""Salesforce as a source: leads, contacts, accounts, opportunities, activities, cases and more.

The one surprising fact: whatever we write also moves the record's time stamp, so our own echo comes
back with the next reading; it is the same content, and no event.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.salesforce import check, normalise, seen
from journeysync.connectors.salesforce.answers import is_absent
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.mapping_file import read_mappings
from journeysync.connectors.salesforce.read import Reader
from journeysync.connectors.salesforce.settings import Settings
from journeysync.connectors.salesforce.streams import OPTIONAL, STREAMS
from journeysync.core.errors import ToolDown
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import Batch, Finding, ToolSetup

LAG = timedelta(minutes=10)
"""A record may become visible so long after the second of its time stamp."""


class SalesforceSource:
    """One org, as `Source`."""

    lag = LAG
    streams = tuple(STREAMS)

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = setup.name
        self.client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        self._mapping, self._own = read_mappings(setup.folder, settings.mapping)
        self._under = normalise.Under(self._mapping, setup.timezone, setup.currency)
        self.reader = Reader(self.client, self._mapping, self._own, sleep)
        told = (self._mapping.version, setup.timezone, setup.currency or "")
        self.mapping_version = "-".join(told)

    def emits(self) -> frozenset[str]:
        """Return the event kinds that records can give under the mapping."""
        return self._mapping.kinds()

    def gives(self, stream: str) -> frozenset[str]:
        """Return the event kinds that one stream can give under the mapping."""
        return self._mapping.gives(stream)

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed since, tombstones included.

        What only some orgs have, or our user may not see, is said to be withheld, unless the
        workspace's own mapping asks for it.
        """
        wanted, reader = STREAMS[stream], self.reader
        if stream == self.streams[0]:
            reader.begin()
        batches = reader.full(wanted) if since is None else reader.changed(wanted, since, until)
        if stream not in OPTIONAL or self._own.asks_for(stream):
            yield from batches
            return
        given = False
        try:
            for batch in batches:
                given = given or bool(batch.records)
                yield batch
        except (LacksScope, Refused) as error:
            # An org without leads refuses their name; one that had them means something else.
            absent = isinstance(error, LacksScope) or (since is None and is_absent(error.answer))
            if given or not absent:
                if isinstance(error, Refused) and is_absent(error.answer):
                    what = (
                        f"does not know {stream} any more. If they were taken out of the org on "
                        "purpose, run `journeysync sync --full`; if not, give our user the right "
                        "to see them."
                    )
                    raise ToolDown(self.name, what) from None
                raise
            yield Batch((), withheld=f"{stream} are left out: {error}")

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._under)

    def remember(self, record: RawRecord, before: Mapping[str, object], now: datetime) -> RawRecord:
        """Carry over what Salesforce forgets: moves and outcomes of events, merged records."""
        del now  # what was seen is dated by Salesforce itself
        return seen.remember(record, before)

    def check(self) -> Sequence[Finding]:
        """Look at sign-in, objects, fields, clock, calls, and at what no mapping names."""
        return check.check(check.Look(self.client, self.reader, self._mapping, self._own))

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self.client.caller.calls
