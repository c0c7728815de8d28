"""Every row of a batch gets an answer of its own, whatever HubSpot's answer looks like."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from journeysync.connectors.http import Answer
from journeysync.connectors.hubspot import batches
from journeysync.connectors.hubspot.client import Client
from journeysync.connectors.hubspot.settings import Settings

Reply = Callable[[list[dict[str, Any]]], tuple[int, dict[str, Any]]]


class Scripted(Client):
    """A client whose portal answers a batch by a function of its inputs."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("crm", Settings(access_token=SecretStr("pat-x")), sleep=lambda _: None)
        self._reply = reply
        self.sizes: list[int] = []

    def _exchange(
        self, _method: str, _path: str, _query: object, body: Any
    ) -> Callable[[], Answer]:
        def exchange() -> Answer:
            self.sizes.append(len(body["inputs"]))
            status, said = self._reply(body["inputs"])
            return Answer(status, {"content-type": "application/json"}, json.dumps(said).encode())

        return exchange


def row(record: str, value: str = "before") -> batches.Row:
    return batches.Row(record, {"id": record, "properties": {"journey_stage": value}}, record)


def send(reply: Reply, *ids: str) -> tuple[list[str], Scripted]:
    """Write these records; return `id: status code` lines, and the client."""
    client = Scripted(reply)
    found = batches.send(client, "/batch/update", [row(one) for one in ids], lambda _record: "")
    return [f"{one.key}: {one.status} {one.code}".strip() for one in found], client


def done(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one, "properties": {}} for one in ids]


CASES: dict[str, tuple[int, dict[str, Any], list[str]]] = {
    "in any order": (200, {"results": done("2", "1")}, ["1: done", "2: done"]),
    "nothing at all": (
        200, {"results": []}, ["1: failed EMPTY_ANSWER", "2: failed EMPTY_ANSWER"],
    ),
    "one row is missing": (200, {"results": done("1")}, ["1: done", "2: failed EMPTY_ANSWER"]),
    "a row nobody asked for may be the missing one": (
        200, {"results": done("1", "9")}, ["1: done", "2: unknown NO_ANSWER"],
    ),
    "an error that names its row by the trace": (
        207,
        {
            "results": done("1"),
            "errors": [{"category": "VALIDATION_ERROR", "context": {"objectWriteTraceId": ["2"]}}],
        },
        ["1: done", "2: failed VALIDATION_ERROR"],
    ),
    "an error that names its rows by id": (
        207,
        {"results": [], "errors": [{"category": "GONE", "context": {"ids": ["1", "2"]}}]},
        ["1: failed GONE", "2: failed GONE"],
    ),
    "one error that names nobody is about all": (
        207,
        {"results": [], "errors": [{"category": "CONFLICT"}]},
        ["1: failed CONFLICT", "2: failed CONFLICT"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("status", "body", "expected"), CASES.values(), ids=CASES)
def test_rows(status: int, body: dict[str, Any], expected: list[str]) -> None:
    assert send(lambda _inputs: (status, body), "1", "2")[0] == expected


def test_a_refused_batch_is_halved_until_the_bad_rows_stand_alone() -> None:
    """Of eight rows one is bad: seven are written, in seven calls."""

    def reply(inputs: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        ids = [one["id"] for one in inputs]
        if "5" in ids:
            return 400, {"category": "VALIDATION_ERROR", "message": "no"}
        return 200, {"results": done(*ids)}

    found, client = send(reply, *"12345678")

    assert [line for line in found if "done" not in line] == ["5: failed VALIDATION_ERROR"]
    assert client.sizes == [8, 4, 4, 2, 1, 1, 2]


def test_the_code_and_the_property_are_taken_from_a_refusal_and_nothing_else() -> None:
    """The text quotes the value, which may be anything."""
    inner = json.dumps(
        [{"error": "INVALID_OPTION", "name": "journey_stage", "message": "Ana Smith"}]
    )
    message = f"Property values were not valid: {inner}"
    client = Scripted(lambda _inputs: (400, {"category": "VALIDATION_ERROR", "message": message}))

    (found,) = batches.send(client, "/batch/update", [row("1", "Ana Smith")], lambda _record: "")

    assert found.code == "INVALID_OPTION"
    assert found.message == (
        "HubSpot answered INVALID_OPTION for `journey_stage`. "
        "Run `journeysync provision`, which adds missing options."
    )


def test_every_row_carries_a_trace() -> None:
    """Without one, HubSpot fails all rows for the sake of a bad one."""
    seen: list[Any] = []

    def reply(inputs: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        seen.extend(one["objectWriteTraceId"] for one in inputs)
        return 200, {"results": done("1", "2")}

    send(reply, "1", "2")

    assert seen == ["1", "2"]


def test_what_the_first_half_was_answered_is_not_lost_with_the_second() -> None:
    """The tool goes down in the middle: the written rows stay written."""
    state = {"calls": 0}

    def reply(inputs: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        state["calls"] += 1
        if state["calls"] == 1:
            return 400, {}
        if state["calls"] == 2:
            return 200, {"results": done(*(one["id"] for one in inputs))}
        return 423, {}

    found, _ = send(reply, "1", "2")

    assert found == ["1: done", "2: failed TOOL_DOWN"]
