"""Measures the whole command `evaluate`, Parquet in and out, beside a plain scan of its input.

The files are pretend: customers with ten events each, in order of arrival, ids and all, as an
export would have them; the map is the kernel's. Each measurement is a process of its own, and all
of its CPU counts: start-up, reading, who is who, sorting, the kernel, writing.
"""

import json
import os
import subprocess
import sys
import tempfile
from math import log
from pathlib import Path
from typing import NamedTuple

import duckdb

SIZES = (100_000, 1_000_000)
EACH = 10
NOW = "2026-05-27"

SCAN = """
    SELECT kind, count(*), min("at"), max("at"), max(person_id), max(subject_id), max(template),
        max(amount)
    FROM '{file}' GROUP BY kind
"""
"""Every column that the command needs, read once and aggregated."""

PEOPLE = """
    COPY (
        SELECT 'c' || lpad((range * 7919 % {count})::VARCHAR, 7, '0') AS id,
            'someone' || range || '@mail' || range % 50 || '.example' AS email,
            TIMESTAMPTZ '2023-06-01 00:00:00+00' + to_seconds((hash(range) % 31536000)::BIGINT)
                AS created_at,
            ['gold', 'silver', 'basic'][1 + (hash(range * 3) % 3)::INT] AS segment
        FROM range({count})
    ) TO '{file}'
"""
EVENTS = """
    COPY (
        SELECT 'e' || lpad(range::VARCHAR, 9, '0') AS id,
            'c' || lpad((hash(range) % {count})::VARCHAR, 7, '0') AS person_id,
            {kinds}[1 + (hash(range * 3) % {many})::INT] AS kind,
            TIMESTAMPTZ '2024-06-01 00:00:00+00' + to_seconds((hash(range * 5) % 63072000)::BIGINT)
                AS "at",
            CASE WHEN hash(range * 3) % {many} BETWEEN 3 AND 8 THEN 'booking' END AS subject_type,
            CASE WHEN hash(range * 3) % {many} BETWEEN 3 AND 8
                THEN 'B-' || hash(range) % {count} || '-' || range % 3 END AS subject_id,
            ['welcome', 'offer', 'news', 'thanks', NULL][1 + (hash(range * 7) % 5)::INT]
                AS template,
            (hash(range * 11) % 200 + 0.5)::DOUBLE AS amount
        FROM range({events})
    ) TO '{file}'
"""


class Spent(NamedTuple):
    """What a process took."""

    cpu: float
    peak: float
    """Bytes; 0 where the system does not say."""


def run(sizes: tuple[int, ...] = SIZES) -> None:
    """Measure and print."""
    whole: list[Spent] = []
    with tempfile.TemporaryDirectory() as name:
        for customers in sizes:
            folder = Path(name) / str(customers)
            folder.mkdir()
            _process("write", customers, folder)
            scan = _process("scan", customers, folder)
            spent = _process("evaluate", customers, folder)
            whole.append(spent)
            print(
                f"{customers:>9,} customers: evaluate {spent.cpu:.2f} s CPU,"
                f" scan {scan.cpu:.2f} s CPU, ratio {spent.cpu / scan.cpu:.1f} (at most 40),"
                f" peak memory {spent.peak / 2**30:.2f} GiB (at most 2.5)",
                flush=True,
            )
    if len(sizes) > 1:
        growth = log(whole[-1].cpu / whole[0].cpu) / log(sizes[-1] / sizes[0])
        print(f"CPU grows as n^{growth:.2f} (at most n^1.1)")


def _process(part: str, customers: int, folder: Path) -> Spent:
    """Do one part in a process of its own."""
    command = [sys.executable, __file__, part, str(customers), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read().splitlines()
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
    assert process.returncode == 0, f"{part} ended with {process.returncode}"
    return Spent(usage.ru_utime + usage.ru_stime, float(said[-1]))


# --- the parts ----------------------------------------------------------------------------------


def write(customers: int, folder: Path) -> None:
    """Write people, events and the map."""
    from kernel import KINDS, MAP

    duckdb.sql(PEOPLE.format(count=customers, file=folder / "people.parquet"))
    duckdb.sql(
        EVENTS.format(
            count=customers,
            events=customers * EACH,
            kinds=list(KINDS),
            many=len(KINDS),
            file=folder / "events.parquet",
        )
    )
    owned = {
        name: [{**part, "owner": "team"} for part in parts]
        if name in {"stages", "touchpoints"}
        else parts
        for name, parts in MAP.items()
    }
    (folder / "map.yaml").write_text(json.dumps(owned))  # JSON is YAML


def scan(_customers: int, folder: Path) -> None:
    """Read the events once."""
    duckdb.sql(SCAN.format(file=folder / "events.parquet")).to_arrow_table()


def evaluate(_customers: int, folder: Path) -> None:
    """Call the command."""
    from journeysync.cli import main

    files = {name: str(folder / f"{name}.parquet") for name in ("people", "events")}
    call = {"people": files["people"], "events": files["events"], "now": NOW}
    call |= {"journey": str(folder / "map.yaml"), "out": str(folder / "out"), "format": "parquet"}
    call["workspace"] = str(folder)
    parts = [part for name, value in call.items() for part in (f"--{name}", value)]
    code = main.main(["evaluate", *parts], standalone_mode=False)
    assert not code, f"evaluate ended with {code}"


def _peak() -> int:
    """Return the most memory this process ever held, in bytes; 0 where the system does not say.

    Not what `getrusage` says: that counts the process this one was started from too.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"write": write, "scan": scan, "evaluate": evaluate}[sys.argv[1]](
            int(sys.argv[2]), Path(sys.argv[3])
        )
        print(_peak())
    else:
        run()
