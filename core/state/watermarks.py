"""How far each stream of a tool is read."""

from sqlalchemy import Connection, select

from journeysync.core.state import tables as t
from journeysync.core.state.store import upsert

NOT_GIVEN = -1
"""The watermark of a stream that the tool does not give: it is asked for again by every run."""


def watermark(connection: Connection, tool: str, stream: str) -> tuple[int, int] | None:
    """Return up to when a stream was read and when it was last read in full, or None."""
    found = connection.execute(
        select(t.watermark.c.at, t.watermark.c.full_at).where(
            t.watermark.c.tool == tool, t.watermark.c.stream == stream
        )
    ).first()
    return None if found is None else (found[0], found[1])


def set_watermark(connection: Connection, tool: str, stream: str, *, at: int, full_at: int) -> None:
    """Say up to when a stream was read, and when it was last read in full."""
    upsert(
        connection,
        t.watermark,
        [{"tool": tool, "stream": stream, "at": at, "full_at": full_at}],
    )
