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
from typing import Any

import msgspec
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1

from journeysync.connectors.http import Answer, Caller, Refused, Request, over_requests
from journeysync.connectors.woocommerce.rows import Read, whole
from journeysync.connectors.woocommerce.settings import Settings, secret_name
from journeysync.core.errors import ToolDown

_CRASHED = "internal_server_error"
"""The code of WordPress' page for a crash: that one may pass."""
_READ_ONLY = b"write permissions"
"""WooCommerce has no code of its own for this; a shop in another language says something else, and
the sentence about the secret is shown then."""


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
        self._base = f"{settings.url}/wp-json"
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc must not replace the key
        self._session.verify = settings.ca_file or True
        self._session.headers["Accept"] = "application/json"
        key = settings.consumer_key.get_secret_value().strip()
        secret = settings.consumer_secret.get_secret_value().strip()
        if settings.signs:
            self._session.auth = OAuth1(
                key, client_secret=secret, signature_method=SIGNATURE_HMAC_SHA256
            )
        else:
            self._session.auth = (key, secret)
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
        return self.part(path, query, whole)

    def part(self, path: str, query: Mapping[str, str], read: Read) -> Page:
        """Ask for a page, and decode what `read` decodes of it."""
        whole_path = path if path.startswith("/") else f"/wc/v3/{path}"
        answer, found = self._ask("GET", whole_path, query, read=read)
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
        answers: list[Answer] = []

        def exchange() -> Answer:
            answers.append(send())
            return answers[-1]

        found = self.caller.call(request, exchange, read)
        return answers[-1], found

    def _advice(self, answer: Answer) -> str:
        """Say what a person does about a refusal; WooCommerce's own words are misleading."""
        code = error_code(answer)
        if code == "woocommerce_rest_authentication_error" and _READ_ONLY in answer.body:
            return (
                "The key may only read, and `write_to` names the shop: make a key with Read/Write "
                "access, or take the shop out of `write_to`."
            )
        if code == "woocommerce_rest_authentication_error":
            return (
                f"The shop knows the key, but not its secret: put the one it was made with into "
                f"{self._names[1]}, or make a new key."
            )
        if code == "woocommerce_rest_cannot_batch":
            return (
                "The WordPress user whose key this is may not edit accounts, and `write_to` names "
                "the shop: make the key for an administrator or a shop manager."
            )
        if code == "woocommerce_rest_cannot_view":
            return (
                f"Either the key in {self._names[0]} is not the shop's or may not read, or the "
                "shop does not see it: its server strips the Authorization header, or does not "
                "know that visitors come by https (a proxy in front must set `HTTPS=on`)."
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
    except (ValueError, TypeError):
        return None
