"""What every command shares: its options, how it talks, and how it ends.

The result goes to stdout, everything said about it to stderr; with `--json` stdout holds exactly
one JSON document. Every error becomes a sentence here, and never a traceback unless `-v` asks.
"""

import functools
import json
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from journeysync.commands.failures import Failure, failure, redact, shorten_addresses
from journeysync.core.running.progress import Progress, silent

if TYPE_CHECKING:
    from journeysync.core.problems import Problem
    from journeysync.core.running.workspace_file import OpenWorkspace


class Console:
    """Where a command works and how it talks."""

    def __init__(self, folder: Path, *, as_json: bool, verbose: bool) -> None:
        self.folder = folder
        self.as_json = as_json
        self.verbose = verbose
        self._secrets: set[str] = set()
        self._answered = False

    def hide(self, *secrets: str) -> None:
        """Never print these, whatever happens."""
        for secret in secrets:
            self._secrets |= {secret, json.dumps(secret, ensure_ascii=False)[1:-1]}

    def redact(self, text: str) -> str:
        """Take out the secrets that are known so far."""
        return redact(text, self._secrets)

    def show(self, text: str = "") -> None:
        """Print a line of the result: on stdout; on stderr where stdout is for JSON."""
        click.echo(self.redact(text), err=self.as_json)

    def say(self, text: str) -> None:
        """Remark something on stderr."""
        click.echo(self.redact(text), err=True)

    def detail(self, text: str) -> None:
        """Remark something that only `-v` wants to know."""
        if self.verbose:
            self.say(shorten_addresses(text))

    def answer(self, document: Any) -> None:
        """Print the one JSON document, if JSON was asked for."""
        if self.as_json:
            assert not self._answered, "stdout holds one JSON document"
            self._answered = True
            click.echo(self.redact(json.dumps(document, ensure_ascii=False, default=str)))

    def open_workspace(self) -> "OpenWorkspace":
        """Open the workspace folder, say its warnings, and remember its secrets as unsayable.

        What only `journey lint` should nag about is said with `-v`.
        """
        from journeysync.connectors.catalogue import CATALOGUE
        from journeysync.core.running.workspace_file import open_workspace

        plain = {name for about in CATALOGUE.values() for name in about.settings}
        opened = open_workspace(self.folder, plain=plain)
        self.hide(*opened.secrets)
        for warning in opened.warnings:
            if self.verbose or not warning.code.startswith("JS4"):
                self.say(str(warning))
        return opened

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Draw bars on stderr while a person watches; elsewhere nothing."""
        if not sys.stderr.isatty():
            yield silent
            return
        from journeysync.commands.bars import bars

        with bars() as progress:
            yield progress

    def trace(self, error: BaseException) -> None:
        """Show with `-v` where an error came from."""
        if not isinstance(error, KeyboardInterrupt):
            self.detail("".join(traceback.format_exception(error)).rstrip())

    def complain(self, error: BaseException) -> int:
        """Say what went wrong with a part of the work and return its exit code."""
        return self._tell(error).exit_code

    def fail(self, error: BaseException) -> int:
        """Say what ended the command and return the exit code."""
        failed = self._tell(error)
        if not self._answered:
            self.answer({"error": _document(failed)})
        return failed.exit_code

    def _tell(self, error: BaseException) -> Failure:
        failed = failure(error)
        self.trace(error)
        for problem in failed.problems:
            self.say(str(problem))
        self.say(failed.sentence)
        return failed


def _document(failed: Failure) -> dict[str, Any]:
    return {
        "exit_code": failed.exit_code,
        "message": failed.sentence,
        "problems": [problem_document(problem) for problem in failed.problems],
    }


def problem_document(problem: "Problem") -> dict[str, Any]:
    """Write a problem as JSON values."""
    return {
        "file": problem.file,
        "line": problem.line,
        "code": problem.code,
        "what": problem.what,
        "warning": problem.warning,
    }


def options(body: Callable[..., int | None]) -> Callable[..., None]:
    """Give a command `--workspace`, `--json`, `-v` and a safe end.

    The body gets a `Console` first and returns its exit code (None: 0). Stands nearest to the
    function, under `click.command` and the command's own options.
    """

    @functools.wraps(body)
    def run(*args: Any, workspace: Path, as_json: bool, verbose: bool, **rest: Any) -> None:
        _never_choke()
        console = Console(workspace, as_json=as_json, verbose=verbose)
        with _terminable():
            try:
                code = body(console, *args, **rest)
            except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
                raise  # click ends these well, the last for `| head`
            except click.Abort:  # Ctrl-C or no answer at a question
                code = console.fail(KeyboardInterrupt())
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place that can
                code = console.fail(error)
        click.get_current_context().exit(code or 0)

    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Say more; show tracebacks."),
        click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
        click.option(
            "--workspace",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path(),
            metavar="DIR",
            help="Folder with journeysync.yaml.  [default: here]",
        ),
    ):
        run = option(run)
    return run


def _never_choke() -> None:
    """Print what a terminal cannot show as `?`: no run may fail over a quotation mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does: schedulers send it, and it must lose nothing."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread: whoever runs us handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
