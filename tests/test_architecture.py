"""Who may import whom, and what the deciding part of the core must never touch."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("core", "connectors", "commands", "sandbox", "mappings")
DECIDING = ("language", "engine", "identity", "planning", "measures")
LONGEST = 450

MAY_IMPORT = {
    "core": {"core"},
    "connectors": {"connectors", "core"},
    "sandbox": {"sandbox"},
    "mappings": {"mappings"},
    "commands": {"commands", "connectors", "core", "sandbox", "mappings"},
    "cli.py": {"commands"},
}
VALUES = {"addresses", "errors", "instants", "models", "ports", "problems", "workspace"}
"""What a connector may know of the core: values, ports and errors, never a decision."""

OUTSIDE = {
    "asyncio", "click", "ctypes", "http", "httpx", "io", "logging", "multiprocessing", "os",
    "random", "requests", "rich", "secrets", "shutil", "signal", "socket", "sqlalchemy",
    "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib", "urllib3",
}  # fmt: skip
"""Modules that reach out of a pure function: network, disk, clock, chance, other processes."""
REACHES = {
    "open", "print", "input", "datetime.now", "datetime.today", "date.today", "read_text",
    "read_bytes", "write_text",
    "write_bytes", "mkdir", "unlink", "read_csv", "read_parquet", "write_parquet",
}  # fmt: skip
"""Calls that do, whatever they were imported from."""

FILES = sorted(
    [ROOT / "cli.py", *(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))]
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Return the full name of every module that a file imports, wherever in it."""
    found: list[str] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno} imports relatively"
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def ours(path: Path) -> Iterator[list[str]]:
    """Yield the parts after `journeysync` of what a file imports from us."""
    for module in imports(path):
        first, *rest = module.split(".")
        if first == "journeysync":
            yield rest


@pytest.mark.parametrize("path", FILES, ids=name)
def test_layers(path: Path) -> None:
    """The core knows itself alone; the sandbox too: a shared mistake would cancel out."""
    allowed = MAY_IMPORT[path.relative_to(ROOT).parts[0]]

    assert {parts[0] for parts in ours(path)} <= allowed


@pytest.mark.parametrize("path", [one for one in FILES if "connectors" in one.parts], ids=name)
def test_connectors_never_decide(path: Path) -> None:
    """A connector knows values, ports and errors of the core, and no other connector."""
    found = list(ours(path))

    assert {parts[1] for parts in found if parts[0] == "core"} <= VALUES
    inside = path.relative_to(ROOT / "connectors").parts
    if len(inside) > 1:
        shared = {
            "http",
            "budgets",
            "bookings",
            "booking_rules",
            "booking_texts",
            "guests",
            "transport",
            "mapping_files",
            "money",
            inside[0],
        }
        assert {parts[1] for parts in found if parts[0] == "connectors"} <= shared


@pytest.mark.parametrize(
    "path",
    [one for part in DECIDING for one in FILES if one.is_relative_to(ROOT / "core" / part)],
    ids=name,
)
def test_deciding_is_pure(path: Path) -> None:
    """No network, no file, no clock, no chance: the same input always gives the same answer."""
    calls = {
        called
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        for called in (ast.unparse(call.func), ast.unparse(call.func).rsplit(".", 1)[-1])
    }

    assert {module.split(".")[0] for module in imports(path)} & OUTSIDE == set()
    assert calls & REACHES == set()


@pytest.mark.parametrize("part", ["core", *(f"core/{part}" for part in DECIDING)])
def test_the_core_decides_without_the_state(part: str) -> None:
    """The deciding parts know nothing of how a run is stored or carried out."""
    if part == "core":
        paths = list((ROOT / "core").glob("*.py"))
    else:
        paths = list((ROOT / part).rglob("*.py"))

    reached = {parts[1] for path in paths for parts in ours(path) if parts[0] == "core"}

    assert reached & {"state", "running"} == set()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_one_idea_per_file(path: Path) -> None:
    """A file that one cannot read in one go holds more than one idea."""
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_says_what_it_is(path: Path) -> None:
    """Every file that holds something begins with a docstring."""
    text = path.read_text("utf-8")

    assert not text.strip() or text.startswith('"""')


def test_no_path_of_a_machine() -> None:
    """Nothing in the project names a folder of the machine it was written on."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("no git checkout")
    homes = re.compile(r"(?<![\w.])/(?:work|home|Users|root)/\w")

    found = [
        f"{file}:{number}"
        for file in filter(None, tracked.stdout.split("\0"))
        if (ROOT / file).is_file() and not (ROOT / file).is_symlink()
        for number, line in enumerate(
            (ROOT / file).read_text("utf-8", errors="ignore").splitlines(), 1
        )
        if homes.search(line)
    ]

    assert found == []
