"""What `journeysync check` says of a Cal.com account: its key, its contract, its event types.

A few cheap calls, none of which changes anything.
"""

from collections.abc import Iterator, Mapping

from journeysync.connectors.booking_rules import Rules, fits
from journeysync.connectors.calcom.client import Client
from journeysync.connectors.calcom.read import LISTS
from journeysync.core.ports import Finding

_SHOWN = 20


def check(client: Client, rules: Rules) -> list[Finding]:
    """Look at an account. A refused key ends the look."""
    contract = client.contract
    me = client.get("/v2/me", contract.lists)["data"]
    found = [
        Finding(
            "ok",
            f"Cal.com account {me.get('id', '')} answers ({me.get('timeZone') or 'no time zone'}).",
        ),
        Finding(
            "note",
            "Read are the bookings that the owner of this key can see.",
            "Use the key of somebody who sees the whole team's.",
        ),
    ]
    answer = client.get(LISTS, contract.lists, contract.first)
    if contract.fits(answer.get("pagination")):
        found.append(Finding("ok", f"Bookings are paged as {contract.kind} {contract.lists} says."))
    else:
        other = "calcom-selfhosted" if contract.kind == "hosted" else "calcom"
        found.append(
            Finding(
                "error",
                f"Bookings are not paged as {contract.kind} {contract.lists} says.",
                f"Check `base_url`, or set the tool's `type` to `{other}`.",
                2,
            )
        )
    found += _types(client, rules)
    return found


def _types(client: Client, rules: Rules) -> Iterator[Finding]:
    rows = client.get("/v2/event-types", client.contract.types).get("data")
    slugs = [
        (str(one.get("slug") or ""), str(one.get("id")))
        for one in (rows if isinstance(rows, list) else ())
        if isinstance(one, Mapping)
    ]
    lines = [
        f'  - {{service: "{slug}", sends: []}}'
        for slug, number in slugs
        if not any(fits(rule.service, one) for rule in rules.services for one in (slug, number))
    ]
    if lines:
        more = [f"  # and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        yield Finding(
            "note",
            f"Event types that no rule of the mapping names: {len(lines)}.",
            "Say in mappings/fields/calcom.yaml what Cal.com itself sends to their customers:\n"
            + "\n".join(["services:", *lines[:_SHOWN], *more]),
        )
