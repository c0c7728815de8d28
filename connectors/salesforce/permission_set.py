"""The permission set that makes our fields visible: a field made by the API is seen by nobody.

Not even by an administrator, and not by our own user.
"""

from collections.abc import Sequence

from journeysync.connectors.salesforce.changes import Changes
from journeysync.connectors.salesforce.collections import Row, Sender, Way
from journeysync.connectors.salesforce.making import Maker, keep
from journeysync.connectors.salesforce.query import quoted, select
from journeysync.core.errors import ToolDown
from journeysync.core.ports import Provisioning

NAME = "Journey_Sync"
LABEL = "Journey Sync"
_WHAT = f"permission set {LABEL}"
_ABOUT = "Lets people see the customer journey, and set a stage by hand."
_ASSIGN = (
    f"{_WHAT}: assign it to everybody who shall see the journey (Setup > Permission Sets > "
    f"{LABEL} > Manage Assignments)"
)


class Permissions:
    """The permission set of one org."""

    def __init__(self, maker: Maker, changes: Changes) -> None:
        self._maker = maker
        self._changes = changes

    def number(self) -> str:
        """Return its id; empty where there is none."""
        found = self._maker.rows(select(["Id"], "PermissionSet", f"Name = {quoted(NAME)}"))
        return str(found[0]["Id"]) if found else ""

    def make(self, fields: Sequence[tuple[str, str]]) -> list[Provisioning]:
        """Let it show (object, field) pairs, and give it to our own user."""
        done: list[Provisioning] = []
        number = self.number()
        if number:
            done += keep([_WHAT])
        else:
            body = {"Name": NAME, "Label": LABEL, "Description": _ABOUT}
            done.append(self._maker.create(_WHAT, "sobjects/PermissionSet", body))
            number = "" if self._maker.dry_run else self.number()
        done += self._show(number, fields)
        done += self._assign(number)
        if done[0].action == "create":
            done.append(Provisioning(_ASSIGN, "click"))
        return done

    def _show(self, number: str, fields: Sequence[tuple[str, str]]) -> list[Provisioning]:
        here = self._shown(number) if number else frozenset()
        missing = [(object_, name) for object_, name in fields if f"{object_}.{name}" not in here]
        what = f"{_WHAT}: read and edit {len(fields)} fields"
        if not missing:
            return keep([what])
        if not self._maker.dry_run:
            rows = [
                Row(
                    f"{object_}.{name}",
                    "FieldPermissions",
                    {
                        "ParentId": number,
                        "SobjectType": object_,
                        "Field": f"{object_}.{name}",
                        "PermissionsRead": True,
                        "PermissionsEdit": True,
                    },
                )
                for object_, name in missing
            ]
            # What is permitted already is answered as such: a second time does no harm.
            way = Way("POST")
            for outcome in Sender(self._maker.client).send(rows, way):
                if outcome.status != "done":
                    raise ToolDown(
                        self._maker.client.tool,
                        f"did not let the {_WHAT} show {outcome.key}: {outcome.code}. "
                        f"{outcome.message}",
                    )
        return [Provisioning(what, "change" if here else "create")]

    def _shown(self, number: str) -> frozenset[str]:
        soql = select(
            ["Field"], "FieldPermissions", f"ParentId = {quoted(number)}", "PermissionsEdit = true"
        )
        return frozenset(str(row["Field"]) for row in self._maker.rows(soql))

    def _assign(self, number: str) -> list[Provisioning]:
        what = f"{_WHAT}: assigned to the user of journeysync"
        if number:
            user = self._changes.our_user
            soql = select(
                ["Id"],
                "PermissionSetAssignment",
                f"PermissionSetId = {quoted(number)}",
                f"AssigneeId = {quoted(user)}",
            )
            if self._maker.rows(soql):
                return keep([what])
            body = {"PermissionSetId": number, "AssigneeId": user}
            return [self._maker.create(what, "sobjects/PermissionSetAssignment", body)]
        return [Provisioning(what, "create")]

    def remove(self) -> list[Provisioning]:
        """Take it away from everybody, then away."""
        number = self.number()
        if not number:
            return []
        soql = select(["Id"], "PermissionSetAssignment", f"PermissionSetId = {quoted(number)}")
        given = [f"sobjects/PermissionSetAssignment/{row['Id']}" for row in self._maker.rows(soql)]
        return [self._maker.remove(_WHAT, *given, f"sobjects/PermissionSet/{number}")]
