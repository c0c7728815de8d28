"""How the connector is let in, what the portal's rules refuse, and how long its API lives."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hubspot_portal import SPECS, Portal, everything, portal
from pydantic import SecretStr

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.connectors.hubspot.settings import VERSIONS, read_settings
from journeysync.core.errors import BadCredentials
from journeysync.core.planning.fields import field_specs
from journeysync.core.ports import FieldSpec, RecordWrite, ToolSetup
from journeysync.sandbox.hubspot.oauth import CLIENT_ID

APP = {
    "client_id": CLIENT_ID,
    "client_secret": SecretStr("secret-sandbox-1"),
    "refresh_token": SecretStr("refresh-sandbox-1"),
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, customers=30) as one:
        yield one


def connect(here: Portal, clock: list[float], **more: Any) -> HubSpot:
    given = {"base_url": here.sandbox.tools["hubspot"]["base_url"], **APP, **more}
    setup = ToolSetup("crm", given, here.folder, "Europe/London", "GB")
    return HubSpot(
        setup, read_settings(setup), sleep=lambda _seconds: None, monotonic=lambda: clock[0]
    )


def renewals(here: Portal) -> int:
    return sum(one["path"].startswith("/oauth/") for one in here.journal())


# --- OAuth -----------------------------------------------------------------------------------


def test_an_app_reads_what_a_key_reads(here: Portal) -> None:
    app = connect(here, [1000.0])
    assert everything(app, "contacts", here.now) == everything(here.connect(), "contacts", here.now)
    assert renewals(here) == 1


def test_a_token_is_renewed_before_it_ends(here: Portal) -> None:
    clock = [1000.0]
    app = connect(here, clock)
    app.owners()
    clock[0] += 1700
    app.owners()
    assert renewals(here) == 1
    clock[0] += 60
    app.owners()
    assert renewals(here) == 2


def test_a_refused_token_is_renewed_once(here: Portal) -> None:
    """The app may have been connected anew; if that does not help, a person must."""
    app = connect(here, [1000.0])
    app.owners()
    here.fault("GET /crm/v3/owners", "expired-token", times=1)
    assert app.owners()
    here.fault("GET /crm/v3/owners", "revoked-token")
    with pytest.raises(BadCredentials, match="JOURNEYSYNC_CRM__REFRESH_TOKEN"):
        app.owners()
    assert renewals(here) == 3


def test_a_write_that_was_refused_is_sent_again(here: Portal) -> None:
    here.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
    app = connect(here, [1000.0])
    here.fault("POST /crm/v3/objects/contacts/batch/update", "expired-token", times=1)
    (done,) = app.write_records([RecordWrite("contact", "99951", {"journey_stage": "before"})])
    assert done.status == "done"


def test_a_missing_scope_renews_nothing(here: Portal) -> None:
    app = connect(here, [1000.0])
    here.fault("GET /crm/v3/owners", "lost-scope")
    with pytest.raises(BadCredentials):
        app.owners()
    assert renewals(here) == 1


@pytest.mark.parametrize("name", ["client_secret", "refresh_token"])
def test_an_app_that_was_disconnected(here: Portal, name: str) -> None:
    app = connect(here, [1000.0], **{name: SecretStr("wrong")})
    with pytest.raises(BadCredentials, match="Connect the OAuth app to the portal again") as caught:
        app.owners()
    assert "wrong" not in str(caught.value)


def test_half_an_app_is_said_to_be_half(tmp_path: Path) -> None:
    setup = ToolSetup("crm", {"client_id": "1"}, tmp_path)
    with pytest.raises(BadCredentials, match="JOURNEYSYNC_CRM__CLIENT_SECRET, JOURNEYSYNC_CRM__R"):
        read_settings(setup)


def test_no_secret_of_an_app_shows(here: Portal) -> None:
    app = connect(here, [1000.0])
    app.owners()
    shown = repr(vars(app)) + repr(app.check())
    assert not any(word in shown for word in ("secret-sandbox", "refresh-sandbox", "oauth-sandbox"))


# --- rules of administrators -----------------------------------------------------------------


@pytest.mark.parametrize(("version", "refused"), [("2026-03", 0), ("2026-09", 1)])
def test_a_rule_of_an_administrator_fails_its_rows(
    here: Portal, version: str, refused: int
) -> None:
    here.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
    here.edit("require", "contact", "", property="journey_stage", value="before", needed="country")
    crm = here.connect(api_version=version)
    rows = [
        RecordWrite("contact", "99951", {"journey_stage": "before"}),
        RecordWrite("contact", "99952", {"journey_stage": "during"}),
    ]
    failed = [one for one in crm.write_records(rows) if one.status == "failed"]
    assert len(failed) == refused
    for one in failed:
        assert (one.key, one.code) == ("99951", "REQUIRED")
        assert one.message.startswith(
            "HubSpot answered REQUIRED for `country`. An administrator's rule in HubSpot asks"
        )


# --- how long it lives -----------------------------------------------------------------------

SAYS = {
    "long before": ("2026-03", date(2026, 11, 22), None),
    "half a year before": ("2026-03", date(2027, 5, 1), "warning"),
    "on the last day": ("2026-03", VERSIONS["2026-03"], "warning"),
    "afterwards": ("2026-03", date(2027, 10, 1), "error"),
    "numbered paths": ("v3", date(2026, 11, 22), "warning"),
    "the newest, afterwards": ("2026-09", date(2028, 3, 9), "error"),
}


@pytest.mark.parametrize(("version", "day", "level"), SAYS.values(), ids=SAYS)
def test_the_end_of_a_version_is_announced(
    here: Portal, version: str, day: date, level: str | None
) -> None:
    tool = here.sandbox.tools["hubspot"]
    given = {
        "base_url": tool["base_url"],
        "access_token": SecretStr(tool["access_token"]),
        "api_version": version,
    }
    setup = ToolSetup("crm", given, here.folder)
    crm = HubSpot(setup, read_settings(setup), today=lambda: day)
    found = [one for one in crm.check() if "support of API" in one.what]
    assert [one.level for one in found] == ([level] if level else [])
    assert [one.exit_code for one in found] == ([2 if level == "error" else 0] if level else [])


def test_today_is_today(here: Portal) -> None:
    assert here.connect()._today() == datetime.now(UTC).date()


# --- lists -----------------------------------------------------------------------------------

FULL = field_specs([])


def lists(here: Portal) -> list[str]:
    shown = here.admin("GET", "/snapshot")["hubspot"]["lists"]
    return [f"{one['objectTypeId']} {one['name']}" for one in shown]


def actions(crm: HubSpot, specs: tuple[FieldSpec, ...] = FULL, **how: bool) -> list[str]:
    made = crm.provision(["contact"], specs, **{"dry_run": False, "remove": False, **how})
    return [one.action for one in made if one.what.startswith(("list", "view"))]


def test_lists_are_made_once_and_taken_away(here: Portal) -> None:
    crm = here.connect()
    assert actions(crm, dry_run=True) == ["create", "create", "create", "click"]
    assert lists(here) == []
    assert actions(crm) == ["create", "create", "create", "click"]
    assert lists(here) == [
        "0-1 Journey: Behind", "0-1 Journey: No next step", "0-1 Journey: Stuck",
    ]  # fmt: skip
    assert actions(crm) == ["keep", "keep", "keep"]
    assert actions(crm, remove=True, dry_run=True) == ["remove", "remove", "remove"]
    assert actions(crm, remove=True) == ["remove", "remove", "remove"]
    assert lists(here) == []


def test_companies_have_lists_of_their_own(here: Portal) -> None:
    here.connect().provision(["contact", "company"], FULL, dry_run=False, remove=False)
    assert len(lists(here)) == 6
    assert "0-2 Journey: Stuck (companies)" in lists(here)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_key_that_may_make_no_lists_leaves_steps(here: Portal, method: str) -> None:
    here.fault(f"{method} /crm/v3/lists", "lost-scope")
    crm = here.connect()
    assert actions(crm) == ["click", "click", "click"]
    assert "journey_status" in crm._reader.definitions("contacts")


def test_lists_that_people_made_are_left_alone(here: Portal) -> None:
    """Without our properties there are no lists of ours, and removing finds none."""
    crm = here.connect()
    assert actions(crm, SPECS) == []
    assert actions(crm, SPECS, remove=True) == []
