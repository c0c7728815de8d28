"""When a record is gone, those who stood for the same customer are looked at again."""

from memory_tool import contact, gone, happened
from office import Office

ANN = contact("1", email="ann@example.com")
HERS = contact("2", email="ann@example.com")
BOOKED = happened("b", "crm:2", "booking.attended", 2)


def test_a_customer_is_judged_anew_when_one_of_its_records_is_gone_with_what_it_did() -> None:
    """The other record did not change and is named by nobody."""
    office = Office("sqlite:///:memory:")
    office.sync([ANN, HERS, happened("a", "crm:1", "form.submitted", 1), BOOKED])
    before = dict(office.tool.fields["1"])

    office.sync([gone(HERS), gone(BOOKED)])

    after = office.tool.fields["1"]
    assert before["journey_stage"] != after["journey_stage"]
    fresh = Office("sqlite:///:memory:")
    fresh.sync([ANN, happened("a", "crm:1", "form.submitted", 1)])
    assert after["journey_stage"] == fresh.tool.fields["1"]["journey_stage"]
