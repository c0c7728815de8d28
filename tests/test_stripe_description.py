"""Reading beside the official description of Stripe's API: what is asked, and what is answered."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from openapi import document, mistakes
from stripe_account import Account, account, everything
from stripe_objects import charge, invoice, lines, refund, refunded, subscription

from journeysync.connectors.stripe.contents import Kept
from journeysync.connectors.stripe.rows import FIELDS, only, whole

SPEC = "stripe-2023-08-16.json"
"""It holds what reads alone, not the writing of customers' metadata."""
DAYS = timedelta(days=1)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Serve an account in which everything happened that the pretend one knows."""
    with account(tmp_path_factory.mktemp("stripe"), customers=40) as served:
        old = round((served.now - 40 * DAYS).timestamp() * 1000)
        number = served.edit("customer", "create", email="a@example.com", name="A", at=old)["id"]
        for way in ({}, {"captured": False}, {"failed": True}, {"pending": True}):
            served.edit("charge", "create", amount=900, customer=number, at=old, **way)
        paid = served.edit("charge", "create", amount=5000, email="a@example.com", at=old)["id"]
        for _ in range(12):
            served.edit("charge", "refund", id=paid, amount=10)
        served.edit("charge", "dispute", id=paid)
        bill = served.edit("invoice", "create", customer=number, amount=9, description="x", at=old)
        served.edit("invoice", "finalise", id=bill["id"])
        served.edit("invoice", "decline", id=bill["id"])
        runs = served.edit("subscription", "create", customer=number, amount=9, trial=9, at=old)
        served.edit("subscription", "cancel-at-end", id=runs["id"])
        page = served.edit("checkout.session", "create", amount=9, email="a@b.example", at=old)
        served.edit("checkout.session", "complete", id=page["id"], pending=True)
        gone = served.edit("customer", "create", email="b@example.com", name="B", at=old)["id"]
        served.edit("customer", "delete", id=gone)
        yield served


def ask(here: Account, path: str, query: str = "") -> requests.Response:
    tool = here.sandbox.tools["stripe"]
    headers = {"Authorization": f"Bearer {tool['api_key']}", "Stripe-Version": "2023-08-16"}
    return requests.get(f"{tool['base_url']}{path}?{query}", headers=headers, timeout=10)


def described(path: str) -> str:
    """Find an address in the description."""
    paths: list[str] = sorted(document(SPEC)["paths"], key=lambda one: "{" in one)
    return next(
        one for one in paths if re.fullmatch(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(one)), path)
    )


def unknown(path: str, query: str) -> list[str]:
    """Name the parameters that the description does not know."""
    told = {
        one["name"]: one["schema"] for one in document(SPEC)["paths"][path]["get"]["parameters"]
    }
    strange = []
    for name, _ in parse_qsl(query):
        first, _, rest = name.partition("[")
        forms = told.get(first, {}).get("anyOf", [told.get(first, {})])
        key = rest.rstrip("]")
        known = not rest or any(
            form.get("type") == "array" if key.isdecimal() else key in form.get("properties", {})
            for form in forms
        )
        if first not in told or not known:
            strange.append(name)
    return strange


def test_every_request_is_described_and_so_is_its_answer(here: Account) -> None:
    tool = here.connect()
    everything(tool, here.now)
    for stream in tool.streams:
        list(tool.read(stream, here.now - 3 * DAYS, here.now))
    tool.check()
    asked = {(one["path"], one["query"]) for one in here.journal()}
    paths = {described(path) for path, _ in asked}

    assert [path for path in paths if path.endswith("}")], "nothing was read again"
    for path, query in asked:
        assert unknown(described(path), query) == [], path
        answer = ask(here, path, query).json()
        if path == "/v1/disputes":  # described is the payment's id alone, not that it can be opened
            rows = [{**one, "charge": str(one["charge"])} for one in answer["data"]]
            answer = {**answer, "data": rows}
        assert mistakes(SPEC, described(path), answer) == [], (path, query)


def test_payment_intents_stand_as_their_charges_do(here: Account) -> None:
    rows = ask(here, "/v1/payment_intents", "limit=100&expand[]=data.latest_charge").json()
    found = {row["status"] for row in rows["data"]}
    attempts = ask(here, "/v1/charges", "limit=100&expand[]=data.payment_intent").json()["data"]

    assert found == {
        "succeeded", "requires_capture", "requires_payment_method", "processing",
    }  # fmt: skip
    for one in attempts:
        row = ask(here, f"/v1/payment_intents/{one['payment_intent']['id']}").json()
        assert row == one["payment_intent"]
        assert mistakes(SPEC, "/v1/payment_intents/{intent}", row) == []


REFUSED = {
    "a parameter that is none": "/v1/charges?limits=3",
    "too long a page": "/v1/charges?limit=101",
    "an unknown place": "/v1/charges?starting_after=ch_none",
    "a parameter of another list": "/v1/charges?status=failed",
    "checkouts by their date": "/v1/checkout/sessions?created[gte]=1",
    "what cannot be opened": "/v1/charges?expand[]=data.amount",
    "an opening that names no row": "/v1/charges?expand[]=refunds",
    "too deep an opening": "/v1/disputes?expand[]=data.charge.invoice.subscription.customer",
    "more types than twenty": "/v1/events?" + "&".join(f"types[]=a.b{n}" for n in range(21)),
    "an object that is none": "/v1/charges/ch_none",
    "an address that is none": "/v1/chargers",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_what_stripe_refuses_is_refused_in_its_form(here: Account, url: str) -> None:
    path, _, query = url.partition("?")
    answer = ask(here, path, query)

    assert answer.status_code in (400, 404)
    assert mistakes(SPEC, "/v1/charges", answer.json(), "default") == []


def test_a_list_can_be_walked_backwards(here: Account) -> None:
    forwards = ask(here, "/v1/charges", "limit=7").json()["data"]
    last = forwards[-1]["id"]
    back = ask(here, "/v1/charges", f"limit=3&ending_before={last}").json()

    assert back["data"] == forwards[3:6]
    assert back["has_more"]


# --- decoding only what is kept ------------------------------------------------------------------


class Spy(dict[str, Any]):
    """A row that remembers which of its fields were looked at."""

    def __init__(self, row: dict[str, Any]) -> None:
        super().__init__(row)
        self.asked: set[str] = set()

    def get(self, name: str, other: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, other)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


def test_what_is_looked_at_is_decoded() -> None:
    paid, bill = Spy(charge("ch_1", 0, 900)), Spy(invoice("in_1", 0, 900, lines=lines("x")))
    kept = Kept("billing", {})
    kept.payment(paid, [])
    kept.invoice(bill)

    assert paid.asked <= set(FIELDS["charges"])
    assert bill.asked <= set(FIELDS["invoices"])
    assert subscription(0)["object"] not in FIELDS  # of what is not named, all is decoded


@pytest.mark.parametrize("path", FIELDS)
def test_what_is_kept_is_the_same_however_a_page_was_decoded(here: Account, path: str) -> None:
    body = ask(here, f"/v1/{path}", "limit=100").content
    some, entire = only(path)(body)["data"], whole(body)["data"]
    kept = Kept("billing", {})

    assert len(some) > 10
    assert some != entire
    if path == "charges":
        assert [kept.payment(row, []) for row in some] == [kept.payment(row, []) for row in entire]
    elif path == "invoices":
        assert [kept.invoice(row) for row in some] == [kept.invoice(row) for row in entire]
    else:
        assert [row["data"]["object"]["id"] for row in some] == [
            row["data"]["object"]["id"] for row in entire
        ]


def test_a_field_that_the_mapping_names_is_decoded_whole() -> None:
    row = charge("ch_1", 0, 900, billing_details={"address": {"city": "Bern"}}, outcome={"a": 1})
    body = json.dumps({"data": [row], "has_more": False}).encode()
    (found,) = only("charges", ("billing_details", "outcome"))(body)["data"]

    assert found["billing_details"]["address"]["city"] == "Bern"
    assert found["outcome"] == {"a": 1}


def test_a_page_of_another_form_than_usual_is_decoded_whole() -> None:
    row = refunded(charge("ch_1", 0, 900, billing_details="odd"), refund("re_1", 1, 2))
    body = json.dumps({"data": [row], "has_more": False}).encode()

    assert only("charges")(body)["data"] == [row]
    for broken in (b"", b"<html>", b'{"data": [', b"[1]"):
        with pytest.raises(ValueError, match="no JSON object"):
            only("charges")(broken)
