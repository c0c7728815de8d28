"""The field mapping of a booking tool: what its services and intake forms mean to a journey map.

One form of file for every tool that keeps bookings, so that who knows one knows all. The shipped
file is laid under the workspace's own. Mistakes are `Problem`s with file and line, all at once.
Reads files; sends nothing.
"""

import difflib
import fnmatch
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from journeysync.connectors.booking_texts import record_id
from journeysync.connectors.bookings import KINDS, Sends
from journeysync.core.errors import Usage
from journeysync.core.models import Scalar
from journeysync.core.problems import Problem

CODE = "JS801"
"""A field mapping does not say what a field mapping can say."""

_DURATION = re.compile(r"(\d+)\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _several(value: Any) -> Any:
    several = value if isinstance(value, list | tuple) else (value,)
    return tuple(str(one) if isinstance(one, int) else one for one in several)


def _duration(value: Any) -> Any:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a duration such as `24h` or `2d`")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Globs = Annotated[tuple[str, ...], BeforeValidator(_several)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Tool = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Part(BaseModel):
    """What every part of a mapping has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SendRule(Part):
    """A message that the tool itself sends for such a booking."""

    event: Kind
    before: Literal["starts"] | None = None
    after: Literal["created", "starts", "ends"] | None = None
    by: Duration = timedelta(0)
    set: dict[Name, Scalar] = {}

    @model_validator(mode="after")
    def _one_side(self) -> "SendRule":
        if (self.before is None) == (self.after is None):
            raise ValueError("say either `before: starts` or `after: created, starts or ends`")
        return self

    def sends(self) -> Sends:
        """Say it as bookings take it."""
        if self.before is not None:
            return Sends(self.event, self.before, -self.by, self.set)
        assert self.after is not None
        return Sends(self.event, self.after, self.by, self.set)


class ServiceRule(Part):
    """What a service (an event type, an appointment type) means."""

    service: Globs
    """Its name or id in the tool."""
    name: str = ""
    """What maps call it; empty: as the tool does."""
    read: bool = True
    """False: its bookings are none of the journey's business."""
    set: dict[Name, Scalar] = {}
    sends: tuple[SendRule, ...] = ()


class Rules(Part):
    """A mapping: the workspace's rules, then the shipped ones."""

    format: Literal[1] = 1
    services: tuple[ServiceRule, ...] = ()
    answers: dict[Name, Globs | None] = {}
    """Attribute -> questions of intake forms; the first question that fits decides."""
    links: dict[Tool, Globs | None] = {}
    """Tool -> what holds the id of the customer's record there, such as a hidden question."""

    def service(self, *names: str) -> ServiceRule:
        """Find the rule of a service by its name, id or slug; without one it means itself."""
        found = (
            rule for rule in self.services if any(fits(rule.service, one) for one in names if one)
        )
        return next(found, ServiceRule(service=("*",)))

    def answered(self, answers: Iterable[tuple[str, str]]) -> dict[str, Scalar]:
        """Give the answers that the mapping names, by attribute."""
        told = [(question, answer) for question, answer in answers if answer.strip()]
        return {
            name: answer
            for name, globs in self.answers.items()
            if globs is not None
            for answer in [next((a for q, a in told if fits(globs, q)), "")]
            if answer
        }

    def linked(self, answers: Iterable[tuple[str, str]]) -> list[str]:
        """Give the records of other tools that the answers name, as `tool:id`."""
        told = [(question, record_id(answer)) for question, answer in answers]
        found = {
            name: next((number for q, number in told if number and fits(globs, q)), "")
            for name, globs in self.links.items()
            if globs is not None
        }
        return [f"{name}:{number}" for name, number in found.items() if number]

    def kinds(self) -> frozenset[str]:
        """Name the event kinds that bookings can give under these rules."""
        return KINDS | {one.event for rule in self.services for one in rule.sends}

    @property
    def version(self) -> str:
        """Change with every change of meaning."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def fits(globs: Sequence[str], text: str) -> bool:
    """Compare as all texts are compared: trimmed, without regard to case. Pure."""
    text = text.strip().casefold()
    return any(fnmatch.fnmatchcase(text, glob.strip().casefold()) for glob in globs)


# --- the files ---------------------------------------------------------------------------------


def read_rules(folder: Path, named: str | None, shipped: str) -> Rules:
    """Read a workspace's mapping, laid over the shipped one (a name such as `acuity.yaml`).

    Raises Usage with every mistake in the workspace's file.
    """
    below = _shipped(shipped)
    path = folder / (named or f"mappings/fields/{shipped}")
    if not path.exists():
        if named:
            raise Usage(
                f"There is no mapping file `{path}`. Correct the tool's key `mapping` in "
                "journeysync.yaml, or take it out to use the shipped mapping."
            )
        return below
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Usage(f"The mapping file `{path}` cannot be read as UTF-8 text.") from None
    own, problems = parse_rules(text, str(path))
    if own is None:
        raise Usage(
            f"The mapping file `{path}` has mistakes. Correct them, then run again.", problems
        )
    return Rules(
        services=(*own.services, *below.services),
        answers={**below.answers, **own.answers},
        links={**below.links, **own.links},
    )


@cache
def _shipped(name: str) -> Rules:
    found, _ = parse_rules(shipped_text(name), name)
    assert found is not None
    return found


def shipped_text(name: str) -> str:
    """Return a shipped mapping as it stands, comments included."""
    return (files("journeysync.mappings") / "fields" / name).read_text("utf-8")


def parse_rules(text: str, file: str) -> tuple[Rules | None, list[Problem]]:
    """Read a mapping's text. Pure."""
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return None, [Problem(file, line, CODE, f"This is no YAML: {error.problem}.")]
    except YAMLError:
        return None, [Problem(file, 0, CODE, "This is no YAML.")]
    try:
        return Rules.model_validate(tree or {}), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, sorted(
            {Problem(file, _line(tree, one["loc"]), CODE, _sentence(one)) for one in found}
        )


def _line(tree: Any, where: Sequence[str | int]) -> int:
    """Find the line of the deepest part of the way that the file has."""
    line = 1
    for step in where:
        try:
            mark = tree.lc.item(step) if isinstance(step, int) else tree.lc.key(step)
            line, tree = mark[0] + 1, tree[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


_KEYS = sorted({name for part in (Rules, ServiceRule, SendRule) for name in part.model_fields})


def _sentence(mistake: Mapping[str, Any]) -> str:
    path = ".".join(str(step) for step in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(mistake["loc"][-1]), _KEYS, n=1)
        guess = f"; did you mean `{near[0]}`?" if near else "."
        return f"`{path}` is no key of a mapping{guess}"
    if mistake["type"] == "string_pattern_mismatch":
        form = "an event kind such as `message.sent`" if path.endswith("event") else "a name"
        return f"`{path}` must be {form}: small letters, digits and `_`."
    return f"`{path}`: {mistake['msg'].removeprefix('Value error, ')}."
