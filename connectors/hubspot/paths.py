"""Where things are in HubSpot's API: the one table of paths.

Each family of paths carries its version at another place, so a version is never replaced inside a
string. Numbered versions end in 2027.
"""

from typing import Literal
from urllib.parse import quote

Family = Literal[
    "objects", "properties", "pipelines", "owners", "associations", "account", "forms", "lists",
    "oauth",
]  # fmt: skip

_NUMBERED: dict[Family, str] = {
    "objects": "/crm/v3/objects",
    "properties": "/crm/v3/properties",
    "pipelines": "/crm/v3/pipelines",
    "owners": "/crm/v3/owners",
    "associations": "/crm/v4/associations",
    "account": "/account-info/v3",
    "forms": "/marketing/v3/forms",
    "lists": "/crm/v3/lists",
    "oauth": "/oauth/v3",
}
_DATED: dict[Family, str] = {
    "objects": "/crm/objects/{version}",
    "properties": "/crm/properties/{version}",
    "pipelines": "/crm/pipelines/{version}",
    "owners": "/crm/owners/{version}",
    "associations": "/crm/associations/{version}",
    "account": "/account-info/{version}",
    "forms": "/marketing/forms/{version}",
    "lists": "/crm/lists/{version}",
    "oauth": "/oauth/{version}",
}


class Paths:
    """The paths of one API version."""

    def __init__(self, version: str) -> None:
        table = _NUMBERED if version == "v3" else _DATED
        self._roots = {family: root.format(version=version) for family, root in table.items()}

    def objects(self, stream: str) -> str:
        """The records of a type: GET lists them, POST makes one."""
        return f"{self._roots['objects']}/{stream}"

    def search(self, stream: str) -> str:
        """POST: at most 10,000 records, a few moments old."""
        return f"{self.objects(stream)}/search"

    def batch(self, stream: str, verb: Literal["read", "create", "update"]) -> str:
        """POST: up to 100 records in one call."""
        return f"{self.objects(stream)}/batch/{verb}"

    def links(self, left: str, right: str) -> str:
        """POST: which records of one type hang on those of another, 1,000 in one call."""
        return f"{self._roots['associations']}/{left}/{right}/batch/read"

    def properties(self, stream: str, name: str = "") -> str:
        """The definitions of a type's properties, or of one."""
        return f"{self._roots['properties']}/{stream}" + (f"/{name}" if name else "")

    def groups(self, stream: str, name: str = "") -> str:
        """The groups that properties are shown in."""
        return f"{self._roots['properties']}/{stream}/groups" + (f"/{name}" if name else "")

    def pipelines(self, stream: str) -> str:
        """The pipelines of a type with their stages."""
        return f"{self._roots['pipelines']}/{stream}"

    def owners(self) -> str:
        """Who can own a record."""
        return self._roots["owners"]

    def forms(self) -> str:
        """The forms of the portal."""
        return self._roots["forms"]

    def submissions(self, form: str) -> str:
        """What was sent with one form, the latest first; there is no dated path for it."""
        return f"/form-integrations/v1/submissions/forms/{form}"

    def lists(self, number: str = "") -> str:
        """The lists of records: POST makes one, DELETE takes one away."""
        return self._roots["lists"] + (f"/{number}" if number else "")

    def list_named(self, type_id: str, name: str) -> str:
        """One list, by the type of its records and its name."""
        return f"{self._roots['lists']}/object-type-id/{type_id}/name/{quote(name, safe='')}"

    def token(self) -> str:
        """POST: an access token for a refresh token."""
        return f"{self._roots['oauth']}/token"

    def account(self) -> str:
        """The portal: its number, time zone and address."""
        return f"{self._roots['account']}/details"
