"""Measures how long `journeysync --help` takes beside `python -c "import click"`.

Both in turn, many times; the quickest of each counts, for everything slower is the machine's doing.
"""

import subprocess
import sys
import time
from collections.abc import Sequence

TIMES = 20
LIMIT = 2.5

HELP = (sys.executable, "-m", "journeysync.cli", "--help")
CLICK = (sys.executable, "-c", "import click")


def run() -> bool:
    """Print the ratio; return whether it is within the limit."""
    shown = imported = float("inf")
    for _ in range(TIMES):
        shown, imported = min(shown, _seconds(HELP)), min(imported, _seconds(CLICK))
    ratio = shown / imported
    print(
        f"help: {shown * 1000:.0f} ms, import click: {imported * 1000:.0f} ms, "
        f"ratio {ratio:.2f} (at most {LIMIT})"
    )
    return ratio <= LIMIT


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(not run())
