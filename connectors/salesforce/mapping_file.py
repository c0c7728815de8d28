"""Finds and reads the mapping, and tells what of it is the workspace's own. Reads files."""

from pathlib import Path

from journeysync.connectors.mapping_files import parse_mapping, read_mapping
from journeysync.connectors.salesforce.mapping import TOOL, SalesforceMapping

FILE = f"mappings/fields/{TOOL}.yaml"


def read_mappings(folder: Path, named: str | None) -> tuple[SalesforceMapping, SalesforceMapping]:
    """Read the mapping of a workspace: the merged one, and what the workspace itself says.

    Raises Usage with every mistake in the workspace's file.
    """
    merged = read_mapping(folder, named, TOOL, SalesforceMapping)
    path = folder / (named or FILE)
    text = path.read_text("utf-8-sig") if path.exists() else ""
    own, _problems = parse_mapping(text, str(path), SalesforceMapping)
    return merged, own or SalesforceMapping()
