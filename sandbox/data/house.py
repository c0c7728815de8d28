"""What a pretend business is: its name, what it offers, what it writes, who its customers are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from journeysync.sandbox.data.timetable import Life, Plot

Service = tuple[str, int, int]
"""Name, minutes, price in pounds."""
Product = tuple[int, str, str, str]
"""Id, name, SKU, price."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What it writes to its customers."""

    subject: str
    body: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """One business."""

    name: str
    place: str
    domain: str
    services: tuple[Service, ...] = ()
    products: tuple[Product, ...] = ()
    letters: Mapping[str, Letter] = field(default_factory=dict)
    plots: tuple[Plot, ...] = ()
    lives: tuple[Life, ...] = ()
    sells_to_companies: bool = False
