"""Which connector serves which type of tool.

Connectors are imported when they are made and not before: a command that needs none loads none.
"""

import difflib
import importlib
from collections.abc import Callable, Mapping
from typing import cast

from journeysync.core.errors import Usage
from journeysync.core.ports import Source, ToolSetup

TYPES: Mapping[str, str] = {
    "acuity": "journeysync.connectors.acuity.connector:make",
    "calcom": "journeysync.connectors.calcom.connector:make",
    "calcom-selfhosted": "journeysync.connectors.calcom.connector:make_self_hosted",
    "caldav": "journeysync.connectors.caldav.connector:make",
    "calendly": "journeysync.connectors.calendly.connector:make",
    "files": "journeysync.connectors.files:make",
    "hubspot": "journeysync.connectors.hubspot.connector:make",
    "salesforce": "journeysync.connectors.salesforce.connector:make",
    "shopify": "journeysync.connectors.shopify.connector:make",
    "stripe": "journeysync.connectors.stripe.connector:make",
    "woocommerce": "journeysync.connectors.woocommerce.connector:make",
}
"""Type of tool -> `module:function`; the function takes a `ToolSetup`."""


def make(setup_type: str, setup: ToolSetup) -> Source:
    """Make the connector of a tool. Raises Usage when nothing serves that type."""
    if setup_type not in TYPES:
        near = difflib.get_close_matches(setup_type, TYPES, n=1)
        guess = f"; did you mean `{near[0]}`?" if near else "."
        known = ", ".join(f"`{name}`" for name in sorted(TYPES))
        raise Usage(
            f"The tool `{setup.name}` has the type `{setup_type}`, which no connector serves"
            f"{guess} There are {known}: set `type` of the tool in journeysync.yaml."
        )
    module, function = TYPES[setup_type].split(":")
    maker = cast(
        "Callable[[ToolSetup], Source]", getattr(importlib.import_module(module), function)
    )
    return maker(setup)
