"""Made-up people: names, addresses and phone numbers that belong to nobody.

E-mail domains are reserved for examples; phone numbers come from the ranges that Ofcom keeps
free for drama. Customer n is the same person whatever the seed.
"""

from dataclasses import dataclass
from functools import lru_cache

FIRST = (
    "Maya", "Tom", "Aisha", "Oliver", "Grace", "Rafael", "Ines", "Hugo", "Leila", "Peter",
    "Nora", "Samuel", "Freya", "Arjun", "Clara", "Dmitri", "Yuki", "Paul", "Zoe", "Martin",
    "Amara", "Jack", "Sofia", "Liam", "Hannah", "Omar", "Ruth", "Felix", "Priya", "Daniel",
    "Ella", "Marcus", "Chloe", "Ivan", "Mei", "George", "Fatima", "Noah", "Alice", "Karim",
    "Lucy", "Viktor", "Rosa", "Ethan", "Tara", "Simon", "Nadia", "Owen", "Bella", "Leo",
    "Carmen", "Adam", "Jana", "Isaac", "Mina", "Callum", "Erin", "Kofi", "Wendy",
)  # fmt: skip
LAST = (
    "Okafor", "Bennett", "Rahman", "Whitfield", "Lindgren", "Moreno", "Duarte", "Keller",
    "Haddad", "Novak", "Ashworth", "Osei", "Larsen", "Mehta", "Fontaine", "Volkov", "Tanaka",
    "Harding", "Castellano", "Brandt", "Eze", "Thornton", "Petrov", "Gallagher", "Weiss", "Farouk",
    "Sinclair", "Baumann", "Chopra", "Merritt", "Laurent", "Adeyemi", "Fraser", "Horvat", "Zhang",
    "Pemberton", "Aziz", "Dalton", "Marchetti", "Benali", "Holloway", "Sokolov", "Ibarra",
    "Crawford", "Nair", "Whitaker", "Jankovic", "Sutherland", "Rossi", "Kaplan", "Vega", "Hartley",
    "Dvorak", "Quinn", "Shirazi", "Drummond", "Kavanagh", "Mensah", "Ellery", "Novotny", "Sorensen",
)  # fmt: skip
DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example")
CITIES = ("Brighton", "Hove", "Lewes", "Shoreham-by-Sea", "Worthing", "Eastbourne")
# National prefix, how it is spoken, and room for three digits.
_RANGES = (
    ("7700", "900"), ("20", "7946 0"), ("113", "496 0"), ("114", "496 0"), ("115", "496 0"),
    ("116", "496 0"), ("117", "496 0"), ("118", "496 0"), ("121", "496 0"), ("131", "496 0"),
    ("141", "496 0"), ("151", "496 0"), ("161", "496 0"), ("191", "498 0"), ("29", "2018 0"),
    ("1632", "960"), ("3069", "990"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up human being."""

    first: str
    last: str
    email: str
    phone: str
    city: str


@lru_cache(maxsize=256)
def person(number: int) -> Person:
    """Give customer `number`: no two share a name and address, phones run out at last."""
    first = FIRST[number % len(FIRST)]
    last = LAST[(number + number // len(FIRST)) % len(LAST)]
    suffix = str(number) if number >= len(FIRST) * len(LAST) else ""
    domain = DOMAINS[number % len(DOMAINS)]
    return Person(
        first,
        last,
        f"{first}.{last}{suffix}@{domain}".lower(),
        phone(number),
        CITIES[number % len(CITIES)],
    )


def phone(number: int) -> str:
    """Write a number in one of the ways people write them; empty when the ranges are used up."""
    which, rest = divmod(number, 1_000)
    if which >= len(_RANGES):
        return ""
    prefix, middle = _RANGES[which]
    digits = f"{middle}{(rest * 37) % 1_000:03d}"
    spaced = f"{prefix} {digits}"
    return (f"+44 {spaced}", f"0{spaced}", f"+44{prefix}{digits.replace(' ', '')}", f"(0){spaced}")[
        number % 4
    ]
