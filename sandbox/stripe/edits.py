"""What a person can do in the pretend account through `POST /edit`."""

from typing import TYPE_CHECKING, Any

from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.stripe.account import Account, Thing
from journeysync.sandbox.stripe.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

_WHO = ("email", "name")
_GIVEN = (
    *_WHO, "customer", "metadata", "currency", "payment_intent", "description", "created",
    "captured", "billing_reason",
)  # fmt: skip


def edit(account: Account, command: dict[str, Any]) -> dict[str, Any]:
    """Let a person work in the account; `at` dates it otherwise than now."""
    desk = Desk(account)
    kind, action = str(command.get("object", "")), str(command.get("action", ""))
    at = int(command.get("at", account.world.now))
    more = {name: command[name] for name in _GIVEN if name in command}

    def text(name: str) -> str:
        return str(command.get(name, ""))

    def amount() -> int:
        return int(command["amount"])

    def thing() -> Thing:
        return account.things[kind][text("id")]

    def customer() -> Thing:
        return account.things["customer"][text("customer")]

    acts: dict[tuple[str, str], Callable[[], Any]] = {
        ("account", "set"): lambda: setattr(account, "livemode", bool(command["livemode"])),
        ("customer", "create"): lambda: desk.customer(at, text("email"), text("name")),
        ("customer", "set"): lambda: account.change(thing(), at, "updated", **more),
        ("customer", "delete"): lambda: account.forget(thing(), at),
        ("charge", "create"): lambda: desk.charge(
            at, amount(), {"email": text("email")}, failed=bool(command.get("failed")),
            pending=bool(command.get("pending")),
            **{k: v for k, v in more.items() if k not in _WHO},
        ),
        ("charge", "set"): lambda: account.change(thing(), at, "updated", **more),
        ("charge", "capture"): lambda: desk.capture(at, thing(), amount()),
        ("charge", "let-go"): lambda: desk.let_go(at, thing()),
        ("charge", "arrive"): lambda: desk.arrive(at, thing()),
        ("charge", "bounce"): lambda: desk.bounce(at, thing()),
        ("charge", "refund"): lambda: desk.refund(at, thing(), amount()),
        ("charge", "dispute"): lambda: desk.dispute(at, thing()),
        ("dispute", "close"): lambda: account.change(thing(), at, "closed", status=text("status")),
        ("refund", "fail"): lambda: desk.fail(at, thing()),
        ("invoice", "create"): lambda: desk.invoice(
            at, customer(), amount(), text("description"),
            **{k: v for k, v in more.items() if k != "customer"},
        ),
        ("invoice", "finalise"): lambda: desk.finalise(at, thing()),
        ("invoice", "pay"): lambda: desk.pay(at, thing()),
        ("invoice", "decline"): lambda: desk.decline(at, thing()),
        ("invoice", "pay-outside"): lambda: desk.pay_outside(at, thing()),
        ("invoice", "delete"): lambda: account.forget(_in(thing(), "draft"), at),
        ("invoice", "void"): lambda: desk.end(at, thing(), "void", "voided"),
        ("invoice", "write-off"): lambda: desk.end(
            at, thing(), "uncollectible", "marked_uncollectible"
        ),
        ("subscription", "create"): lambda: desk.subscribe(
            at, customer(), amount(), int(command.get("trial", 0))
        ),
        ("subscription", "renew"): lambda: desk.renew(at, thing(), amount()),
        ("subscription", "cancel"): lambda: desk.cancel(at, thing()),
        ("subscription", "cancel-at-end"): lambda: desk.cancel_at_end(at, thing()),
        ("checkout.session", "create"): lambda: desk.leave_checkout(
            at, amount(), text("email"), ""
        ),
        ("checkout.session", "complete"): lambda: desk.complete(
            at, _in(thing(), "open"), pending=bool(command.get("pending"))
        ),
        ("checkout.session", "expire"): lambda: desk.expire(at, _in(thing(), "open")),
    }  # fmt: skip
    if (kind, action) not in acts:
        known = "; ".join(f"{one} {what}" for one, what in acts)
        raise BadEdit(f"an account has {known}")
    try:
        return dict(acts[kind, action]() or {})
    except (KeyError, TypeError, ValueError):
        raise BadEdit(f"this {kind} cannot be found, or not be changed so") from None


def _in(thing: Thing, status: str) -> Thing:
    """Only a draft can be deleted, only an open page be left or paid."""
    if thing["status"] != status:
        raise ValueError
    return thing
