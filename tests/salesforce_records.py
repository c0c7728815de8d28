"""Records of Salesforce as they are stored, and what is read out of them."""

from pathlib import Path
from typing import Any

from journeysync.connectors.mapping_files import merge, shipped_text
from journeysync.connectors.salesforce.mapping import SalesforceMapping
from journeysync.connectors.salesforce.mapping_file import read_mappings
from journeysync.connectors.salesforce.normalise import Under, normalise
from journeysync.core.models import Event, RawRecord, Reading, RecordKey

SHIPPED, _ = read_mappings(Path("nowhere"), None)
MADE = "2026-10-01T09:00:00.000+0000"
ANA, BEN = "003000000000001AAA", "003000000000002AAA"
USER, QUEUE = "005000000000001AAA", "00G000000000001AAA"


def own(text: str) -> SalesforceMapping:
    """Lay a mapping over the shipped one."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe")
    return SalesforceMapping.model_validate(
        merge(yaml.load(text), yaml.load(shipped_text("salesforce")))
    )


def record(kind: str, *, more: dict[str, Any] | None = None, **fields: Any) -> RawRecord:
    content = {"fields": {"CreatedDate": MADE, **fields}, "people": [ANA], **(more or {})}
    return RawRecord(RecordKey("sf", kind, "x1"), content)


def read(
    kind: str, mapping: SalesforceMapping = SHIPPED, *, more: dict[str, Any] | None = None,
    **fields: Any,
) -> Reading:  # fmt: skip
    return normalise(record(kind, more=more, **fields), Under(mapping, "Europe/London", "GBP"))


def brief(reading: Reading) -> list[str]:
    """Each event as its kind and the minute of its instant."""
    return [f"{one.kind} {one.at:%m-%d %H:%M}" for one in reading.events]


def one(reading: Reading, kind: str) -> Event:
    (found,) = [event for event in reading.events if event.kind == kind]
    return found
