"""Reading an org: whole and in stretches of time, by pages and in bulk, whatever goes wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from salesforce_org import MINUTES, Org, changed, living, org, readings, told, whole

from journeysync.connectors.salesforce.connector import Salesforce
from journeysync.connectors.salesforce.source import LAG
from journeysync.core.errors import BadCredentials, OverBudget, ToolDown

QUERY = "GET /services/data/query"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Org]:
    with org(tmp_path) as served:
        yield served


def people(here: Org, count: int) -> set[str]:
    return {
        here.create("Contact", LastName=f"Person {number}", Email=f"p{number}@example.com")
        for number in range(count)
    }


def ids(tool: Salesforce, here: Org, stream: str = "contacts") -> set[str]:
    return {key.id for key in whole(tool, stream, here.now)}


# --- pages ---------------------------------------------------------------------------------------


def test_a_page_may_be_shorter_than_asked(here: Org) -> None:
    made = people(here, 8)
    here.turn(page=3)
    assert ids(here.connect(), here) >= made


@pytest.mark.parametrize("kind", ["repeat-page", "truncate", "503", "500", "reset", "html"])
def test_a_page_that_goes_wrong_once_is_asked_for_again(here: Org, kind: str) -> None:
    made = people(here, 8)
    here.turn(page=3)
    tool = here.connect()
    here.fault(kind, QUERY, nth=3)
    assert ids(tool, here) >= made


def test_a_query_that_gives_less_than_it_counts_is_no_whole_reading(here: Org) -> None:
    """A customer who is missing from a whole reading would count as deleted."""
    people(here, 8)
    here.turn(page=3)
    tool = here.connect()
    here.fault("shrink-page", QUERY, nth=3, times=20)
    try:
        found = ids(tool, here)
    except ToolDown as error:
        assert "records of a query" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert len(found) >= 8


def test_in_bulk_and_by_pages_records_are_the_same(tmp_path: Path) -> None:
    with org(tmp_path, customers=12) as here:
        pages, bulk = here.connect(), here.connect(bulk_from=1)
        for stream in pages.streams:
            assert whole(bulk, stream, here.now) == whole(pages, stream, here.now), stream
        assert any(one["path"].endswith("/jobs/query") for one in here.journal())


# --- changes -------------------------------------------------------------------------------------


def test_only_what_changed_is_read_again(here: Org) -> None:
    people(here, 4)
    here.admin("POST", "/advance", {"days": 1})
    tool = here.connect()
    (key, *_) = whole(tool, "contacts", here.now)
    here.edit("set", "Contact", id=key.id, properties={"Phone": "0170 1"})

    assert [one.key for one in changed(tool, "contacts", here.now)] == [key]


def test_a_record_that_becomes_visible_late_is_found_by_the_next_reading(here: Org) -> None:
    """Its time stamp lies before the end of a reading that did not see it: hence the lag."""
    tool = here.connect()
    here.edit("set", "org", properties={"page": 2000})
    made = people(here, 1)
    later = [*changed(tool, "contacts", here.now)]
    again = [r for b in tool.read("contacts", here.now - LAG, here.now) for r in b.records]

    assert made <= {one.key.id for one in (*later, *again)}


def test_a_clock_that_is_ahead_of_the_server_loses_nothing(here: Org) -> None:
    """Its last reading ended in the server's future."""
    tool = here.connect()
    made = people(here, 1)
    ahead = here.now + timedelta(hours=2)
    found = living(tool.read("contacts", ahead - LAG, ahead))

    assert made == {key.id for key in found}


def test_a_deleted_record_is_a_tombstone(here: Org) -> None:
    (gone,) = people(here, 1)
    tool = here.connect()
    here.edit("delete", "Contact", id=gone)

    assert [(one.key.id, one.deleted) for one in changed(tool, "contacts", here.now)] == [
        (gone, True)
    ]


def test_what_changed_is_what_a_whole_reading_shows(tmp_path: Path) -> None:
    with org(tmp_path, customers=12) as here:
        tool = here.connect()
        since = here.now - timedelta(days=4000)
        for stream in tool.streams:
            later = living(tool.read(stream, since, here.now))
            assert later == whole(tool, stream, here.now), stream


def test_our_own_fields_are_no_news(here: Org) -> None:
    """An echo of what we wrote moves the time stamp and nothing else."""
    from journeysync.core.ports import FieldSpec, RecordWrite

    (number,) = people(here, 1)
    tool = here.connect()
    specs = [FieldSpec("journey_reason", "Reason", "Why.", "text")]
    tool.provision(["contact"], specs, dry_run=False, remove=False)
    before = living(tool.read("contacts", None, here.now))
    tool.write_records([RecordWrite("contact", number, {"journey_reason": "asked"})])
    (after,) = [one for one in changed(tool, "contacts", here.now) if not one.deleted]

    assert after.shown["Journey_Reason__c"] == "asked"
    assert after.content == before[after.key].content


# --- what an org may be --------------------------------------------------------------------------


def test_an_org_without_leads_is_read_without_them(here: Org) -> None:
    here.turn(leads=False)
    tool = here.connect()
    (batch,) = tool.read("leads", None, here.now)

    assert "leads are left out" in batch.withheld
    assert "lead.created" in tool.gives("leads")
    for stream in tool.streams:
        list(tool.read(stream, None, here.now))


def test_a_mapping_that_asks_for_leads_does_not_do_without(here: Org) -> None:
    here.mapping("leads: {attributes: {topic: Topic__c}}\n")
    here.turn(leads=False)
    with pytest.raises(ToolDown):
        list(here.connect().read("leads", None, here.now))


def test_leads_that_are_taken_out_later_stop_the_reading_and_it_says_what_to_do(here: Org) -> None:
    """What is stored of them must not look gone for a right that somebody lost."""
    here.turn(leads=False)
    since = here.now - timedelta(hours=1)
    with pytest.raises(ToolDown, match=r"does not know leads any more.*sync --full"):
        list(here.connect().read("leads", since, here.now))


def test_a_person_account_is_one_person_and_no_company(here: Org) -> None:
    """Such an org shows each customer twice: as an account, and as the contact behind it."""
    here.turn(person_accounts=True)
    account = here.create("Account", LastName="Ray", FirstName="Ana", PersonEmail="a@example.com")
    tool = here.connect()
    found = [one for reading in readings(tool, "contacts", here.now) for one in reading.people]

    assert [(one.emails, one.company) for one in found] == [(("a@example.com",), "")]
    (record,) = [r for k, r in whole(tool, "accounts", here.now).items() if k.id == account]
    assert tool.normalise(record).companies == ()


@pytest.mark.parametrize(
    ("own", "named"), [("GBP", {"amount": "90"}), ("EUR", {"foreign_amount": "90"})]
)
def test_an_amount_in_another_currency_is_not_called_amount(
    here: Org, own: str, named: dict[str, str]
) -> None:
    here.turn(multi_currency=True)
    (person,) = people(here, 1)
    here.create(
        "Opportunity", to=[person], Name="Big", StageName="Prospecting", CloseDate="2026-12-01",
        Amount=90, CurrencyIsoCode="GBP",
    )  # fmt: skip
    (event, *_) = told(here.connect(currency=own), "opportunities", here.now)
    given = {name: text for name, text in event.attributes.items() if "amount" in name}

    assert (event.attributes["currency"], given) == ("GBP", named)


# --- fields --------------------------------------------------------------------------------------


def test_a_field_that_goes_away_while_it_is_read_is_left_out(here: Org) -> None:
    people(here, 4)
    tool = here.connect()
    reading = tool.read("contacts", None, here.now)
    next(reading)
    here.edit("hide", "Contact", property="Preferred_Channel__c")

    assert len(living(reading)) == 4


@pytest.mark.parametrize(
    ("mapping", "code", "says"),
    [
        ("topic: Topik__c", "NO_SUCH_FIELD", "does not have or the integration user may not see"),
        ("town: Account_City__c", "FORMULA_FIELD", "a change of it alone"),
        ("town: MailingAddress", "NO_SUCH_FIELD", "MailingAddress"),
        ("town: MailingCity", None, ""),
    ],
)
def test_a_field_that_cannot_be_followed_is_said_once(
    here: Org, mapping: str, code: str | None, says: str
) -> None:
    here.mapping(f"contacts: {{attributes: {{{mapping}}}}}\n")
    tool = here.connect()
    found = [one for reading in readings(tool, "contacts", here.now) for one in reading.set_aside]

    assert [one.code for one in found] == ([code] if code else [])
    assert all(says in one.reason for one in found)


def test_a_field_that_our_user_may_not_see_is_told_like_one_that_is_missing(here: Org) -> None:
    here.mapping("contacts: {attributes: {channel: Preferred_Channel__c}}\n")
    here.edit("hide", "Contact", property="Preferred_Channel__c")
    tool = here.connect()
    found = [one for reading in readings(tool, "contacts", here.now) for one in reading.set_aside]
    assert [one.code for one in found] == ["NO_SUCH_FIELD"]
    assert any("Preferred_Channel__c" in one.what for one in tool.check() if one.level == "error")


# --- tokens and calls ----------------------------------------------------------------------------


def tokens(here: Org) -> int:
    return sum(one["path"].endswith("/oauth2/token") for one in here.journal())


def test_a_token_that_ends_between_two_pages_is_renewed_once(here: Org) -> None:
    made = people(here, 8)
    here.turn(page=3)
    tool = here.connect()
    here.fault("expired-token", QUERY, nth=3)

    assert ids(tool, here) >= made
    assert tokens(here) == 2


def test_a_revoked_token_stops_clearly(here: Org) -> None:
    people(here, 8)
    here.turn(page=3)
    tool = here.connect()
    here.fault("revoked-token", "", nth=6)

    with pytest.raises(BadCredentials, match="refused the key"):
        ids(tool, here)
    assert tokens(here) == 2


def test_an_org_without_api_says_so(here: Org) -> None:
    here.turn(api=False)
    with pytest.raises(BadCredentials, match="API Enabled"):
        ids(here.connect(), here)


def test_the_days_calls_are_not_used_up(here: Org) -> None:
    """A share is left to the org's other programs; what was read is kept."""
    people(here, 8)
    here.turn(page=2, daily_limit=20)
    tool = here.connect(daily_reserve=0.5)
    batches = (batch for stream in tool.streams for batch in tool.read(stream, None, here.now))
    seen: list[object] = []
    with pytest.raises(OverBudget, match="last 24 hours"):
        seen.extend(batches)

    assert seen
    assert tool.client.caller.daily is not None
    assert tool.client.caller.daily.left == 10


def test_too_many_calls_at_once_are_waited_out(here: Org) -> None:
    made = people(here, 2)
    tool = here.connect()
    here.fault("429", QUERY, policy="concurrent")

    assert ids(tool, here) >= made
    assert here.slept == [5.0]


def test_reading_costs_a_call_for_two_thousand_and_a_few_more(here: Org) -> None:
    people(here, 11)
    here.turn(page=3)
    tool = here.connect()
    whole(tool, "contacts", here.now)

    assert tool.calls <= 4 + 9


def test_reading_changes_nothing(tmp_path: Path) -> None:
    with org(tmp_path, customers=6) as here:
        tool = here.connect()
        for stream in tool.streams:
            list(tool.read(stream, None, here.now))
            list(tool.read(stream, here.now - 5 * MINUTES, here.now))
        assert not any(one["writes"] for one in here.journal())
