"""The connected tools of a workspace as objects: sources to read, destinations to write.

Here and not in the core, which must not know any connector.
"""

from typing import cast

from journeysync.connectors import registry
from journeysync.core.errors import Usage
from journeysync.core.ports import Display, Source
from journeysync.core.running.workspace_file import OpenWorkspace


def make_sources(opened: OpenWorkspace) -> dict[str, Source]:
    """Make the connector of every tool, in the workspace's order. Sends no request."""
    return {name: make_source(opened, name) for name in opened.setups}


def make_source(opened: OpenWorkspace, name: str) -> Source:
    """Make the connector of one tool."""
    return registry.make(opened.workspace.tool_type(name), opened.setups[name])


def make_destinations(opened: OpenWorkspace, sources: dict[str, Source]) -> dict[str, Display]:
    """Pick the tools to write to: the same objects, so that reading and writing share a budget."""
    found: dict[str, Display] = {}
    for name in opened.workspace.write_to:
        source = sources[name]
        if not hasattr(source, "write_records"):
            raise Usage(f"`write_to` names `{name}`, which can only be read. Take it out of there.")
        found[name] = cast("Display", source)
    return found


def object_types(opened: OpenWorkspace) -> tuple[str, ...]:
    """Name the CRM objects that carry our fields: people, and companies where they travel."""
    return ("contact", "company") if opened.workspace.customer == "company" else ("contact",)
