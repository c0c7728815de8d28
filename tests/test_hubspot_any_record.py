"""Whatever a portal holds, normalising it never fails and never gives a broken event."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.connectors.hubspot.mapping_file import parse_mapping
from journeysync.connectors.hubspot.normalise import normalise
from journeysync.connectors.hubspot.streams import STREAMS, wanted, with_history
from journeysync.connectors.mapping_files import shipped_text
from journeysync.core.models import RawRecord, RecordKey

MAPPING, _ = parse_mapping(shipped_text("hubspot"), "shipped")
assert MAPPING is not None

INSTANTS = st.sampled_from(
    ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00.5Z", "1767225600000", "2026-03-02", "-1", ""]
)
WORDS = st.sampled_from(
    [
        "COMPLETED",
        "SCHEDULED",
        "RESCHEDULED",
        "true",
        "false",
        "²",
        "1;2;x",
        "7:1;8",
        "EMAIL",
        "won",
    ]
)
VALUES = st.one_of(INSTANTS, WORDS, st.text(max_size=12))


@st.composite
def records(draw: st.DrawFn) -> RawRecord:
    stream = draw(st.sampled_from(sorted(STREAMS.values(), key=lambda one: one.name)))
    assert MAPPING is not None
    names = st.sampled_from(wanted(stream, MAPPING))
    content: dict[str, Any] = {
        "properties": draw(st.dictionaries(names, VALUES, max_size=8)),
        "history": {
            name: draw(st.lists(st.tuples(VALUES, INSTANTS), max_size=4))
            for name in with_history(stream, MAPPING)
        },
        "contacts": draw(st.sampled_from([[], [["1", False]], [["1", True], ["2", False]]])),
        "companies": draw(st.sampled_from([[], [["5", True]], [["5", False], ["6", False]]])),
        "stages": {"won": {"label": "Won", "pipeline": "Sales", "closed": True, "won": True}},
    }
    return RawRecord(RecordKey("crm", stream.type, "7"), content)


@settings(max_examples=200, deadline=None)
@given(records())
def test_any_record_is_read(record: RawRecord) -> None:
    assert MAPPING is not None
    found = normalise(record, MAPPING, "Europe/London")

    assert found == normalise(record, MAPPING, "Europe/London")
    assert len({event.id for event in found.events}) == len(found.events)
    for event in found.events:
        assert event.at.tzinfo is not None
        assert event.kind in MAPPING.kinds()
        assert all(value != "" for value in event.attributes.values())
