"""Who may see what in the pretend Shopify: tokens, scopes, versions, and what is hidden."""

from collections.abc import Iterator

import pytest
from shopify_asker import Asker, asker

from journeysync.sandbox.shopify.keys import CLIENT_ID


@pytest.fixture(scope="module")
def shop() -> Iterator[Asker]:
    """A shop that no test changes."""
    with asker() as served:
        yield served


@pytest.fixture
def bench() -> Iterator[Asker]:
    """A shop with three people, to be changed."""
    with asker(customers=3) as served:
        yield served


def test_a_token_that_was_asked_for_lasts_a_day(bench: Asker) -> None:
    asked = {"grant_type": "client_credentials", "client_id": CLIENT_ID,
             "client_secret": "shpss_sandbox_1"}  # fmt: skip
    told = bench.client("POST", "/admin/oauth/access_token", asked).body
    query = "{ shop { id } }"

    assert told["expires_in"] == 86_399
    assert "write_customers" in told["scope"].split(",")
    assert bench.post(query, token=told["access_token"]).status == 200
    bench.admin("POST", "/advance", {"days": 1})
    late = bench.post(query, token=told["access_token"])
    assert (late.status, type(late.body["errors"])) == (401, str)
    assert bench.post(query).status == 200
    wrong = bench.client("POST", "/admin/oauth/access_token", {**asked, "client_secret": "x"})
    assert (wrong.status, wrong.body["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        ("2026-10", "2026-10"),
        ("2025-10", "2025-10"),
        ("2019-04", "2025-10"),
        ("2031-01", "2025-10"),
        ("unstable", "unstable"),
    ],
)
def test_a_version_that_is_no_more_falls_forward_without_a_word(
    shop: Asker, asked: str, answers: str
) -> None:
    reply = shop.post("{ shop { id } }", path=f"/admin/api/{asked}/graphql.json")

    assert (reply.status, reply.headers["x-shopify-api-version"]) == (200, answers)


def test_the_pinned_version_can_be_retired(bench: Asker) -> None:
    bench.edit("shop", "set", versions=["2027-01", "2027-04"])

    assert bench.post("{ shop { id } }").headers["x-shopify-api-version"] == "2027-01"


def test_without_a_scope_a_field_is_null_and_the_rest_is_there(bench: Asker) -> None:
    customer = bench.edit("customer", "create", email="ann@example.com")
    bench.edit("order", "create", customer=customer["id"])
    bench.edit("app", "set", scopes=["read_orders"])
    reply = bench.post("{ orders(first: 250) { nodes { id customer { id } } } }").body

    assert {row["customer"] for row in reply["data"]["orders"]["nodes"]} == {None}
    assert reply["errors"][-1]["extensions"]["code"] == "ACCESS_DENIED"
    assert reply["errors"][-1]["path"][-1] == "customer"
    refused = bench.post("{ customers(first: 1) { nodes { id } } }").body
    assert (refused["data"], refused["errors"][0]["path"]) == (None, ["customers"])
    scopes = "{ currentAppInstallation { accessScopes { handle } } }"
    told = bench.ask(scopes)["currentAppInstallation"]["accessScopes"]
    assert told == [{"handle": "read_orders"}]


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("{ orders(first: 1) { nodes { id } } }", "read_orders"),
        ("{ ordersCount { count } }", "read_orders"),
        ("{ abandonedCheckouts(first: 1) { nodes { id } } }", "read_orders"),
        ("{ customers(first: 1) { nodes { id } } }", "read_customers"),
        ("{ draftOrders(first: 1) { nodes { id } } }", "read_draft_orders"),
        ("{ subscriptionContracts(first: 1) { nodes { id } } }", "read_own_subscription_contracts"),
        ("{ orders(first: 1) { nodes { returns(first: 1) { nodes { id } } } } }", "read_returns"),
    ],
)
def test_each_list_needs_its_scope(bench: Asker, query: str, scope: str) -> None:
    bench.edit("order", "create")
    known = {"read_orders", "read_customers", "read_draft_orders", "read_returns",
             "read_own_subscription_contracts"}  # fmt: skip
    bench.edit("app", "set", scopes=sorted(known))
    assert "errors" not in bench.post(query).body

    bench.edit("app", "set", scopes=sorted(known - {scope}))
    error = bench.post(query).body["errors"][0]

    assert error["extensions"]["requiredAccess"] == f"`{scope}` access scope."


def test_orders_older_than_sixty_days_are_hidden_without_a_word(shop: Asker) -> None:
    whole = shop.ids("orders", "first: 250", "id createdAt")
    kept = ["read_orders", "read_customers"]
    before = [row["id"] for row in whole if row["createdAt"] < "2026-09-21T09:00:00Z"]
    with asker() as fresh:
        fresh.edit("app", "set", scopes=kept)
        seen = fresh.ids("orders", "first: 250")
        hidden = fresh.ask("query($id: ID!) { order(id: $id) { id } }", id=before[0])

    assert before
    assert seen == [row["id"] for row in whole if row["id"] not in before]
    assert hidden == {"order": None}


@pytest.mark.parametrize(("protected", "email"), [("", "ann@example.com"), ("redacted", None)])
def test_personal_data_are_null_without_leave(
    bench: Asker, protected: str, email: str | None
) -> None:
    one = bench.edit("customer", "create", email="ann@example.com", first="Ann")
    bench.edit("order", "create", customer=one["id"])
    bench.edit("app", "set", protected=protected)
    query = """query($id: ID!) { customer(id: $id) { email defaultEmailAddress { emailAddress }
        orders(first: 1) { nodes { email } } } }"""

    told = bench.ask(query, id=one["id"])["customer"]

    assert (told["email"], told["orders"]["nodes"][0]["email"]) == (email, email)
    assert (told["defaultEmailAddress"] or {}).get("emailAddress") == email


def test_customers_can_be_out_of_sight_altogether(bench: Asker) -> None:
    bench.edit("app", "set", protected="denied")

    assert bench.code("{ customers(first: 1) { nodes { id } } }") == "ACCESS_DENIED"
