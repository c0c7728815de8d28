"""What all tests share: accepting new output of golden tests, and a state on each database."""

from pathlib import Path

import databases
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what golden tests compare with, instead of comparing",
    )


@pytest.fixture(params=databases.KINDS)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a state that is not there yet: the same test runs on every database."""
    return databases.fresh(request.param, tmp_path)
