"""What a workspace says about an Acuity account.

The values come from `journeysync.yaml` and from the secrets that the command line gathered; this
file reads neither the environment nor a file.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from journeysync.core.errors import BadCredentials, Usage
from journeysync.core.ports import ToolSetup

_SECRETS = ("access_token", "api_key")


class Settings(BaseModel):
    """One account: a user id with its API key, or an OAuth2 token; and how far to look."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    user_id: str | None = None
    """The number that stands beside the API key."""
    api_key: SecretStr | None = None
    access_token: SecretStr | None = None
    """OAuth2, instead of the two above."""
    base_url: str = "https://acuityscheduling.com"
    proxy: str | None = None
    ca_file: str | None = None
    mapping: str | None = None
    days_back: Annotated[int, Field(ge=1)] = 60
    """How far back every run looks: at least as long as it takes to mark somebody a no-show."""
    days_ahead: Annotated[int, Field(ge=1)] = 365
    """How far ahead customers can book."""

    @field_validator("user_id", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("an address starts with https://")
        return value.rstrip("/").removesuffix("/api/v1")


def secret_name(tool: str, name: str) -> str:
    """Name the environment variable that holds a secret of a tool."""
    return f"JOURNEYSYNC_{tool.upper().replace('-', '_')}__{name.upper()}"


def read_settings(setup: ToolSetup) -> Settings:
    """Read the settings of a tool. Raises BadCredentials without a key, Usage for the rest."""
    given: dict[str, Any] = {
        name: value if name in _SECRETS else _plain(value)
        for name, value in setup.settings.items()
        if name != "type" and value is not None and str(_plain(value)).strip()
    }
    if "access_token" not in given and not {"user_id", "api_key"} <= set(given):
        raise BadCredentials(
            setup.name,
            "No key is set: put the user id into the tool's key `user_id` in journeysync.yaml and "
            f"the API key into {secret_name(setup.name, 'api_key')} (environment or .env); both "
            "stand in Acuity under Integrations > API.",
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
