"""What a workspace says about a Stripe account.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

import ipaddress
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

VERSION = "2023-08-16"
"""The version that every request asks for: what an answer holds changes with no upgrade of the
account. Stripe serves old versions for good; in this one a charge still names its invoice."""


class Settings(BaseModel):
    """One account: its key, and what its payments are."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr
    livemode: bool = True
    """False: the account's test data, for a workspace that writes nowhere it matters."""
    shop: str | None = None
    """The workspace's tool that is the shop: what it tells of its own orders is not told twice."""
    mapping: str | None = None
    """A mapping file, relative to the workspace."""
    calls_per_second: Annotated[int, Field(ge=1, le=100)] = 20
    base_url: str = "https://api.stripe.com"

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" and parts.hostname:
            return value.rstrip("/")
        if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
            return value.rstrip("/")
        raise ValueError("an address starts with https://; plain http only on this machine")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def key_name(tool: str) -> str:
    """Name the environment variable that holds the key of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__API_KEY"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name == "api_key" else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None
    }
    key = str(_plain(given.get("api_key") or "")).strip()
    if not key:
        raise BadCredentials(
            setup.name,
            f"No key is set: make a restricted key with read rights under Developers > API keys, "
            f"and put it into {key_name(setup.name)} (environment or .env).",
            "no key",
        )
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None
    if settings.livemode and key[2:].startswith("_test_"):
        raise BadCredentials(
            setup.name,
            f"{key_name(setup.name)} opens Stripe's test data, which is no customer's. Put a live "
            "key there, or say `livemode: false` in a workspace that is for trying.",
            "test key",
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
    known = ", ".join(f"`{name}`" for name in Settings.model_fields if name != "api_key")
    return (
        f"The settings of the tool `{tool}` in journeysync.yaml cannot be used: "
        f"{'; '.join(parts)}. Known are {known}."
    )
