"""Opening a workspace: where keys may stand, what is wrong with a folder, whose clock counts."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from journeysync.core.errors import ToolDown, Usage
from journeysync.core.running.clock import read_clock
from journeysync.core.running.secrets import holds_password, passwords_in
from journeysync.core.running.workspace_file import OpenWorkspace, open_workspace

MAP = """\
format: 1
journey: own
stages:
  - {id: enquiry, reached_by: form.submitted}
"""
TOKEN = "JOURNEYSYNC_HUBSPOT__ACCESS_TOKEN"


@pytest.fixture(autouse=True)
def _no_keys_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("JOURNEYSYNC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(MAP)
    workspace(tmp_path)
    return tmp_path


def workspace(folder: Path, text: str = "tools: {hubspot: {}}\n") -> None:
    (folder / "journeysync.yaml").write_text(f"journeys: [own.yaml]\n{text}")


def private(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def token(opened: OpenWorkspace, tool: str = "hubspot") -> str:
    secret = opened.setups[tool].settings["access_token"]
    assert isinstance(secret, SecretStr)
    return secret.get_secret_value()


def mistakes(folder: Path) -> list[str]:
    """Open a workspace that cannot be used; its problems without the folder."""
    with pytest.raises(Usage) as caught:
        open_workspace(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_key_from_dotenv(folder: Path) -> None:
    """As it stands there: numbers stay text, a byte order mark does no harm."""
    private(folder / ".env", f"\ufeff{TOKEN}=007\n")

    assert token(open_workspace(folder)) == "007"


def test_a_key_from_a_directory(folder: Path) -> None:
    """A file named as the variable; a line end at its end is not part of the key."""
    (folder / "secrets").mkdir()
    (folder / "secrets" / TOKEN).write_text("from-a-file\n")

    assert token(open_workspace(folder)) == "from-a-file"


def test_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environment before `.env` before the directory."""
    elsewhere = folder / "mounted"
    elsewhere.mkdir()
    (elsewhere / TOKEN.lower()).write_text("directory")
    monkeypatch.setenv("JOURNEYSYNC_SECRETS_DIR", str(elsewhere))
    seen = [token(open_workspace(folder))]
    private(folder / ".env", f"{TOKEN}='dotenv'\n")
    seen.append(token(open_workspace(folder)))
    monkeypatch.setenv(TOKEN, "environment")
    seen.append(token(open_workspace(folder)))

    assert seen == ["directory", "dotenv", "environment"]


def test_an_empty_key_is_none(folder: Path) -> None:
    """`.env.example` copied and not yet filled in."""
    private(folder / ".env", f"{TOKEN}=\n")

    assert "access_token" not in open_workspace(folder).setups["hubspot"].settings


def test_names_of_tools_in_variables(folder: Path) -> None:
    """What a variable cannot hold becomes an underscore."""
    workspace(folder, "tools: {old-crm: {type: files, people: p.csv}}\n")
    private(folder / ".env", "JOURNEYSYNC_OLD_CRM__ACCESS_TOKEN=x\nJOURNEYSYNC_OLD_CRM__BASE_URL=u")

    settings = open_workspace(folder, plain=["base_url"]).setups["old-crm"].settings

    assert token(open_workspace(folder), "old-crm") == "x"
    assert settings["base_url"] == "u"
    assert settings["people"] == "p.csv"


def test_secrets_do_not_show(folder: Path) -> None:
    """Neither printed nor in the values that others print."""
    private(folder / ".env", f"{TOKEN}=hunter2\nJOURNEYSYNC_STATE=postgresql://me:hunter3@db/x\n")

    opened = open_workspace(folder)

    assert opened.secrets == ("hunter2", "hunter3", "postgresql://me:hunter3@db/x")
    assert opened.state_url == "postgresql://me:hunter3@db/x"
    assert "hunter" not in repr(opened)


def test_a_password_in_an_address_does_not_show(folder: Path) -> None:
    """A proxy is no secret; what stands in its address may be."""
    private(folder / ".env", "JOURNEYSYNC_HUBSPOT__PROXY=http://me:hunter2@proxy:3128\n")

    opened = open_workspace(folder, plain=["proxy"])

    assert opened.setups["hubspot"].settings["proxy"] == "http://me:hunter2@proxy:3128"
    assert opened.secrets == ("http://me:hunter2@proxy:3128",)


def test_warnings(folder: Path) -> None:
    """A file that others can read, a key that nobody asks for."""
    (folder / ".env").write_text("JOURNEYSYNC_HUBPOST__ACCESS_TOKEN=x\n")
    (folder / ".env").chmod(0o644)

    warnings = [str(one) for one in open_workspace(folder).warnings]

    assert any("JS603 Other users" in one and "chmod 600" in one for one in warnings)
    assert any("`hubpost`" in one and "Did you mean `HUBSPOT`?" in one for one in warnings)


SECRETS_IN_THE_FILE = {
    "a token": ("tools:\n  hubspot: {access_token: abc}\n", 3, TOKEN),
    "a consumer key": (
        "tools:\n  shop:\n    consumer_key: x\n",
        4,
        "JOURNEYSYNC_SHOP__CONSUMER_KEY",
    ),
    "something that looks like a key": (
        "tools:\n  hubspot:\n    note: pat-eu1-0123abcd-4567-89ab-cdef-0123456789ab\n",
        4,
        "JOURNEYSYNC_HUBSPOT__NOTE",
    ),
    "a password in a URL": ("state: postgresql://me:hunter2@db/x\n", 2, "JOURNEYSYNC_STATE"),
}


@pytest.mark.parametrize(
    ("text", "line", "variable"), SECRETS_IN_THE_FILE.values(), ids=SECRETS_IN_THE_FILE
)
def test_no_secret_in_the_file(folder: Path, text: str, line: int, variable: str) -> None:
    """The line, and where the secret belongs; never the secret."""
    workspace(folder, text)

    found = [one for one in mistakes(folder) if "JS601" in one]

    assert len(found) == 1
    assert found[0].startswith(f"journeysync.yaml:{line}: JS601")
    assert variable in found[0]
    assert "hunter2" not in found[0]


def test_all_mistakes_at_once(folder: Path) -> None:
    """Of the workspace, of its maps and of its keys: nobody mends one to meet the next."""
    workspace(folder, "tools: {hubspot: {access_token: abc}}\nwrite_to: [hubspt]\nregon: GB\n")
    (folder / "own.yaml").write_text(MAP.replace("form.submitted", "form.submited"))

    found = mistakes(folder)

    assert [one.split()[:2] for one in found] == [
        ["journeysync.yaml:2:", "JS601"],
        ["journeysync.yaml:3:", "JS501"],
        ["journeysync.yaml:4:", "JS104"],
        ["own.yaml:4:", "JS202"],
    ]


def test_keys_that_cannot_be_read(folder: Path) -> None:
    """Each line and file is named, and nothing of what stands there."""
    private(folder / ".env", f'{TOKEN}=x\nhunter2 hunter2\nOTHER="hunter2\n')
    (folder / "secrets").mkdir()
    (folder / "secrets" / TOKEN).write_bytes(b"\xff\xfe")

    found = mistakes(folder)

    assert [one.split()[:2] for one in found] == [
        [".env:2:", "JS606"],
        [".env:3:", "JS606"],
        [f"secrets/{TOKEN}:", "JS602"],
    ]
    assert "hunter2" not in "".join(found)


def test_tools_that_share_their_keys(folder: Path) -> None:
    """`a-b` and `a_b` would read one variable."""
    workspace(folder, "tools: {a-b: {type: files}, a_b: {type: files}}\n")

    assert mistakes(folder) == [
        (
            "journeysync.yaml: JS605 The tools `a-b` and `a_b` would share their keys' names. "
            "Rename one."
        )
    ]


def test_the_state_is_found_from_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever folder the command is called in."""
    monkeypatch.chdir("/")

    assert open_workspace(folder).state_url == f"sqlite:///{folder}/journeysync.db"


def test_no_workspace(tmp_path: Path) -> None:
    """One sentence with the next step."""
    with pytest.raises(Usage, match=r"There is no journeysync.yaml in .* Run `journeysync init`"):
        open_workspace(tmp_path)


def test_not_utf8(folder: Path) -> None:
    """Saved by an old editor."""
    (folder / "journeysync.yaml").write_bytes("# Café".encode("latin-1"))

    with pytest.raises(Usage, match="is not UTF-8"):
        open_workspace(folder)


def test_a_secrets_directory_that_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mount that failed must not look like a key that was never set."""
    monkeypatch.setenv("JOURNEYSYNC_SECRETS_DIR", "/nowhere/at/all")

    with pytest.raises(Usage, match="which is no folder"):
        open_workspace(folder)


def test_codes_are_documented() -> None:
    """Each problem with keys can be looked up."""
    root = Path(__file__).parents[1]
    used = set(re.findall(r"JS6\d\d", (root / "core/running/secrets.py").read_text()))

    assert used == set(re.findall(r"JS6\d\d", (root / "docs/operations.md").read_text()))


INSTANTS = {
    "with an offset": ("2026-11-20T09:00:00+01:00", "2026-11-20T08:00:00+00:00"),
    "Z": ("2026-11-20T09:00:00Z", "2026-11-20T09:00:00+00:00"),
    "without: the workspace's zone": ("2026-11-20T09:00", "2026-11-20T08:00:00+00:00"),
    "a day: its first moment there": ("2026-07-01", "2026-06-30T22:00:00+00:00"),
}


@pytest.mark.parametrize(("given", "expected"), INSTANTS.values(), ids=INSTANTS)
def test_now_as_given(given: str, expected: str) -> None:
    """What `--now` may look like."""
    assert read_clock(given, zone="Europe/Berlin").isoformat() == expected


def test_now_that_is_no_instant() -> None:
    """One sentence that shows how to write it."""
    with pytest.raises(Usage, match=r"`soon` is no instant. Write it like"):
        read_clock("soon")


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Answer every request with this body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/now"
        server.shutdown()


def test_the_clock_of_a_sandbox(folder: Path) -> None:
    """A workspace that names a clock takes its time, unless `--now` says another."""
    with serving(b'{"now": "2026-11-20T09:00:00+00:00"}') as url:
        workspace(folder, f"clock: {url}\n")
        opened = open_workspace(folder)

        assert opened.now() == datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert opened.now("2027-01-01") == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"then": 1}', b'{"now": "soon"}'])
def test_a_clock_that_is_none(body: bytes) -> None:
    """Something else answers at that address."""
    with serving(body) as url, pytest.raises(ToolDown, match="Is the sandbox running"):
        read_clock(url=url)


def test_a_clock_that_stopped() -> None:
    """The sandbox of this workspace has ended."""
    with pytest.raises(ToolDown, match="does not answer"):
        read_clock(url="http://127.0.0.1:9/now")


PASSWORDS = {
    "as it stands": ("postgresql://me:hunter3@db/x", {"hunter3"}),
    "with escapes": ("postgresql://me:hunter%403@db/x", {"hunter%403", "hunter@3"}),
    "as an option": ("postgresql://me@db/x?password=hunter3&sslmode=require", {"hunter3"}),
    "none": ("postgresql://me@db/x", set()),
    "a file": ("sqlite:///journeysync.db", set()),
}


@pytest.mark.parametrize(("url", "secret"), PASSWORDS.values(), ids=PASSWORDS)
def test_passwords_in_a_url(url: str, secret: set[str]) -> None:
    """In every form in which they could be printed; and such a URL may not stand in the file."""
    assert passwords_in(url) == secret
    assert holds_password(url) == bool(secret)


def test_a_journey_that_is_not_there_is_shown_where_it_is_named(folder: Path) -> None:
    """In the workspace file, not in a file that does not exist."""
    (folder / "journeysync.yaml").write_text(
        "journeys:\n  - own.yaml\n  - before-during-aftr\ntools: {hubspot: {}}\n"
    )

    (only,) = mistakes(folder)
    assert only.startswith("journeysync.yaml:3: JS100 There is no such file")
