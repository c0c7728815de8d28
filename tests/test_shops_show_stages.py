"""Stages on accounts of a shop and customers of Stripe: written, read back, refused row by row."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from sandbox_client import Client
from shop import shop
from shopify_shop import store
from stripe_account import account

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend
from journeysync.connectors.shopify import show
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import Display, Finding, RecordWrite

NAMES = ("journey_stage", "journey_reason")


@dataclass
class Shown:
    """A tool whose customers can show a stage."""

    tool: Display
    known: str
    """The id of a customer."""
    admin: Callable[..., Any]
    fault: Callable[..., None]

    def write(self, number: str, **values: str) -> Any:
        return self.tool.write_records([RecordWrite("customer", number, values)])[0]

    def held(self, number: str) -> dict[str, str] | None:
        (found,) = self.tool.present("customer", [number], NAMES)
        return {name: one.value for name, one in found.fields.items()} if found.id else None

    def writes(self) -> int:
        return sum(one["writes"] for one in self.admin("GET", "/journal")["requests"])


@contextmanager
def _shop(folder: Path) -> Iterator[Shown]:
    with shop(folder) as here:
        made = here.edit("customer", "create", email="ana@example.com")
        yield Shown(
            here.connect(), str(made["id"]), here.admin,
            lambda kind: here.fault(kind, "POST /wp-json/wc/v3/customers/batch"),
        )  # fmt: skip


@contextmanager
def _account(folder: Path) -> Iterator[Shown]:
    with account(folder) as here:
        made = here.edit("customer", "create", email="ana@example.com", name="Ana")
        yield Shown(
            here.connect(), made["id"], here.admin,
            lambda kind: here.fault(kind, "POST /v1/customers"),
        )  # fmt: skip


@contextmanager
def _store(folder: Path) -> Iterator[Shown]:
    with store(folder) as here:
        made = here.edit("customer", "create", email="ana@example.com")
        yield Shown(here.connect(), str(made["number"]), here.admin, here.fault)


@pytest.fixture(params=[_shop, _account, _store], ids=["woocommerce", "stripe", "shopify"])
def shown(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shown]:
    with request.param(tmp_path) as made:
        yield made


def test_what_is_written_is_there(shown: Shown) -> None:
    assert shown.held(shown.known) == {"journey_stage": "", "journey_reason": ""}
    done = shown.write(
        shown.known,
        journey_stage="onboarding",
        journey_reason="Paid: “Müller & Söhne”",
    )

    assert (done.status, done.id) == ("done", shown.known)
    assert shown.held(shown.known) == {
        "journey_stage": "onboarding", "journey_reason": "Paid: “Müller & Söhne”",
    }  # fmt: skip


def test_a_value_can_be_emptied(shown: Shown) -> None:
    shown.write(shown.known, journey_stage="onboarding")
    shown.write(shown.known, journey_stage="")

    assert shown.held(shown.known) == {"journey_stage": "", "journey_reason": ""}


def test_writing_again_changes_nothing(shown: Shown) -> None:
    shown.write(shown.known, journey_stage="onboarding")
    before = shown.writes()
    shown.write(shown.known, journey_stage="onboarding")

    assert shown.writes() == before


@pytest.mark.parametrize("kind", ["reset", "applied-then-reset", "500", "429"])
def test_a_write_is_repeated_until_it_is_answered(shown: Shown, kind: str) -> None:
    """It says what is to be: a second time does no harm."""
    shown.fault(kind)

    assert shown.write(shown.known, journey_stage="onboarding").status == "done"
    assert shown.held(shown.known) == {"journey_stage": "onboarding", "journey_reason": ""}


def test_somebody_who_was_deleted_is_gone_and_no_failure_of_the_others(shown: Shown) -> None:
    unknown = "999" if shown.known.isdecimal() else "cus_none"
    refused = shown.write(unknown, journey_stage="onboarding")

    assert shown.held(unknown) is None
    assert (refused.status, refused.temporary) == ("failed", True)
    assert "deleted" in refused.message


@pytest.mark.parametrize("kind", [_shop, _store], ids=["woocommerce", "shopify"])
def test_a_failing_row_of_many_leaves_the_others_written(
    tmp_path: Path, kind: Callable[[Path], AbstractContextManager[Shown]]
) -> None:
    """The shop answers 200 with the error inside; Shopify then sets none of them at first."""
    with kind(tmp_path) as here:
        rows = [RecordWrite("customer", one, {"journey_stage": "x"}) for one in (here.known, "999")]
        statuses = [one.status for one in here.tool.write_records(rows)]

        assert statuses == ["done", "failed"]
        assert here.held(here.known) == {"journey_stage": "x", "journey_reason": ""}


def test_a_customer_who_goes_in_between_keeps_nobody_else_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shopify sets all metafields of a call or none, and names the one that it refuses."""
    with _store(tmp_path) as here:
        rows = [RecordWrite("customer", one, {"journey_stage": "x"}) for one in ("999", here.known)]
        monkeypatch.setattr(show, "_held", lambda _client, ids: {one: {} for one in ids})
        outcomes = here.tool.write_records(rows)
        monkeypatch.undo()

        assert [one.status for one in outcomes] == ["failed", "done"]
        assert here.held(here.known) == {"journey_stage": "x", "journey_reason": ""}


def test_a_key_that_may_only_read_is_told_so(tmp_path: Path) -> None:
    with shop(tmp_path) as here:
        number = str(here.edit("customer", "create", email="ana@example.com")["id"])
        here.edit("site", "set", read_only=True)
        with pytest.raises(BadCredentials, match="may only read"):
            here.connect().write_records([RecordWrite("customer", number, {"journey_stage": "x"})])


def test_a_person_can_edit_what_an_account_shows(tmp_path: Path) -> None:
    """In the pretend shop as in a real one, whose accounts' metadata plugins let people edit."""
    with shop(tmp_path) as here:
        number = str(here.edit("customer", "create", email="ana@example.com")["id"])
        here.connect().write_records([RecordWrite("customer", number, {"journey_stage": "x"})])
        edited = here.edit(
            "customer", "set", id=number, meta_data=[{"key": "journey_stage", "value": "lost"}]
        )
        (found,) = here.connect().present("customer", [number], NAMES)

    assert found.fields["journey_stage"].value == "lost"
    assert [(one["key"], one["value"]) for one in edited["meta_data"]] == [
        ("journey_stage", "lost")
    ]


MAY_NOT: dict[str, tuple[Any, Callable[[Shown], object], str]] = {
    "woocommerce": (
        _shop,
        lambda here: here.admin(
            "POST", "/edit",
            {"tool": "woocommerce", "object": "site", "action": "set", "read_only": True},
        ),
        "The key may only read, and `write_to` names the shop",
    ),
    "stripe": (_account, lambda here: here.fault("lost-scope"), "rak_customer_write"),
    "shopify": (
        _store,
        lambda here: here.admin(
            "POST", "/edit",
            {"tool": "shopify", "object": "app", "action": "set",
             "scopes": ["read_customers", "read_orders", "read_returns"]},
        ),
        "the app has no scope write_customers",
    ),
}  # fmt: skip


def _checked(here: Shown) -> Sequence[Finding]:
    try:
        return here.tool.check_writing(["contact"], NAMES)
    except BadCredentials as error:
        return [Finding("error", str(error), "", error.exit_code)]


@pytest.mark.parametrize(("kind", "take", "says"), MAY_NOT.values(), ids=MAY_NOT)
def test_check_says_whether_the_key_may_write(
    tmp_path: Path, kind: Any, take: Callable[[Shown], object], says: str
) -> None:
    """By a call that changes nothing, whatever comes of it."""
    with kind(tmp_path) as here:
        before = here.admin("GET", "/snapshot")
        may = _checked(here)
        take(here)
        (may_not,) = _checked(here)

        assert [one.level for one in may] == ["ok"]
        assert (may_not.level, may_not.exit_code) == ("error", 4)
        assert says in may_not.what
        assert here.writes() == 0
        assert here.admin("GET", "/snapshot") == before


def test_a_text_that_is_too_long_for_stripe_is_a_failed_row(tmp_path: Path) -> None:
    with _account(tmp_path) as here:
        refused = here.write(here.known, journey_reason="x" * 501)

        assert (refused.status, refused.code) == ("failed", "TOO_LONG")
        assert here.writes() == 0


def test_a_right_that_is_missing_in_stripe_is_named(tmp_path: Path) -> None:
    with _account(tmp_path) as here:
        here.fault("lost-scope")
        with pytest.raises(BadCredentials, match="rak_customer"):
            here.write(here.known, journey_stage="x")


def _edit(admin: str, tool: str, number: str, **more: Any) -> None:
    command = {"tool": tool, "object": "customer", "action": "set", "id": number, **more}
    assert Client(admin)("POST", "/edit", command).status == 200


def test_a_sync_shows_the_stage_of_the_crm_in_the_shops(tmp_path: Path) -> None:
    """Off unless `write_to` names them; then the same plan, and a second run writes nothing.

    What somebody sets in Stripe is noticed by the next sync.
    """
    quiet = Console(tmp_path, as_json=False, verbose=False)
    only = ("hubspot", "woocommerce", "stripe")
    with pretend(quiet, customers=40, only=only, limits=False, folder=tmp_path / "w") as ready:
        settings = ready.workspace / "journeysync.yaml"
        text = settings.read_text("utf-8")
        assert "write_to: [hubspot]\n" in text
        first = run("sync", "--workspace", ready.workspace)
        assert first.code == 0, first.err
        written = "write_to: [hubspot, woocommerce, stripe]\n"
        settings.write_text(text.replace("write_to: [hubspot]\n", written), "utf-8")
        plan = run("sync", "--dry-run", "--workspace", ready.workspace, "--json").document
        done = run("sync", "--workspace", ready.workspace)
        again = run("sync", "--workspace", ready.workspace)
        number = next(one["id"] for one in plan["plan"]["records"] if one["tool"] == "stripe")
        _edit(ready.admin, "stripe", number, metadata={"journey_stage": "by hand"})
        noticed = run("sync", "--workspace", ready.workspace, "--json").document

    (mended,) = noticed["plan"]["records"]
    assert (mended["tool"], mended["id"]) == ("stripe", number)
    assert {"field": "journey_stage", "before": "by hand"}.items() <= mended["fields"][0].items()
    changes = plan["plan"]["records"]
    assert {one["tool"] for one in changes} == {"woocommerce", "stripe"}
    assert {one["object_type"] for one in changes} == {"customer"}
    assert plan["plan"]["tasks"] == []
    assert done.code == 0, done.err
    assert f"Done: stages={plan['plan']['counts']['stages']} tasks_opened=0 " in done.out
    assert "stages=0 tasks_opened=0 tasks_closed=0 tasks_moved=0 " in again.out
    assert " calls=0 " in again.out
