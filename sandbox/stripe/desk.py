"""What is done in the account: charged, invoiced, refunded, disputed, subscribed.

Each act changes the objects that it changes at Stripe and tells of it in events.
"""

from typing import Any

from journeysync.sandbox.stripe import forms
from journeysync.sandbox.stripe.account import Account, Thing
from journeysync.sandbox.world import DAY


class Desk:
    """Hands on one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def customer(self, at: int, email: str, name: str, phone: str = "", city: str = "") -> Thing:
        return self._account.add("customer", at, **forms.customer(email, name, phone, city))

    def charge(
        self, at: int, amount: int, payer: dict[str, Any], *, failed: bool = False,
        currency: str = "gbp", **more: Any,
    ) -> Thing:  # fmt: skip
        """Charge a card; a refused one leaves a charge, too."""
        form = forms.charge(amount, currency, payer, **more)
        if failed:
            form |= {"status": "failed", "paid": False, "captured": False, "amount_captured": 0,
                     "failure_code": "card_declined"}  # fmt: skip
        what = "failed" if failed else "succeeded"
        made = self._account.add("charge", at, what, **form)
        if made["payment_intent"] is None:
            made["payment_intent"] = made["id"].replace("ch_", "pi_")
        return made

    def refund(self, at: int, charge: Thing, amount: int) -> Thing:
        made = self._account.add("refund", at, **forms.refund(amount, charge))
        back = charge["amount_refunded"] + amount
        whole = back >= charge["amount"]
        self._account.change(charge, at, "refunded", amount_refunded=back, refunded=whole)
        return made

    def dispute(self, at: int, charge: Thing) -> Thing:
        charge["disputed"] = True
        return self._account.add("dispute", at, **forms.dispute(charge))

    def invoice(self, at: int, customer: Thing, amount: int, text: str, **more: Any) -> Thing:
        """Write a draft."""
        line = forms.line(customer["id"], amount, "gbp", text)
        return self._account.add("invoice", at, **forms.invoice(customer, [line], at, **more))

    def finalise(self, at: int, invoice: Thing, days: int = 14) -> None:
        steps = {**invoice["status_transitions"], "finalized_at": at // 1000}
        self._account.change(
            invoice, at, "finalized", status="open", status_transitions=steps,
            effective_at=at // 1000, number=f"WS-{self._account.places[invoice['id']]:05d}",
            due_date=(at + days * DAY) // 1000 if days else None,
        )  # fmt: skip

    def pay(self, at: int, invoice: Thing) -> Thing:
        """Pay an invoice by card."""
        payer = {"email": invoice["customer_email"], "name": invoice["customer_name"]}
        customer, number = invoice["customer"], invoice["id"]
        paid = self.charge(at, invoice["total"], payer, customer=customer, invoice=number)
        steps = {**invoice["status_transitions"], "paid_at": at // 1000}
        self._account.change(
            invoice, at, "paid", status="paid", status_transitions=steps, paid=True,
            amount_paid=invoice["total"], amount_remaining=0, attempted=True, attempt_count=1,
            charge=paid["id"], payment_intent=paid["payment_intent"],
        )  # fmt: skip
        return paid

    def subscribe(self, at: int, customer: Thing, amount: int) -> Thing:
        made = self._account.add(
            "subscription", at, **forms.subscription(customer, at, at + 30 * DAY)
        )
        self.renew(at, made, amount, "subscription_create")
        return made

    def renew(
        self, at: int, subscription: Thing, amount: int, reason: str = "subscription_cycle"
    ) -> None:
        customer = self._account.things["customer"][subscription["customer"]]
        invoice = self.invoice(
            at, customer, amount, "Studio membership", billing_reason=reason,
            subscription=subscription["id"], collection_method="charge_automatically",
        )  # fmt: skip
        self.finalise(at, invoice, days=0)
        self.pay(at, invoice)
        self._account.change(
            subscription, at, "updated", latest_invoice=invoice["id"],
            current_period_start=at // 1000, current_period_end=(at + 30 * DAY) // 1000,
        )  # fmt: skip

    def cancel(self, at: int, subscription: Thing) -> None:
        seconds = at // 1000
        self._account.change(
            subscription, at, "deleted", status="canceled", canceled_at=seconds, ended_at=seconds
        )

    def leave_checkout(self, at: int, amount: int, email: str, name: str) -> Thing:
        """Open a checkout, and let it expire a day later."""
        form = forms.checkout(amount, email, name, at + DAY)
        return self._account.add("checkout.session", at, "", **form)

    def expire(self, at: int, session: Thing) -> None:
        self._account.change(session, at, "expired", status="expired")
