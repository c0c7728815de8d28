"""The till of a business whose stories are told: invoices, subscriptions, and the shop's cards.

What the shop's cards paid carries the number of the order in its metadata: one purchase, seen by
two tools.
"""

from journeysync.sandbox.agenda import Agenda
from journeysync.sandbox.data.businesses import house_of
from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.data.people import person
from journeysync.sandbox.stripe.account import Account, Thing
from journeysync.sandbox.stripe.desk import Desk
from journeysync.sandbox.stripe.follow import Cards
from journeysync.sandbox.stripe.takings import WooTakings
from journeysync.sandbox.woocommerce.counter import Counter

SEEN = frozenset({"invoiced", "settled", "subscribed", "renewed", "left"})


class Till:
    """What happens in one account."""

    def __init__(self, account: Account, opened: int) -> None:
        self.account = account
        self._desk = Desk(account)
        self._customers: dict[int, Thing] = {}
        self._invoices: dict[tuple[int, int], Thing] = {}
        self._subscriptions: dict[int, Thing] = {}
        self._agenda = Agenda(account.world, self._write, SEEN)
        self._open = False
        counter = Counter(account.world, opened)
        self._cards = Cards(self._desk, WooTakings(counter), house_of(account.world).name)

    def until(self, at: int) -> None:
        """Let everything happen up to an instant, and the shop beside it."""
        if not self._open:
            self._agenda.open()
            self._open = True
        self._agenda.until(at)
        self._cards.follow(at)

    def _write(self, story: Story, happening: Happening) -> None:
        at, what, details, number = (
            happening.at, happening.what, happening.details, story.number,
        )  # fmt: skip
        self._cards.follow(at)
        if what == "invoiced":
            self._invoice(at, number, details["invoice"], details["amount"], "deposit" in details)
        elif what == "settled":
            self._desk.pay(at, self._invoices[number, details["invoice"]])
        elif what == "subscribed":
            pence = details["amount"] * 100
            self._subscriptions[number] = self._desk.subscribe(at, self._known(at, number), pence)
        elif what == "renewed":
            self._desk.renew(at, self._subscriptions[number], details["amount"] * 100)
        else:
            self._desk.cancel(at, self._subscriptions[number])

    def _invoice(self, at: int, number: int, which: int, amount: int, deposit: bool) -> None:
        told = {"metadata": {"type": "deposit"}} if deposit else {}
        text = "Deposit" if deposit else "What was done, less the deposit"
        made = self._desk.invoice(at, self._known(at, number), amount * 100, text, **told)
        self._desk.finalise(at, made)
        self._invoices[number, which] = made

    def _known(self, at: int, number: int) -> Thing:
        """Give a customer; the first payment makes them."""
        if number not in self._customers:
            one = person(number)
            name = f"{one.first} {one.last}"
            self._customers[number] = self._desk.customer(at, one.email, name, one.phone, one.city)
        return self._customers[number]
