"""Asks a shop over https, patiently, with its key in a header and never in an address.

Says what a refusal means for a person. Changes accounts' metadata and nothing else. Links in
answers are never followed: WordPress writes them with the address it believes to have, which may
be another host than the configured one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import msgspec
import requests

from journeysync.connectors.http import Answer, Caller, Exchange, Refused, Request
from journeysync.connectors.transport import over_prepared, over_requests
from journeysync.connectors.woocommerce.entry import API, STRANGER, UNSEEN, WRONG, Entry
from journeysync.connectors.woocommerce.rows import Read, whole
from journeysync.connectors.woocommerce.settings import Settings, secret_name
from journeysync.connectors.woocommerce.values import text
from journeysync.core.errors import ToolDown

_REDIRECTS = range(300, 400)
_CRASHED = "internal_server_error"
"""The code of WordPress' page for a crash: that one may pass."""
_READ_ONLY = b"write permissions"
"""WooCommerce has no code of its own for this; a shop in another language says something else, and
is understood where it took the key before."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list."""

    rows: list[dict[str, Any]]
    total: int | None
    """How many rows the whole list had when this was answered; None: a proxy took it away."""
    at: datetime | None
    """The shop's clock."""


class Client:
    """Makes requests; knows keys and patience, but no order."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tool = tool
        self._base = settings.url + API
        self.entry = Entry(settings)
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc must not replace the key
        self._session.verify = settings.ca_file or True
        self._session.headers["Accept"] = "application/json"
        self._session.auth = self.entry
        self._names = [secret_name(tool, name) for name in ("consumer_key", "consumer_secret")]
        self.caller = Caller(
            tool,
            f"Check {self._names[0]} and {self._names[1]}, and that the key may read.",
            considered=_considered,
            advise=self._advice,
            sleep=sleep,
            monotonic=monotonic,
        )

    def page(self, path: str, **query: str) -> Page:
        """Ask for a page of a list under `/wc/v3`, or of a plugin's, from its root."""
        return self._page(path, query, whole)

    def pages(self, path: str, query: Mapping[str, str], read: Read) -> Callable[[int], Page]:
        """Ask for pages of one list by their numbers, and decode what `read` decodes of them."""
        prepared: requests.PreparedRequest | None = None
        address = ""

        def ask(number: int) -> Page:
            nonlocal prepared, address
            if not self.entry.plain:
                return self._page(path, {**query, "page": str(number)}, read)
            if prepared is None:
                asked = requests.Request("GET", f"{self._base}/wc/v3/{path}", params=query)
                prepared = self._session.prepare_request(asked)
                address = f"{prepared.url}&page="
            prepared.url = f"{address}{number}"
            request = Request(f"GET /wc/v3/{path}", repeatable=True)
            found = self._call(request, over_prepared(self._session, prepared), read)
            return self._as_page(path, *found)

        return ask

    def _page(self, path: str, query: Mapping[str, str], read: Read) -> Page:
        whole_path = path if path.startswith("/") else f"/wc/v3/{path}"
        return self._as_page(path, *self._ask("GET", whole_path, query, read=read))

    def _as_page(self, path: str, answer: Answer, found: Any) -> Page:
        rows = self._rows(found, f"GET {path}")
        total = answer.headers.get("x-wp-total", "")
        return Page(rows, int(total) if total.isdecimal() else None, _date(answer))

    def change(self, path: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Change rows of a list under `/wc/v3`, at most 100; give the shop's answer to each.

        It may be repeated: the rows say what is to be, not what to do.
        """
        _, found = self._ask("POST", f"/wc/v3/{path}/batch", {}, {"update": rows})
        return self._rows(found.get("update") if isinstance(found, dict) else None, f"POST {path}")

    def may_change(self, path: str) -> None:
        """Change no row of a list. Raises BadCredentials where the key may only read."""
        self._ask("POST", f"/wc/v3/{path}/batch", {}, {"update": []})

    def _rows(self, found: Any, asked: str) -> list[dict[str, Any]]:
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise ToolDown(self.tool, f"answers something else than a list to {asked}.")
        return found

    def site(self) -> Mapping[str, Any]:
        """Ask WordPress who it is: the only address that needs no key."""
        _, found = self._ask("GET", "/", {})
        return found if isinstance(found, dict) else {}

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: object = None,
        read: Read = whole,
    ) -> tuple[Answer, Any]:
        request = Request(f"{method} {path}", repeatable=True)
        send = over_requests(self._session, method, self._base + path, params=query, body=body)
        return self._call(request, send if path == "/" else partial(self._admitted, send), read)

    def _call(self, request: Request, send: Exchange, read: Read) -> tuple[Answer, Any]:
        answers: list[Answer] = []

        def exchange() -> Answer:
            answers.append(send())
            if elsewhere := _leads_to(answers[-1]):
                raise ToolDown(
                    self.tool, f"is at another address: write `url: {elsewhere}` if it is yours."
                )
            return answers[-1]

        found = self.caller.call(request, exchange, read)
        return answers[-1], found

    def _admitted(self, send: Exchange) -> Answer:
        """Send with the key; after a refusal that may be of the way it was shown, in another."""
        signed, first = self.entry.signs, send()
        answer = first
        while self.entry.another_way(answer, error_code(answer), self._home):
            self.caller.calls += 1
            answer = send()
        # Of several signatures that are refused, the first is for the likeliest address.
        return first if signed and answer.status == STRANGER else answer

    def _home(self) -> str:
        """Ask which address WordPress believes to have; empty where it does not say."""
        self.caller.calls += 1
        answer = over_requests(self._session, "GET", f"{self._base}/")()
        try:
            found = whole(answer.body)
        except ValueError:
            return ""
        return text(found.get("home")) if isinstance(found, dict) else ""

    def _advice(self, answer: Answer) -> str:
        """Say what a person does about a refusal; WooCommerce's own words are misleading."""
        code = error_code(answer)
        key, secret = self._names
        if told := _of_writing(code, answer, taken=self.entry.taken):
            return told
        if code == WRONG and self.entry.signs:
            return (
                f"The shop does not know the key in {key}, or {secret} is not the secret it was "
                "made with: put in both, or make a new key."
            )
        if code == WRONG:
            return (
                f"The shop knows the key, but not its secret: put the one it was made with into "
                f"{secret}, or make a new key."
            )
        if code.startswith(UNSEEN) and answer.status == STRANGER:
            return (
                f"Either the key in {key} is not the shop's or may not read, or the "
                "shop does not see it: its server strips the Authorization header, or does not "
                "know that visitors come by https (a proxy in front must set `HTTPS=on`)."
            )
        if code.startswith(UNSEEN):
            return (
                "Whoever the key belongs to may not do this in the shop: make one that belongs to "
                "an administrator or a shop manager."
            )
        return ""


def _leads_to(answer: Answer) -> str:
    """Say to which site a redirect leads, such as the one with `www.`; empty where to none."""
    if answer.status not in _REDIRECTS:
        return ""
    site, api, _ = answer.headers.get("location", "").partition(API)
    return site if api and site.startswith("https://") and "@" not in site else ""


def _of_writing(code: str, answer: Answer, *, taken: bool) -> str:
    """Say what a person does where the shop lets nothing be written; empty where it is not that.

    `taken`: it has taken the key for reading.
    """
    if code == WRONG and (taken or _READ_ONLY in answer.body):
        return (
            "The key may only read, and `write_to` names the shop: make a key with Read/Write "
            "access, or take the shop out of `write_to`."
        )
    if code == "woocommerce_rest_cannot_batch" and answer.status != STRANGER:
        return (
            "The WordPress user whose key this is may not edit accounts, and `write_to` names "
            "the shop: make the key for an administrator or a shop manager."
        )
    return ""


def error_code(answer: Answer) -> str:
    """Read the code of WordPress' errors; empty where there is none."""
    try:
        body = msgspec.json.decode(answer.body)
    except msgspec.MsgspecError:
        return ""
    return str(body.get("code") or "") if isinstance(body, dict) else ""


def refused_as(error: Refused, *codes: str) -> bool:
    """Say whether a refusal is one of these."""
    return error_code(error.answer) in codes


def _considered(answer: Answer) -> bool:
    return error_code(answer) not in {"", _CRASHED}


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
