"""Amounts as decimal text in a currency's major unit, exact: no float, no rounding. Pure."""

from decimal import Decimal, InvalidOperation

_WHOLE = (
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
)  # fmt: skip
_THOUSANDTHS = ("BHD", "JOD", "KWD", "OMR", "TND")
_SHIFTS = {**dict.fromkeys(_WHOLE, 0), **dict.fromkeys(_THOUSANDTHS, 3)}
"""Digits after the point, where they are not two."""
_COUNTED = {**_SHIFTS, "UGX": 2}
"""The same where payment providers count the smallest unit: Uganda's shillings have none, and are
counted in hundredths all the same (https://docs.stripe.com/currencies#special-cases)."""


_LONGEST = 20
"""Digits of the largest amount that is one; beyond it somebody made a mistake, or a joke."""


def decimal(value: object) -> Decimal | None:
    """Read an amount of a currency's major unit; None for what is none."""
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= _LONGEST else None


def from_minor(value: object, currency: str) -> Decimal | None:
    """Read a whole number of a currency's smallest unit."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**_LONGEST:
        return None
    return Decimal(value).scaleb(-_COUNTED.get(currency.upper(), 2))


def as_long_as(amount: Decimal, other: Decimal) -> Decimal:
    """Write an amount with as many digits after the point as another, where none gets lost."""
    found = amount.quantize(other)
    return found if found == amount else amount


def in_digits_of(amount: Decimal, currency: str) -> Decimal:
    """Write an amount with as many digits after the point as its currency has, or as it needs."""
    return as_long_as(amount, Decimal(1).scaleb(-_SHIFTS.get(currency.upper(), 2)))


def text(amount: Decimal) -> str:
    """Write an amount; the digits that the tool gave are kept (`12.50`)."""
    return f"{amount:f}"


def named(name: str, amount: Decimal, currency: str, own: str | None) -> dict[str, str]:
    """Call an amount by its name; one in another currency than the workspace's is `foreign_`.

    A sum or a threshold would otherwise add pounds to yen.
    """
    foreign = bool(own) and currency.upper() != (own or "").upper()
    return {f"foreign_{name}" if foreign else name: text(amount)}
