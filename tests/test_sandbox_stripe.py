"""The pretend Stripe beside the official description of its API, and the official package."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from stripe_account import Account, account

from journeysync.sandbox.stripe.account import LISTS

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "../shared/specs/stripe-2023-08-16.json"
TYPES: dict[str, Any] = {
    "string": str, "integer": int, "boolean": bool, "number": (int, float), "array": list,
    "object": dict,
}  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with account(tmp_path_factory.mktemp("stripe"), customers=150) as served:
        served.edit(
            "charge",
            "dispute",
            id=served.edit("charge", "create", amount=500, email="a@example.com")["id"],
        )
        yield served


def ask(here: Account, path: str, **query: str) -> requests.Response:
    tool = here.sandbox.tools["stripe"]
    headers = {"Authorization": f"Bearer {tool['api_key']}", "Stripe-Version": "2023-08-16"}
    url = f"{tool['base_url']}/v1/{path}"
    return requests.get(url, params=query, headers=headers, timeout=10)


@pytest.mark.parametrize("kind", LISTS)
def test_objects_are_as_the_official_description_says(here: Account, kind: str) -> None:
    if not SPEC.is_file():
        pytest.skip("the description of Stripe's API is not beside this checkout")
    schema = json.loads(SPEC.read_text("utf-8"))["components"]["schemas"][kind]
    rows = ask(here, LISTS[kind], limit="100").json()["data"]

    assert rows
    for row in rows:
        assert set(schema["required"]) <= set(row)
        assert set(row) <= {*schema["properties"], "description"}
        for name, value in row.items():
            described = schema["properties"].get(name, {})
            if value is None:
                assert described.get("nullable", True) or name not in schema["required"], name
            elif "type" in described:
                assert isinstance(value, TYPES[described["type"]]), name
            if "enum" in described and value is not None:
                assert value in described["enum"], name


def test_answers_decode_through_the_official_package(here: Account) -> None:
    tool = here.sandbox.tools["stripe"]
    client = stripe.StripeClient(
        tool["api_key"], base_addresses={"api": tool["base_url"]}, max_network_retries=0
    )
    found: list[Any] = list(client.v1.charges.list({"limit": 5, "expand": ["data.refunds"]}))

    assert all(isinstance(one, stripe.Charge) for one in found)
    assert len(list(client.v1.invoices.list({"limit": 7}).auto_paging_iter())) > 7
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.retrieve("cus_none")


def test_lists_are_newest_first_and_never_by_change(here: Account) -> None:
    rows = ask(here, "charges", limit="100").json()["data"]
    dates = [row["created"] for row in rows]

    assert dates == sorted(dates, reverse=True)
    bound = str(dates[10])
    newer = ask(here, "charges", limit="100", **{"created[gte]": bound}).json()["data"]
    wanted = {row["id"] for row in rows if row["created"] >= dates[10]}
    assert {row["id"] for row in newer} == wanted


def test_events_are_of_another_version_and_end_after_thirty_days(here: Account) -> None:
    rows = ask(here, "events", limit="100").json()["data"]
    oldest = here.now.timestamp() - 30 * 86_400

    assert {row["api_version"] for row in rows} == {"2019-12-03"}
    assert all(row["created"] > oldest for row in rows)


def test_checkouts_cannot_be_asked_by_date(here: Account) -> None:
    assert ask(here, "checkout/sessions", **{"created[gte]": "1"}).status_code == 400


def test_time_brings_the_same_however_it_is_divided(tmp_path: Path) -> None:
    answers = []
    for steps in ((40,), (1, 0.5, 8.5, 30)):
        with account(tmp_path, customers=40) as served:
            ask(served, "charges")
            for days in steps:
                served.admin("POST", "/advance", {"days": days})
            answers.append([ask(served, path, limit="100").json() for path in LISTS.values()])

    assert answers[0] == answers[1]
