"""`check` and `provision`: every tool is tried, each failure has its next step and exit code."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import run
from pretend_tools import PretendCrm, PretendTool, connect

from journeysync.core.errors import BadCredentials, ToolDown, Usage
from journeysync.core.ports import Finding, OwnerInfo

MAP = """\
format: 1
journey: own
stages:
  - {id: enquiry, label: Enquiry, reached_by: form.submitted}
exits:
  - {id: lost, entered_by: deal.lost}
touchpoints:
  - {id: answer, after: form.submitted, within: 1d, expect: email.sent}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(MAP)
    return tmp_path


def write(folder: Path, tools: str, more: str = "") -> None:
    text = f"journeys: [own.yaml]\ntools:\n{tools}{more}" if tools else "journeys: [own.yaml]\n"
    (folder / "journeysync.yaml").write_text(text)


DOWN = PretendTool("shop", error=ToolDown("shop", "cannot be reached."))
REFUSED = PretendTool("crm", error=BadCredentials("crm", "Renew the key."))
MISTAKEN = PretendTool("files", error=Usage("No file people.csv."))
BROKEN = PretendTool("odd", error=RuntimeError("secret text"))
FINE = PretendTool("fine")
SCOPE = PretendTool("hub", [Finding("error", "No scope.", "Tick deals.read.", exit_code=4)])

CASES = {
    "all is well": ([FINE], 0, "All is in order."),
    "a tool is down": ([DOWN, FINE], 3, "shop cannot be reached."),
    "a refused key before a tool that is down": ([DOWN, REFUSED], 4, "Renew the key."),
    "a mistake in the settings before a refused key": ([REFUSED, MISTAKEN], 2, "No file"),
    "a missing scope, with its next step": ([SCOPE], 4, "next: Tick deals.read."),
    "a bug in one tool": ([BROKEN, FINE], 1, "Unexpected error (RuntimeError)"),
}


@pytest.mark.parametrize(("tools", "code", "says"), CASES.values(), ids=CASES)
def test_check(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    tools: list[PretendTool],
    code: int,
    says: str,
) -> None:
    """One broken tool hides no other; the worst exit code wins."""
    write(folder, connect(monkeypatch, *tools))

    ran = run("check", "--workspace", folder)

    assert ran.code == code
    assert says in ran.out
    assert "secret text" not in ran.out + ran.err
    for tool in tools:
        assert f"{tool.name}\n" in ran.out
    if FINE in tools:
        assert "The key works." in ran.out


def test_check_as_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One document; the talk goes to stderr."""
    write(folder, connect(monkeypatch, DOWN, FINE))

    ran = run("check", "--workspace", folder, "--json")

    assert ran.document["exit_code"] == 3
    assert ran.document["tools"]["fine"]["findings"][0]["what"] == "The key works."
    assert "shop cannot be reached" in ran.err


def test_check_names_what_nobody_can_see(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A touchpoint that no tool emits is followed through its task alone: that is said."""
    write(folder, connect(monkeypatch, FINE))
    unseen = run("check", "--workspace", folder).out
    write(folder, connect(monkeypatch, PretendTool("fine", kinds=frozenset({"email.sent"}))))
    seen = run("check", "--workspace", folder).out

    assert "no connected tool can see `answer` (email.sent)" in unseen
    assert "no connected tool can see" not in seen


@dataclass
class PunctualTool(PretendTool):
    """A tool that says what time it is."""

    at: datetime | None = None

    def told(self) -> datetime | None:
        return self.at


CLOCKS = {
    "the same time": (timedelta(seconds=40), ""),
    "ours runs ahead": (timedelta(minutes=-10), "is 10 minutes ahead of that of fine"),
    "ours is late": (timedelta(hours=3), "is 180 minutes behind that of fine"),
    "the tool does not say": (None, ""),
}


@pytest.mark.parametrize(("off", "says"), CLOCKS.values(), ids=CLOCKS)
def test_check_compares_the_clocks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, off: timedelta | None, says: str
) -> None:
    at = None if off is None else datetime.now(UTC) + off
    write(folder, connect(monkeypatch, PunctualTool("fine", at=at)))
    ran = run("check", "--workspace", folder)

    assert ran.code == 0
    assert says in ran.out
    assert ("The clock here" in ran.out) == bool(says)


def test_a_kind_of_your_own_mapping_is_no_doubt(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "own.yaml").write_text(MAP.replace("email.sent", "cake.baked"))
    write(folder, connect(monkeypatch, FINE))
    doubtful = run("check", "--workspace", folder).out
    write(folder, connect(monkeypatch, PretendTool("fine", kinds=frozenset({"cake.baked"}))))
    sure = run("check", "--workspace", folder).out
    count = re.compile(r"leave doubts: (\d+)")

    assert int(count.findall(doubtful)[0]) == int((count.findall(sure) or ["0"])[0]) + 1


def test_check_of_files_that_are_not_there(folder: Path) -> None:
    """Said once, at the tool; what the maps need from it is not guessed."""
    tools = "  old: {type: files, people: people.csv, events: events.csv}\n"
    (folder / "journeysync.yaml").write_text(f"journeys: [own.yaml]\ntools:\n{tools}")

    ran = run("check", "--workspace", folder)

    assert ran.code == 2
    assert ran.out.count("people.csv") == 1
    assert "can see" not in ran.out


OWNERS = {
    "a known owner": ([OwnerInfo("1", "Care@example.com")], ""),
    "an unknown one": ([], "is no user of crm"),
    "an inactive one": (
        [OwnerInfo("1", "care@example.com", active=False)],
        "an inactive user of crm",
    ),
}


@pytest.mark.parametrize(("more", "code"), [("write_to: [crm]\n", 2), ("", 0)])
def test_check_of_writing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, more: str, code: int
) -> None:
    """Asked of tools that `write_to` names alone."""
    lacks = [Finding("error", "Contacts lack our fields.", "Run `journeysync provision`.", 2)]
    write(folder, connect(monkeypatch, PretendCrm("crm", written=lacks)), more)
    ran = run("check", "--workspace", folder)

    assert ran.code == code
    assert ("Contacts lack our fields." in ran.out) == bool(more)
    assert "The key works." in ran.out


@pytest.mark.parametrize(("users", "says"), OWNERS.values(), ids=OWNERS)
def test_check_of_departments(
    folder: Path, monkeypatch: pytest.MonkeyPatch, users: list[OwnerInfo], says: str
) -> None:
    """A department whose tasks would be nobody's; the address itself is not shown."""
    tools = connect(monkeypatch, PretendCrm("crm", users=users))
    write(
        folder,
        tools,
        "write_to: [crm]\ndepartments: {success: {crm_owner: care@example.com}}\n",
    )

    ran = run("check", "--workspace", folder)

    assert ran.code == 0
    assert says in ran.out
    assert ("department" in ran.out) == bool(says)
    assert "care@example.com" not in ran.out


def test_check_of_one_tool(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--only` asks nobody else, and knows the names."""
    write(folder, connect(monkeypatch, DOWN, FINE))

    one = run("check", "--workspace", folder, "--only", "fine")
    none = run("check", "--workspace", folder, "--only", "find")

    assert (one.code, "shop" in one.out) == (0, False)
    assert (none.code, "There is no tool `find`" in none.err) == (2, True)


def test_check_without_tools(folder: Path) -> None:
    """The next step for a workspace that was just made and emptied."""
    write(folder, "")

    ran = run("check", "--workspace", folder)

    assert ran.code == 2
    assert "journeysync connectors list" in ran.err


def test_provision(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our fields on people; a dry run says so last."""
    crm = PretendCrm("crm")
    write(folder, connect(monkeypatch, crm), "write_to: [crm]\n")

    dry = run("provision", "--workspace", folder, "--dry-run")
    wet = run("provision", "--workspace", folder, "--json")

    assert (dry.code, wet.code) == (0, 0)
    assert "crm  create  contact.journey_stage\n" in dry.out
    assert dry.out.endswith("Dry run: nothing was written.\n")
    assert {"action": "create", "what": "contact.journey_stage"} in wet.document["crms"]["crm"]
    assert [one["dry_run"] for one in crm.asked] == [True, False]


def test_provision_where_companies_travel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies carry the fields too; people without a company still do."""
    crm = PretendCrm("crm")
    write(folder, connect(monkeypatch, crm), "write_to: [crm]\ncustomer: company\n")

    run("provision", "--workspace", folder, "--remove")

    assert crm.asked == [{"types": ("contact", "company"), "dry_run": False, "remove": True}]


PROVISION_MISTAKES = {
    "nowhere to write": ("", 2, "`write_to` in journeysync.yaml names no CRM"),
    "a tool that can only be read": ("write_to: [shop]\n", 2, "which can only be read"),
    "a refused key": ("write_to: [crm, fine]\n", 4, "crm refused the key"),
}


@pytest.mark.parametrize(
    ("more", "code", "says"), PROVISION_MISTAKES.values(), ids=PROVISION_MISTAKES
)
def test_provision_that_cannot(
    folder: Path, monkeypatch: pytest.MonkeyPatch, more: str, code: int, says: str
) -> None:
    """A sentence, the exit code; another CRM gets its fields all the same."""
    fine = PretendCrm("fine")
    refused = PretendCrm("crm", error=BadCredentials("crm", "Renew the key."))
    write(folder, connect(monkeypatch, PretendTool("shop"), refused, fine), more)

    ran = run("provision", "--workspace", folder)

    assert ran.code == code
    assert says in ran.err
    assert len(fine.asked) == ("fine" in more)
