"""The root folder is the package `journeysync`, and the wheel holds it and nothing else."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BESIDE = {"tests", "bench", "docs", "build", "dist"}
"""Folders at the root that are no part of the package."""

pytestmark = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").exists(), reason="only a checkout has the tree to compare with"
)


def package_folders() -> list[Path]:
    """Find every folder below the root that is a Python package."""
    return sorted(
        found.parent
        for found in ROOT.glob("[a-z]*/**/__init__.py")
        if found.relative_to(ROOT).parts[0] not in BESIDE
    )


def settings() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: dict[str, list[str]] = project["tool"]["setuptools"]
    return found


def test_every_package_is_listed() -> None:
    """A sub-package that is not listed would be missing from the wheel."""
    in_tree = {
        ".".join(["journeysync", *folder.relative_to(ROOT).parts]) for folder in package_folders()
    }

    assert sorted(settings()["packages"]) == sorted(in_tree | {"journeysync"})


def test_the_root_is_no_package_of_its_own() -> None:
    """With an `__init__.py` here, the name of the folder would be a second import name."""
    assert not (ROOT / "__init__.py").exists()


def test_type_checkers_see_the_name() -> None:
    """`.typing/journeysync` leads back to the root, relative, so that it works in any checkout."""
    assert (ROOT / ".typing/journeysync").readlink() == Path("..")


def test_the_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    """Built without a network from a copy: every file of the packages, under one name."""
    source = tmp_path / "source"
    for name in {folder.relative_to(ROOT).parts[0] for folder in package_folders()}:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "cli.py"):
        shutil.copy(ROOT / name, source / name)

    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    built = subprocess.run(
        [*command, "--outdir", str(tmp_path), str(source)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_NO_INDEX": "1"},
    )
    assert built.returncode == 0, built.stdout + built.stderr

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    folders = {folder.name for folder in source.iterdir() if folder.is_dir()}
    wanted = {
        f"journeysync/{path.relative_to(source)}"
        for path in [source / "cli.py", *source.rglob("*")]
        if path.is_file() and path.relative_to(source).parts[0] in folders
        if path.relative_to(source).parts[0] not in BESIDE | {"journeysync.egg-info"}
    }
    assert held == wanted | {"journeysync/cli.py"}


def test_no_other_import_name(tmp_path: Path) -> None:
    """Installing journeysync gives nobody a package called `core`, `connectors` or `cli`."""
    script = (
        "from importlib.util import find_spec\n"
        "print([name for name in ('core', 'connectors', 'commands', 'sandbox', 'mappings', 'cli')"
        " if find_spec(name)])"
    )

    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "[]"
