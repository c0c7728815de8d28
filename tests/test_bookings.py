"""What a booking means as events, whichever tool keeps it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from journeysync.connectors.bookings import KINDS, Booking, Move, Paid, Sends, events

MADE = datetime(2026, 11, 1, 9, tzinfo=UTC)
STARTS = datetime(2026, 11, 10, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAIN = Booking("cal", "B1", ("cal:ann",), MADE, STARTS, STARTS + HOUR, attributes={"service": "x"})


def told(booking: Booking) -> dict[str, str]:
    """Kind -> instant, as hours after its making."""
    return {one.kind: f"{(one.at - MADE) / HOUR:g}" for one in events(booking)}


def test_what_is_kept_and_what_is_not() -> None:
    kept = {"booking.created": "0", "booking.starts": "217", "booking.ended": "218"}
    missed = replace(PLAIN, status="no_show", decided_at=STARTS + 30 * HOUR)
    at_once = replace(missed, decided_at=STARTS + HOUR / 2)

    assert told(PLAIN) == {**kept, "booking.attended": "218"}
    assert told(missed) == {**kept, "booking.no_show": "218"}
    assert told(at_once) == {**kept, "booking.no_show": "217.5"}


def test_a_cancelled_booking_keeps_its_start_and_has_no_end() -> None:
    given_up = replace(PLAIN, status="cancelled", decided_at=MADE + HOUR, by="customer")

    assert told(given_up) == {
        "booking.created": "0", "booking.starts": "217", "booking.cancelled": "1",
    }  # fmt: skip


def test_a_start_that_was_given_up_for_another_never_comes() -> None:
    old = replace(PLAIN, status="moved_away", decided_at=MADE + HOUR)
    new = replace(PLAIN, link="L2", created_at=MADE + HOUR, starts=STARTS - 5 * HOUR,
                  ends=STARTS - 4 * HOUR, moved_by="business")  # fmt: skip

    assert told(old) == {"booking.created": "0"}
    assert told(new) == {
        "booking.rescheduled": "1", "booking.starts": "212", "booking.ended": "213",
        "booking.attended": "213",
    }  # fmt: skip
    ids = {one.kind: one.id for one in events(PLAIN)}
    assert {one.kind: one.id for one in events(new)}["booking.starts"] == ids["booking.starts"]
    assert {one.subject_id for one in (*events(old), *events(new))} == {"B1"}


def test_asking_for_another_time_is_neither_kept_nor_lost() -> None:
    asked = replace(PLAIN, status="reschedule_requested", decided_at=MADE + HOUR, by="business")

    assert told(asked) == {"booking.created": "0", "booking.reschedule_requested": "1"}


def test_a_move_in_place_is_told_by_what_is_remembered() -> None:
    moved = replace(PLAIN, first_starts=MADE + 3 * HOUR, moves=(Move(MADE + 2 * HOUR),))
    ahead = {one.kind: one.attributes.get("lead_time") for one in events(moved)}

    assert ahead["booking.created"] == 3
    assert ahead["booking.starts"] == 215
    assert "booking.rescheduled" in ahead


def test_what_was_written_down_afterwards_was_made_when_it_began() -> None:
    late = replace(PLAIN, created_at=STARTS + 5 * HOUR)

    assert told(late)["booking.created"] == "217"


def test_what_the_tool_sends_goes_out_while_the_start_stands() -> None:
    day = Sends("email.sent", "starts", -24 * HOUR)
    thanks = Sends("message.sent", "ends", HOUR, {"channel": "sms"})
    both = replace(PLAIN, sends=(day, thanks))

    assert told(both)["email.sent"] == "193"
    assert told(both)["message.sent"] == "219"
    near = replace(both, created_at=STARTS - 2 * HOUR)
    assert "email.sent" not in told(near)
    early = replace(both, status="cancelled", decided_at=STARTS - 30 * HOUR)
    assert "email.sent" not in told(early)
    late = replace(early, decided_at=STARTS - 2 * HOUR)
    assert told(late)["email.sent"] == "193"
    assert "message.sent" not in told(late)


def test_money_comes_with_the_first_link_alone() -> None:
    paid = replace(PLAIN, paid=Paid(20.0, "GBP"))

    assert "deposit.paid" in told(paid)
    assert "deposit.paid" not in told(replace(paid, link="L2"))


def test_everybody_gets_events_of_their_own_that_share_an_id() -> None:
    found = events(replace(PLAIN, people=("cal:ann", "cal:bob")))

    assert len({one.id for one in found}) == len(found)
    assert len({one.id.removesuffix(f"/{one.person}") for one in found}) == len(found) / 2
    assert {one.kind for one in found} <= KINDS
