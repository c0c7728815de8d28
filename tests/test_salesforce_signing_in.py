"""How an org lets us in, one token for all, and what is said when it does not."""

import base64
import json
import threading
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.session import Led, Tokens
from journeysync.connectors.salesforce.settings import SECRETS, Settings, read_settings
from journeysync.core.errors import BadCredentials, ToolDown, Usage
from journeysync.core.ports import ToolSetup

HOST = "https://acme.my.salesforce.com"
KEYS: dict[str, Any] = {"client_id": "key", "client_secret": "secret"}
GIVEN = {"access_token": "00D!token", "instance_url": "https://other.my.salesforce.com"}


def settings(folder: Path = Path("nowhere"), **given: Any) -> Settings:
    values = {
        name: SecretStr(value) if name in SECRETS else value
        for name, value in {"base_url": HOST, **given}.items()
    }
    return read_settings(ToolSetup("crm", values, folder))


class Gate:
    """Answers sign-ins and versions; remembers what was asked."""

    def __init__(self, status: int = 200, body: object = None, versions: str = "64.0") -> None:
        self.answer = status, GIVEN if body is None else body
        self.versions = versions
        self.asked: list[requests.PreparedRequest] = []

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **_more: Any
    ) -> requests.Response:
        made = requests.Response()
        made.request, made.url = request, str(request.url)
        made.headers["Date"] = "Sun, 22 Nov 2026 10:00:00 GMT"
        if str(request.url).endswith("/services/data"):
            made.status_code, body = 200, [{"version": self.versions}]
        else:
            self.asked.append(request)
            made.status_code, body = self.answer[0], self.answer[1]  # type: ignore[assignment]
        made._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return made


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", _sends(made))
    return made


def _sends(gate: Gate) -> Any:
    return lambda _adapter, request, *_args, **_more: gate.send(request)


def client(**given: Any) -> Client:
    return Client("crm", settings(**{**KEYS, **given}), sleep=lambda _seconds: None)


# --- settings ------------------------------------------------------------------------------------

WAYS: dict[str, tuple[dict[str, Any], str]] = {
    "a secret": (KEYS, "client_credentials"),
    "a key": ({"client_id": "a", "username": "u", "private_key": "k"}, "jwt"),
    "a file with a key": ({"client_id": "a", "username": "u", "private_key_file": "k"}, "jwt"),
    "a session": ({"session_id": "s"}, "session"),
    "a secret, whatever else there is": (
        {**KEYS, "username": "u", "password": "p", "security_token": "t"}, "client_credentials",
    ),
    "a password, when it is asked for": (
        {"sign_in": "password", "username": "u", "password": "p"}, "password",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WAYS)
def test_the_keys_say_how_to_sign_in(case: str) -> None:
    """A security token that lies around in the environment never chooses the legacy way."""
    given, way = WAYS[case]
    assert settings(**given).sign_in == way


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "CLIENT_ID and JOURNEYSYNC_CRM__CLIENT_SECRET"),
        ({"client_id": "a"}, "JOURNEYSYNC_CRM__CLIENT_SECRET"),
        ({"private_key": "k", "client_id": "a"}, "JOURNEYSYNC_CRM__USERNAME"),
        ({"username": "u", "password": "p"}, "JOURNEYSYNC_CRM__CLIENT_SECRET"),
    ],
)
def test_a_missing_key_is_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(BadCredentials, match=named):
        settings(**given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"base_url": "https://acme.lightning.force.com"}, "not of the API"),
        ({"base_url": "https://login.salesforce.com"}, "My Domain"),
        ({"base_url": "http://acme.my.salesforce.com"}, "plain http only on this machine"),
        ({"base_url": ""}, "needs `base_url`"),
        ({"api_version": "latest"}, "no API version"),
        ({"daily_reserve": 1}, "daily_reserve"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mistake_in_the_settings_is_said(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Usage, match=says):
        settings(**{**KEYS, **given})


@pytest.mark.parametrize("given", ["64.0", "v64.0", 64, 64.0])
def test_a_version_may_be_written_as_people_write_it(given: object) -> None:
    assert settings(**KEYS, api_version=given).api_version == "64.0"


def test_a_host_alone_is_an_address() -> None:
    assert settings(**{**KEYS, "base_url": "acme.my.salesforce.com/"}).base_url == HOST


# --- signing in ----------------------------------------------------------------------------------


def test_client_credentials_go_to_my_domain_and_nowhere_else(gate: Gate) -> None:
    assert client().token == "00D!token"
    (asked,) = gate.asked
    assert asked.url == f"{HOST}/services/oauth2/token"
    assert asked.body == "grant_type=client_credentials"
    assert base64.b64decode(asked.headers["Authorization"].split()[1]) == b"key:secret"


def test_a_signed_key_says_whom_it_is_for(gate: Gate, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    (tmp_path / "key.pem").write_text(text)
    common: dict[str, Any] = {"client_id": "key", "username": "u@example.com", "audience": "test"}
    for given in ({"private_key": text.replace("\n", "\\n")}, {"private_key_file": "key.pem"}):
        one = Client("crm", settings(tmp_path, **common, **given))
        assert one.token == "00D!token"
        asked = gate.asked.pop()
        assert asked.url == f"{HOST}/services/oauth2/token"
        assertion = dict(part.split("=") for part in str(asked.body).split("&"))["assertion"]
        said = jwt.decode(assertion, options={"verify_signature": False})
        assert (said["aud"], said["sub"]) == ("https://test.salesforce.com", "u@example.com")


@pytest.mark.parametrize(
    ("given", "says"),
    [({"private_key": "x"}, "no RSA key"), ({"private_key_file": "gone.pem"}, "cannot be read")],
)
def test_a_key_that_is_none_is_said(gate: Gate, given: dict[str, Any], says: str) -> None:
    one = Client("crm", settings(client_id="a", username="u", **given))
    with pytest.raises(BadCredentials, match=says):
        one.get("limits")
    assert gate.asked == []


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (400, "invalid_grant: user hasn't approved this consumer", "Pre-authorise"),
        (400, "invalid_grant: no client credentials user enabled", "Run As"),
        (400, "invalid_grant: authentication failure", "Login History"),
        (400, "invalid_grant: expired access/refresh token", "run out"),
        (403, "inactive_org: inactive organization", "locked"),
        (401, "invalid_client: invalid client credentials", "consumer key and secret"),
        (400, "unheard_of: something new", "Login History"),
    ],
)
def test_a_refusal_says_what_to_do(
    gate: Gate, status: int, said: str, sentence: str, recwarn: pytest.WarningsRecorder
) -> None:
    error, _, text = said.partition(": ")
    gate.answer = status, {"error": error, "error_description": text}
    with pytest.raises(BadCredentials, match=sentence) as caught:
        client().get("limits")

    assert "secret" not in str(caught.value).replace("CLIENT_SECRET", "").replace("and secret", "")
    assert not recwarn.list
    assert len(gate.asked) == 1


def test_a_wrong_password_is_tried_once(gate: Gate) -> None:
    """Salesforce answers 500, and repeating it would lock the user."""
    fault = "<Envelope><sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode></Envelope>"
    gate.answer = 500, fault
    given = {"sign_in": "password", "username": "u", "password": "p", "security_token": "t"}
    with pytest.raises(BadCredentials, match="locked"):
        client(**given).get("limits")

    assert [one.url for one in gate.asked] == [f"{HOST}/services/Soap/u/64.0"]


def test_a_page_instead_of_a_token_is_no_credential(gate: Gate) -> None:
    gate.answer = 200, "<html>Please log in to the hotel's network</html>"
    with pytest.raises(ToolDown, match="proxy or firewall"):
        client().get("limits")


def test_a_version_that_the_org_does_not_offer_is_said(gate: Gate) -> None:
    gate.versions = "62.0"
    with pytest.raises(Usage, match=r"from 62\.0 to 62\.0"):
        client().get("limits")


def test_a_session_that_ended_cannot_be_renewed(gate: Gate) -> None:
    gate.answer = 401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]
    one = Client("crm", settings(session_id="s"), sleep=lambda _seconds: None)
    with pytest.raises(BadCredentials, match="cannot be renewed"):
        one.get("limits")
    assert len(gate.asked) == 1


def test_many_threads_on_one_refused_token_sign_in_once() -> None:
    given = iter(range(100))
    tokens = Tokens(lambda: f"token {next(given)}")
    first = tokens.present()
    found: set[str] = set()
    threads = [
        threading.Thread(target=lambda: found.add(tokens.another_than(first))) for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert found == {"token 1"}


def test_the_helper_is_led_to_our_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows `*.salesforce.com` and https only, and no time-out."""
    seen: list[tuple[str, object]] = []

    def send(_adapter: object, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        seen.append((str(request.url), more["timeout"]))
        made = requests.Response()
        made.status_code = 200
        return made

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    session = requests.Session()
    session.mount("https://", Led("http://127.0.0.1:8999"))
    session.get("https://login.salesforce.com/a/b?c=d")

    assert seen == [("http://127.0.0.1:8999/a/b?c=d", (5.0, 60.0))]


def test_nothing_heavy_is_loaded_before_it_is_used() -> None:
    """The package costs a second to import."""
    import subprocess
    import sys

    code = (
        "import sys, journeysync.connectors.salesforce.connector, journeysync.commands.tools;"
        "print([one for one in ('simple_salesforce', 'zeep') if one in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
