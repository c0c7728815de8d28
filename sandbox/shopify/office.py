"""Puts together what answers queries of one shop: endpoint, lists, bulk operations, snapshot."""

import re
from typing import TYPE_CHECKING, Any

from journeysync.sandbox.shopify.bulk import KEPT, Bulk
from journeysync.sandbox.shopify.context import Context
from journeysync.sandbox.shopify.endpoint import Endpoint, Unreadable
from journeysync.sandbox.shopify.gids import gid
from journeysync.sandbox.shopify.keys import Keys
from journeysync.sandbox.shopify.lists import Lists
from journeysync.sandbox.shopify.refusals import told
from journeysync.sandbox.shopify.shop import Shop
from journeysync.sandbox.wire import Answer, Request

if TYPE_CHECKING:
    from journeysync.sandbox.shopify.things import Customer, Order

_FILE = re.compile(r"/bulk-results/(\d+)\.jsonl")
_MISSING = {"errors": {"query": "Required parameter missing or invalid"}}
_GONE = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code></Error>"


class Office:
    """Answers queries."""

    def __init__(self, shop: Shop, keys: Keys, *, limits: bool) -> None:
        self.endpoint = Endpoint(limits=limits)
        self.bulk = Bulk()
        self._shop = shop
        self._keys = keys
        self._lists = Lists(shop)

    def answer(self, request: Request, *, half: bool = False) -> Answer:
        """Answer a query, or say that there is none."""
        try:
            return told(self.endpoint.answer(self._context(request), request, half=half))
        except Unreadable:
            return told(_MISSING, 400)

    def throttled(self, request: Request, short: int) -> Answer:
        """Refuse a query because points are missing."""
        try:
            return told(self.endpoint.throttled(request, short))
        except Unreadable:
            return told(_MISSING, 400)

    def denied(self, request: Request, scope: str) -> Answer:
        """Answer as if the token had lost a scope."""
        kept = self._keys.scopes
        verb = scope.removeprefix("read_").removeprefix("write_")
        self._keys.grant([one for one in kept if one not in (f"read_{verb}", f"write_{verb}")])
        try:
            return self.answer(request)
        finally:
            self._keys.grant(kept)

    def file(self, request: Request) -> Answer:
        """Hand out the file of a bulk operation: whoever knows the address may have it."""
        found = _FILE.fullmatch(request.path)
        one = self.bulk.operations.get(int(found[1])) if found else None
        known = one is not None and (one.url or one.partial_url)
        if one is None or not known or (one.completed or 0) + KEPT < self._shop.now:
            return Answer(403, _GONE, {"Content-Type": "application/xml; charset=UTF-8"})
        return Answer(200, one.file, {"Content-Type": "application/jsonl"})

    def snapshot(self) -> dict[str, Any]:
        """Show tags and metafields by their owners."""
        shop = self._shop
        own: list[Customer | Order] = [*shop.customers.values(), *shop.orders.values()]
        tags = {gid(type(one).__name__, one.id): sorted(one.tags) for one in own if one.tags}
        fields = sorted(
            (one.owner, one.namespace, one.key, one.type, one.value)
            for one in shop.metafields.values()
        )
        return {"tags": dict(sorted(tags.items())), "metafields": [list(one) for one in fields]}

    def _context(self, request: Request) -> Context:
        url = f"http://{request.headers.get('host', '127.0.0.1')}"
        return Context(self._shop, self._keys, self.bulk, self._lists, url, request.twist)
