"""How a shop is asked: where the key stands, what is signed, and what a refusal is said to mean."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from shop import Shop, everything, shop

from journeysync.connectors.woocommerce.connector import make
from journeysync.connectors.woocommerce.settings import Settings
from journeysync.core.errors import BadCredentials, ToolDown, Usage
from journeysync.core.models import RecordKey
from journeysync.core.ports import RecordWrite, ToolSetup


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as served:
        yield served


def order_key(number: str) -> RecordKey:
    return RecordKey("shop", "order", number)


def test_the_key_is_in_no_address(here: Shop) -> None:
    tool = here.connect()
    everything(tool, here.now)
    tool.check()
    shown = [one["path"] + one["query"] for one in here.journal()]

    assert shown
    assert not any("ck_" in text or "oauth" in text or "cs_" in text for text in shown)


def test_a_shop_that_sees_https_takes_the_key_as_it_is(here: Shop) -> None:
    here.edit("site", "set", https=True)

    assert everything(here.connect(auth="basic"), here.now)


BELIEFS = {
    "another host": {"host": "www.shop.example"},
    "another host, by https": {"host": "www.shop.example", "https": True},
    "its own host, by https": {"https": True},
    "a clock that is years behind": {"minds_clock": True},
    "all of it": {"host": "www.shop.example", "https": True, "minds_clock": True},
}


@pytest.mark.parametrize("believes", BELIEFS.values(), ids=BELIEFS)
def test_what_is_signed_is_what_wordpress_believes(here: Shop, believes: dict[str, Any]) -> None:
    """A real shop checks signatures over its own address and by its own clock."""
    here.edit("site", "set", **believes)
    number = here.order()
    tool = here.connect(auth="oauth1")

    assert order_key(number) in everything(tool, here.now)
    before = tool.calls
    everything(tool, here.now)
    assert tool.calls - before == 4  # found once


def test_a_shop_that_sees_no_https_is_signed_to(
    here: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a proxy that hides it: the key itself is "unknown" there."""
    here.edit("site", "set", host="www.shop.example")
    number = here.order()
    # The sandbox has no certificate: the address is that of a shop behind https all the same.
    monkeypatch.setattr(Settings, "signs", False)

    assert order_key(number) in everything(here.connect(), here.now)


def test_check_asks_the_root_without_a_key(here: Shop) -> None:
    """Where WordPress' own passwords are in use, the root takes a key for a wrong one."""
    here.edit("site", "set", https=True, passwords=True)

    assert here.connect(auth="basic").check()[0].level == "ok"


KEYS = {
    "an unknown key": ({}, {"consumer_key": "ck_other"}, "not know the key"),
    "a wrong secret": ({}, {"consumer_secret": "cs_other"}, "not the secret"),
    "a shop that sees no https": ({}, {"auth": "basic"}, "HTTPS=on"),
    "an unknown key, by https": (
        {"https": True}, {"consumer_key": "ck_other", "auth": "basic"}, "may not read",
    ),
    "a wrong secret, by https": (
        {"https": True}, {"consumer_secret": "cs_other", "auth": "basic"}, "knows the key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KEYS.values(), ids=KEYS)
def test_a_refused_key_says_what_to_do(here: Shop, case: tuple[Any, dict[str, str], str]) -> None:
    site, settings, hint = case
    here.edit("site", "set", **site)
    given: Any = {k: v if k == "auth" else SecretStr(v) for k, v in settings.items()}
    with pytest.raises(BadCredentials, match=hint) as caught:
        everything(here.connect(**given), here.now)
    assert "ck_" not in str(caught.value)


REFUSED = {
    "plain http": ({"base_url": "http://shop.example"}, "plain http"),
    "a key in the address": ({"base_url": "https://shop.example/?consumer_key=x"}, "keep keys"),
    "no scheme": ({"base_url": "shop.example"}, "starts with https"),
    "no address": ({"base_url": None}, "starts with https"),
    "an unknown setting": ({"swep_hours": 3}, "swep_hours"),
    "a mapping that is not there": ({"mapping": "no.yaml"}, "There is no mapping file"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_settings_that_cannot_be_used(here: Shop, case: tuple[dict[str, Any], str]) -> None:
    settings, told = case
    with pytest.raises(Usage, match=told):
        here.connect(**settings)


def test_without_a_key_nothing_is_asked(here: Shop) -> None:
    with pytest.raises(BadCredentials, match="JOURNEYSYNC_SHOP__CONSUMER_SECRET"):
        here.connect(consumer_secret=SecretStr(" "))


@pytest.mark.parametrize("folder", ["/shop", "/wp-admin"])
def test_check_says_where_no_shop_is(here: Shop, folder: str) -> None:
    base = here.sandbox.tools["woocommerce"]["base_url"]
    (finding,) = here.connect(base_url=base + folder).check()

    assert (finding.level, finding.exit_code) == ("error", 2)
    assert "Permalinks" in finding.next_step


def test_a_key_that_may_only_read_is_understood_in_any_language(here: Shop) -> None:
    """WooCommerce has no code for it, and says it as it says that a secret is wrong."""
    here.edit("site", "set", read_only=True, language="de")
    tool = here.connect()
    tool.present("customer", ["1"], ["journey_stage"])

    with pytest.raises(BadCredentials, match="may only read"):
        tool.write_records([RecordWrite("customer", "1", {"journey_stage": "x"})])


class Elsewhere(requests.adapters.BaseAdapter):
    """A server that sends everybody to another address."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self._location = location

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.raw = 301, request, io.BytesIO()
        answer.headers["Location"] = self._location
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://www.shop.example/wp-json/wc/v3/orders?page=1", "url: https://www.shop.example`"),
        ("https://shop.example/de/wp-json/", "url: https://shop.example/de`"),
        ("https://shop.example/login", "answered 301"),
        ("http://shop.example/wp-json/", "answered 301"),
    ],
)
def test_a_shop_that_has_moved_is_named_and_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str, told: str
) -> None:
    """The key must not go where nobody said it should."""
    monkeypatch.setattr(requests.Session, "get_adapter", lambda *_, **__: Elsewhere(location))
    given = {"url": "https://shop.example", "consumer_key": "ck_1", "consumer_secret": "cs_1"}
    tool = make(ToolSetup("shop", given, tmp_path))

    with pytest.raises(ToolDown, match=told):
        tool.check()
