"""Calling `journeysync` as a user does: in this process for speed, or in one of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from journeysync.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def run(*arguments: str | Path) -> Ran:
    """Call a command in this process."""
    no_keys = {key: None for key in os.environ if key.startswith("JOURNEYSYNC_")}
    result = CliRunner(env=no_keys).invoke(main, [str(part) for part in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def run_alone(*arguments: str | Path, cwd: Path | None = None) -> Ran:
    """Call a command in a process of its own, with no terminal and no keys of ours."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("JOURNEYSYNC_")}
    done = subprocess.run(
        [sys.executable, "-m", "journeysync.cli", *map(str, arguments)],
        cwd=cwd,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
