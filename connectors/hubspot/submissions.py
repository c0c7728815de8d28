"""Reads what was sent with the portal's forms: who, when and with which form, nothing else.

HubSpot lists them form by form, the latest first, and names people by the address they entered.
Fields are not kept: they are the customers' own words.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.client import Client, chunks
from journeysync.connectors.hubspot.streams import SUBMISSIONS
from journeysync.core.errors import ToolDown
from journeysync.core.instants import from_micros, to_micros
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch

_FORMS = 100
_PAGE = 50
_TOGETHER = 1000
_PEOPLE = 100
TYPE = SUBMISSIONS.removesuffix("s")


class Submissions:
    """Reads the submissions of one portal."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: list[answers.Form] | None = None

    def forms(self) -> Sequence[answers.Form]:
        """Return the portal's forms; asked for once. Raises LacksScope where that is forbidden."""
        if self._known is None:
            found: list[answers.Form] = []
            after = ""
            while True:
                page = self._client.get(
                    self._client.paths.forms(),
                    answers.forms,
                    limit=str(_FORMS),
                    formTypes="all",
                    **({"after": after} if after else {}),
                )
                found += page.results
                if not page.paging or not page.paging.next or page.paging.next.after == after:
                    break
                after = page.paging.next.after
            self._known = found
        return self._known

    def read(self, since: datetime | None) -> Iterator[Batch]:
        """Yield the submissions since an instant, or all there are."""
        for some in chunks(self._sent(since), _TOGETHER):
            yield Batch(tuple(self._raw(some)))
        yield Batch((), complete=since is None)

    def _sent(self, since: datetime | None) -> Iterator[tuple[answers.Form, answers.Submission]]:
        first = None if since is None else to_micros(since) // 1000
        for form in self.forms():
            for one in self._of_form(form):
                if first is not None and one.submittedAt < first:
                    break
                yield form, one

    def _of_form(self, form: answers.Form) -> Iterator[answers.Submission]:
        path, after, seen = self._client.paths.submissions(form.id), "", {""}
        while True:
            cursor = {"after": after} if after else {}
            page = self._client.get(path, answers.submissions, limit=str(_PAGE), **cursor)
            yield from page.results
            after = page.paging.next.after if page.paging and page.paging.next else ""
            if not after:
                return
            if after in seen:
                raise ToolDown(self._client.tool, "repeats its pages of form submissions.")
            seen.add(after)

    def _raw(self, sent: Sequence[tuple[answers.Form, answers.Submission]]) -> Iterator[RawRecord]:
        people = self._people({one.email.lower() for _, one in sent if one.email})
        for form, one in sent:
            contact = people.get(one.email.lower(), "")
            content = {
                "properties": {
                    "form": form.name,
                    "at": from_micros(one.submittedAt * 1000).isoformat(),
                    **({"page": page} if (page := _page(one.pageUrl)) else {}),
                },
                "contacts": [[contact, False]] if contact else [],
            }
            number = one.conversionId or _number(form, one)
            yield RawRecord(RecordKey(self._client.tool, TYPE, number), content)

    def _people(self, emails: Iterable[str]) -> dict[str, str]:
        """Find the contacts who have these addresses today."""
        path = self._client.paths.batch("contacts", "read")
        found: dict[str, str] = {}
        for some in chunks(sorted(emails), _PEOPLE):
            body = {
                "properties": ["email", "hs_additional_emails"],
                "propertiesWithHistory": [],
                "idProperty": "email",
                "inputs": [{"id": one} for one in some],
            }
            for record in self._client.ask(path, body, answers.rows).results:
                held = record.properties
                more = (held.get("hs_additional_emails") or "").split(";")
                for email in (held.get("email") or "", *more):
                    found[email.strip().lower()] = record.id
        return found


def _page(url: str) -> str:
    """Name the page without what hangs on its address: that may name a person."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/")


def _number(form: answers.Form, one: answers.Submission) -> str:
    """Make an id for a submission of old times, which has none."""
    text = f"{form.id} {one.submittedAt} {one.email.lower()}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
