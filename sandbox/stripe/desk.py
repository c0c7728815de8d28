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
        pending: bool = False, currency: str = "gbp", **more: Any,
    ) -> Thing:  # fmt: skip
        """Charge a card; a refused one leaves a charge, too. A bank may take its time."""
        form = forms.charge(amount, currency, payer, **more)
        if failed:
            form |= _REFUSED
        elif pending:
            form |= {"status": "pending", "paid": False}
        elif not form["captured"]:
            form["amount_captured"] = 0
        what = "failed" if failed else "pending" if pending else "succeeded"
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

    def fail(self, at: int, refund: Thing) -> None:
        """Let a refund come back from the customer's bank."""
        charge = self._account.things["charge"][refund["charge"]]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self._account.change(refund, at, "failed", status="failed")

    def capture(self, at: int, charge: Thing, amount: int) -> None:
        """Take what was set aside, or some of it: then the rest is let go as a refund."""
        if charge["captured"] or not 0 < amount <= charge["amount"]:
            raise ValueError
        rest = charge["amount"] - amount
        if rest:
            self._release(at, charge, rest)
        self._account.change(
            charge, at, "captured", captured=True, amount_captured=amount, amount_refunded=rest
        )

    def let_go(self, at: int, charge: Thing) -> None:
        """Let go what was set aside."""
        if charge["captured"] or charge["refunded"] or charge["status"] != "succeeded":
            raise ValueError
        self._release(at, charge, charge["amount"])
        self._account.change(
            charge, at, "refunded", amount_refunded=charge["amount"], refunded=True
        )

    def _release(self, at: int, charge: Thing, amount: int) -> None:
        """No money moves, so the books have no entry of it."""
        form = {**forms.refund(amount, charge), "balance_transaction": None}
        self._account.add("refund", at, **form)

    def arrive(self, at: int, charge: Thing) -> None:
        """Let the money of a pending payment come."""
        self._settle(at, charge, "succeeded", {"status": "succeeded", "paid": True})

    def bounce(self, at: int, charge: Thing) -> None:
        """Let a pending payment fail."""
        self._settle(at, charge, "failed", _REFUSED)

    def _settle(self, at: int, charge: Thing, what: str, values: dict[str, Any]) -> None:
        if charge["status"] != "pending":
            raise ValueError
        self._account.change(charge, at, what, **values)
        for session in self._account.things["checkout.session"].values():
            if session["payment_intent"] == charge["payment_intent"]:
                paid = {"payment_status": "paid"} if values["paid"] else {}
                self._account.change(session, at, f"async_payment_{what}", **paid)

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
        """Pay an invoice by card; one of nothing needs none."""
        steps = {**invoice["status_transitions"], "paid_at": at // 1000}
        if not invoice["total"]:
            self._account.change(
                invoice, at, "paid", status="paid", status_transitions=steps, paid=True
            )
            return invoice
        payer = {"email": invoice["customer_email"], "name": invoice["customer_name"]}
        customer, number = invoice["customer"], invoice["id"]
        paid = self.charge(at, invoice["total"], payer, customer=customer, invoice=number)
        self._account.change(
            invoice, at, "paid", status="paid", status_transitions=steps, paid=True,
            amount_paid=invoice["total"], amount_remaining=0, attempted=True, attempt_count=1,
            charge=paid["id"], payment_intent=paid["payment_intent"],
        )  # fmt: skip
        return paid

    def decline(self, at: int, invoice: Thing) -> Thing:
        """Let an attempt to pay an invoice fail."""
        payer = {"email": invoice["customer_email"], "name": invoice["customer_name"]}
        customer, number = invoice["customer"], invoice["id"]
        tried = self.charge(
            at, invoice["total"], payer, failed=True, customer=customer, invoice=number
        )
        self._account.change(
            invoice, at, "payment_failed", attempted=True,
            attempt_count=invoice["attempt_count"] + 1, charge=tried["id"],
            payment_intent=tried["payment_intent"],
        )  # fmt: skip
        return tried

    def pay_outside(self, at: int, invoice: Thing) -> None:
        """Note that an invoice was paid in cash, say."""
        steps = {**invoice["status_transitions"], "paid_at": at // 1000}
        self._account.change(
            invoice, at, "paid", status="paid", status_transitions=steps, paid=True,
            paid_out_of_band=True, amount_paid=0,
        )  # fmt: skip

    def end(self, at: int, invoice: Thing, status: str, what: str) -> None:
        """Void an open invoice, or write it off."""
        if invoice["status"] not in ("open", "uncollectible"):
            raise ValueError
        steps = {**invoice["status_transitions"], f"{what}_at": at // 1000}
        self._account.change(invoice, at, what, status=status, status_transitions=steps)

    def subscribe(self, at: int, customer: Thing, amount: int, trial: int = 0) -> Thing:
        """Begin a subscription; the invoice of a trial is of nothing."""
        end = at + (trial or 30) * DAY
        form = forms.subscription(customer, at, end)
        if trial:
            form |= {"status": "trialing", "trial_start": at // 1000, "trial_end": end // 1000}
        made = self._account.add("subscription", at, **form)
        self.renew(at, made, 0 if trial else amount, "subscription_create", trial or 30)
        return made

    def renew(
        self, at: int, subscription: Thing, amount: int, reason: str = "subscription_cycle",
        days: int = 30,
    ) -> None:  # fmt: skip
        customer = self._account.things["customer"][subscription["customer"]]
        invoice = self.invoice(
            at, customer, amount, "Studio membership", billing_reason=reason,
            subscription=subscription["id"], collection_method="charge_automatically",
        )  # fmt: skip
        self.finalise(at, invoice, days=0)
        self.pay(at, invoice)
        if reason == "subscription_cycle" and subscription["status"] == "trialing":
            subscription["status"] = "active"
        self._account.change(
            subscription, at, "updated", latest_invoice=invoice["id"],
            current_period_start=at // 1000, current_period_end=(at + days * DAY) // 1000,
        )  # fmt: skip

    def cancel_at_end(self, at: int, subscription: Thing) -> None:
        """Cancel a subscription that runs to the end of its period."""
        self._account.change(
            subscription, at, "updated", cancel_at_period_end=True, canceled_at=at // 1000,
            cancel_at=subscription["current_period_end"],
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

    def complete(self, at: int, session: Thing, *, pending: bool) -> Thing:
        """Pay on the page; a bank's payment arrives later."""
        told = session["customer_details"]
        payer = {name: told[name] for name in ("email", "name", "phone")}
        paid = self.charge(at, session["amount_total"], payer, pending=pending)
        self._account.change(
            session, at, "completed", status="complete", payment_intent=paid["payment_intent"],
            payment_status="unpaid" if pending else "paid",
        )  # fmt: skip
        return paid

    def expire(self, at: int, session: Thing) -> None:
        self._account.change(session, at, "expired", status="expired")


_REFUSED: dict[str, Any] = {
    "status": "failed", "paid": False, "captured": False, "amount_captured": 0,
    "failure_code": "card_declined", "failure_message": "Your card was declined.",
    "outcome": {"network_status": "declined_by_network", "reason": "generic_decline",
                "risk_level": "normal", "risk_score": 12, "type": "issuer_declined",
                "seller_message": "The bank did not return any further details."},
}  # fmt: skip
