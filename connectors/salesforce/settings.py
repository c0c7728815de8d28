"""What a workspace says about a Salesforce org.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

SignIn = Literal["client_credentials", "jwt", "session", "password"]

NEEDS: Mapping[SignIn, Sequence[str]] = {
    "client_credentials": ("client_id", "client_secret"),
    "jwt": ("client_id", "username", "private_key"),
    "session": ("session_id",),
    "password": ("username", "password"),
}
"""Each way to sign in and what it needs; the first is the one to use."""

SECRETS = ("client_secret", "private_key", "session_id", "password", "security_token")

VERSION = "64.0"
"""Offered by every org, and the last one that still answers a sign-in by password."""

_VERSION = re.compile(r"[1-9][0-9]+\.0")
_WRONG_HOSTS = {
    ".lightning.force.com": "is the address of the pages, not of the API",
    "login.salesforce.com": "is the sign-in page of all orgs",
    "test.salesforce.com": "is the sign-in page of all sandboxes",
}


class Settings(BaseModel):
    """One org: where it is, how it lets us in, and how gently to use it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    """The My Domain address: `https://acme.my.salesforce.com`."""
    sign_in: SignIn = "client_credentials"
    client_id: str = ""
    """The consumer key of an External Client App."""
    client_secret: SecretStr | None = None
    username: str = ""
    private_key: SecretStr | None = None
    """The key that belongs to the app's certificate, in PEM form."""
    private_key_file: str | None = None
    """The same in a file, relative to the workspace."""
    session_id: SecretStr | None = None
    password: SecretStr | None = None
    security_token: SecretStr | None = None
    audience: Literal["login", "test"] = "login"
    """`test` for a sandbox org, where a signed key is made out to a sign-in page."""
    api_version: str = VERSION
    proxy: str | None = None
    """Address of a proxy; the environment's is not used."""
    ca_file: str | None = None
    """Certificates to trust, where a firewall puts its own in between."""
    mapping: str | None = None
    """A mapping file, relative to the workspace; absent: `mappings/fields/salesforce.yaml`."""
    daily_reserve: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The share of the day's calls that is left to the org's other programs."""
    automation_users: tuple[str, ...] = ()
    """Usernames that programs use: what they change in our fields is no person's wish."""
    bulk_from: Annotated[int, Field(ge=1)] = 20_000
    """From so many records on, a whole reading is made by Bulk API 2.0."""

    @field_validator("api_version", mode="before")
    @classmethod
    def _version(cls, value: Any) -> Any:
        text = str(value).removeprefix("v")
        text = text if "." in text else f"{text}.0"
        if not _VERSION.fullmatch(text):
            raise ValueError(f"`{value}` is no API version; write it like {VERSION}.")
        return text

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value if "//" in value else f"https://{value}")
        host = parts.hostname or ""
        for wrong, why in _WRONG_HOSTS.items():
            if host.endswith(wrong):
                raise ValueError(
                    f"`{host}` {why}; use the My Domain address, like "
                    "https://acme.my.salesforce.com."
                )
        if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
            return f"{parts.scheme}://{parts.netloc}"
        raise ValueError("an address starts with https://; plain http only on this machine.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret_name(tool: str, name: str) -> str:
    """Name the environment variable that holds a secret of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__{name.upper()}"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name in SECRETS else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None and str(_plain(value)).strip()
    }
    given.setdefault("sign_in", _meant(given))
    if not str(given.get("base_url", "")):
        raise Usage(
            f"The tool `{setup.name}` in journeysync.yaml needs `base_url`: the org's My Domain "
            "address, like https://acme.my.salesforce.com (Setup > My Domain)."
        )
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None
    if settings.private_key_file:
        path = str(setup.folder / Path(settings.private_key_file))
        settings = settings.model_copy(update={"private_key_file": path})
    _refuse_missing(setup.name, settings)
    return settings


def _meant(given: Mapping[str, Any]) -> SignIn:
    """Say which way to sign in the keys are for. The legacy one is never taken unasked."""
    if "client_secret" not in given:
        if "private_key" in given or "private_key_file" in given:
            return "jwt"
        if "session_id" in given:
            return "session"
    return "client_credentials"


def _refuse_missing(tool: str, settings: Settings) -> None:
    missing = [
        name
        for name in NEEDS[settings.sign_in]
        if not getattr(settings, name) and not (name == "private_key" and settings.private_key_file)
    ]
    if not missing:
        return
    named = " and ".join(secret_name(tool, name) for name in missing)
    raise BadCredentials(
        tool,
        f"To sign in by `{settings.sign_in}`, put {named} into the environment or .env. An "
        "External Client App gives them: see docs/connectors/salesforce.md.",
        "no key",
    )


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _sentence(tool: str, error: ValidationError) -> str:
    parts = [
        f"`{'.'.join(str(part) for part in one['loc'])}`: "
        + one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_input=False, include_url=False)
    ]
    known = ", ".join(f"`{name}`" for name in Settings.model_fields if name not in SECRETS)
    return (
        f"The settings of the tool `{tool}` in journeysync.yaml cannot be used: "
        f"{'; '.join(parts)} Known are {known}."
    )
