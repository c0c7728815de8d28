"""What every connector promises, whatever tool it speaks to.

A new type of tool joins by a line in `SERVED`; without it the first test fails.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bookable import bookable
from calendar_server import PASSWORD, desk, event
from calendly_tool import calendly
from hubspot_portal import portal
from pydantic import SecretStr
from salesforce_org import org
from shop import shop
from shopify_shop import store
from stripe_account import account

from journeysync.connectors import registry
from journeysync.core import errors
from journeysync.core.models import RawRecord, Reading, RecordKey
from journeysync.core.ports import Batch, Source, ToolSetup

KIND = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
KINDS_OF_LEVELS = {"ok", "note", "warning", "error"}


@dataclass
class Served:
    """A connector on a pretend tool."""

    source: Source
    until: datetime
    remove: Callable[[], RecordKey]
    """Take a record away, as a person would, and say which."""
    writes: Callable[[], int]
    """How many requests have changed anything in the tool."""
    secret: str = ""


PEOPLE = "id,email,first_name,created_at\n1,ana@example.com,Ana,2026-01-01T00:00:00Z\n2,,Ben,\n"
EVENTS = (
    "person_id,kind,at\n"
    "1,order.placed,2026-02-01T10:00:00Z\n"
    "2,order.placed,2026-02-02T10:00:00Z\n"
    "2,booking.starts,2027-02-02T10:00:00Z\n"
)


@contextmanager
def _files(folder: Path) -> Iterator[Served]:
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "events.csv").write_text(EVENTS)
    settings = {"people": "people.csv", "events": "events.csv"}

    def remove() -> RecordKey:
        before = _whole(one.source, "people", one.until)
        (folder / "people.csv").write_text(PEOPLE.replace("2,,Ben,\n", ""))
        after = _whole(one.source, "people", one.until)
        (gone,) = set(before) - set(after)
        return gone

    one = Served(
        registry.make("files", ToolSetup("tool", settings, folder, "Europe/London")),
        datetime(2026, 11, 1, tzinfo=UTC),
        remove,
        lambda: 0,
    )
    yield one


@contextmanager
def _hubspot(folder: Path) -> Iterator[Served]:
    with portal(folder) as here:
        tool = here.sandbox.tools["hubspot"]
        settings = {"base_url": tool["base_url"], "access_token": SecretStr(tool["access_token"])}
        source = registry.make("hubspot", ToolSetup("tool", settings, folder, "Europe/London"))

        def remove() -> RecordKey:
            key = min(_whole(source, "contacts", here.now), key=str)
            here.edit("delete", "contact", key.id)
            return key

        yield Served(
            source,
            here.now,
            remove,
            lambda: sum(one["writes"] for one in here.journal()),
            tool["access_token"],
        )


def _bookable(tool: str, thing: str) -> Callable[[Path], AbstractContextManager[Served]]:
    """Serve a connector on a pretend booking tool."""

    @contextmanager
    def serve(folder: Path) -> Iterator[Served]:
        with bookable(tool, folder, customers=40) as here:
            source = here.connect()

            def remove() -> RecordKey:
                found = _whole(source, source.streams[0], here.now)
                key = max(found, key=lambda one: str(found[one].listed_at))
                here.edit("delete", thing, key.id)
                return key

            yield Served(
                source,
                here.now,
                remove,
                lambda: sum(one["writes"] for one in here.journal()),
                here.sandbox.tools[tool]["access_token"],
            )

    return serve


@contextmanager
def _calendly(folder: Path) -> Iterator[Served]:
    with calendly(folder) as here:
        tool = here.sandbox.tools["calendly"]
        settings = {"base_url": tool["base_url"], "access_token": SecretStr(tool["access_token"])}
        source = registry.make("calendly", ToolSetup("tool", settings, folder, "Europe/London"))

        def remove() -> RecordKey:
            found = _whole(source, "bookings", here.now)
            key = max(found, key=lambda one: (found[one].listed_at or here.now, str(one)))
            here.edit("delete", id=here.invitees(key.id)[0])
            return key

        yield Served(
            source,
            here.now,
            remove,
            lambda: sum(one["writes"] for one in here.journal()),
            tool["access_token"],
        )


@contextmanager
def _caldav(folder: Path) -> Iterator[Served]:
    """No pretend tool, but a real server."""
    with desk(folder) as here:
        for number in range(1, 6):
            here.put(f"e{number}", event(f"e{number}", f"2026120{number}T090000Z"))
        here.put("series", event("series", "20261210T100000Z", "RRULE:FREQ=WEEKLY;COUNT=4"))
        source = here.connect()
        shown = here.send("GET", "clients/").text

        def remove() -> RecordKey:
            here.delete("e3")
            return RecordKey("tool", "event", "e3")

        yield Served(
            source,
            here.now,
            remove,
            lambda: int(here.send("GET", "clients/").text != shown),
            PASSWORD,
        )


@contextmanager
def _woocommerce(folder: Path) -> Iterator[Served]:
    with shop(folder, customers=30) as here:
        tool = here.sandbox.tools["woocommerce"]
        keys = {name: SecretStr(tool[name]) for name in ("consumer_key", "consumer_secret")}
        settings = {"base_url": tool["base_url"], **keys}
        source = registry.make("woocommerce", ToolSetup("tool", settings, folder))

        def remove() -> RecordKey:
            found = _whole(source, "orders", here.now)
            key = min((one for one in found if one.type == "order"), key=str)
            here.edit("order", "trash", id=key.id)
            return key

        yield Served(
            source,
            here.now,
            remove,
            lambda: sum(one["writes"] for one in here.journal()),
            tool["consumer_secret"],
        )


@contextmanager
def _salesforce(folder: Path) -> Iterator[Served]:
    with org(folder, customers=12) as here:
        source = here.connect()

        def remove() -> RecordKey:
            key = min(_whole(source, "contacts", here.now), key=str)
            here.edit("delete", "Contact", id=key.id)
            return key

        yield Served(
            source,
            here.now,
            remove,
            lambda: sum(one["writes"] for one in here.journal()),
            here.sandbox.tools["salesforce"]["client_secret"],
        )


@contextmanager
def _stripe(folder: Path) -> Iterator[Served]:
    with account(folder, customers=30) as here:
        tool = here.sandbox.tools["stripe"]
        settings = {"base_url": tool["base_url"], "api_key": SecretStr(tool["api_key"])}
        source = registry.make("stripe", ToolSetup("tool", settings, folder))

        def remove() -> RecordKey:
            key = min(_whole(source, "customers", here.now), key=str)
            here.edit("customer", "delete", id=key.id)
            return key

        yield Served(
            source,
            here.now,
            remove,
            lambda: sum(one["writes"] for one in here.journal()),
            tool["api_key"],
        )


@contextmanager
def _shopify(folder: Path) -> Iterator[Served]:
    with store(folder, customers=30) as here:
        tool = here.sandbox.tools["shopify"]
        key = SecretStr(tool["access_token"])
        settings = {"base_url": tool["base_url"], "access_token": key, "sweep_hours": 0}
        source = registry.make("shopify", ToolSetup("tool", settings, folder))

        def remove() -> RecordKey:
            key = min(_whole(source, "orders", here.now), key=str)
            here.edit("order", "delete", id=key.id)
            return key

        yield Served(
            source,
            here.now,
            remove,
            lambda: sum(one["writes"] for one in here.journal()),
            tool["access_token"],
        )


SERVED: dict[str, Callable[[Path], AbstractContextManager[Served]]] = {
    "acuity": _bookable("acuity", "appointment"),
    "calcom": _bookable("calcom", "booking"),
    "calcom-selfhosted": _bookable("calcom-selfhosted", "booking"),
    "caldav": _caldav,
    "calendly": _calendly,
    "files": _files,
    "hubspot": _hubspot,
    "salesforce": _salesforce,
    "shopify": _shopify,
    "stripe": _stripe,
    "woocommerce": _woocommerce,
}


@pytest.fixture(params=sorted(SERVED))
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with SERVED[request.param](tmp_path) as one:
        yield one


def _whole(source: Source, stream: str, until: datetime) -> dict[RecordKey, RawRecord]:
    return _living(source.read(stream, None, until))


def _living(batches: Iterable[Batch]) -> dict[RecordKey, RawRecord]:
    return {r.key: r for batch in batches for r in batch.records if not r.deleted}


def _all(one: Served) -> list[RawRecord]:
    return [
        record
        for stream in one.source.streams
        for record in _whole(one.source, stream, one.until).values()
    ]


def test_every_type_of_tool_keeps_the_contract() -> None:
    assert set(SERVED) == set(registry.TYPES)


def test_an_unknown_type_is_a_mistake_of_the_workspace(tmp_path: Path) -> None:
    with pytest.raises(errors.Usage, match="did you mean `hubspot`"):
        registry.make("hubsopt", ToolSetup("crm", {}, tmp_path))


def test_asking_twice_gives_the_same(served: Served) -> None:
    """A broken run can be repeated without counting twice."""
    for stream in served.source.streams:
        first = _whole(served.source, stream, served.until)
        assert first == _whole(served.source, stream, served.until)


def test_a_full_reading_says_when_it_is_complete(served: Served) -> None:
    """Once, at its end: only then are records that it did not show gone."""
    for stream in served.source.streams:
        *before, last = served.source.read(stream, None, served.until)
        assert last.complete
        assert not any(batch.complete for batch in before)


def test_reading_what_changed_shows_records_as_a_full_reading_does(served: Served) -> None:
    """Whichever way a record came, it is the same record."""
    since = served.until - timedelta(days=3650)
    for stream in served.source.streams:
        whole = _whole(served.source, stream, served.until)
        changed = _living(served.source.read(stream, since, served.until))
        assert changed.items() <= whole.items()


def test_a_record_that_is_taken_away_does_not_stay(served: Served) -> None:
    """It comes as a tombstone, or is missing from a complete reading, a window, or all ids."""
    before = served.until - timedelta(minutes=10)
    key = served.remove()
    streams = served.source.streams

    assert all(key not in _whole(served.source, stream, served.until) for stream in streams)
    later = served.until + timedelta(minutes=1)
    batches = [batch for stream in streams for batch in served.source.read(stream, before, later)]
    told = [record for batch in batches for record in batch.records if record.key == key]
    looks = [batch for batch in batches if batch.still is not None]
    complete = [batch for batch in batches if batch.complete or batch.window is not None]
    assert complete or looks or (told and all(record.deleted for record in told))
    assert not any(key in (batch.still or ()) for batch in looks)
    assert not any(key in batch.listed for batch in batches)
    assert all(served.source.normalise(record) == Reading() for record in told)


def test_normalising_is_a_function_of_the_record(served: Served) -> None:
    """The same record gives the same reading, also after it was stored and fetched as JSON."""
    for record in _all(served):
        assert served.source.normalise(record) == served.source.normalise(record)
        stored = RawRecord(record.key, json.loads(json.dumps(record.content)))
        assert served.source.normalise(stored) == served.source.normalise(record)


def test_events_are_dated_facts_of_known_kinds_with_ids_of_their_own(served: Served) -> None:
    found = [event for record in _all(served) for event in served.source.normalise(record).events]

    assert found
    assert {event.kind for event in found} <= served.source.emits()
    assert all(KIND.fullmatch(kind) for kind in served.source.emits())
    assert all(event.at.tzinfo is not None for event in found)
    assert len({event.id for event in found}) == len(found)
    assert {event.tool for event in found} == {"tool"}


def test_people_and_links_are_named_by_the_tool(served: Served) -> None:
    readings = [served.source.normalise(record) for record in _all(served)]
    people = {person.name for reading in readings for person in reading.people}

    assert people
    assert all(name.startswith("tool:") for name in people)
    assert {event.person for reading in readings for event in reading.events} <= people


def test_looking_changes_nothing(served: Served) -> None:
    _all(served)
    found = served.source.check()

    assert found
    assert {finding.level for finding in found} <= KINDS_OF_LEVELS
    assert served.writes() == 0


def test_a_secret_shows_nowhere(served: Served) -> None:
    if not served.secret:
        pytest.skip("this tool has no secret")
    shown = [repr(served.source), repr(vars(served.source)), *map(repr, served.source.check())]
    assert not any(served.secret in text for text in shown)


def test_the_versions_of_mappings_can_be_told_apart(served: Served) -> None:
    assert served.source.mapping_version


def test_every_error_is_one_of_ours() -> None:
    """The tree of errors is what the runner reacts to; a connector raises nothing else."""
    from journeysync.connectors.http import Refused

    assert issubclass(Refused, errors.ToolDown)
