"""What a workspace says about a Calendly organisation.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup


class Settings(BaseModel):
    """One organisation, or one user of it: a token, and how far to look."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    access_token: SecretStr
    base_url: str = "https://api.calendly.com"
    proxy: str | None = None
    """Address of a proxy; the environment's is not used."""
    ca_file: str | None = None
    """Certificates to trust, where a firewall puts its own in between."""
    mapping: str | None = None
    """A mapping file, relative to the workspace; absent: `mappings/fields/calendly.yaml` there."""
    scope: Literal["organization", "user"] = "organization"
    """Whose bookings: everybody's needs an owner's or admin's token."""
    history_days: Annotated[int, Field(ge=1)] = 730
    """How far back a full reading looks."""
    days_back: Annotated[int, Field(ge=1)] = 60
    """How far back every reading looks for cancellations and erased bookings."""
    no_show_days: Annotated[int, Field(ge=0)] = 7
    """How long after a visit somebody may still mark that nobody came."""
    calls_per_minute: Annotated[int, Field(ge=1)] = 50
    """Where to begin; the tool's own answers correct it."""
    salesforce: str = "salesforce"
    """The tool whose ids stand in the tracking field `salesforce_uuid`."""

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("an address starts with https://")
        return value.rstrip("/")


def token_name(tool: str) -> str:
    """Name the environment variable that holds the token of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__ACCESS_TOKEN"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a token, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name == "access_token" else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None
    }
    if not str(_plain(given.get("access_token")) or "").strip():
        raise BadCredentials(
            setup.name,
            f"No token is set: put a Calendly personal access token into {token_name(setup.name)} "
            "(environment or .env).",
            "no key",
        )
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Usage(_sentence(setup.name, error)) from None


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


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
