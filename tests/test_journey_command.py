"""`journey list, show, lint`: maps without a tool, a key or a network."""

from pathlib import Path

import pytest
from command_line import run

MAP = """\
format: 1
journey: own
version: "3"
label: Our own way
description: For people who like words.
stages:
  - {id: enquiry, label: Enquiry, phase: before, owner: sales, reached_by: form.submitted}
  - id: loyalty
    owner: success
    only: [regular]
    reached_by:
      - {event: order.placed, count: 3, within: 365d}
      - {event: order.paid, sum: {amount: 1000}}
    entered_by: {event: deal.won, where: {amount: {gte: 10, lt: 20}, tool: {not_in: [old, older]}}}
exits:
  - {id: lost, entered_by: deal.lost, owner: sales}
  - id: lapsed
    quiet_for: 180d
    of: [booking.*, meeting.held]
    from: [loyalty]
    suppressed_while: [booked]
states:
  - {id: booked, from: booking.created, to: booking.cancelled}
  - {id: gone, from: subscriber.left}
routes:
  - {id: regular, when: {segment: {exists: true}}, having: {event: deal.won, where: {a: {ne: b}}}}
touchpoints:
  - id: welcome
    stage: enquiry
    owner: sales
    with: the sponsor
    channel: email
    documents: [letter.pdf]
    after: {event: deal.won, where: {name: {contains: x}}}
    opens: 2h
    within: {default: 1d, regular: 2 business days}
    expect: email.sent
    unless: deal.lost
    suppressed_while: [gone]
    act_within: 30d
  - {id: reminder, owner: sales, before: booking.starts, opens: 3d, at_least: 24h,
     expect: message.sent, same: booking, except: [regular]}
  - {id: nudge, owner: sales, entering: loyalty, every: 6w, last: 2w, until: order.placed,
     limit: 4, expect: email.sent, moot_in: [lost], when: {vip: {exists: false}}}
  - {id: first, owner: sales, after: order.placed, once: true, within: 3d, expect: email.sent}
targets:
  - {from: enquiry, to: loyalty, rate: 40%, within: 30d}
  - {touchpoint: welcome, on_time: 95%}
  - {feedback: survey.answered, mean: 4.5}
"""

DRAWN = """\
Our own way (own, version 3)
For people who like words.

Path
  1. enquiry  Enquiry, before, sales
              reached by form.submitted
  2. loyalty  Loyalty, success, only on regular
              reached by order.placed, 3 times within 365d or order.paid, amount 1000 in all
              entered by deal.won (amount >= 10 and < 20, tool not old or older)

Exits
  x  lost  Lost, sales
       entered by deal.lost
  x  lapsed  Lapsed
       after 180d without booking.* or meeting.held, from loyalty; not while booked

States
  booked: from booking.created until booking.cancelled
  gone: from subscriber.left, for good

Routes
  regular: segment present and had deal.won (a not b)
  default: everybody else

Touchpoints
  enquiry
    - welcome  Welcome, sales, email, with the sponsor
        within 1d (default) or 2 business days (regular) after deal.won (name contains x), not
          earlier than 2h after it
        seen as email.sent
        waived by deal.lost; not while gone; no task later than 30d after the deadline
        documents: letter.pdf
  any stage
    - reminder  Reminder, sales
        at least 24h before booking.starts, not earlier than 3d ahead
        seen as message.sent
        not on regular; of the same booking
    - nudge  Nudge, sales
        every 6w (in the last 2w of it) after entering loyalty until order.placed, at most 4 times
        seen as email.sent
        for vip absent; moot in lost
    - first  First, sales
        within 3d after the first order.placed
        seen as email.sent

Targets
  enquiry to loyalty: 40% within 30d
  welcome: 95% on time
  survey.answered: 4.5 on average
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(MAP)
    (tmp_path / "journeysync.yaml").write_text("journeys: [before-during-after, own.yaml]\n")
    return tmp_path


def test_show(folder: Path) -> None:
    """Everything a map can say, in words."""
    ran = run("journey", "show", "own.yaml", "--workspace", folder)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == DRAWN


def test_show_a_path_from_here(folder: Path) -> None:
    """A path on the command line needs no workspace; `--json` gives the map as it is written."""
    ran = run("journey", "show", folder / "own.yaml", "--json")

    assert ran.document["touchpoints"][0]["opens"] == "2h"


def test_list(folder: Path) -> None:
    """Shipped maps, and those of the workspace."""
    ran = run("journey", "list", "--workspace", folder, "--json")

    assert {"name": "own.yaml", "shipped": False, "label": "Our own way", "version": "3"} in (
        ran.document["journeys"]
    )
    assert any(one["shipped"] for one in ran.document["journeys"])
    assert "own.yaml  Our own way, version 3: 2 stages, 2 exits, 4 touchpoints" in ran.err


def test_lint_without_mistakes(folder: Path) -> None:
    """The shipped map is clean, and so is ours."""
    ran = run("journey", "lint", "--workspace", folder)

    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "2 looked at: mistakes=0 warnings=0"


def test_lint_finds_all(folder: Path) -> None:
    """Every mistake with file, line, code and what to write instead; exit 2."""
    broken = MAP.replace("booking.cancelled}", "booking.canceled}").replace("sum:", "summ:")
    (folder / "own.yaml").write_text(broken)

    plain = run("journey", "lint", folder / "own.yaml")
    as_json = run("journey", "lint", folder / "own.yaml", "--json")

    assert (plain.code, as_json.code) == (2, 2)
    lines = [line for line in plain.out.splitlines() if line.startswith(str(folder))]
    assert any(":13: JS104" in line and "`sum`" in line for line in lines)
    assert any(":23: JS202" in line and "`booking.cancelled`" in line for line in lines)
    assert {one["line"] for one in as_json.document["problems"]} >= {13, 23}


MISTAKES = {
    "a shipped name with a slip": (["show", "before-during-afer"], "`before-during-after`"),
    "no such file": (["lint", "nowhere.yaml"], "JS100"),
    "no workspace and no name": (["lint"], "Name a map"),
    "a map with mistakes cannot be shown": (["show", "broken.yaml"], "broken.yaml:1: JS1"),
}


@pytest.mark.parametrize(("words", "says"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_shown(tmp_path: Path, words: list[str], says: str) -> None:
    """Exit 2, with the next step."""
    (tmp_path / "broken.yaml").write_text("format: 7\n")

    ran = run("journey", *words, "--workspace", tmp_path)

    assert ran.code == 2
    assert says in ran.out + ran.err
