"""What a workspace says about a Cal.com account.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

HOSTED_URL = "https://api.cal.com"


class Settings(BaseModel):
    """One account: an API key, and where it is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    access_token: SecretStr
    base_url: str = HOSTED_URL
    proxy: str | None = None
    ca_file: str | None = None
    mapping: str | None = None
    days_back: Annotated[int, Field(ge=1)] = 14
    """How long after its end a booking may be marked as missed, or erased."""

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("an address starts with https://")
        return value.rstrip("/").removesuffix("/v2")


def secret_name(tool: str) -> str:
    """Name the environment variable that holds the key of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__ACCESS_TOKEN"


def read_settings(setup: ToolSetup, *, own_address: bool) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name == "access_token" else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None and str(_plain(value)).strip()
    }
    if "access_token" not in given:
        raise BadCredentials(
            setup.name,
            f"No key is set: put a Cal.com API key into {secret_name(setup.name)} (environment or "
            ".env); Cal.com makes it under Settings > Developer > API keys.",
            "no key",
        )
    if own_address and "base_url" not in given:
        raise Usage(
            f"The tool `{setup.name}` is a Cal.com of your own: say in journeysync.yaml where it "
            "is, such as `base_url: https://cal.example.com/api`."
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
