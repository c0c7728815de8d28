"""Measures the kernel alone: CPU beside a plain scan of the same file, and beside the interpreter.

The workload is pretend: customers with ten events each, a map of six stages, two exits, one state
and ten touchpoints. Everything is made from a seed, in this run; each measurement has a process
of its own, so that its memory is its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from math import log
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from journeysync.core.engine.evaluate import evaluate
from journeysync.core.instants import DAY, HOUR, from_micros
from journeysync.core.language.model import Journey
from journeysync.core.models import Event

SIZES = (100_000, 1_000_000)
SAMPLE = 300
"""Customers the slow interpreter is tried on."""
EACH = 10

NOW = 20_600 * DAY
BATCH = 50_000
"""Customers in one call of the kernel: its arrays then stay in the processor's caches."""

KINDS = (
    "person.created", "form.submitted", "page.viewed", "booking.created", "booking.rescheduled",
    "booking.cancelled", "booking.starts", "booking.attended", "booking.no_show", "email.sent",
    "email.opened", "email.received", "call.logged", "meeting.held", "message.sent",
    "deal.created", "deal.won", "deal.lost", "order.placed", "order.paid", "order.refunded",
    "subscriber.left", "subscriber.joined", "survey.answered",
)  # fmt: skip

MAP = {
    "format": 1,
    "journey": "bench",
    "stages": [
        {"id": "discovery", "reached_by": ["form.submitted", "booking.created"]},
        {"id": "meeting", "reached_by": ["meeting.held", "booking.attended"]},
        {
            "id": "offer",
            "reached_by": [{"event": "deal.created", "where": {"amount": {"gte": 50}}}],
        },
        {"id": "purchase", "reached_by": ["deal.won", "order.placed"]},
        {"id": "service", "reached_by": ["order.paid"], "entered_by": ["order.refunded"]},
        {
            "id": "loyalty",
            "reached_by": [
                {"event": "order.placed", "count": 2, "within": "365d"},
                {"event": "order.paid", "sum": {"amount": 300}},
            ],
        },
    ],
    "exits": [
        {"id": "lost", "entered_by": ["deal.lost"]},
        {
            "id": "lapsed",
            "quiet_for": "120d",
            "of": ["booking.*", "order.*", "email.received", "meeting.held"],
            "suppressed_while": ["unsubscribed"],
        },
    ],
    "states": [
        {"id": "unsubscribed", "from": ["subscriber.left"], "to": ["subscriber.joined"]},
    ],
    "touchpoints": [
        {"id": "welcome", "after": "form.submitted", "within": "1d", "expect": "email.sent"},
        {
            "id": "letter",
            "after": "deal.won",
            "within": "3 business days",
            "expect": {"event": "email.sent", "where": {"template": "welcome"}},
            "unless": "deal.lost",
        },
        {
            "id": "reminder",
            "before": "booking.starts",
            "opens": "3d",
            "at_least": "24h",
            "expect": ["message.sent", "email.sent", "call.logged"],
            "unless": "booking.cancelled",
            "same": "booking",
        },
        {"id": "confirm", "before": "booking.starts", "expect": "email.sent"},
        {
            "id": "check-in",
            "after": "booking.attended",
            "opens": "2h",
            "within": "3d",
            "expect": ["call.logged", "email.sent", "message.sent"],
        },
        {
            "id": "nudge",
            "after": "booking.attended",
            "every": "6w",
            "until": "booking.created",
            "limit": 4,
            "expect": ["email.sent", "message.sent"],
            "suppressed_while": ["unsubscribed"],
        },
        {
            "id": "anniversary",
            "after": "order.placed",
            "once": True,
            "every": "1y",
            "last": "14d",
            "expect": "email.sent",
        },
        {"id": "kick-off", "entering": "service", "within": "5d", "expect": "meeting.held"},
        {"id": "thanks", "after": "order.paid", "within": "2d", "expect": "email.sent"},
        {
            "id": "low-score",
            "after": {"event": "survey.answered", "where": {"amount": {"lt": 30}}},
            "within": "2d",
            "expect": ["call.logged", "message.sent"],
            "act_within": "30d",
        },
    ],
}


def events_of(customers: int, each: int = EACH, seed: int = 7) -> pa.Table:
    """Make events, sorted by customer and time; text columns as dictionaries."""
    random = np.random.default_rng(seed)
    count = customers * each
    customer = np.repeat(np.arange(customers, dtype=np.int32), each)
    start = np.repeat(random.integers(NOW - 900 * DAY, NOW - 30 * DAY, customers), each)
    gaps = random.exponential(20 * DAY, (customers, each)).astype(np.int64) // HOUR * HOUR
    kind = random.integers(0, len(KINDS), count).astype(np.int8)
    booking = _bookings()
    number = np.where(booking[kind], np.arange(count) // 3, -1).astype(np.int32)
    templates = random.integers(-1, 4, count).astype(np.int8)
    amount = random.integers(0, 200, count).astype(np.int32)
    return pa.table(
        {
            "customer": pa.array(customer),
            "at": pa.array(start + np.cumsum(gaps, axis=1).ravel()),
            "kind": _coded(kind, KINDS),
            "tool": _coded(np.zeros(count, np.int8), ("crm",)),
            "subject_type": _coded(np.where(number < 0, -1, 0).astype(np.int8), ("booking",)),
            "subject_id": _coded(number, [str(one) for one in range(count // 3 + 1)]),
            "attr.template": _coded(templates, ("welcome", "offer", "news", "thanks")),
            "attr.amount": _coded(amount, [f"{one}.50" for one in range(200)]),
        }
    )


def _bookings() -> NDArray[np.bool_]:
    return np.array([kind.startswith("booking.") for kind in KINDS])


def _coded(codes: NDArray[Any], values: Sequence[str]) -> "pa.DictionaryArray[Any, Any]":
    indices = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def run(sizes: tuple[int, ...] = SIZES) -> None:
    """Measure and print."""
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for customers in sizes:
            file = Path(folder) / f"{customers}.parquet"
            _measure("write", customers, file)
            scan = _measure("scan", customers, file)
            kernel = _measure("kernel", customers, file)
            spent.append(kernel["cpu"])
            print(
                f"{customers:>9,} customers: kernel {kernel['cpu']:.2f} s CPU,"
                f" scan {scan['cpu']:.2f} s CPU, ratio {kernel['cpu'] / scan['cpu']:.1f}"
                f" (at most 12), peak memory {kernel['peak'] / 2**20:.0f} MiB"
            )
        slow = _measure("interpreter", SAMPLE, Path(folder) / f"{sizes[0]}.parquet")
    times = slow["cpu"] / SAMPLE / (spent[-1] / sizes[-1])
    print(f"per customer the interpreter takes {times:.0f} times the kernel's CPU (at least 8)")
    if len(sizes) > 1:
        growth = log(spent[-1] / spent[0]) / log(sizes[-1] / sizes[0])
        print(f"CPU grows as n^{growth:.2f} (at most n^1.1)")


def _measure(part: str, customers: int, file: Path) -> dict[str, float]:
    """Do one part in a process of its own and return its CPU seconds and peak memory."""
    command = [sys.executable, __file__, part, str(customers), str(file)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(answer.stdout))


# --- the parts ----------------------------------------------------------------------------------


def write(customers: int, file: Path) -> float:
    """Write the workload, a row group for each batch."""
    with pq.ParquetWriter(file, events_of(1).schema) as writer:
        for first in range(0, customers, BATCH):
            some = min(BATCH, customers - first)
            writer.write_table(events_of(some, seed=first), row_group_size=some * EACH)
    return 0


def scan(_customers: int, file: Path) -> float:
    """Read every column the map needs once and aggregate it."""
    begin = time.process_time()
    duckdb.connect().execute(
        f"""
        select kind, count(*), min("at"), max("at"), max(customer), max(subject_id),
            max("attr.template"), max("attr.amount")
        from '{file}' group by kind
        """
    ).fetchall()
    return time.process_time() - begin


def kernel(_customers: int, file: Path) -> float:
    """Evaluate batch by batch; only the kernel's own CPU counts, not the reading."""
    journey = Journey.model_validate(MAP)
    columns = [name for name in events_of(1).column_names if name.startswith(("attr", "s", "k"))]
    spent = 0.0
    source = pq.ParquetFile(file, read_dictionary=columns)
    for group in range(source.num_row_groups):
        events = source.read_row_group(group)
        people = pa.table({"customer": np.arange(events.num_rows // EACH).astype(str)})
        begin = time.process_time()
        evaluate(journey, people, events, now=NOW, tools=("crm",))
        spent += time.process_time() - begin
    return spent


def interpreter(customers: int, file: Path) -> float:
    """Evaluate with the tests' slow and obvious interpreter."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from interpreter import interpret

    journey = Journey.model_validate(MAP)
    rows = pq.ParquetFile(file).read_row_group(0).slice(0, customers * EACH).to_pylist()
    histories: list[list[Event]] = [[] for _ in range(customers)]
    for number, row in enumerate(rows):
        histories[row["customer"]].append(_event(number, row))
    begin = time.process_time()
    for history in histories:
        interpret(journey, {}, history, now=from_micros(NOW), tools=frozenset({"crm"}))
    return time.process_time() - begin


def _event(number: int, row: dict[str, Any]) -> Event:
    attributes = {
        name.removeprefix("attr."): value
        for name, value in row.items()
        if name.startswith("attr.") and value is not None
    }
    return Event(
        id=f"{number:09}",
        tool=row["tool"],
        kind=row["kind"],
        at=from_micros(row["at"]),
        person=f"crm:{row['customer']}",
        subject_type=row["subject_type"] or "",
        subject_id=row["subject_id"] or "",
        attributes=attributes,
    )


def _peak() -> float:
    """Return the most memory this process ever held, in bytes; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines: Iterator[str] = iter(status.read_text().splitlines() if status.exists() else ())
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


PARTS: dict[str, Callable[[int, Path], float]] = {
    "write": write, "scan": scan, "kernel": kernel, "interpreter": interpreter,
}  # fmt: skip

if __name__ == "__main__":
    if len(sys.argv) > 1:
        cpu = PARTS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
        print(json.dumps({"cpu": cpu, "peak": _peak()}))
    else:
        run()
