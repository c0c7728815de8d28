"""The customers that tests and the demo point at, one story each, the same for every seed.

Customer n is contact 99951 + n in the pretend HubSpot. docs/sandbox.md lists them; a test
compares that list with this file.
"""

from collections.abc import Callable

from journeysync.sandbox.data.happenings import Story, opening
from journeysync.sandbox.world import DAY, HOUR, MINUTE

Tell = Callable[[Story, Callable[[float, int], int]], None]


def scripted(now: int) -> list[Story]:
    """Tell all of them around an instant."""

    def at(days: float, hour: int = 10) -> int:
        return opening(now + round(days * DAY), hour)

    stories = []
    for number, tell in enumerate(STORIES):
        story = Story(number, {"newsletter": "true", "owner": 0, "channel": "sms"})
        tell(story, at)
        story.newsletters(min(item.at for item in story.happenings), now)
        stories.append(story)
    return stories


def _enquiry(story: Story, at: int, by: str = "form") -> None:
    story.add(at, "enquired", by=by)
    story.add(at + 90 * MINUTE, "answered", by="email")


def _past(
    story: Story, booked: int, starts: int, service: int = 0, score: int = 9, *, offer: bool = True
) -> None:
    """Tell a visit with everything done as promised."""
    visit = story.book(booked, starts, service)
    story.remind(visit, starts)
    story.attend(visit, starts)
    if offer:
        story.offer(starts)
    story.look_after(visit, starts, score=score)


def model_customer(story: Story, at: Callable[[float, int], int]) -> None:
    """Everything as promised, the next visit ahead."""
    _enquiry(story, at(-40, 9))
    _past(story, at(-39, 11), at(-34, 10), 0, 10, offer=False)
    _past(story, at(-34, 11) + 20 * MINUTE, at(-13, 10), 1, 9, offer=False)
    story.book(at(-13, 11) + 20 * MINUTE, at(6, 10), 1)


def no_reminder(story: Story, at: Callable[[float, int], int]) -> None:
    """A visit tomorrow morning, and nobody has reminded them."""
    _enquiry(story, at(-9, 9))
    story.book(at(-8, 14), at(1, 8), 0)


def no_confirmation(story: Story, at: Callable[[float, int], int]) -> None:
    """Booked three days ago, never got the welcome letter."""
    _enquiry(story, at(-4, 9))
    story.book(at(-3, 15), at(6, 16), 0, confirmed=False, by="desk")


def no_check_in(story: Story, at: Callable[[float, int], int]) -> None:
    """Visited four days ago; not a word since."""
    _enquiry(story, at(-15, 9))
    visit = story.book(at(-14, 12), at(-4, 11), 0)
    story.remind(visit, at(-4, 11))
    story.attend(visit, at(-4, 11))
    story.offer(at(-4, 11))


def low_score(story: Story, at: Callable[[float, int], int]) -> None:
    """Gave 3 out of 10 two days ago; nobody has called."""
    _enquiry(story, at(-20, 9))
    visit = story.book(at(-19, 12), at(-6, 15), 2)
    story.remind(visit, at(-6, 15), channel="whatsapp")
    story.attend(visit, at(-6, 15))
    story.offer(at(-6, 15))
    story.add(at(-5, 14), "checked_in", visit=visit, channel="sms")
    story.add(at(-3, 18), "feedback_asked", visit=visit)
    story.add(at(-2, 20), "feedback_given", visit=visit, score=3)


def moved_twice(story: Story, at: Callable[[float, int], int]) -> None:
    """Moved the same booking twice; it stays one meeting whose start changes."""
    _enquiry(story, at(-12, 9))
    visit = story.book(at(-11, 10), at(-3, 10), 0)
    story.add(at(-6, 9), "moved", visit=visit, starts=at(1, 14))
    story.add(at(-6, 10), "move_confirmed", visit=visit, channel="sms")
    story.add(at(-1, 16), "moved", visit=visit, starts=at(8, 11))
    story.add(at(-1, 17), "move_confirmed", visit=visit, channel="sms")


def no_show(story: Story, at: Callable[[float, int], int]) -> None:
    """Did not turn up two days ago; nobody asked why."""
    _enquiry(story, at(-10, 9))
    visit = story.book(at(-9, 10), at(-2, 12), 0)
    story.remind(visit, at(-2, 12), channel="email")
    story.attend(visit, at(-2, 12), "NO_SHOW")


def cancelled_and_back(story: Story, at: Callable[[float, int], int]) -> None:
    """Cancelled, then booked anew a few days later."""
    _enquiry(story, at(-16, 9))
    visit = story.book(at(-15, 10), at(-7, 9), 0)
    story.add(at(-8, 17), "cancelled", visit=visit)
    story.add(at(-7, 9), "cared", visit=visit)
    story.book(at(-5, 10), at(4, 9), 0)


def rebooked_as_new(story: Story, at: Callable[[float, int], int]) -> None:
    """Moved at the desk: the old meeting is marked Rescheduled, the new one is another record."""
    _enquiry(story, at(-12, 9))
    old = story.book(at(-11, 16), at(-2, 16), 1)
    story.add(at(-3, 9), "rescheduled", visit=old)
    story.book(at(-3, 9) + 5 * MINUTE, at(5, 16), 1, by="desk")


def unanswered(story: Story, at: Callable[[float, int], int]) -> None:
    """Asked through the form three days ago; no answer, no owner."""
    story.about |= {"owner": None}
    story.add(at(-3, 11), "enquired", by="form")


def lapsed(story: Story, at: Callable[[float, int], int]) -> None:
    """Last here half a year ago, never asked back."""
    story.about |= {"newsletter": ""}
    _enquiry(story, at(-260, 9))
    _past(story, at(-259, 10), at(-251, 10))
    _past(story, at(-220, 10), at(-198, 10), 1)


def unsubscribed(story: Story, at: Callable[[float, int], int]) -> None:
    """Gone quiet too, but unsubscribed: must be left alone."""
    _enquiry(story, at(-190, 9))
    _past(story, at(-189, 10), at(-181, 10))
    story.add(at(-150, 12), "unsubscribed")


def twice_one(story: Story, at: Callable[[float, int], int]) -> None:
    """One person, first record: the booking page knew the work address."""
    _enquiry(story, at(-30, 9))
    _past(story, at(-29, 10), at(-20, 10))


def twice_two(story: Story, at: Callable[[float, int], int]) -> None:
    """The same person, second record: same phone and last name, the private address."""
    story.about |= {"person": 12, "email": "freya.k@post.example", "alike": True}
    story.add(at(-6, 18), "enquired", by="email")
    story.book(at(-6, 19), at(9, 10), 1)


def merged(story: Story, at: Callable[[float, int], int]) -> None:
    """Two records that the desk merged a week ago; this one was kept."""
    _enquiry(story, at(-80, 9))
    _past(story, at(-79, 10), at(-60, 10))
    story.add(at(-15, 11), "nudged", channel="email")


def merged_away(story: Story, at: Callable[[float, int], int]) -> None:
    """The record that was merged into the one before: its id still leads there."""
    story.add(at(-50, 12), "enquired", by="call")
    visit = story.book(at(-50, 13), at(-45, 10), 2)
    story.attend(visit, at(-45, 10))
    story.add(at(-7, 16), "merged", into=14)


def inactive_owner(story: Story, at: Callable[[float, int], int]) -> None:
    """Belongs to a colleague who left; a reminder is due for tomorrow."""
    story.about |= {"owner": 3}
    _enquiry(story, at(-11, 9))
    story.book(at(-10, 14), at(1, 8) + 30 * MINUTE, 1)


def company_one(story: Story, at: Callable[[float, int], int]) -> None:
    """Arranges visits for her firm: a deal with two contacts and a company."""
    story.about |= {"company": 0, "jobtitle": "Office manager", "email": "zoe@brightwater.example"}
    _enquiry(story, at(-45, 9))
    _past(story, at(-44, 10), at(-35, 10))
    story.add(at(-34, 10), "offered", deal=1, amount=1_900, shared_with=19)
    story.add(at(-30, 10), "deal_moved", deal=1, stage="contractsent")
    story.add(at(-26, 15), "won", deal=1)


def company_two(story: Story, at: Callable[[float, int], int]) -> None:
    """Her colleague, on the same deal."""
    story.about |= {"company": 0, "jobtitle": "Managing director", "owner": 1,
                    "email": "martin@brightwater.example"}  # fmt: skip
    story.add(at(-40, 9), "imported")
    story.book(at(-20, 10), at(3, 13), 1)


def role_address(story: Story, at: Callable[[float, int], int]) -> None:
    """A shared mailbox that must never join people."""
    story.about |= {"email": "info@brightwater.example", "company": 0, "newsletter": ""}
    story.add(at(-60, 9), "enquired", by="email")
    story.add(at(-60, 11), "answered", by="email")


def loyal(story: Story, at: Callable[[float, int], int]) -> None:
    """Five visits, a package, a friend brought along."""
    _enquiry(story, at(-170, 9))
    for number, days in enumerate((-160, -130, -100, -70)):
        _past(story, at(days - 12, 11), at(days, 10), min(number, 1), 10)
    _past(story, at(-42, 11), at(-30, 10), 1, 10, offer=False)
    story.add(at(-129, 12), "offered", deal=1, amount=420)
    story.add(at(-127, 12), "deal_moved", deal=1, stage="contractsent")
    story.add(at(-120, 12), "won", deal=1)
    story.add(at(-28, 12), "noted", text="Brought her neighbour along: send the thank-you voucher.")
    story.book(at(-30, 11) + 30 * MINUTE, at(12, 10), 1)


def lost_and_back(story: Story, at: Callable[[float, int], int]) -> None:
    """Found it too expensive, then changed their mind: the deal was reopened."""
    _enquiry(story, at(-90, 9))
    _past(story, at(-89, 10), at(-80, 10))
    story.add(at(-79, 10), "offered", deal=1, amount=560)
    story.add(at(-60, 10), "lost", deal=1, reason="Too expensive")
    story.add(at(-8, 10), "deal_moved", deal=1, stage="contractsent")


def walk_in(story: Story, at: Callable[[float, int], int]) -> None:
    """Came in from the street: a phone number and no e-mail address."""
    story.about |= {"email": "", "newsletter": ""}
    visit = story.book(at(-4, 12), at(-4, 13), 2, confirmed=False, by="desk")
    story.attend(visit, at(-4, 13))


def clock_change(story: Story, at: Callable[[float, int], int]) -> None:
    """Visited on the day the clocks went back, looked after all the same."""
    _enquiry(story, at(-33, 9))
    _past(story, at(-32, 10), opening(at(-26, 10), 10, 30))


def nothing(story: Story, at: Callable[[float, int], int]) -> None:
    """In the address book since an import, with no history at all."""
    story.about |= {"newsletter": "", "owner": None}
    story.add(at(-300, 9), "imported")


def deleted(story: Story, at: Callable[[float, int], int]) -> None:
    """Deleted by the desk ten days ago: listed among the archived only."""
    _enquiry(story, at(-40, 9))
    story.add(at(-10, 12) + 3 * HOUR, "deleted")


STORIES: tuple[Tell, ...] = (
    model_customer, no_reminder, no_confirmation, no_check_in, low_score, moved_twice, no_show,
    cancelled_and_back, rebooked_as_new, unanswered, lapsed, unsubscribed, twice_one, twice_two,
    merged, merged_away, inactive_owner, nothing, company_one, company_two, role_address, loyal,
    lost_and_back, walk_in, clock_change, deleted,
)  # fmt: skip
