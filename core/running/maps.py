"""Finding and reading journey maps: shipped ones by name, own ones by path.

The only place that opens a map. Decides nothing about what a map means.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from journeysync.core.errors import Usage
from journeysync.core.language.loader import read_map
from journeysync.core.language.model import Journey
from journeysync.core.language.vocabulary import did_you_mean
from journeysync.core.problems import Problem


def shipped_journeys() -> tuple[str, ...]:
    """Name the maps that come with the package."""
    folder = files("journeysync.mappings") / "journeys"
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def load_journey(
    name_or_path: str, folder: Path = Path(), extra_kinds: Collection[str] = ()
) -> tuple[Journey | None, list[Problem], str]:
    """Read a map by its shipped name or its path; paths start in `folder`.

    Answers the journey, what is wrong with it, and its text. A map that cannot be found or opened
    is a problem too.
    """
    shipped = name_or_path in shipped_journeys()
    path = folder / name_or_path
    if shipped and not path.is_file():
        raw = (files("journeysync.mappings") / "journeys" / f"{name_or_path}.yaml").read_bytes()
        file = f"{name_or_path}.yaml"
    else:
        file = str(path)
        try:
            raw = path.read_bytes()
        except OSError as error:
            return None, [Problem(file, 0, "JS100", _unopened(name_or_path, error))], ""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = "The file is not UTF-8 text from here on. Save it as UTF-8."
        return None, [Problem(file, line, "JS100", what)], ""
    journey, problems = _read(text, file, frozenset(extra_kinds))
    return journey, list(problems), text


@lru_cache(maxsize=8)
def _read(
    text: str, file: str, extra_kinds: frozenset[str]
) -> tuple[Journey | None, tuple[Problem, ...]]:
    """Read a text once: `demo` and whoever calls several commands would wait for it each time."""
    journey, problems = read_map(text, file, extra_kinds)
    return journey, tuple(problems)


def read_maps(
    names: Sequence[str], folder: Path = Path(), extra_kinds: Collection[str] = ()
) -> tuple[tuple[Journey, ...], list[Problem]]:
    """Read several maps and answer them with their warnings.

    Raises Usage with everything that must be mended in any of them.
    """
    journeys: list[Journey] = []
    problems: list[Problem] = []
    for name in names:
        journey, found, _ = load_journey(name, folder, extra_kinds)
        problems += found
        if journey is None:
            continue
        twin = next((one for one in journeys if one.journey == journey.journey), None)
        if twin is not None:
            what = f"Another map of this workspace is called `{journey.journey}`; rename one."
            problems.append(Problem(name, 0, "JS210", what))
        journeys.append(journey)
    wrong = [problem for problem in problems if not problem.warning]
    if wrong:
        count = f"{len(wrong)} mistakes" if len(wrong) > 1 else "One mistake"
        noun = "journey maps" if len(names) > 1 else "journey map"
        raise Usage(f"{count} in the {noun}. Correct what is listed and run again.", problems)
    return tuple(journeys), problems


def _unopened(name: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        shipped = shipped_journeys()
        guess = did_you_mean(name, shipped)
        if guess == "." and shipped:
            guess = f"; shipped are {', '.join(f'`{one}`' for one in shipped)}."
        return f"There is no such file, and no shipped journey is called `{name}`{guess}"
    return f"The file cannot be opened: {(error.strerror or 'it is not readable').lower()}."
