"""What a workspace says about its calendars.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

SECRETS = ("password", "access_token", "feed")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _address(value: str) -> str:
    """Accept `webcal://`, which is `https://` by another name."""
    for other in ("webcals://", "webcal://"):
        value = "https://" + value.removeprefix(other) if value.startswith(other) else value
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("an address starts with https:// or webcal://")
    if parts.username or parts.fragment:
        raise ValueError("keep user, password and `#` out of the address")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("plain http would show the password to everyone on the way: use https://")
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Settings(BaseModel):
    """Where the calendars are, which of them count, and who of those in them are we."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = ""
    """A server, somebody's calendars, one calendar, or an .ics file."""
    feed: SecretStr | None = None
    """The address of an .ics file that whoever knows it can read."""
    user: str | None = None
    password: SecretStr | None = None
    access_token: SecretStr | None = None
    calendars: Texts = ()
    """Names of calendars; none: all of them."""
    own: Texts = ()
    """Addresses or domains that are our own: never customers."""
    staff: dict[str, str] = {}
    """What maps call somebody of ours, by address."""
    no_show: Texts = ("*no-show*", "*no show*")
    """What a title or category says of a visit to which nobody came."""
    private: bool = False
    free: bool = False
    history_days: Annotated[int, Field(ge=1)] = 730
    days_ahead: Annotated[int, Field(ge=1)] = 365
    mapping: str | None = None
    proxy: str | None = None
    ca_file: str | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return _address(value) if value else value

    @field_validator("feed")
    @classmethod
    def _feed(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(_address(value.get_secret_value())) if value else None

    @property
    def where(self) -> str:
        """Give the address to begin at."""
        return self.feed.get_secret_value() if self.feed else self.url

    @property
    def is_file(self) -> bool:
        """Whether it is one .ics file and no server to ask."""
        return self.feed is not None or urlsplit(self.url).path.lower().endswith(".ics")

    @property
    def ours(self) -> tuple[str, ...]:
        """Give our own addresses as texts that `*` may stand in."""
        known = (*self.own, *self.staff, *([self.user] if "@" in (self.user or "") else []))
        return tuple(one if one and "@" in one else f"*@{one}" for one in known)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself. Pure."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret_name(tool: str, name: str) -> str:
    """Name the environment variable that holds a secret of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__{name.upper()}"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials for half a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name in SECRETS else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None and str(_plain(value)).strip()
    }
    base = given.pop("base_url", None)
    given["url"] = str(base or given.get("url") or "")
    if _nobody(given):
        given |= {"url": "https://calendar.invalid"}
        for name in SECRETS:
            given.pop(name, None)
    if not given["url"] and "feed" not in given:
        raise Usage(
            f"The tool `{setup.name}` has no address: set its key `url` in journeysync.yaml to a "
            f"CalDAV server, a calendar or an .ics file, or put a secret .ics address into "
            f"{secret_name(setup.name, 'feed')}."
        )
    if ("user" in given) != ("password" in given):
        raise BadCredentials(
            setup.name,
            "A key has two halves: set the tool's key `user` in journeysync.yaml and put the "
            f"password, better an app password, into {secret_name(setup.name, 'password')}.",
            "no key",
        )
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None


def _nobody(given: Mapping[str, Any]) -> bool:
    """Whether the calendars are only asked what they could give, as `connectors list` does."""
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
