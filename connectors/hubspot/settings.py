"""What a workspace says about a HubSpot portal.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

VERSIONS = ("2026-03", "2026-09", "v3")
"""`2026-03` answers as v3 did; `2026-09` also enforces the portal's rules on required fields."""


class Settings(BaseModel):
    """One portal: a service key or a private app token, and how gently to use it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    access_token: SecretStr
    base_url: str = "https://api.hubapi.com"
    api_version: str = VERSIONS[0]
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


def token_name(tool: str) -> str:
    """Name the environment variable that holds the key of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__ACCESS_TOKEN"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name == "access_token" else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None
    }
    token = given.get("access_token")
    if token is None or not str(_plain(token)).strip():
        raise BadCredentials(
            setup.name,
            f"No key is set: put a HubSpot service key or private app token into "
            f"{token_name(setup.name)} (environment or .env).",
            "no key",
        )
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
