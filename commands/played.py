"""What `sandbox` and `demo` play each shipped map on: the business, its tools, their mappings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

DEFAULT = "before-during-after"
BOOKS = frozenset({"acuity", "calcom", "calcom-selfhosted", "calendly"})
"""Tools that keep a business's bookings, as the pretend HubSpot does in its meetings."""

MEETINGS = """\
# Bookings come from their own tool here: what HubSpot holds of them is a meeting, and no second
# booking.
meetings:
  rules:
    - {title: "*", subject: meeting, completed: meeting.held}
"""
_TALKS = """\
# Whoever sells to companies meets them; nobody books a time.
meetings:
  rules:
    - {title: "*", subject: meeting, completed: meeting.held}
"""
_BILLED_IN_STAGES = """\
# Without a tool for invoices the stages of the deal tell of the money.
deals:
  stages:
    - {stage: Agreed, name: contract_sent}
    - {stage: Deposit asked, events: invoice.sent, set: {deposit: true}}
    - {stage: Deposit paid, events: deposit.paid}
    - {stage: Invoice sent, events: invoice.sent}
    - {stage: Paid, events: invoice.paid}
"""
_PARCELS = """\
# Plugins of this shop keep the promised day, the day of delivery and the wish to return.
orders:
  dates:
    - {meta: _promised_for, events: order.delivery_estimated}
    - {meta: _delivered_on, events: order.delivered}
    - {meta: _return_asked_on, events: return.opened}
"""


@dataclass(frozen=True, slots=True)
class Played:
    """The stage for one map."""

    business: str
    tools: tuple[str, ...]
    customer: str = "person"
    mappings: Mapping[str, str] = field(default_factory=dict)
    """Tool: what its field mapping in the workspace says."""


_SHOP = Played("shop", ("hubspot", "woocommerce", "stripe"), mappings={"woocommerce": _PARCELS})
PLAYED: Mapping[str, Played] = {
    DEFAULT: Played("studio", ("hubspot",)),
    "service-business": Played("consultancy", ("hubspot", "calendly", "stripe")),
    "product-business": _SHOP,
    "loyalty": _SHOP,
    "five-phases": Played("vendor", ("hubspot",), "company", {"hubspot": _TALKS}),
}


def mappings(journey: str, tools: Collection[str]) -> dict[str, str]:
    """Give the field mappings that a workspace with these tools needs, by tool."""
    played = PLAYED[journey]
    found = dict(played.mappings)
    if BOOKS & set(tools):
        found["hubspot"] = MEETINGS
    if played.business == "consultancy" and "stripe" not in tools:
        found["hubspot"] = f"{found.get('hubspot', '')}{_BILLED_IN_STAGES}"
    return {tool: text for tool, text in found.items() if tool in tools}
