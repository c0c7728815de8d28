"""Ids: fifteen characters where case matters, or the same with three more where it need not. Pure.

The long form is kept and compared; the short one comes from old integrations and pasted addresses.
"""

import re

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT = 15


def is_id(text: str) -> bool:
    """Say whether a text has the form of an id."""
    return bool(_ID.fullmatch(text))


def long_id(text: str) -> str:
    """Return the long form of an id: its last three letters tell which letters are capitals."""
    if len(text) != _SHORT or not is_id(text):
        return text
    marks = (
        sum(1 << place for place, letter in enumerate(text[start : start + 5]) if letter.isupper())
        for start in range(0, _SHORT, 5)
    )
    return text + "".join(_LETTERS[mark] for mark in marks)


def object_of(text: str) -> str:
    """Return what kind of people an id stands for: `Contact`, `Lead`, or nothing."""
    return {"003": "Contact", "00Q": "Lead"}.get(text[:3], "")
