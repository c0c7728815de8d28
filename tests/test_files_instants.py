"""Dates and times as files have them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from file_pairs import UTC_ZONE, read
from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.connectors.files.duck import Duck
from journeysync.connectors.files.instants import instant_sql, parse_instant
from journeysync.core.instants import iso

INSTANTS = {
    "2026-01-05T10:00:00Z": "2026-01-05T10:00:00+00:00",
    "2026-01-05T10:00:00+02:00": "2026-01-05T08:00:00+00:00",
    "2026-01-05 10:00:00.5-01:30": "2026-01-05T11:30:00.500000+00:00",
    "2026-07-05T10:00": "2026-07-05T09:00:00+00:00",
    "2026-07-05": "2026-07-04T23:00:00+00:00",
    "2026-03-29T01:30:00": "2026-03-29T01:30:00+00:00",
    "2026-10-25T01:30:00": "2026-10-25T00:30:00+00:00",
    "1767607200": "2026-01-05T10:00:00+00:00",
    "1767607200.000001": "2026-01-05T10:00:00.000001+00:00",
    "-1": "1969-12-31T23:59:59+00:00",
    "9999-12-31T23:59:59Z": "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00+00:00",
}


@pytest.mark.parametrize(("text", "expected"), INSTANTS.items(), ids=INSTANTS)
def test_instants(tmp_path: Path, text: str, expected: str) -> None:
    """With an offset, as Unix seconds, or local to the zone: of two the first, of none before."""
    events = f"person_id,kind,at\nann,order.placed,{text}\n"

    found = read(tmp_path, events=events, zone="Europe/London")

    assert [iso(event["moment"]) for event in found.events] == [expected]


NO_INSTANTS = {
    "yesterday": "no date and time",
    "2026-02-30T00:00:00Z": "no date and time",
    "2026-13-01": "no date and time",
    "05/01/2026": "no date and time",
    "2026-01-05T25:00:00Z": "no date and time",
    "0000-01-01T00:00:00Z": "no date and time",
    "10000-01-01T00:00:00Z": "no date and time",
    "9999-12-31T23:59:59-10:00": "outside the years",
    "1767607200000": "are these milliseconds?",
    "99999999999999999999": "outside the years",
    "20260105": "may be a date or Unix seconds",
}


@pytest.mark.parametrize(("text", "reason"), NO_INSTANTS.items(), ids=NO_INSTANTS)
def test_no_instants(tmp_path: Path, text: str, reason: str) -> None:
    found = read(tmp_path, events=f"person_id,kind,at\nann,order.placed,{text}\n")

    assert (found.events, found.problems) == ([], ["events:2 JF302"])
    with pytest.raises(ValueError, match=reason):
        parse_instant(text, UTC_ZONE)


TEXTS = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC, None, ZoneInfo("Asia/Kolkata")])).map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.decimals(-(10**13), 10**13, places=3).map(str),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\+0[0-9]:00)?",
                  fullmatch=True),
)  # fmt: skip


@pytest.fixture(scope="module", params=["UTC", "America/Sao_Paulo"])
def duck(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    zone = ZoneInfo(request.param)
    made = Duck(tmp_path_factory.mktemp("spill"), zone)
    yield made, zone
    made.close()


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXTS, max_size=20))
def test_columns_of_instants_are_read_as_one_by_one(duck: Any, texts: list[str]) -> None:
    """The quick way for whole columns and the definition agree."""
    made, zone = duck
    made.offer("given", pa.table({"given": pa.array(texts, pa.string())}))

    found = made.rows(f"SELECT {instant_sql('given', 'VARCHAR', zone)} FROM given")

    assert [row[0] for row in found] == [micros(text, zone) for text in texts]


def micros(text: str, zone: ZoneInfo) -> int | None:
    try:
        return parse_instant(text, zone)
    except ValueError:
        return None


def test_an_instant_in_every_hour_of_a_zone_reads_as_the_zone_says() -> None:
    zone = ZoneInfo("Europe/London")
    start = datetime(2026, 10, 24, tzinfo=UTC)

    for hours in range(72):
        at = (start + timedelta(hours=hours)).astimezone(zone)
        first = at.replace(fold=0)
        assert parse_instant(at.strftime("%Y-%m-%dT%H:%M:%S"), zone) == int(first.timestamp() * 1e6)
