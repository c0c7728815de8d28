"""What all tests share: accepting new output of golden tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what golden tests compare with, instead of comparing",
    )
