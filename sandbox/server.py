"""Starts a sandbox: pretend tools on loopback, each on its own port, and one port to steer them.

A product feature and the tests' counterpart. It shares no code with the connectors and
imports nothing of the core: a shared mistake would cancel out.
"""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from journeysync.sandbox.acuity.app import Acuity
from journeysync.sandbox.admin import Admin
from journeysync.sandbox.calcom.app import CalCom, CalDiy
from journeysync.sandbox.calendly.app import Calendly
from journeysync.sandbox.faults import Faults
from journeysync.sandbox.front import Front, Tool
from journeysync.sandbox.hubspot.app import HubSpot
from journeysync.sandbox.journal import Journal
from journeysync.sandbox.salesforce.app import Salesforce
from journeysync.sandbox.shopify.app import Shopify
from journeysync.sandbox.stripe.app import Stripe
from journeysync.sandbox.wire import Listener
from journeysync.sandbox.woocommerce.app import WooCommerce
from journeysync.sandbox.world import DEFAULT_NOW, STUDIO, World, iso_short, millis

MAKERS: Mapping[str, Callable[..., Tool]] = {
    "hubspot": HubSpot,
    "acuity": Acuity,
    "calcom": CalCom,
    "calcom-selfhosted": CalDiy,
    "calendly": Calendly,
    "salesforce": Salesforce,
    "shopify": Shopify,
    "stripe": Stripe,
    "woocommerce": WooCommerce,
}
TOOLS = tuple(MAKERS)
DEFAULT_TOOLS = ("hubspot",)
"""Pretended unless others are named: each of the others keeps the same bookings once more."""
BUSINESSES: Mapping[str, tuple[str, ...]] = {
    STUDIO: TOOLS,
    "consultancy": ("hubspot", "calendly", "stripe"),
    "shop": ("hubspot", "woocommerce", "stripe"),
    "vendor": ("hubspot",),
}
"""The businesses, and the tools that can show what happens in each."""
DEFAULT_CUSTOMERS = 60
DEFAULT_SEED = 1


class Sandbox:
    """A running sandbox; leaving it as a context stops it."""

    def __init__(
        self, world: World, tools: dict[str, Tool], journal: Journal, faults: Faults, port: int
    ) -> None:
        self._world = world
        self._faults = faults
        self._listeners = [Listener(port, Admin(world, tools, journal, faults))]
        self.admin = self._listeners[0].url
        """Address of the admin API."""
        self.tools: dict[str, dict[str, str]] = {}
        """What a workspace needs to reach each tool: `base_url` and its keys by name."""
        try:
            for offset, (name, tool) in enumerate(tools.items(), start=1):
                front = Front(world, tool, journal, faults)
                listener = Listener(port + offset if port else 0, front)
                self._listeners.append(listener)
                keys = getattr(tool, "secrets", {"access_token": tool.access_token})
                self.tools[name] = {"base_url": listener.url, **keys}
        except (OSError, OverflowError):
            self.stop()
            raise

    @property
    def now(self) -> str:
        """The sandbox's time, ISO 8601."""
        return iso_short(self._world.now)

    def stop(self) -> None:
        """Hang up on everyone and free the ports."""
        self._faults.clear()
        for listener in self._listeners:
            listener.stop()
        self._listeners.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    port: int = 0,
    customers: int = DEFAULT_CUSTOMERS,
    seed: int = DEFAULT_SEED,
    tools: Sequence[str] = DEFAULT_TOOLS,
    *,
    limits: bool = True,
    now: str = DEFAULT_NOW,
    business: str = STUDIO,
) -> Sandbox:
    """Fill the pretend tools and serve them; with a port, the tools follow on the next ones."""
    known = BUSINESSES[business]
    unknown = [name for name in tools if name not in known]
    if unknown:
        raise ValueError(f"no pretend {', '.join(unknown)}; there is {', '.join(known)}")
    world = World(millis(now), seed, customers, business, frozenset(tools))
    made: dict[str, Tool] = {name: MAKERS[name](world, limits=limits) for name in tools}
    return Sandbox(world, made, Journal(), Faults(), port)
