"""Asking a Shopify shop: keys of a day, points, versions, refusals, and what is never shown."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from shopify_shop import Store, everything, store

from journeysync.connectors.shopify.client import Client, user_errors
from journeysync.connectors.shopify.connector import make
from journeysync.connectors.shopify.costs import Bucket
from journeysync.connectors.shopify.read import Reader
from journeysync.connectors.shopify.replies import Denied, codes, errors_of, failure
from journeysync.connectors.shopify.settings import read_settings
from journeysync.connectors.shopify.tokens import Token, Tokens
from journeysync.core.errors import BadCredentials, Retry, ToolDown, Usage
from journeysync.core.ports import TellsTime, ToolSetup
from journeysync.sandbox.server import start
from journeysync.sandbox.shopify.keys import CLIENT_ID


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    with store(tmp_path, customers=10) as served:
        yield served


APP: dict[str, Any] = {
    "access_token": None, "client_id": SecretStr(CLIENT_ID),
    "client_secret": SecretStr("shpss_sandbox_1"),
}  # fmt: skip
"""The keys of an app of one's own, instead of a token that stays."""


def client(here: Store, **more: Any) -> Client:
    tool = here.connect(**more)
    return tool._client


# --- keys ----------------------------------------------------------------------------------------


def tokens_asked(here: Store) -> int:
    return sum(one["path"] == "/admin/oauth/access_token" for one in here.journal())


def test_an_app_of_one_s_own_makes_itself_a_token(here: Store) -> None:
    tool = here.connect(**APP)

    assert everything(tool, here.now) == everything(here.connect(), here.now)
    assert tokens_asked(here) == 1


def test_a_token_that_ended_early_is_made_anew(here: Store) -> None:
    """Its day is over in the shop, and our clock does not know."""
    tool = here.connect(**APP)
    everything(tool, here.now)
    here.admin("POST", "/advance", {"days": 1.1})
    everything(tool, here.now)

    assert tokens_asked(here) == 2


def test_a_token_is_not_used_to_its_last_second() -> None:
    clock, made = [0.0], iter("abc")
    tokens = Tokens(lambda: Token(next(made), 86_399), lambda: clock[0])
    used = []
    for seconds in (0, 80_000, 86_100, 86_101):
        clock[0] = seconds
        used.append(tokens.fresh())

    assert used == ["a", "a", "b", "b"]


@pytest.mark.parametrize("keys", [{"client_secret": SecretStr("shpss_x")}, None], ids=str)
def test_a_refused_key_says_which_and_shows_none(here: Store, keys: dict[str, Any] | None) -> None:
    given = {"access_token": SecretStr("shpat_x")} if keys is None else {**APP, **keys}
    name = "ACCESS_TOKEN" if keys is None else "CLIENT_SECRET"
    with pytest.raises(BadCredentials, match=f"JOURNEYSYNC_SHOP__{name}") as caught:
        everything(here.connect(**given), here.now)

    assert "_x" not in str(caught.value)


SETTINGS: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no key": ({"access_token": SecretStr(" ")}, BadCredentials, "JOURNEYSYNC_SHOP__CLIENT_ID"),
    "half a key": (
        {"access_token": None, "client_id": SecretStr("x")}, BadCredentials, "CLIENT_SECRET",
    ),
    "no shop": ({"base_url": ""}, Usage, "NAME.myshopify.com"),
    "an address that customers see": ({"shop": "www.shop.example"}, Usage, "myshopify"),
    "plain http": ({"base_url": "http://shop.example"}, Usage, "https"),
    "an unknown setting": ({"shp": "x"}, Usage, "shp"),
    "a version that is none": ({"api_version": "latest"}, Usage, "api_version"),
    "a mapping that is not there": ({"mapping": "no.yaml"}, Usage, "There is no mapping file"),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS.values(), ids=SETTINGS)
def test_settings_that_cannot_be_used(
    tmp_path: Path, case: tuple[dict[str, Any], type[Exception], str]
) -> None:
    more, error, said = case
    given = {"access_token": SecretStr("shpat_1"), "base_url": "https://shop.example", **more}
    with pytest.raises(error, match=said):
        make(ToolSetup("shop", given, tmp_path))


SHOPS = ["mugs.myshopify.com", "mugs", "https://mugs.myshopify.com/admin",
         "https://admin.shopify.com/store/mugs/orders"]  # fmt: skip


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_is_known_by_the_name_that_shopify_gave_it(tmp_path: Path, name: str) -> None:
    setup = ToolSetup("shop", {"access_token": SecretStr("shpat_1"), "shop": name}, tmp_path)

    assert read_settings(setup).address == "https://mugs.myshopify.com"


# --- points --------------------------------------------------------------------------------------


def test_it_waits_until_a_request_can_be_paid(tmp_path: Path) -> None:
    """Real seconds, few of them; one request of a kind, whose cost nobody knows, is too early."""
    with store(tmp_path, customers=30, limits=True) as here:
        here.edit("shop", "set", maximum=1000, restore_rate=6000, empty=True)
        tool = here.sandbox.tools["shopify"]
        given = {"base_url": tool["base_url"], "access_token": SecretStr(tool["access_token"])}
        setup = ToolSetup("shop", given, tmp_path)
        found = everything(make(setup), here.now)
        asked = len(here.journal())

        assert found == everything(make(setup), here.now)
        needed = len(here.journal()) - asked
        assert needed <= asked <= 2 * needed + 6


def costs(left: float, requested: float, rate: float = 100.0) -> Mapping[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": left, "restoreRate": rate}
    return {"extensions": {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}}


WAITS = {
    "nothing is known": ({}, 0.0, 0.0),
    "there is enough": (costs(800, 500), 0.0, 0.0),
    "three seconds' worth is missing": (costs(200, 500), 0.0, 3.0),
    "one of the three is over": (costs(200, 500), 1.0, 2.0),
    "a richer shop": (costs(200, 500, 1000.0), 0.0, 0.3),
    "no rate is told": (costs(200, 500, 0), 0.0, 0.0),
    "odd answers": ({"extensions": {"cost": "none"}}, 0.0, 0.0),
}


@pytest.mark.parametrize("case", WAITS.values(), ids=WAITS)
def test_how_long_to_wait(case: tuple[Mapping[str, Any], float, float]) -> None:
    reply, later, seconds = case
    bucket = Bucket()
    bucket.learn("Orders", reply, 10.0)

    assert bucket.wait("Orders", 10.0 + later) == pytest.approx(seconds)
    assert bucket.wait("Other", 10.0) == 0.0
    assert bucket.refused("Orders", 10.0 + later) >= 1.0


@pytest.mark.parametrize("options", [{}, {"http": True}], ids=["as Shopify says it", "429"])
def test_who_is_asked_to_wait_waits(here: Store, options: dict[str, Any]) -> None:
    whole = everything(here.connect(), here.now)
    here.fault("429", **options)

    assert everything(here.connect(), here.now) == whole
    assert sum(here.slept) >= 1.0


def test_who_is_asked_to_wait_for_ever_gives_up(here: Store) -> None:
    here.fault("429", times=None)
    with pytest.raises(ToolDown, match="keeps asking to wait"):
        everything(here.connect(), here.now)


# --- what goes wrong -----------------------------------------------------------------------------


MOMENTS: list[dict[str, Any]] = [
    {"kind": "500"}, {"kind": "500", "graphql": True}, {"kind": "503"}, {"kind": "reset"},
    {"kind": "truncate"}, {"kind": "html"},
]  # fmt: skip


@pytest.mark.parametrize("fault", MOMENTS, ids=lambda one: "-".join(map(str, one.values())))
def test_a_bad_moment_passes(here: Store, fault: dict[str, Any]) -> None:
    whole = everything(here.connect(), here.now)
    here.fault(**fault)

    assert everything(here.connect(), here.now) == whole


STATES = {"frozen": "bill is not paid", "gone": "Check `shop`", "locked": "423"}


@pytest.mark.parametrize(("state", "said"), STATES.items())
def test_a_shop_that_cannot_be_read_says_why(here: Store, state: str, said: str) -> None:
    here.edit("shop", "set", state=state)
    with pytest.raises(ToolDown, match=said):
        everything(here.connect(), here.now)


def test_a_scope_that_the_door_asks_for_is_named(here: Store) -> None:
    here.fault("refused", status=403)
    with pytest.raises(BadCredentials, match="read_orders"):
        everything(here.connect(), here.now)


def test_a_field_of_the_mapping_that_shopify_has_not_is_named(here: Store, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("orders: {attributes: {hue: colour}}")
    with pytest.raises(ToolDown, match=r"Order\.colour"):
        everything(here.connect(mapping="own.yaml"), here.now)


def test_a_version_that_shopify_serves_no_more_is_noticed(here: Store) -> None:
    """It answers in another one, with status 200."""
    here.edit("shop", "set", versions=["2027-04", "2027-07"])
    with pytest.raises(ToolDown, match="2027-04"):
        everything(here.connect(), here.now)

    assert everything(here.connect(api_version="2027-07"), here.now)


ERRORS: dict[str, tuple[Any, set[str], str]] = {
    "a bare text": ("[API] Invalid API key", {""}, "answers Orders with an error"),
    "an unknown code": (
        [{"message": "ana@example.com", "extensions": {"code": "ODD"}}], {"ODD"}, r"\(ODD\)",
    ),
    "a field that is none": (
        [{"message": "x", "extensions": {
            "code": "undefinedField", "typeName": "Order", "fieldName": "colour"}}],
        {"undefinedField"}, r"no field Order\.colour: correct the attributes",
    ),
    "a code with a person in it": (
        [{"extensions": {"code": "ana@example.com"}}], {"ana@example.com"}, "error; what came",
    ),
    "no object": (["ana"], {""}, "answers Orders with an error"),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS)
def test_an_error_is_told_without_its_text(case: tuple[Any, set[str], str]) -> None:
    given, expected, said = case
    errors = errors_of({"errors": given, "data": {"orders": None}})

    assert codes(errors) == expected
    with pytest.raises(ToolDown, match=said) as caught:
        raise failure("shop", "Orders", errors)
    assert "ana" not in str(caught.value)


# --- personal data -------------------------------------------------------------------------------


class Guarded:
    """A client of a shop in which the app may not see some fields; each refusal names one."""

    tool, at, bucket = "shop", None, Bucket()

    def __init__(self, denied: set[str]) -> None:
        self.denied = denied
        self.documents: list[str] = []

    def send(self, document: str, _: Mapping[str, Any], *, repeatable: bool) -> dict[str, Any]:
        assert repeatable
        self.documents.append(document)
        for name in sorted(self.denied):
            if name in document:
                path = ["customers", "nodes", 0, name]
                error = {"path": path, "extensions": {"code": "ACCESS_DENIED"}}
                raise failure(self.tool, "Customers", [error])
        return {"customers": {"nodes": [{"id": "gid://shopify/Customer/1"}], "pageInfo": {}}}


def taste(denied: set[str], here: Store) -> tuple[Reader, Guarded]:
    guarded = Guarded(denied)
    reader = here.connect()._reader
    reader._client = reader._pages._client = guarded  # type: ignore[assignment]
    list(reader.read("customers", None, here.now))
    return reader, guarded


def test_what_an_app_may_not_see_is_left_out(here: Store) -> None:
    reader, guarded = taste({"firstName", "lastName", "defaultPhoneNumber"}, here)

    assert reader.denied == {"firstName", "lastName", "defaultPhoneNumber"}
    assert "emailAddress" in guarded.documents[-1]
    assert not any(name in guarded.documents[-1] for name in guarded.denied)


def test_without_e_mail_addresses_nothing_is_read(here: Store) -> None:
    with pytest.raises(Denied, match="Protected customer data"):
        taste({"defaultEmailAddress"}, here)


# --- what writes ---------------------------------------------------------------------------------

TAGS = (
    "mutation Tag($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) "
    "{ node { id } userErrors { field message } } }"
)


def tagged(here: Store) -> Any:
    return here.admin("GET", "/snapshot")["shopify"]["tags"]


def test_a_mutation_is_sent_and_its_failures_are_listed(here: Store) -> None:
    number = here.edit("customer", "create", email="a@example.com")["id"]
    asking = client(here)
    done = asking.send(TAGS, {"id": number, "tags": ["Guest"]}, repeatable=True)
    gone = asking.send(TAGS, {"id": number + "1", "tags": ["x"]}, repeatable=True)

    assert user_errors(done) == []
    assert [set(error) for error in user_errors(gone)] == [{"field", "message"}]


@pytest.mark.parametrize("fault", ["500", "reset", "half-applied"])
def test_a_mutation_whose_outcome_nobody_knows_is_not_repeated(here: Store, fault: str) -> None:
    number = here.edit("customer", "create", email="a@example.com")["id"]
    asking = client(here)
    here.fault(fault)
    with pytest.raises(Retry) as caught:
        asking.send(TAGS, {"id": number, "tags": ["Guest"]}, repeatable=False)

    assert caught.value.sent
    assert asking.caller.calls == 1


def test_a_mutation_that_could_not_be_paid_is_sent_again(here: Store) -> None:
    number = here.edit("customer", "create", email="a@example.com")["id"]
    asking = client(here)
    here.fault("429")
    asking.send(TAGS, {"id": number, "tags": ["Guest"]}, repeatable=False)

    assert asking.caller.calls == 2


# --- check ---------------------------------------------------------------------------------------


def levels(here: Store, **settings: Any) -> dict[str, str]:
    return {one.what: one.level for one in here.connect(**settings).check()}


def test_check_says_that_only_60_days_are_seen(here: Store) -> None:
    assert "warning" not in levels(here).values()
    here.edit("app", "set", scopes=["read_customers", "read_orders", "read_returns"])
    found = levels(here)

    assert [what for what in found if "60 days" in what]
    assert [what for what in found if "Subscription contracts are left out" in what]


def test_check_hears_what_time_it_is_in_the_shop(here: Store) -> None:
    here.edit("shop", "set", slow=1800)
    tool = here.connect()
    assert tool.told() is None
    tool.check()

    assert isinstance(tool, TellsTime)
    assert here.now - (tool.told() or here.now) == timedelta(minutes=30)


def test_check_names_the_scopes_that_are_missing(here: Store) -> None:
    here.edit("app", "set", scopes=["read_orders"])
    (error,) = [one for one in here.connect().check() if one.level == "error"]

    assert "read_customers, read_returns" in error.what
    assert error.exit_code == 4


def test_check_says_that_the_workspace_counts_in_another_currency(here: Store) -> None:
    assert [what for what in levels(here, currency="EUR") if "foreign_amount" in what]
    assert not [what for what in levels(here, currency="GBP") if "foreign_amount" in what]


@pytest.mark.parametrize(
    ("now", "told"), [("2027-06-01T09:00:00Z", 0), ("2027-08-01T09:00:00Z", 1)]
)
def test_check_tells_in_time_that_a_version_ends(tmp_path: Path, now: str, told: int) -> None:
    with start(customers=0, tools=("shopify",), limits=False, now=now) as sandbox:
        found = [what for what in levels(Store(sandbox, tmp_path)) if "October 2027" in what]

    assert len(found) == told


def test_check_shows_what_customers_may_not_be_seen(here: Store) -> None:
    here.edit("app", "set", protected="denied")
    errors = [one for one in here.connect().check() if one.level == "error"]

    assert [one.exit_code for one in errors] == [4]
