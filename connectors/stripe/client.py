"""Asks Stripe, patiently, always in one version of its API.

Walks through lists by the last id. Refuses answers of the other mode: test data is no customer's.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from journeysync.connectors.budgets import Window
from journeysync.connectors.http import Answer, Caller, Refused, Request
from journeysync.connectors.stripe.rows import Read, whole
from journeysync.connectors.stripe.settings import VERSION, Settings, key_name
from journeysync.connectors.transport import over_prepared, over_requests
from journeysync.core.errors import BadCredentials, ToolDown

Row = dict[str, Any]
PAGE = 100
_PATIENCE = 3
_NO_SUCH = (requests.codes.bad_request, requests.codes.not_found)
"""What is answered to a place in a list that is gone."""
_RIGHT = re.compile(r"\brak_\w+")


class Client:
    """Makes requests; knows the key and patience, but no payment."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tool = tool
        self._base = settings.base_url
        self._livemode = settings.livemode
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc must not replace the key
        self._session.headers["Accept"] = "application/json"
        key = settings.api_key.get_secret_value().strip()
        self._session.headers["Authorization"] = f"Bearer {key}"
        self._session.headers["Stripe-Version"] = VERSION
        self.caller = Caller(
            tool,
            f"Renew the key in {key_name(tool)}; Stripe shows it under Developers > API keys.",
            windows={"calls": Window(settings.calls_per_second, 1.0)},
            scopes=_rights,
            considered=lambda answer: answer.headers.get("stripe-should-retry") == "false",
            sleep=sleep,
            monotonic=monotonic,
        )

    @property
    def told(self) -> datetime | None:
        """What time Stripe's last answer said it was; None where none said it."""
        return self.caller.told

    def rows(
        self,
        path: str,
        query: Mapping[str, str],
        expand: Sequence[str] = (),
        read: Read = whole,
    ) -> Iterator[list[Row]]:
        """Yield the pages of a list, newest first."""
        ask = self._pages(path, {"limit": str(PAGE), **query, **_each(expand, "data.")}, read)
        last, again = "", 0
        before: list[str] = []
        seen: set[str] = set()
        """What the page before showed: more need not be remembered of a list without end."""
        while True:
            try:
                page = ask(last)
            except Refused as error:
                if error.answer.status not in _NO_SUCH or not before:
                    raise
                last = before.pop()  # the one we had come to was deleted meanwhile
                continue
            found = page.get("data")
            if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
                raise ToolDown(self.tool, f"answers something else than a list to GET {path}.")
            ids = [str(row.get("id")) for row in found]
            rows = [
                self._own(row) for row, number in zip(found, ids, strict=True) if number not in seen
            ]
            if found and not rows:
                again += 1
                if again > _PATIENCE:
                    raise ToolDown(self.tool, f"repeats its pages of {path}.")
                continue
            again = 0
            yield rows
            if not page.get("has_more") or not rows:
                return
            seen, (*before, last) = set(ids), ids

    def one(self, path: str, number: str, expand: Sequence[str] = ()) -> Row | None:
        """Ask for one object; None when there is none of that id."""
        try:
            return self._own(self._single(path, number, expand))
        except Refused as error:
            if error.answer.status == requests.codes.not_found:
                return None
            raise

    def change(self, path: str, number: str, values: Mapping[str, str]) -> Row:
        """Set values of one object. It may be repeated: it says what is to be, not what to do."""
        request = Request(f"POST /v1/{path}/ID", repeatable=True, windows=("calls",))
        send = over_requests(self._session, "POST", f"{self._base}/v1/{path}/{number}", form=values)
        return self._own(self.caller.call(request, send, whole))

    def first(self, path: str, most: int = PAGE) -> list[Row]:
        """Ask for the newest objects of a list."""
        return next(self.rows(path, {"limit": str(most)}), [])

    def _own(self, row: Row) -> Row:
        """Refuse what belongs to the other mode."""
        if row.get("livemode", self._livemode) != self._livemode:
            other = "test data" if self._livemode else "live data"
            raise BadCredentials(
                self.tool,
                f"The key in {key_name(self.tool)} opens {other}, and `livemode` in "
                "journeysync.yaml says the opposite: correct one of the two.",
                "wrong mode",
            )
        return row

    def _pages(self, path: str, query: Mapping[str, str], read: Read) -> Callable[[str], Row]:
        """Ask for pages of one list, each after an id."""
        asked = requests.Request("GET", f"{self._base}/v1/{path}", params=query)
        prepared = self._session.prepare_request(asked)
        request = Request(f"GET /v1/{path}", repeatable=True, windows=("calls",))
        address = prepared.url

        def ask(last: str) -> Row:
            prepared.url = f"{address}&starting_after={quote(last, safe='')}" if last else address
            return self.caller.call(request, over_prepared(self._session, prepared), read)

        return ask

    def _single(self, path: str, number: str, expand: Sequence[str]) -> Row:
        request = Request(f"GET /v1/{path}/ID", repeatable=True, windows=("calls",))
        address = f"{self._base}/v1/{path}/{quote(number, safe='')}"
        send = over_requests(self._session, "GET", address, params=_each(expand, ""))
        return self.caller.call(request, send, whole)


def _each(expand: Sequence[str], prefix: str) -> dict[str, str]:
    return {f"expand[{number}]": prefix + one for number, one in enumerate(expand)}


def _rights(answer: Answer) -> Sequence[str]:
    """Read from a refusal which rights a restricted key lacks; its text also shows the key."""
    return sorted(set(_RIGHT.findall(answer.body.decode("utf-8", "replace"))))
