"""Where things are in HubSpot's API: the one table of paths.

Each family of paths carries its version at another place, so a version is never replaced inside a
string. Numbered versions end in 2027.
"""

from typing import Literal

Family = Literal["objects", "properties", "pipelines", "owners", "associations", "account"]

_NUMBERED: dict[Family, str] = {
    "objects": "/crm/v3/objects",
    "properties": "/crm/v3/properties",
    "pipelines": "/crm/v3/pipelines",
    "owners": "/crm/v3/owners",
    "associations": "/crm/v4/associations",
    "account": "/account-info/v3",
}
_DATED: dict[Family, str] = {
    "objects": "/crm/objects/{version}",
    "properties": "/crm/properties/{version}",
    "pipelines": "/crm/pipelines/{version}",
    "owners": "/crm/owners/{version}",
    "associations": "/crm/associations/{version}",
    "account": "/account-info/{version}",
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

    def account(self) -> str:
        """The portal: its number, time zone and address."""
        return f"{self._roots['account']}/details"
