"""What a workspace says about a HubSpot portal.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

VERSIONS: Mapping[str, date] = {
    "2026-03": date(2027, 9, 30),
    "2026-09": date(2028, 3, 8),
    "v3": date(2027, 3, 30),
}
"""Each version of the API and the day its support ends: dated ones live eighteen months; with the
numbered ones, associations end first. `2026-03` answers as v3 did; `2026-09` also enforces the
portal's rules on required fields."""

KEYS = ("access_token", "refresh_token", "client_secret")


class Settings(BaseModel):
    """One portal: how it lets us in, and how gently to use it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    access_token: SecretStr | None = None
    """A service key, or the token of a private app."""
    client_id: str = ""
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    """Instead of a key: what an OAuth app was given when it was connected."""
    base_url: str = "https://api.hubapi.com"
    api_version: str = next(iter(VERSIONS))
    proxy: str | None = None
    """Address of a proxy; the environment's is not used."""
    ca_file: str | None = None
    """Certificates to trust, where a firewall puts its own in between."""
    mapping: str | None = None
    """A mapping file, relative to the workspace; absent: `mappings/fields/hubspot.yaml` there."""
    calls_per_10_seconds: Annotated[int, Field(ge=1)] = 100
    """Where to begin; the portal's own answers correct it."""
    searches_per_second: Annotated[int, Field(ge=1, le=5)] = 4
    """HubSpot allows 5 to all apps of an account together, and no header tells."""
    daily_reserve: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """The share of the day's calls that is left to the account's other apps."""

    @field_validator("api_version")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in VERSIONS:
            raise ValueError(f"`{value}` is no API version; use one of {', '.join(VERSIONS)}.")
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("an address starts with https://")
        return value.rstrip("/")


def token_name(tool: str, name: str = "access_token") -> str:
    """Name the environment variable that holds a secret of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__{name.upper()}"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name in KEYS else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None and str(_plain(value)).strip()
    }
    oauth = [name for name in ("client_id", "client_secret", "refresh_token") if name in given]
    if "access_token" not in given and not oauth:
        raise BadCredentials(
            setup.name,
            f"No key is set: put a HubSpot service key or private app token into "
            f"{token_name(setup.name)} (environment or .env).",
            "no key",
        )
    if "access_token" not in given and len(oauth) < 3:  # noqa: PLR2004  all three belong together
        missing = {"client_id", "client_secret", "refresh_token"} - set(oauth)
        named = ", ".join(token_name(setup.name, name) for name in sorted(missing))
        raise BadCredentials(setup.name, f"An OAuth app needs {named} too.", "no key")
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None


def _plain(token: object) -> object:
    return token.get_secret_value() if isinstance(token, SecretStr) else token


def _sentence(tool: str, error: ValidationError) -> str:
    parts = [
        f"`{'.'.join(str(part) for part in one['loc'])}`: "
        + one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_input=False, include_url=False)
    ]
    known = ", ".join(f"`{name}`" for name in Settings.model_fields)
    return (
        f"The settings of the tool `{tool}` in journeysync.yaml cannot be used: "
        f"{'; '.join(parts)} Known are {known}."
    )
