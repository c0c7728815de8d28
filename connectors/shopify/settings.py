"""What a workspace says about a Shopify shop.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

SECRETS = ("access_token", "client_id", "client_secret")

VERSION = "2026-10"
"""The version of the API that is asked for. Shopify serves each for a year at least, and then
answers in a later one without a word."""

_DOMAIN = ".myshopify.com"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class Settings(BaseModel):
    """One shop: its address, its key, and how it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    access_token: SecretStr | None = None
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    shop: str = ""
    """NAME.myshopify.com: the address that stays when the shop gets another one for customers."""
    api_version: Annotated[str, Field(pattern=r"^20\d\d-(01|04|07|10)$")] = VERSION
    mapping: str | None = None
    """A mapping file, relative to the workspace."""
    sweep_hours: Annotated[int, Field(ge=0)] = 24
    """How often a reading of changes also looks which orders and customers are still there."""
    bulk_from: Annotated[int, Field(ge=1, le=10_000)] = 500
    """From so many records on, Shopify writes them into a file for us."""
    test_orders: bool = False
    """True: also orders that were paid with no real money."""
    ca_file: str | None = None
    """Certificates to trust, where a firewall puts its own in between."""
    base_url: str = ""

    @field_validator("shop")
    @classmethod
    def _shop(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value if "//" in value else f"//{value}")
        host = (parts.hostname or "").removesuffix(_DOMAIN)
        if host == "admin.shopify.com":
            host = parts.path.removeprefix("/store/").split("/")[0]
        if not _NAME.fullmatch(host):
            raise ValueError("name the shop as Shopify does: NAME.myshopify.com")
        return host + _DOMAIN

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not is_safe(value):
            raise ValueError("an address starts with https://; plain http only on this machine")
        return value.rstrip("/")

    @property
    def address(self) -> str:
        """Where requests go."""
        return self.base_url or f"https://{self.shop}"


def is_safe(address: str) -> bool:
    """Say whether nobody on the way can read what is sent to an address. Pure."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret_name(tool: str, secret: str) -> str:
    """Name the environment variable that holds a key of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__{secret.upper()}"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name in SECRETS else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None
    }
    for name in SECRETS:
        if not str(_plain(given.get(name) or "")).strip():
            given.pop(name, None)
    if "access_token" not in given and not {"client_id", "client_secret"} <= set(given):
        app = " and ".join(secret_name(setup.name, name) for name in SECRETS[1:])
        raise BadCredentials(
            setup.name,
            "No key is set: make an app for the shop in Shopify's Dev Dashboard, install it, and "
            f"put its client id and secret into {app} (environment or .env). The token of an "
            f"older custom app goes into {secret_name(setup.name, SECRETS[0])}.",
            "no key",
        )
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None
    if not settings.shop and not settings.base_url:
        raise Usage(
            f"The tool `{setup.name}` in journeysync.yaml does not say which shop: add "
            "`shop: NAME.myshopify.com`."
        )
    return settings


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
        f"{'; '.join(parts)}. Known are {known}."
    )
