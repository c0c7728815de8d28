"""Keys of the connected tools: from the environment, `.env` or a secrets directory.

`JOURNEYSYNC_<TOOL>__<NAME>` is the name in all three; the environment wins over `.env`, `.env` over
the directory. A key never stands in `journeysync.yaml`, and none is ever written or shown here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, unquote_plus, urlsplit

from dotenv.parser import parse_stream
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource

from journeysync.core.errors import Usage
from journeysync.core.language.written import Node, read_yaml
from journeysync.core.problems import Problem

PREFIX = "journeysync_"
DIRECTORY = "JOURNEYSYNC_SECRETS_DIR"
READABLE_BY_OTHERS = 0o077
_ENCODING = "utf-8-sig"  # some editors put a byte order mark before the first name
_NOT_UTF8 = "The file is not UTF-8. Save it as UTF-8 text."

_SECRET_NAME = re.compile(
    r"(^|_)(token|secret|password|passwd|api_?key|private_key|consumer_key|credentials)$"
)
_SECRET_SHAPE = re.compile(
    r"^(pat-[a-z0-9]+-[0-9a-f-]{30,}|(sk|rk)_(live|test)_\w+|shpat_\w+|c[ks]_[0-9a-f]{40}|cal_\w{20,}|eyJ\w+\.\w+\..+)$"
)
_PASSWORD_IN_URL = re.compile(
    r"^[a-z][a-z0-9+.-]*://[^/@:\s]*:(?P<password>[^/@\s]+)@", re.IGNORECASE
)
_PASSWORD_OPTION = re.compile(r"(?:^|[?&])password=([^&]+)")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What was found, by tool; names in lower case."""

    by_tool: Mapping[str, Mapping[str, str]]
    state: str = ""
    """The state's URL, where it is kept secret for the password in it."""
    problems: tuple[Problem, ...] = ()


def variable(tool: str, name: str) -> str:
    """Name the environment variable that holds a key of a tool."""
    return f"JOURNEYSYNC_{_part(tool)}__{_part(name)}".upper()


def read_secrets(folder: Path, tools: Iterable[str]) -> Secrets:
    """Collect the keys of these tools from all three places."""
    dotenv, problems = _dotenv(folder / ".env")
    environment = _environment()
    chosen = environment.get(DIRECTORY.lower()) or dotenv.get(DIRECTORY.lower())
    files, unreadable = _directory(folder, chosen)
    problems += unreadable
    found = {**files, **dotenv, **environment}
    prefixes: dict[str, str] = {}
    for tool in tools:
        twin = prefixes.setdefault(f"{PREFIX}{_part(tool)}__", tool)
        if twin != tool:
            what = f"The tools `{twin}` and `{tool}` would share their keys' names. Rename one."
            problems.append(Problem("journeysync.yaml", 0, "JS605", what))
    by_tool: dict[str, dict[str, str]] = {tool: {} for tool in prefixes.values()}
    for name, value in sorted(found.items()):
        prefix, mark, key = name.partition("__")
        if not mark or not prefix.startswith(PREFIX):
            continue
        if prefix + mark in prefixes:
            by_tool[prefixes[prefix + mark]][key] = value
        else:
            problems.append(_stray(name, prefix.removeprefix(PREFIX), prefixes.values()))
    return Secrets(by_tool, found.get(f"{PREFIX}state", ""), tuple(problems))


def secrets_in(text: str, file: str) -> list[Problem]:
    """Find keys that somebody wrote into the workspace file."""
    root, _ = read_yaml(text, file)  # what is wrong with the YAML is said by whoever reads the file
    return [
        Problem(
            file,
            line,
            "JS601",
            f"`{path[-1]}` is a secret, and secrets never stand in this file. Move it to `.env` as "
            f"`{_advice(path)}`, and renew the key if others could read it here.",
        )
        for path, line, value in (_scalars(root, ()) if root else ())
        if value and _is_secret(path, value)
    ]


def holds_password(value: str) -> bool:
    """Say whether a value is an address with a password in it."""
    if "://" not in value:
        return False
    return bool(_PASSWORD_IN_URL.match(value) or _PASSWORD_OPTION.search(value))


def passwords_in(url: str) -> set[str]:
    """Return the password of an address as it is written there and as it is meant."""
    with suppress(ValueError):
        parts = urlsplit(url)
        written = [parts.password or "", *_PASSWORD_OPTION.findall(parts.query)]
        return {form for one in written if one for form in (one, unquote(one), unquote_plus(one))}
    return {url}


def _part(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", name.lower())


def _advice(path: tuple[str, ...]) -> str:
    tool_depth = 3  # tools, the tool's name, the key
    if path[0] == "tools" and len(path) >= tool_depth:
        return variable(path[1], path[-1])
    return f"JOURNEYSYNC_{_part(path[-1]).upper()}"


def _is_secret(path: tuple[str, ...], value: str) -> bool:
    if _SECRET_SHAPE.match(value) or holds_password(value):
        return True
    return path[0] == "tools" and bool(_SECRET_NAME.search(_part(path[-1])))


def _scalars(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Yield every text below a YAML node, with its path and line."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from _scalars(child, (*path, key))
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _scalars(child, path)
    elif path and node.value is not None:
        yield path, node.line, str(node.value)


class _Nothing(BaseSettings):
    """What pydantic-settings needs to read names that are not known beforehand."""


def _environment() -> dict[str, str]:
    source = EnvSettingsSource(_Nothing, env_ignore_empty=True)
    return {name: value for name, value in source.env_vars.items() if value}


def _dotenv(file: Path) -> tuple[dict[str, str], list[Problem]]:
    if not file.is_file():
        return {}, []
    problems = []
    if file.stat().st_mode & READABLE_BY_OTHERS:
        what = "Other users of this machine can read the keys in it. Run `chmod 600 .env`."
        problems.append(Problem(str(file), 0, "JS603", what, warning=True))
    try:
        with file.open(encoding=_ENCODING) as lines:
            broken = [part.original.line for part in parse_stream(lines) if part.error]
    except UnicodeDecodeError:
        return {}, [*problems, Problem(str(file), 0, "JS602", _NOT_UTF8)]
    if broken:
        what = "This cannot be read. Write `NAME=value`, and close quotes in the same line."
        return {}, [*problems, *(Problem(str(file), line, "JS606", what) for line in broken)]
    source = DotEnvSettingsSource(
        _Nothing, env_file=file, env_file_encoding=_ENCODING, env_ignore_empty=True
    )
    return {name: value for name, value in source.env_vars.items() if value}, problems


def _directory(folder: Path, chosen: str | None) -> tuple[dict[str, str], list[Problem]]:
    """Read a directory of files that are named as the variables are."""
    directory = folder / (chosen or "secrets")
    if chosen and not directory.is_dir():
        raise Usage(f"`{DIRECTORY}` names `{chosen}`, which is no folder. Correct or unset it.")
    found, problems = {}, []
    for file in sorted(directory.iterdir()) if directory.is_dir() else ():
        if file.name.lower().startswith(PREFIX) and file.is_file():
            try:
                found[file.name.lower()] = file.read_text(_ENCODING).strip()
            except UnicodeDecodeError:
                problems.append(Problem(str(file), 0, "JS602", _NOT_UTF8))
    return {name: value for name, value in found.items() if value}, problems


def _stray(name: str, part: str, tools: Iterable[str]) -> Problem:
    """Say that a key belongs to no tool of this workspace."""
    near = get_close_matches(part, [_part(tool) for tool in tools], n=1)
    hint = f"Did you mean `{near[0].upper()}`?" if near else "Add the tool, or remove the key."
    return Problem(
        name.upper(),
        0,
        "JS604",
        f"No tool in journeysync.yaml is called `{part}`, so this key is not used. {hint}",
        warning=True,
    )
