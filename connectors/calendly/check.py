"""What `journeysync check` says of Calendly: token, scope, and what no rule of the mapping names.

A few cheap calls, none of which changes anything.
"""

from collections.abc import Iterator

from journeysync.connectors.booking_rules import Rules, fits
from journeysync.connectors.calendly.client import Client
from journeysync.connectors.calendly.read import Reader
from journeysync.connectors.calendly.settings import Settings
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import Finding

_SHOWN = 20


def check(client: Client, reader: Reader, rules: Rules, settings: Settings) -> list[Finding]:
    """Look at an organisation. A refused token ends the look; a missing right is one finding."""
    scope = reader.scope()
    whose = "everybody in the organisation" if "organization" in scope else "the token's user"
    found = [Finding("ok", f"Calendly answers; bookings of {whose} are read.")]
    try:
        client.page("/scheduled_events", **scope)
    except BadCredentials as error:
        step = "Use an owner's or admin's token, or set `scope: user` in journeysync.yaml."
        return [*found, Finding("error", f"scheduled_events: {error}", step, error.exit_code)]
    if settings.scope == "user":
        found.append(
            Finding(
                "note",
                "Only the bookings of the token's own user are read.",
                "To read a whole organisation, use an owner's or admin's token and take `scope` "
                "out of journeysync.yaml.",
            )
        )
    return [*found, *_unmapped(client, rules, scope)]


def _unmapped(client: Client, rules: Rules, scope: dict[str, str]) -> Iterator[Finding]:
    """List event types and questions, as they are pasted into a mapping."""
    types = [one for one in client.all("/event_types", **scope) if not one.get("deleted_at")]
    services = sorted({str(one.get("name") or "") for one in types} - {""})
    named = [rule for rule in rules.services if "*" not in rule.service]
    lines = [
        f"  - {{service: {_quoted(service)}, sends: [{{event: email.sent, before: starts, by: 24h, "
        "set: {template: reminder}}]}"
        for service in services
        if not any(fits(rule.service, service) for rule in named)
    ]
    yield from _paste("Event types", "services:", lines)
    questions = sorted(
        {
            str(question.get("name") or "")
            for one in types
            for question in one.get("custom_questions") or []
            if question.get("enabled", True)
        }
        - {""}
    )
    lines = [
        f"  {_named(question)}: {_quoted(question)}"
        for question in questions
        if not any(globs and fits(globs, question) for globs in rules.answers.values())
    ]
    yield from _paste("Questions of intake forms", "answers:", lines)


def _paste(what: str, head: str, lines: list[str]) -> Iterator[Finding]:
    if lines:
        more = f"\n  # and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        text = "\n".join([head, *lines[:_SHOWN]])
        yield Finding(
            "note",
            f"{what} that no rule of the mapping names: {len(lines)}.",
            f"Paste into mappings/fields/calendly.yaml what matters to your journey:\n{text}{more}",
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _named(text: str) -> str:
    """Make a name that maps can use."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text)
    name = "_".join(part for part in name.lower().split("_") if part)
    return name if name[:1].isalpha() else f"question_{name}".rstrip("_")
