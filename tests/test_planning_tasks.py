"""Which tasks open, move and close: one fact per case."""

import pytest
from plans import MAP, NOW, STUDIO, Case, ago, entry, event, need, person, present, view

from journeysync.core.language.model import Journey
from journeysync.core.planning.duties import task_key
from journeysync.core.planning.views import Override
from journeysync.core.ports import OwnerInfo

KEY = task_key("answer", "crm:form.submitted:1", 0)
TASK = entry(KEY)
GONE = entry("js1-gone", anchor="crm:form.submitted:0")
SECOND = need(anchor=event(id="crm:form.submitted:2"), late=0.5)

CASES = {
    "a missed touchpoint opens a task": (Case([view(need())]), "open answer due 11-19"),
    "one that is only due does not": (Case([view(need(status="due", late=-1))]), ""),
    "one that was seen late does not": (Case([view(need(status="late"))]), ""),
    "one of which nobody knows does not": (Case([view(need(status="unknown"))]), ""),
    "one past helping does not": (Case([view(need(actionable=False))]), ""),
    "due is the deadline plus what the map says": (
        Case([view(need("check-in", late=3))]),
        "open check-in due 11-18",
    ),
    "one no tool can see is followed from its opening": (
        Case([view(need(status="unseen", late=-1, opens=ago(1)))]),
        "open answer due 11-21",
    ),
    "but not before it": (Case([view(need(status="unseen", late=-3, opens=ago(-2)))]), ""),
    "a deadline before the horizon makes no task": (Case([view(need(late=15))]), ""),
    "nor one at the horizon": (Case([view(need(late=14))]), ""),
    "a deadline before live_from makes no task": (
        Case([view(need(late=2))], rules={"live_from": ago(1)}),
        "",
    ),
    "one at live_from does": (
        Case([view(need(late=1))], rules={"live_from": ago(1)}),
        "open answer due 11-19",
    ),
    "the earliest deadline comes first": (
        Case([view(need("check-in", late=2), need(late=1))]),
        "open check-in due 11-19",
    ),
    "two may be open where the workspace says so": (
        Case([view(need("check-in", late=2), need(late=1))], rules={"max_open_per_customer": 2}),
        "open answer due 11-19; open check-in due 11-19",
    ),
    "the day's cap holds the rest back": (
        Case(
            [view(need(late=2)), view(SECOND, name="c-2", people=[person("2")])],
            rules={"max_per_day": 1},
        ),
        "open answer due 11-18",
    ),
    "what was opened today counts": (
        Case([view(need())], rules={"max_per_day": 3}, ledger={"opened_today": 3}),
        "",
    ),
    "an open task stays": (Case([view(need())], tasks=[TASK], there=[present(TASK)]), ""),
    "an open task whose touchpoint was seen closes": (
        Case([view(need(status="late"))], tasks=[TASK], there=[present(TASK)]),
        "close answer due 11-19",
    ),
    "one whose touchpoint is waived closes": (
        Case([view(need(status="waived"))], tasks=[TASK], there=[present(TASK)]),
        "close answer due 11-19",
    ),
    "one past helping closes": (
        Case([view(need(actionable=False))], tasks=[TASK], there=[present(TASK)]),
        "close answer due 11-19",
    ),
    "one whose tool was not read stays": (
        Case([view(need(status="unknown"))], tasks=[TASK], there=[present(TASK)]),
        "",
    ),
    "one older than the horizon stays": (
        Case(
            [view(need(late=20))],
            tasks=[entry(KEY, due=ago(20))],
            there=[present(entry(KEY, due=ago(20)))],
        ),
        "",
    ),
    "one whose anchor moved moves": (
        Case([view(need(late=0.5))], tasks=[TASK], there=[present(TASK)]),
        "move answer due 11-19",
    ),
    "also into the future": (
        Case([view(need(status="due", late=-2))], tasks=[TASK], there=[present(TASK)]),
        "move answer due 11-22",
    ),
    "one that a person moved stays where they put it": (
        Case([view(need(late=0.5))], tasks=[TASK], there=[present(TASK, due=ago(-5))]),
        "",
    ),
    "one that a person completed stays closed": (
        Case([view(need())], tasks=[TASK], there=[present(TASK, status="completed")]),
        "",
    ),
    "one that a person deleted stays deleted": (
        Case([view(need())], tasks=[entry(KEY, standing="deleted")]),
        "",
    ),
    "one that the CRM no longer knows counts as deleted": (
        Case([view(need())], tasks=[TASK]),
        "",
    ),
    "one that we closed opens again when it is owed again": (
        Case([view(need())], tasks=[entry(KEY, standing="closed")]),
        "reopen answer due 11-19",
    ),
    "one whose anchor is gone closes": (
        Case([view()], tasks=[GONE], there=[present(GONE)]),
        "close answer due 11-19",
    ),
    "one whose anchor was replaced lives on under it": (
        Case([view(need())], tasks=[GONE], there=[present(GONE)]),
        "",
    ),
    "also beside what the customer whom they were joined to was owed earlier": (
        Case(
            [view(need(), need(anchor=event(id="crm:old"), late=30, status="done"))],
            tasks=[GONE],
            there=[present(GONE)],
        ),
        "",
    ),
    "but of two of the same instant it could be either": (
        Case(
            [view(need(), need(anchor=event(id="crm:other"), status="done"))],
            tasks=[GONE],
            there=[present(GONE)],
        ),
        "close answer due 11-19; open answer due 11-19",
    ),
    "and what a person completed does not come back under another anchor": (
        Case([view(need())], tasks=[entry("js1-gone", standing="completed", anchor="crm:x")]),
        "",
    ),
    "one that the CRM has and the ledger lost is taken over": (
        Case([view(need())], there=[present(TASK)]),
        "",
    ),
    "a pinned exit makes touchpoints pointless": (
        Case([view(need(), override=Override("lost", "crm", None))]),
        "",
    ),
    "but not those of entering it": (
        Case([view(need("win-back", anchor=None, late=1), override=Override("lost", "crm", None))]),
        "open win-back due 11-19",
    ),
    "a CRM that is down waits": (Case([view(need())], down=frozenset({"crm"})), ""),
    "a customer without a record in the CRM gets none": (
        Case([view(need(), people=[person("9", "shop")])]),
        "",
    ),
}


@pytest.mark.parametrize(("case", "expected"), CASES.values(), ids=CASES)
def test_tasks(case: Case, expected: str) -> None:
    assert case.sentences() == expected


def test_one_deal_with_several_contacts_makes_one_task() -> None:
    """On all of them, and it closes only when none of them is owed it any more."""
    deal = event("deal.won", id="crm:deal:93:won", subject_type="deal", subject_id="93")
    views = [
        view(need("check-in", anchor=deal), name=f"c-{n}", people=[person(str(n))]) for n in (1, 2)
    ]
    (task,) = Case(views).plan().tasks

    assert task.customers == ("c-1", "c-2")
    assert task.about == (("contact", "1"), ("contact", "2"), ("deal", "93"))
    key = task_key("check-in", "crm:deal:93:won", 0)
    there = entry(key, customers=("c-1", "c-2"), touchpoint="check-in", due=task.due)
    seen = view(need("check-in", status="done", anchor=deal), name="c-1")
    assert Case([seen, views[1]], tasks=[there], there=[present(there)]).plan().tasks == ()


def test_two_journeys_share_a_touchpoint_and_its_task() -> None:
    """The task names both."""
    other = Journey.model_validate({**MAP, "journey": "other", "label": "Other"})
    one = view(need())
    both = one.answers[0], view(need(), journey="other").answers[0]
    shared = type(one)(one.id, one.people, both, touched=one.touched)
    (task,) = Case([shared], journeys=(STUDIO, other)).plan().tasks

    assert task.journeys == ("Studio", "Other")


BOSS = OwnerInfo("7", "boss@example.com")
CARE = OwnerInfo("8", "care@example.com")
LEFT = OwnerInfo("9", "left@example.com", active=False)
DEPARTMENTS = {"departments": {"sales": {"crm_owner": "Care@Example.com"}}}

OWNERS = {
    "the deal's owner comes first": ("7", "8", {}, "7"),
    "then the contact's": ("", "7", DEPARTMENTS, "7"),
    "then the department's, its address in any case": ("", "", DEPARTMENTS, "8"),
    "an inactive one falls through": ("9", "7", {}, "7"),
    "and where nobody is left it is nobody's": ("9", "", {}, ""),
}


@pytest.mark.parametrize(("deal", "contact", "rules", "owner"), OWNERS.values(), ids=OWNERS)
def test_who_gets_a_task(deal: str, contact: str, rules: dict[str, object], owner: str) -> None:
    asked = need(anchor=event(owner=deal))
    someone = person(owner=contact)
    case = Case([view(asked, people=[someone])], owners=[BOSS, CARE, LEFT], rules=rules)
    plan = case.plan()

    assert [task.owner for task in plan.tasks] == [owner]
    passed_over = deal == "9" or not owner
    assert any(note.kind == "unassigned" for note in plan.notes) == passed_over


def test_the_subject_names_person_thing_and_date_in_80_characters() -> None:
    long = person(first_name="Maximiliana Wilhelmina Theodora Alexandra Henrietta Josephina")
    (task,) = Case([view(need("check-in"), people=[long])]).plan().tasks

    assert len(task.subject) <= 80
    assert task.subject.startswith("Call Maximiliana")
    assert task.subject.endswith("(due 19 Nov)")


def test_a_subject_is_one_line_whatever_a_name_holds() -> None:
    (task,) = Case([view(need("check-in"), people=[person(first_name="Line\nbreak")])]).plan().tasks

    assert task.subject.startswith("Call Line break Novak")


def test_the_body_says_why_and_how_it_closes() -> None:
    (task,) = Case([view(need("check-in"))]).plan().tasks

    assert "“Check-in” was due by 19 Nov 2026 09:00 (UTC)" in task.body
    assert "closes by itself as soon as this is seen: call logged" in task.body
    assert task.key in task.body


def test_the_due_date_never_comes_from_the_clock_of_the_run() -> None:
    (task,) = Case([view(need(late=3))]).plan().tasks

    assert task.due == ago(3) < NOW


def test_a_key_fits_into_a_field() -> None:
    """Whatever the anchor is called."""
    assert len(task_key("t" * 100, "x" * 1000, 99)) < 80
