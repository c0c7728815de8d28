"""Progress bars on stderr for a person at a terminal; gone when the work is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from journeysync.core.running.progress import Progress


@contextmanager
def bars() -> Iterator[Progress]:
    """Yield a callback that draws one bar for each piece of work."""
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as drawn:
        rows = {}

        def progress(what: str, done: int, total: int | None = None) -> None:
            if what not in rows:
                rows[what] = drawn.add_task(what, total=total)
            drawn.update(rows[what], completed=done, total=total)

        yield progress
