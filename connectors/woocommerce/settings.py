"""What a workspace says about a WooCommerce shop.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

import ipaddress
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

SECRETS = ("consumer_key", "consumer_secret")


class Settings(BaseModel):
    """One shop: its address, its key, and how it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    consumer_key: SecretStr
    consumer_secret: SecretStr
    url: str
    """The shop's address as customers type it; a folder such as `/shop` belongs to it."""
    auth: Literal["auto", "basic", "oauth1"] = "auto"
    """`auto`: OAuth 1 where the address is plain http on this machine, else Basic."""
    mapping: str | None = None
    """A mapping file, relative to the workspace."""
    sweep_hours: Annotated[int, Field(ge=0)] = 24
    """How often a reading of changes also looks which orders and customers are still there."""
    ca_file: str | None = None
    """Certificates to trust, where a firewall puts its own in between."""

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("an address starts with https://")
        if parts.username or parts.query or parts.fragment:
            raise ValueError("keep keys and everything after `?` out of the address")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("plain http would show the key to everyone on the way: use https://")
        return value.rstrip("/").removesuffix("/wp-json")

    @property
    def signs(self) -> bool:
        """Whether requests are signed (OAuth 1) instead of carrying the key."""
        if self.auth == "auto":
            return self.url.startswith("http://")
        return self.auth == "oauth1"


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself. Pure."""
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
    # Every tool may be given a `base_url`, such as a sandbox's; here it is the shop itself.
    base = given.pop("base_url", None)
    given["url"] = base or given.get("url", "https://shop.invalid" if _nobody(given) else "")
    missing = [name for name in SECRETS if not str(_plain(given.get(name) or "")).strip()]
    if missing:
        names = " and ".join(secret_name(setup.name, name) for name in missing)
        raise BadCredentials(
            setup.name,
            f"No key is set: make one with read access under WooCommerce > Settings > Advanced > "
            f"REST API, and put it into {names} (environment or .env).",
            "no key",
        )
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None


def _nobody(given: dict[str, Any]) -> bool:
    """Whether the shop is only asked what it could give, as `connectors list` does."""
    return all(_plain(given.get(name)) == "none" for name in SECRETS)


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
