"""The studio's shop: what the people it knows buy, leave, send back and subscribe to.

A function of the seed: everything, past and future, is drawn at the start and written down when
its time has come. Parcels leave at five, carriers scan at six, orders are archived on Sunday
nights: so dozens of orders change within one second.
"""

import heapq
from decimal import Decimal
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from journeysync.sandbox.data.happenings import daytime
from journeysync.sandbox.data.people import person
from journeysync.sandbox.shopify.shop import CARD, TRANSFER, Shop
from journeysync.sandbox.shopify.things import Address, Contract, Customer, Draft, Order, Return
from journeysync.sandbox.world import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 5_000
"""Beyond so many customers everybody buys once: it is size that is wanted then."""
BUYS, REGISTERS, SUBSCRIBES = 0.65, 0.7, 0.16
GOODS = ("ROLL-1", "OIL-1", "BAND-1", "TAPE-1", "GIFT-1")
CURRENCIES = ("GBP",) * 22 + ("EUR", "EUR", "USD", "JPY")
DEPOSIT, BOX = Decimal(50), Decimal(18)
MONTH = 30 * DAY
_SUNDAY = 3 * DAY
"""1970 began on a Thursday."""


class Business:
    """What happens in one shop."""

    def __init__(self, shop: Shop, opened: int) -> None:
        self.shop = shop
        self._ahead: list[tuple[int, int, str, dict[str, Any]]] = []
        self._order = count()
        self._people: dict[int, Customer] = {}
        self._orders: dict[int, Order] = {}
        self._kept: dict[tuple[str, int], Any] = {}
        world = shop.world
        self._brief = world.customers > MANY
        for number in range(world.customers):
            self._draw(number, Random(world.seed * 8_731_279 + number), opened)
        if not self._brief:
            first = opened - 300 * DAY
            sunday = first - (first - _SUNDAY) % (7 * DAY) + 3 * HOUR
            for week in range(120):
                self._plan(sunday + week * 7 * DAY, "archived")
            self._plan(opened - 20 * DAY, "labelled")
        heapq.heapify(self._ahead)
        self._acts: dict[str, Callable[[int, dict[str, Any]], None]] = {
            name: getattr(self, f"_{name}")
            for name in ("registered", "left", "recovered", "placed", "sold", "declined",
                         "cancelled", "completed", "sent", "scanned", "refunded", "sent_back",
                         "taken_back", "subscribed", "billed", "ended", "drafted", "invoiced",
                         "ordered", "archived", "labelled")
        }  # fmt: skip

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""
        while self._ahead and self._ahead[0][0] <= at:
            then, _, what, details = heapq.heappop(self._ahead)
            self.shop.drawn_at = then
            self._acts[what](then, details)
            self.shop.drawn_at = None

    def _plan(self, at: int, what: str, **details: Any) -> None:
        self._ahead.append((at // 1000 * 1000, next(self._order), what, details))

    # --- what is drawn ---------------------------------------------------------------------------

    def _draw(self, number: int, rng: Random, now: int) -> None:
        """Make up what one customer does."""
        if not self._brief and rng.random() > BUYS:
            return
        at = daytime(now - round(rng.uniform(5, 330) * DAY))
        registers = rng.random() < REGISTERS
        if registers:
            self._plan(at - 5 * MINUTE, "registered", who=number)
        if registers and not self._brief and rng.random() < SUBSCRIBES:
            self._subscription(number, rng, at)
        if number % 25 == 11 and not self._brief:  # noqa: PLR2004 - who orders for a firm
            self._for_a_firm(number, at)
            return
        for _ in range(1 if self._brief else rng.choice((1, 1, 2, 3, 5))):
            self._buy(number, rng, at, account=registers and rng.random() < 0.9)  # noqa: PLR2004
            at = daytime(at + round(rng.uniform(10, 120) * DAY))

    def _buy(self, number: int, rng: Random, at: int, *, account: bool) -> None:
        """Make up one purchase, or an attempt at one."""
        which = next(self._order)
        items = [(rng.choice(GOODS), rng.choice((1, 1, 2)))]
        if rng.random() < 0.3:  # noqa: PLR2004
            items.append(("TAPE-1", 1))
        currency = rng.choice(CURRENCIES)
        base = {"which": which, "who": number, "items": items, "account": account,
                "currency": currency}  # fmt: skip
        fate = rng.random()
        if fate < 0.14:  # noqa: PLR2004 - a checkout, left
            self._plan(at, "left", **base)
            if fate > 0.1:  # noqa: PLR2004 - and taken up again
                self._plan(at + 2 * DAY, "recovered", which=which)
                self._deliver(which, rng, at + 2 * DAY)
            return
        if fate < 0.2:  # noqa: PLR2004 - at the till: nobody's name is known
            self._plan(at, "placed", **{**base, "who": None, "account": False})
            self._plan(at, "sold", which=which)
            self._plan(at, "sent", which=which, carrier=False)
            return
        self._plan(at, "placed", **{**base, "items": [("COURSE-1", 1)] if fate < 0.3 else items})  # noqa: PLR2004
        self._settle(which, rng, at, fate)

    def _settle(self, which: int, rng: Random, at: int, fate: float) -> None:
        """Make up how an order is paid."""
        if fate < 0.3:  # noqa: PLR2004 - a deposit, then the rest
            self._plan(at, "sold", which=which, amount=DEPOSIT)
            if fate < 0.26:  # noqa: PLR2004
                self._plan(daytime(at + round(rng.uniform(9, 40) * DAY)), "completed", which=which)
        elif fate < 0.34:  # noqa: PLR2004 - the card is refused, and nobody tries again
            self._plan(at, "declined", which=which)
            self._plan(at + 3 * DAY, "cancelled", which=which, reason="DECLINED")
        elif fate < 0.46:  # noqa: PLR2004 - by bank
            self._plan(at, "sold", which=which, gateway=TRANSFER, status="PENDING")
            if fate < 0.37:  # noqa: PLR2004 - never paid
                self._plan(at + 7 * DAY, "cancelled", which=which, reason="OTHER")
                return
            paid = at + round(rng.uniform(20, 60) * HOUR)
            self._plan(paid, "completed", which=which, gateway=TRANSFER)
            self._deliver(which, rng, paid)
        else:
            if fate < 0.52:  # noqa: PLR2004 - refused at first
                self._plan(at, "declined", which=which)
            self._plan(at, "sold", which=which)
            self._deliver(which, rng, at)

    def _deliver(self, which: int, rng: Random, paid: int) -> None:
        """Make up how an order is sent, and what comes back."""
        ready = paid + round(rng.uniform(1, 50) * HOUR)
        sent = ready - ready % DAY + 17 * HOUR + (DAY if ready % DAY > 17 * HOUR else 0)
        carrier = rng.random() < 0.85  # noqa: PLR2004 - the rest is handed over
        self._plan(sent, "sent", which=which, carrier=carrier)
        done = sent
        if carrier:
            morning = sent - sent % DAY + DAY + 6 * HOUR
            days = rng.choice((1, 1, 2, 4))
            done = morning + days * DAY + round(rng.uniform(2, 10) * HOUR)
            self._plan(morning, "scanned", which=which, status="IN_TRANSIT")
            self._plan(morning + days * DAY, "scanned", which=which, status="OUT_FOR_DELIVERY")
            fate = rng.random()
            if fate < 0.08:  # noqa: PLR2004
                self._plan(done, "scanned", which=which, status="ATTEMPTED_DELIVERY")
                done += DAY
            if fate < 0.92:  # noqa: PLR2004 - the rest is never heard of again
                self._plan(done, "scanned", which=which, status="DELIVERED")
        back = rng.random()
        if back < 0.08:  # noqa: PLR2004
            self._plan(
                daytime(done + 4 * DAY), "refunded", which=which, share=rng.choice((1, 2, 4))
            )
        elif back < 0.15:  # noqa: PLR2004
            asked = daytime(done + round(rng.uniform(1, 9) * DAY))
            self._plan(asked, "sent_back", which=which)
            self._plan(asked + 5 * DAY, "taken_back", which=which)

    def _subscription(self, number: int, rng: Random, at: int) -> None:
        which = next(self._order)
        self._plan(at, "subscribed", who=number, which=which)
        months = rng.randrange(2, 14)
        for month in range(1, months):
            failed = rng.random() < 0.12  # noqa: PLR2004
            self._plan(at + month * MONTH, "billed", who=number, which=which, failed=failed)
        if rng.random() < 0.6:  # noqa: PLR2004
            self._plan(at + months * MONTH - 2 * DAY, "ended", which=which)

    def _for_a_firm(self, number: int, at: int) -> None:
        which = next(self._order)
        self._plan(at, "drafted", who=number, which=which)
        self._plan(at + 2 * HOUR, "invoiced", which=which)
        self._plan(at + 3 * DAY, "ordered", who=number, which=which)
        self._plan(at + 24 * DAY, "completed", which=which, gateway=TRANSFER)

    # --- what happens ----------------------------------------------------------------------------

    def _registered(self, at: int, told: dict[str, Any]) -> None:
        one = person(told["who"])
        self._people[told["who"]] = self.shop.register(
            at, email=one.email, first=one.first, last=one.last, phone=international(one.phone),
            address=address_of(told["who"]), account="ENABLED" if told["who"] % 3 else "DISABLED",
            marketing="SUBSCRIBED" if told["who"] % 4 == 1 else "NOT_SUBSCRIBED",
        )  # fmt: skip

    def _left(self, at: int, told: dict[str, Any]) -> None:
        lines = [self.shop.line(sku, quantity) for sku, quantity in told["items"]]
        known = self._people.get(told["who"])
        made = self.shop.leave(
            at, lines, customer=known.id if known else None, currency=told["currency"],
            address=address_of(told["who"]) if known else {},
        )  # fmt: skip
        self._kept["checkout", told["which"]] = (made, told)

    def _recovered(self, at: int, told: dict[str, Any]) -> None:
        checkout, base = self._kept["checkout", told["which"]]
        checkout.completed = checkout.updated = at
        self._placed(at, base)
        self._sold(at, told)

    def _placed(self, at: int, told: dict[str, Any]) -> None:
        shop, who = self.shop, told["who"]
        lines = [shop.line(sku, quantity) for sku, quantity in told["items"]]
        if who is None:
            order = shop.place(at, lines, source="pos", currency="GBP")
        else:
            one = person(who)
            known = self._people.get(who) if told["account"] else None
            shipping = Decimal("3.95") if any(line.ships for line in lines) else Decimal(0)
            order = shop.place(
                at, lines, customer=known.id if known else None, email=one.email,
                phone=international(one.phone) if who % 3 == 0 else "", shipping=shipping,
                currency=told["currency"], billing=address_of(who),
                codes=["WELCOME10"] if who % 9 == 4 else [],  # noqa: PLR2004
                discount=Decimal("2.40") if who % 9 == 4 else Decimal(0),  # noqa: PLR2004
            )  # fmt: skip
        self._orders[told["which"]] = order

    def _sold(self, at: int, told: dict[str, Any]) -> None:
        gateway, status = told.get("gateway", CARD), told.get("status", "SUCCESS")
        payment = f"pi_sandbox_{told['which']:06d}" if gateway == CARD else ""
        self.shop.pay(self._orders[told["which"]], at, told.get("amount"), gateway=gateway,
                      status=status, payment=payment)  # fmt: skip

    def _declined(self, at: int, told: dict[str, Any]) -> None:
        self.shop.pay(self._orders[told["which"]], at, status="FAILURE", error="CARD_DECLINED")

    def _completed(self, at: int, told: dict[str, Any]) -> None:
        order = self._orders[told["which"]]
        gateway = told.get("gateway", CARD)
        payment = f"pi_sandbox_{told['which']:06d}b" if gateway == CARD else ""
        self.shop.pay(order, at, order.total - order.received, gateway=gateway, payment=payment)

    def _cancelled(self, at: int, told: dict[str, Any]) -> None:
        self.shop.cancel(self._orders[told["which"]], at, told["reason"])

    def _sent(self, at: int, told: dict[str, Any]) -> None:
        order = self._orders[told["which"]]
        tracking = None
        if told["carrier"] and any(line.ships for line in order.lines):
            number = f"WS{order.number:09d}GB"
            tracking = {"company": "Royal Mail", "number": number,
                        "url": f"https://track.example/{number}"}  # fmt: skip
        self.shop.fulfil(order, at, tracking=tracking)

    def _scanned(self, at: int, told: dict[str, Any]) -> None:
        order = self._orders[told["which"]]
        if order.fulfillments[-1].tracking is not None:
            self.shop.track(order, order.fulfillments[-1], at, told["status"])

    def _refunded(self, at: int, told: dict[str, Any]) -> None:
        order = self._orders[told["which"]]
        self.shop.refund(order, at, (order.received / told["share"]).quantize(Decimal("0.01")))

    def _sent_back(self, at: int, told: dict[str, Any]) -> None:
        order = self._orders[told["which"]]
        back = self.shop.send_back(order, at, order.lines[0].current)
        self._kept["return", told["which"]] = back

    def _taken_back(self, at: int, told: dict[str, Any]) -> None:
        order = self._orders[told["which"]]
        back: Return = self._kept["return", told["which"]]
        line = order.lines[0]
        amount = min(line.price * back.quantity, order.received - order.refunded)
        self.shop.refund(order, at, amount, [(line.id, back.quantity)], back)
        self.shop.close_return(order, back, at)

    def _subscribed(self, at: int, told: dict[str, Any]) -> None:
        order = self._boxed(at, told, "web")
        made = self.shop.subscribe(at, order, BOX, at + MONTH)
        self._kept["contract", told["which"]] = made

    def _boxed(self, at: int, told: dict[str, Any], source: str) -> Order:
        customer = self._people[told["who"]]
        order = self.shop.place(
            at, [self.shop.line("BOX-1")], customer=customer.id, email=customer.email,
            billing=address_of(told["who"]), source=source,
        )  # fmt: skip
        self.shop.pay(order, at, payment=f"pi_sandbox_{told['which']:06d}x{order.number}")
        return order

    def _billed(self, at: int, told: dict[str, Any]) -> None:
        contract: Contract = self._kept["contract", told["which"]]
        order = None if told["failed"] else self._boxed(at, told, "subscription_contract")
        error = "CARD_DECLINED" if told["failed"] else ""
        self.shop.bill(contract, at, order, at + MONTH, error)

    def _ended(self, at: int, told: dict[str, Any]) -> None:
        self.shop.set_contract(self._kept["contract", told["which"]], at, "CANCELLED")

    def _drafted(self, at: int, told: dict[str, Any]) -> None:
        one, known = person(told["who"]), self._people.get(told["who"])
        self._kept["draft", told["which"]] = self.shop.draft(
            at, [self.shop.line("BAND-1", 20)], customer=known.id if known else None,
            email=one.email, po_number=f"PO-{told['who']:04d}", tags=["b2b"],
        )  # fmt: skip

    def _invoiced(self, at: int, told: dict[str, Any]) -> None:
        draft: Draft = self._kept["draft", told["which"]]
        draft.sent = draft.updated = at
        self.shop.changes += 1

    def _ordered(self, at: int, told: dict[str, Any]) -> None:
        draft: Draft = self._kept["draft", told["which"]]
        firm = f"{person(told['who']).last} & Partners"
        order = self.shop.place(
            at, draft.lines, customer=draft.customer, email=draft.email, source="draft_order",
            po_number=draft.po_number, tags=["b2b"],
            billing={**address_of(told["who"]), "company": firm},
        )  # fmt: skip
        draft.completed = draft.updated = at
        draft.order = order.id
        self._orders[told["which"]] = order

    def _archived(self, at: int, _: dict[str, Any]) -> None:
        for order in self.shop.orders.values():
            paid = order.received >= order.total
            if order.closed is None and paid and not any(line.left for line in order.lines):
                self.shop.archive(order, at)

    def _labelled(self, at: int, _: dict[str, Any]) -> None:
        """An app of the shop's marks everything that is there, within a second."""
        for order in self.shop.orders.values():
            order.tags.append("season-2026")
            self.shop.touch(order, at)


def address_of(who: int) -> Address:
    """Write somebody's address."""
    one = person(who)
    return {"address1": f"{who % 90 + 1} Willow Street", "city": one.city,
            "country": "United Kingdom", "countryCodeV2": "GB", "firstName": one.first,
            "lastName": one.last, "name": f"{one.first} {one.last}", "zip": "BN1 1AA"}  # fmt: skip


def international(phone: str) -> str:
    """Write a number as the shop keeps it: with its country, without spaces."""
    digits = "".join(one for one in phone if one.isdigit())
    if not digits:
        return ""
    return f"+44{digits.removeprefix('44').removeprefix('0')}"
