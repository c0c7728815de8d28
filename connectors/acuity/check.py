"""What `journeysync check` says of an Acuity account: its key, and what no rule names.

A few cheap calls, none of which changes anything.
"""

from collections.abc import Iterator, Sequence

from journeysync.connectors.acuity.client import Client
from journeysync.connectors.acuity.read import LONGEST
from journeysync.connectors.booking_rules import Rules, fits
from journeysync.core.ports import Finding

_SHOWN = 20


def check(client: Client, rules: Rules) -> list[Finding]:
    """Look at an account. A refused key ends the look."""
    account = client.row("/me")
    found = [
        Finding(
            "ok",
            f"Acuity account {account.get('id', '')} answers ({account.get('plan') or 'no plan'}, "
            f"{account.get('timezone') or 'no time zone'}, "
            f"{account.get('currency') or 'no currency'}).",
        )
    ]
    found += _types(client, rules)
    found += _questions(client, rules)
    return found


def _types(client: Client, rules: Rules) -> Iterator[Finding]:
    named = [(str(one.get("name") or ""), str(one.get("id"))) for one in
             client.rows("/appointment-types")]  # fmt: skip
    lines = [
        f"  - {{service: {_quoted(name)}, sends: []}}"
        for name, number in named
        if not any(fits(rule.service, one) for rule in rules.services for one in (name, number))
    ]
    yield from _paste(
        "Appointment types that no rule of the mapping names",
        "Say in mappings/fields/acuity.yaml what Acuity itself sends to their customers:",
        "services:",
        lines,
    )


def _questions(client: Client, rules: Rules) -> Iterator[Finding]:
    rows = client.rows("/appointments", max=str(LONGEST))
    asked = [
        str(value.get("name") or "")
        for row in rows
        for form in row.get("forms") or ()
        for value in form.get("values") or ()
    ]
    globs = [globs for globs in rules.answers.values() if globs]
    lines = [
        f"  {_named(question)}: {_quoted(question)}"
        for question in dict.fromkeys(asked)
        if question and not any(fits(one, question) for one in globs)
    ]
    yield from _paste(
        "Questions of intake forms that no rule of the mapping names",
        "Paste into mappings/fields/acuity.yaml what matters to your journey:",
        "answers:",
        lines,
    )


def _paste(what: str, step: str, head: str, lines: Sequence[str]) -> Iterator[Finding]:
    if lines:
        more = [f"  # and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        text = "\n".join([head, *lines[:_SHOWN], *more])
        yield Finding("note", f"{what}: {len(lines)}.", f"{step}\n{text}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _named(text: str) -> str:
    """Make a name that maps can use."""
    name = "".join(letter if letter.isalnum() else "_" for letter in text.lower())
    name = "_".join(part for part in name.split("_") if part)[:40] or "answer"
    return name if name[0].isalpha() else f"answer_{name}"
