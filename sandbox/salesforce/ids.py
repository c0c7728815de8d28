"""Salesforce's record ids: 15 characters where case counts, and 18 where it need not."""

from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _LONG = 15, 18
POD = "Wi0"


def lengthen(short: str) -> str:
    """Give the 18 characters of a 15 character id."""
    checks = []
    for start in range(0, _SHORT, 5):
        bits = sum(
            1 << place for place, one in enumerate(short[start : start + 5]) if "A" <= one <= "Z"
        )
        checks.append(_CHECKS[bits])
    return short + "".join(checks)


def read_id(text: object) -> str | None:
    """Give an id's 18 characters, or None where it is no id."""
    if not isinstance(text, str) or not text.isascii() or not text.isalnum():
        return None
    if len(text) == _SHORT:
        return lengthen(text)
    if len(text) != _LONG:
        return None
    # A client may have changed the case of a long id: its last three characters still tell.
    short = [one.lower() for one in text[:_SHORT]]
    for block, check in enumerate(text[_SHORT:].upper()):
        bits = _CHECKS.find(check)
        for place in range(5):
            if bits >> place & 1:
                short[block * 5 + place] = short[block * 5 + place].upper()
    found = "".join(short)
    return found + text[_SHORT:].upper()


def make_id(prefix: str, number: int) -> str:
    """Make the 18 character id of the nth record of a kind."""
    high, low = divmod(number, len(_TAILS))
    start, checks, bits = _head(prefix, high)
    end, more = _TAILS[low]
    return f"{start}{end}{checks}{_CHECKS[bits | more]}"


@lru_cache(maxsize=1024)
def _head(prefix: str, number: int) -> tuple[str, str, int]:
    """Give the first 13 characters, two of the checks, and what counts for the third."""
    digits = []
    for _ in range(_SHORT - len(prefix) - len(POD) - 2):
        number, rest = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[rest])
    start = prefix + POD + "".join(reversed(digits))
    bits = sum(1 << place for place, one in enumerate(start[10:]) if "A" <= one <= "Z")
    return start, lengthen(f"{start}00")[_SHORT : _SHORT + 2], bits


_TAILS = tuple(
    (one + two, ("A" <= one <= "Z") << 3 | ("A" <= two <= "Z") << 4)
    for one in _DIGITS
    for two in _DIGITS
)
