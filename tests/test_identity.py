"""Who is the same customer: which keys join, which never do, and that nothing else matters."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from journeysync.core.identity.resolution import Resolution, merged, resolve
from journeysync.core.identity.rules import IdentityRules, keys_of, keys_of_links
from journeysync.core.models import Link, PersonRecord, Scalar
from journeysync.core.workspace import Workspace

BRITISH = IdentityRules(region="GB")
COMPANIES = IdentityRules(grain="company")


def person(
    name: str,
    *emails: str,
    phone: str = "",
    last: str = "",
    company: str = "",
    year: int | None = None,
    **attributes: Scalar,
) -> PersonRecord:
    """Make a record from `tool:id` and what matters in the case."""
    tool, _, record_id = name.partition(":")
    return PersonRecord(
        tool=tool,
        type="contact",
        id=record_id,
        created_at=None if year is None else datetime(year, 1, 1, tzinfo=UTC),
        emails=emails,
        phones=(phone,) if phone else (),
        last_name=last,
        company=company,
        attributes=attributes,
    )


def groups(
    people: Sequence[PersonRecord],
    links: Sequence[Link] = (),
    rules: IdentityRules = BRITISH,
) -> list[str]:
    """Say who is together, each group as one text."""
    return [" ".join(group) for group in resolve(people, links, rules).groups]


# --- keys of records -----------------------------------------------------------------------


def test_keys_of_a_record() -> None:
    """A store of keys can be kept: each with its kind, its value and why it never joins."""
    one = person("a:1", "Ann@x.example", "INFO@x.example", phone="020 7946 0958", last=" Smith ")

    assert [(key.kind, key.value, key.refusal) for key in keys_of(one, BRITISH)] == [
        ("email", "ann@x.example", ""),
        ("email", "info@x.example", "role address"),
        ("phone", "+442079460958 smith", ""),
    ]


def test_keys_of_links() -> None:
    """Both ends hold the name of the right one."""
    found = keys_of_links([Link("a:1", "b:2", "external id")], BRITISH)

    assert [(name, key.kind, key.value) for name, key in found] == [
        ("a:1", "link", "b:2"),
        ("b:2", "link", "b:2"),
    ]


# --- who is joined ---------------------------------------------------------------------------

LONDON: dict[str, Any] = {"phone": "020 7946 0958", "last": "Smith"}
OTHER: dict[str, Any] = {"phone": "020 7946 0111", "last": "Smith"}

JOINS = {
    "one e-mail, however it is written": (
        [person("a:1", "Ann@X.example"), person("b:1", " ann@x.example ")],
        [],
        ["a:1 b:1"],
    ),
    "two records of one tool with one e-mail": (
        [person("a:1", "ann@x.example"), person("a:2", "ann@x.example")],
        [],
        ["a:1 a:2"],
    ),
    "any of several e-mails": (
        [person("a:1", "ann@x.example", "ann@home.example"), person("b:1", "ann@home.example")],
        [],
        ["a:1 b:1"],
    ),
    "through a third record": (
        [person("a:1", "p@x.example"), person("b:1", "p@x.example", "q@x.example"),
         person("c:1", "q@x.example")],
        [],
        ["a:1 b:1 c:1"],
    ),
    "an address that is none is no key": (
        [person("a:1", "unknown"), person("b:1", "unknown")], [], ["a:1", "b:1"]
    ),
    "a role address never joins": (
        [person("a:1", "info@x.example"), person("b:1", "info@x.example")], [], ["a:1", "b:1"]
    ),
    "a name alone never joins": (
        [person("a:1", last="Smith"), person("b:1", last="Smith")], [], ["a:1", "b:1"]
    ),
    "phone and last name across tools": (
        [person("a:1", **LONDON), person("b:1", phone="+44 20 7946 0958", last="SMITH ")],
        [],
        ["a:1 b:1"],
    ),
    "a phone without the last name": (
        [person("a:1", **LONDON), person("b:1", phone="020 7946 0958", last="Jones")],
        [],
        ["a:1", "b:1"],
    ),
    "a phone and no last name at all": (
        [person("a:1", phone="020 7946 0958"), person("b:1", phone="020 7946 0958")],
        [],
        ["a:1", "b:1"],
    ),
    "a phone never joins two records of one tool": (
        [person("a:1", **LONDON), person("a:2", **LONDON)], [], ["a:1", "a:2"]
    ),
    "nor through a record of another tool: which of the two would it be?": (
        [person("a:1", **LONDON), person("b:1", **LONDON), person("a:2", **LONDON)],
        [],
        ["a:1", "a:2", "b:1"],
    ),
    "nor through a chain of two phones": (
        [
            person("a:1", **LONDON),
            PersonRecord("b", "contact", "1", phones=("020 7946 0958", "020 7946 0111"),
                         last_name="Smith"),
            person("a:2", **OTHER),
        ],
        [],
        ["a:1", "a:2", "b:1"],
    ),
    "nor through an e-mail and then a phone": (
        [person("a:1", "p@x.example"), person("b:1", "p@x.example", **LONDON),
         person("a:2", **LONDON)],
        [],
        ["a:1 b:1", "a:2"],
    ),
    "a phone joins what an e-mail has put together": (
        [person("a:1", "p@x.example", **LONDON), person("a:2", "p@x.example", **LONDON),
         person("b:1", **LONDON)],
        [],
        ["a:1 a:2 b:1"],
    ),
    "an explicit link": (
        [person("a:1"), person("b:9")], [Link("a:1", "b:9", "external id")], ["a:1 b:9"]
    ),
    "a link within one tool": (
        [person("a:1"), person("a:2")], [Link("a:1", "a:2", "converted lead")], ["a:1 a:2"]
    ),
    "two records that name one absent record": (
        [person("a:1"), person("c:1")],
        [Link("a:1", "b:9", "external id"), Link("c:1", "b:9", "external id")],
        ["a:1 c:1"],
    ),
    "links through records merged away": (
        [person("a:1"), person("b:3")],
        [Link("a:1", "b:1", "external id"), Link("b:1", "b:2", "merged"),
         Link("b:2", "b:3", "merged")],
        ["a:1 b:3"],
    ),
    "nobody": ([], [], []),
}  # fmt: skip


@pytest.mark.parametrize(("people", "links", "together"), JOINS.values(), ids=JOINS)
def test_joins(people: list[PersonRecord], links: list[Link], together: list[str]) -> None:
    assert groups(people, links) == together


def crowd(size: int) -> list[PersonRecord]:
    return [person(f"a:{number}", "shared@x.example") for number in range(size)]


@pytest.mark.parametrize(("size", "customers"), [(5, 1), (6, 6)])
def test_a_key_of_too_many_records(size: int, customers: int) -> None:
    """Five may share a key, six may not."""
    assert len(groups(crowd(size))) == customers


def test_a_link_of_too_many_records() -> None:
    """An external id that stands in many records is a placeholder."""
    people = [person(f"a:{number}") for number in range(6)]
    links = [Link(one.name, "b:0", "external id") for one in people]

    assert len(groups(people, links)) == 6
    assert len(groups(people[:5], links[:5])) == 1


def test_the_limit_is_the_workspaces() -> None:
    rules = IdentityRules.of(Workspace(max_people_per_key=2))

    assert groups(crowd(3), rules=rules) == ["a:0", "a:1", "a:2"]


@pytest.mark.parametrize(
    "entry", ["Ann@X.example", "@x.example", " @X.example "], ids=["a key", "a host", "spaces"]
)
def test_ignored_keys(entry: str) -> None:
    rules = IdentityRules.of(Workspace(ignore_keys=(entry,)))
    people = [person("a:1", "ann@x.example"), person("b:1", "ann@x.example")]

    assert groups(people, rules=rules) == ["a:1", "b:1"]
    assert resolve(people, (), rules).refused[0].reason == "ignored"


def test_an_ignored_host_is_no_suffix_of_another() -> None:
    rules = IdentityRules.of(Workspace(ignore_keys=("@x.example",)))

    assert groups(
        [person("a:1", "p@y-x.example"), person("b:1", "p@y-x.example")], rules=rules
    ) == ["a:1 b:1"]


def test_an_ignored_phone() -> None:
    rules = IdentityRules.of(Workspace(region="GB", ignore_keys=("020 7946 0958",)))

    assert groups([person("a:1", **LONDON), person("b:1", **LONDON)], rules=rules) == ["a:1", "b:1"]


def test_more_role_addresses() -> None:
    rules = IdentityRules.of(Workspace(role_addresses=("Reception",)))
    people = [person("a:1", "reception@x.example"), person("b:1", "reception@x.example")]

    assert groups(people, rules=rules) == ["a:1", "b:1"]


# --- evidence --------------------------------------------------------------------------------


def test_every_join_has_its_evidence() -> None:
    people = [
        person("a:1", "ann@x.example", **LONDON),
        person("b:1", "ann@x.example"),
        person("c:1", **LONDON),
        person("d:1"),
    ]

    joins = resolve(people, [Link("d:1", "c:1", "converted lead")], BRITISH).joins

    assert [(one.left, one.right, one.kind, one.because) for one in joins] == [
        ("a:1", "b:1", "email", "both have the e-mail address a***@x.example"),
        ("a:1", "c:1", "phone", "both have the phone +44***58 and one last name"),
        ("c:1", "d:1", "link", "converted lead"),
    ]


@pytest.mark.parametrize(
    ("people", "key", "reason"),
    [
        ([person("a:1", "info@x.example"), person("b:1", "info@x.example")],
         "i***@x.example", "role address"),
        (crowd(6), "s***@x.example", "shared by more than 5"),
        ([person("a:1", **LONDON), person("a:2", **LONDON), person("b:1", **LONDON)],
         "+44***58", "same tool by phone"),
    ],
    ids=["role", "too many", "same tool"],
)  # fmt: skip
def test_refusals_are_reported(people: list[PersonRecord], key: str, reason: str) -> None:
    refused = resolve(people, (), BRITISH).refused

    assert [(one.key, one.reason) for one in refused] == [(key, reason)]
    assert refused[0].records == tuple(sorted(one.name for one in people))


def test_a_role_address_of_one_record_is_nothing_to_report() -> None:
    assert resolve([person("a:1", "info@x.example")], (), BRITISH).refused == ()


def test_nothing_shown_holds_a_key() -> None:
    people = [person("a:1", "ann@x.example", **LONDON), person("b:1", "ann@x.example", **LONDON)]

    assert "ann@" not in repr(resolve(people, (), BRITISH))
    assert "7946" not in repr(resolve(people, (), BRITISH))


def test_undone_when_the_key_goes_away() -> None:
    """Nothing is remembered: without the shared address there are two customers again."""
    first, second = person("a:1", "ann@x.example"), person("b:1", "ann@x.example")

    assert groups([first, second]) == ["a:1 b:1"]
    assert groups([first, person("b:1", "ann@new.example")]) == ["a:1", "b:1"]


# --- names and attributes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "name"),
    [
        ([person("a:1", "p@x.example", year=2025), person("b:1", "p@x.example", year=2020)], "b:1"),
        ([person("a:1", "p@x.example"), person("b:1", "p@x.example", year=2020)], "b:1"),
        ([person("b:1", "p@x.example"), person("a:2", "p@x.example")], "a:2"),
        ([person("b:1", year=2020)], "b:1"),
    ],
    ids=["the oldest", "missing comes last", "else by name", "alone"],
)
def test_a_customers_name(people: list[PersonRecord], name: str) -> None:
    assert resolve(people, (), BRITISH).names == (name,)


@pytest.mark.parametrize(
    ("precedence", "city"),
    [(("b", "a"), "Bath"), (("a", "b"), "Acton"), ((), "Bath"), (("c",), "Bath")],
    ids=["first tool", "the other", "none: the newest", "unlisted: the newest"],
)
def test_attributes_by_precedence(precedence: tuple[str, ...], city: str) -> None:
    people = [person("a:1", year=2020, city="Acton"), person("b:1", year=2021, city="Bath")]

    assert merged(people, IdentityRules(precedence=precedence)) == {"city": city}


def test_an_attribute_comes_from_whoever_has_it() -> None:
    people = [
        person("a:1", year=2025, city="", age=40),
        person("a:2", year=2024, city="Acton", age=39),
        person("a:3", city="Bath", vip=False),
    ]

    assert merged(people, IdentityRules()) == {"age": 40, "city": "Acton", "vip": False}


# --- companies -------------------------------------------------------------------------------


def test_people_of_a_company_are_one_customer() -> None:
    people = [
        person("a:1", company="a:acme"),
        person("a:2", company="a:acme"),
        person("a:3"),
        person("a:4", company="a:zeta"),
    ]

    found = resolve(people, (), COMPANIES)

    assert dict(zip(found.names, found.groups, strict=True)) == {
        "a:acme": ("a:1", "a:2"),
        "a:3": ("a:3",),
        "a:zeta": ("a:4",),
    }
    assert [(one.left, one.right, one.kind) for one in found.joins] == [("a:1", "a:2", "company")]


def test_a_person_joined_to_an_employee_belongs_to_the_company() -> None:
    people = [person("a:1", "p@x.example", company="a:acme"), person("b:1", "p@x.example")]

    assert resolve(people, (), COMPANIES).names == ("a:acme",)


def test_joining_companies_is_transitive() -> None:
    """One human being known to two CRMs makes their two company records one customer."""
    people = [
        person("a:1", "p@x.example", company="a:acme"),
        person("b:1", "p@x.example", company="b:acme-ltd"),
        person("b:2", company="b:acme-ltd"),
    ]

    found = resolve(people, (), COMPANIES)

    assert (found.groups, found.names) == ((("a:1", "b:1", "b:2"),), ("a:acme",))


def test_where_people_are_the_customers_companies_do_not_matter() -> None:
    assert groups([person("a:1", company="a:acme"), person("a:2", company="a:acme")]) == [
        "a:1",
        "a:2",
    ]


def test_nobody() -> None:
    assert resolve((), (), BRITISH) == Resolution((), (), (), ())
