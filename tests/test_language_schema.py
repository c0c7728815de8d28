"""The JSON Schemas are current, valid, and agree with the loader about what may be written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from journeysync.core.language.loader import read_map
from journeysync.core.language.schema import journey_schema, workspace_schema
from journeysync.core.language.workspace_text import read_workspace
from journeysync.core.language.written import read_yaml
from journeysync.core.running.maps import load_journey, shipped_journeys

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
GENERATORS: dict[str, Callable[[], dict[str, Any]]] = {
    "journey": journey_schema,
    "workspace": workspace_schema,
}

EVERYTHING = """\
format: 1
journey: everything
version: "1"
label: All that a map can say
description: Used to see that schema and loader agree.
calendar: {timezone: Europe/London, days: [mon, tue, thu], hours: "08:00-24:00", holidays: GB-ENG}
stages:
  - id: enquiry
    label: Enquiry
    phase: before
    owner: sales
    guidance: Be quick.
    reached_by: [form.submitted, booking.created]
  - id: purchase
    owner: sales
    entered_by: {event: deal.stage_changed, where: {to: [contract_sent, closedwon]}}
    except: [free]
  - id: loyalty
    owner: success
    reached_by:
      - {event: order.placed, count: 3, within: 365d}
      - {event: order.paid, sum: {amount: 1000}}
      - {event: call.logged, where: {outcome: {ne: busy, exists: true}, direction: out}}
      - {event: order.placed, where: {amount: {gte: 10, lt: 20.5}, vip: true, items: {in: [1, b]}}}
exits:
  - {id: lost, entered_by: [deal.lost]}
  - id: lapsed
    quiet_for: 180d
    of: [booking.*, order.*]
    from: [purchase, loyalty]
    suppressed_while: booked
states:
  - {id: unsubscribed, from: subscriber.left, to: [subscriber.joined, consent.given]}
  - {id: booked, label: Has a booking, from: [booking.created], to: booking.ended}
routes:
  - {id: enterprise, when: {segment: enterprise, size: {gt: 100}}}
  - {id: free, having: [{event: deal.won, where: {amount: 0}}]}
touchpoints:
  - id: welcome-letter
    label: Welcome letter
    stage: purchase
    owner: onboarding
    with: project sponsor
    channel: email
    documents: [welcome.pdf]
    after: deal.won
    within: 1 business day
    expect: {event: email.sent, where: {template: welcome}}
    unless: [deal.reopened]
    task:
      title: "Send {{ customer.name }} the letter about {{ anchor.amount }}"
      body: "{{ documents }}"
      checklist: [address, parking]
      priority: high
      due: 4 business hours
  - {id: reminder, owner: a, before: booking.starts, opens: 3d, at_least: 24h, same: booking,
     expect: message.sent, moot_in: []}
  - {id: nudge, owner: a, after: booking.attended, every: 6w, until: booking.created, limit: 4,
     last: 2w, expect: [email.sent], suppressed_while: [unsubscribed], moot_in: lost, once: true}
  - {id: kick-off, owner: a, entering: purchase, within: {default: 5d, enterprise: 1.5w},
     only: [enterprise, default], when: {value: {gte: 10000}}, act_within: 1mo,
     expect: meeting.held}
targets:
  - {from: enquiry, to: purchase, rate: 40%, within: 30d}
  - {touchpoint: welcome-letter, on_time: 0.95}
  - {feedback: survey.answered, mean: 4.5}
"""

WORKSPACE = """\
journeys: [before-during-after, ours.yaml]
customer: company
timezone: Europe/London
region: GB
currency: GBP
state: postgresql://db/journeys
tools:
  hubspot:
  salesforce: {}
  shop: {type: woocommerce, url: https://shop.example}
write_to: [hubspot, salesforce]
precedence: [salesforce, hubspot]
departments:
  success: {hubspot_owner: care@example.com, salesforce_owner: care@example.com}
live_from: 2026-12-01
tasks: {horizon: 14d, max_open_per_customer: 1, max_per_day: 200, max_per_owner_per_day: 20}
guard: {max_changes: 10%}
ignore_keys: ["@example-agency.com"]
role_addresses: [studio]
max_people_per_key: 7
"""

TYPOS = [
    ("touchpoints", "expect:", "expects:"),
    ("a duration", "within: 1 business day", "within: 1 busy day"),
    ("half a month", "act_within: 1mo", "act_within: 1.5mo"),
    ("a word", "phase: before", "phase: befor"),
    ("an id", "id: welcome-letter", "id: Welcome letter"),
    ("a kind", "until: booking.created", "until: booking"),
    ("a condition", "lt: 20.5", "less: 20.5"),
    ("a share", "rate: 40%", "rate: 140%"),
    ("a calendar", "days: [mon, tue, thu]", "day: mon"),
    ("a count", "count: 3", "count: 0"),
    ("an empty key", "until: booking.created", "until:"),
    ("the format", "format: 1", "format: 3"),
    ("a top key", "targets:", "goals:"),
]


def plain(text: str) -> Any:
    node, problems = read_yaml(text, "example.yaml")
    assert node is not None
    assert not problems
    return node.plain()


@pytest.mark.parametrize("name", GENERATORS)
def test_a_committed_schema_is_current(name: str, request: pytest.FixtureRequest) -> None:
    path = SCHEMAS / f"{name}.schema.json"
    text = json.dumps(GENERATORS[name](), indent=2) + "\n"
    if request.config.getoption("--update-golden"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, "Run `make golden` and read the diff."


@pytest.mark.parametrize("name", GENERATORS)
def test_a_schema_is_valid(name: str) -> None:
    Draft202012Validator.check_schema(GENERATORS[name]())


def test_all_that_a_map_can_say_is_accepted_by_both() -> None:
    Draft202012Validator(journey_schema()).validate(plain(EVERYTHING))
    assert [str(one) for one in read_map(EVERYTHING, "map.yaml")[1]] == []


def test_the_example_uses_every_key() -> None:
    written = EVERYTHING.replace("-", "_")
    parts = [journey_schema(), *journey_schema()["$defs"].values()]
    for part in parts:
        mapping = next((one for one in part.get("anyOf", ()) if "properties" in one), part)
        missing = [key for key in mapping.get("properties", ()) if f"{key}:" not in written]
        assert set(missing) <= {"eq", "not_in", "lte", "gt", "contains"}


@pytest.mark.parametrize("name", shipped_journeys())
def test_a_shipped_map_is_accepted_by_both(name: str) -> None:
    _, problems, text = load_journey(name)
    assert [str(one) for one in problems] == []
    Draft202012Validator(journey_schema()).validate(plain(text))


def test_a_workspace_is_accepted_by_both() -> None:
    Draft202012Validator(workspace_schema()).validate(plain(WORKSPACE))
    assert [str(one) for one in read_workspace(WORKSPACE, "journeysync.yaml")[1]] == []


@pytest.mark.parametrize(("right", "wrong"), [pytest.param(*row[1:], id=row[0]) for row in TYPOS])
def test_a_slip_is_refused_by_both(right: str, wrong: str) -> None:
    assert right in EVERYTHING
    text = EVERYTHING.replace(right, wrong, 1)
    assert not Draft202012Validator(journey_schema()).is_valid(plain(text))
    assert read_map(text, "map.yaml")[0] is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("timezone:", "timzone:"), ("company", "people"), ("14d", "14"), ("10%", "1000%")],
)
def test_a_workspace_s_slip_is_refused_by_both(right: str, wrong: str) -> None:
    text = WORKSPACE.replace(right, wrong, 1)
    assert not Draft202012Validator(workspace_schema()).is_valid(plain(text))
    assert read_workspace(text, "journeysync.yaml")[0] is None
