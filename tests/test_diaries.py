"""The language fact by fact: each diary says one thing, of the engine and of the interpreter."""

from pathlib import Path

import pytest
from diary import Diary, disagreements, read
from interpreter import interpret
from kernel import answers

DIARIES = [
    pytest.param(diary, id=f"{path.stem}: {diary.fact}")
    for path in sorted((Path(__file__).parent / "diaries").glob("*.yaml"))
    for diary in read(path)
]


@pytest.mark.parametrize("diary", DIARIES)
def test_the_interpreter_tells_the_diary(diary: Diary) -> None:
    person = diary.person

    answer = interpret(diary.journey, person.attributes, person.events, now=diary.now)

    assert not disagreements(diary, answer)


@pytest.mark.parametrize("diary", DIARIES)
def test_the_engine_tells_the_diary(diary: Diary) -> None:
    (answer,) = answers(diary.journey, [diary.person], diary.now)

    assert not disagreements(diary, answer)
