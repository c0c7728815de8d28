"""How an org lets us in, by simple-salesforce, and the one token that all requests share.

The package knows the ways to sign in; everything else of it is left aside: it waits without limit,
repeats a refused request without end and loses headers when it does. It also knows no address but
`*.salesforce.com` and no scheme but https, so its sessions are led to `base_url`, whatever it asks.
Imported when a token is needed and not before: it loads SOAP and cryptography.
"""

import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter

from journeysync.connectors.http import TIMEOUT, Answer, Exchange
from journeysync.connectors.salesforce.settings import Settings, secret_name
from journeysync.connectors.transport import answered, unanswered
from journeysync.core.errors import BadCredentials

APP = "journeysync"
_MY_DOMAIN = "my-domain.my"
"""Stands for the host of `base_url`: where the package would send a request matters no more."""


class Led(HTTPAdapter):
    """Leads every request to one address, with a time-out."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Send a request to the same path of our address."""
        parts = urlsplit(str(request.url))
        request.url = self._base + parts._replace(scheme="", netloc="").geturl()
        more["timeout"] = TIMEOUT
        return super().send(request, *args, **more)


def new_session(settings: Settings) -> requests.Session:
    """Make a session that nothing of the environment changes."""
    session = requests.Session()
    session.trust_env = False  # neither a .netrc nor a proxy may change what is sent where
    if settings.proxy:
        session.proxies = {"http": settings.proxy, "https": settings.proxy}
    if settings.ca_file:
        session.verify = settings.ca_file
    session.headers["Accept"] = "application/json"
    # Otherwise an update of a lead or case runs the assignment rules and may change its owner.
    session.headers["Sforce-Auto-Assign"] = "FALSE"
    session.headers["Sforce-Call-Options"] = f"client={APP}"
    return session


class Tokens:
    """Keeps one token, for however many threads use it."""

    def __init__(self, renew: Callable[[], str]) -> None:
        self._renew = renew
        self._lock = threading.Lock()
        self._token = ""

    def present(self) -> str:
        """Return the token; sign in for the first."""
        with self._lock:
            if not self._token:
                self._token = self._renew()
            return self._token

    def another_than(self, refused: str) -> str:
        """Return a token that is not this one: who asks second gets what the first was given."""
        with self._lock:
            if self._token == refused:
                self._token = self._renew()
            return self._token


class SigningIn:
    """One way to sign in."""

    def __init__(self, tool: str, settings: Settings) -> None:
        self._tool = tool
        self._settings = settings
        self._token = ""

    @property
    def exchange(self) -> Exchange:
        """Sign in, once; what was answered is judged like every answer."""
        return self._exchange

    def token(self, _body: bytes) -> str:
        """Return what the exchange was given. Raises ValueError when it was no token."""
        if not self._token:
            raise ValueError("no token")
        return self._token

    def _exchange(self) -> Answer:
        from jwt.exceptions import PyJWTError
        from simple_salesforce.exceptions import SalesforceAuthenticationFailed
        from simple_salesforce.login import SalesforceLogin

        self._token = ""
        heard: list[requests.Response] = []
        session = new_session(self._settings)
        for scheme in ("https://", "http://"):
            session.mount(scheme, Led(self._settings.base_url))
        session.hooks["response"].append(lambda answer, **_: heard.append(answer))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its warning shows the consumer key
                self._token = str(SalesforceLogin(session=session, **self._arguments())[0])
        except requests.RequestException as error:
            raise unanswered(error) from None
        except OSError:
            raise self._unusable("cannot be read") from None
        except (
            SalesforceAuthenticationFailed, PyJWTError, AttributeError, TypeError, ValueError,
            ExpatError,
        ):  # fmt: skip
            # It stumbles over answers that are none of its own: the answer itself is judged.
            if not heard:
                raise self._unusable("holds no RSA key in PEM form") from None
        return answered(heard[-1])

    def _unusable(self, why: str) -> BadCredentials:
        where = self._settings.private_key_file or secret_name(self._tool, "private_key")
        return BadCredentials(self._tool, f"The private key in {where} {why}.", "no key")

    def _arguments(self) -> dict[str, Any]:
        """Say how to sign in, as the package wants to hear it."""
        one = self._settings
        match one.sign_in:
            case "client_credentials":
                return {
                    "consumer_key": one.client_id,
                    "consumer_secret": _open(one.client_secret),
                    "domain": _MY_DOMAIN,
                }
            case "jwt":
                key: Mapping[str, str] = (
                    {"privatekey_file": one.private_key_file}
                    if one.private_key_file
                    else {"privatekey": _open(one.private_key).replace("\\n", "\n")}
                )
                return {
                    "username": one.username,
                    "consumer_key": one.client_id,
                    "domain": one.audience,
                    "instance_url": _MY_DOMAIN,
                    **key,
                }
            case _:
                return {
                    "username": one.username,
                    "password": _open(one.password),
                    "security_token": _open(one.security_token),
                    "domain": _MY_DOMAIN,
                    "sf_version": one.api_version,
                    "client_id": APP,
                }


def _open(secret: SecretStr | None) -> str:
    return secret.get_secret_value().strip() if secret else ""
