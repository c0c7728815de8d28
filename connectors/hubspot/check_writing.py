"""What `journeysync check` says of writing to a portal: our properties, and the key's right.

A few cheap calls, none of which changes anything.
"""

from collections.abc import Iterator, Sequence

from journeysync.connectors.http import Refused
from journeysync.connectors.hubspot.client import Client, nothing
from journeysync.connectors.hubspot.read import Reader
from journeysync.connectors.hubspot.streams import KEY, OF_TYPE
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import Finding

_PROVISION = "Run `journeysync provision`."
_TASKS = "tasks"


def check_writing(
    client: Client, reader: Reader, object_types: Sequence[str], fields: Sequence[str]
) -> Iterator[Finding]:
    """Look at what writing to these types of records needs."""
    for stream in [OF_TYPE[one].name for one in object_types]:
        yield from _properties(reader, stream, fields)
        yield from _right(client, stream)
    if KEY not in reader.definitions(_TASKS):
        yield Finding(
            "note", "Tasks lack our properties: their keys will stand in their text.", _PROVISION
        )
    yield from _right(client, _TASKS)


def _properties(reader: Reader, stream: str, fields: Sequence[str]) -> Iterator[Finding]:
    """Name what is missing: a row that names it is refused as a whole."""
    name = stream.capitalize()
    missing = [one for one in fields if one not in reader.definitions(stream)]
    if missing:
        yield Finding("error", f"{name} lack our properties {', '.join(missing)}.", _PROVISION, 2)
    else:
        yield Finding("ok", f"{name} have our properties.")


def _right(client: Client, stream: str) -> Iterator[Finding]:
    """Change no record: a key without the scope is refused all the same."""
    try:
        client.write("POST", client.paths.batch(stream, "update"), nothing, {"inputs": []})
    except BadCredentials as error:
        yield Finding("error", f"Writing {stream}: {error}", "", error.exit_code)
    except Refused:
        return  # that there is nothing to change
