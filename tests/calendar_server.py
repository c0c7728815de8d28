"""A real CalDAV server for the tests: Radicale, on this machine, in a folder of its own."""

import atexit
import itertools
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import requests
from bookable import Readable
from pydantic import SecretStr

from journeysync.connectors import registry
from journeysync.core.ports import Source, ToolSetup

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PASSWORD = "app-password-of-the-tests"
_USERS = [f"user{number}@studio.example" for number in range(200)]
_numbers = itertools.count()


@cache
def server() -> str:
    """Start the server, once; every test has a user of its own there."""
    folder = Path(tempfile.mkdtemp(prefix="radicale-"))
    (folder / "users").write_text("".join(f"{user}:{PASSWORD}\n" for user in _USERS))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\n"
        "htpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder}/collections\n"
        "[logging]\nlevel = error\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "radicale", "--config", str(folder / "config")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def stop() -> None:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    while process.poll() is None:
        try:
            requests.get(f"http://127.0.0.1:{port}/.web", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return f"http://127.0.0.1:{port}"
    raise AssertionError("Radicale did not start")


@dataclass
class Desk(Readable):
    """One user's calendars, as the people at the desk see them, and the connector on them."""

    folder: Path
    user: str
    now: datetime = NOW
    name: str = "tool"
    settings: dict[str, Any] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def home(self) -> str:
        return f"{server()}/{self.user}/"

    def connect(self, **settings: Any) -> Source:
        given = {"url": self.home, "user": self.user, "password": SecretStr(PASSWORD)}
        own = {"own": ["studio.example"]}
        setup = ToolSetup(
            self.name, {**given, **own, **self.settings, **settings}, self.folder, "Europe/Rome"
        )
        return registry.make("caldav", setup)

    def send(self, method: str, path: str, body: str = "", *, ok: bool = True) -> requests.Response:
        """Do what a calendar program does."""
        answer = self.session.request(
            method, self.home + path, data=body.encode(), timeout=10,
            headers={"Content-Type": "text/calendar; charset=utf-8"},
        )  # fmt: skip
        assert answer.ok or not ok, (method, path, answer.status_code, answer.text)
        return answer

    def make(self, calendar: str = "clients") -> None:
        """Make a calendar."""
        self.send("MKCALENDAR", f"{calendar}/")

    def put(self, name: str, *events: str, calendar: str = "clients", zones: str = "") -> None:
        """Write an object of one or more events."""
        self.send("PUT", f"{calendar}/{name}.ics", whole(*events, zones=zones))

    def delete(self, name: str, calendar: str = "clients") -> None:
        self.send("DELETE", f"{calendar}/{name}.ics")


def whole(*events: str, zones: str = "") -> str:
    """Write a calendar's text."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *zones.splitlines()]
    for one in events:
        lines += ["BEGIN:VEVENT", *one.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def event(
    uid: str = "one",
    start: str = "20261201T090000Z",
    *more: str,
    end: str = "",
    guests: Sequence[str] = ("maria@example.com",),
    made: str = "20261101T080000Z",
    title: str = "Physio",
) -> str:
    """Write an event; a property that `more` has too is not written."""
    lines = [
        f"UID:{uid}",
        f"DTSTART{start}" if start.startswith(";") else f"DTSTART:{start}",
        f"DTEND:{end}" if end else "DURATION:PT1H",
        f"DTSTAMP:{made}",
        f"CREATED:{made}",
        f"LAST-MODIFIED:{made}",
        f"SUMMARY:{title}",
        "ORGANIZER;CN=Ana Smith:mailto:ana@studio.example",
        *(f"ATTENDEE;CN=Guest {n};PARTSTAT=ACCEPTED:mailto:{one}" for n, one in enumerate(guests)),
    ]
    names = {line.split(":")[0].split(";")[0] for line in more}
    kept = [line for line in lines if line.split(":")[0].split(";")[0] not in names]
    return "\n".join([*kept, *more])


def basic(at: datetime) -> str:
    """Write an instant as calendars do."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


@contextmanager
def desk(folder: Path, **settings: Any) -> Iterator[Desk]:
    """Give a user with one empty calendar."""
    one = Desk(folder, _USERS[next(_numbers)], settings=settings)
    one.session.auth = (one.user, PASSWORD)
    one.make()
    with one.session:
        yield one


def later(**more: float) -> str:
    return basic(NOW + timedelta(**more))
