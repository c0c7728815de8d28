"""What HubSpot changes by itself when something else changes: dates, flags, derived values."""

from collections.abc import Mapping

from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.store import Record, Stamp
from journeysync.sandbox.world import iso

_STAGE_DATES = frozenset({"lead", "opportunity", "customer"})


def after_create(portal: Portal, record: Record, stamp: Stamp) -> None:
    """Fill in what a new record gets besides what was sent."""
    values = record.values
    kind = record.kind.name
    if kind == "contacts":
        values["hs_all_contact_vids"] = str(record.id)
        if values.get("email"):
            values["hs_email_domain"] = values["email"].partition("@")[2]
    if kind == "companies" and values.get("domain"):
        values.setdefault("website", values["domain"])
    more = follow(portal, record, dict(values), stamp)
    values.update({name: value for name, value in more.items() if value})


def follow(
    portal: Portal, record: Record, changed: Mapping[str, str], stamp: Stamp
) -> dict[str, str]:
    """Work out what follows from changed values."""
    at = iso(stamp.at)
    more: dict[str, str] = {}
    kind = record.kind.name
    if kind == "contacts":
        stage = changed.get("lifecyclestage")
        date = f"hs_lifecyclestage_{stage}_date"
        if stage in _STAGE_DATES and date not in record.values:
            more[date] = at
        if changed.get("hubspot_owner_id"):
            more["hubspot_owner_assigneddate"] = at
        if changed.get("email"):
            more["hs_email_domain"] = changed["email"].partition("@")[2]
    elif kind == "tasks" and "hs_task_status" in changed:
        done = changed["hs_task_status"] == "COMPLETED"
        more["hs_task_is_completed"] = "1" if done else "0"
        was_done = record.values.get("hs_task_completion_date", "")
        more["hs_task_completion_date"] = (was_done or at) if done else ""
        if not more["hs_task_completion_date"]:
            del more["hs_task_completion_date"]
            if was_done:
                more["hs_task_completion_date"] = ""
    elif kind == "tickets" and changed.get("hs_pipeline_stage"):
        stages = [stage for item in portal.pipelines[kind].values() for stage in item.stages]
        closed = {stage.id for stage in stages if stage.metadata.get("ticketState") == "CLOSED"}
        more["closed_date"] = at if changed["hs_pipeline_stage"] in closed else ""
    elif kind == "deals" and changed.get("dealstage"):
        more |= _deal_stage(portal, record, changed["dealstage"], changed, at)
    return more


def _deal_stage(
    portal: Portal, record: Record, stage: str, changed: Mapping[str, str], at: str
) -> dict[str, str]:
    pipeline = portal.pipelines["deals"].get(
        changed.get("pipeline") or record.values.get("pipeline", "default")
    )
    found = next((item for item in pipeline.stages if item.id == stage), None) if pipeline else None
    chance = found.metadata.get("probability", "0.5") if found else "0.5"
    closed = chance in ("0.0", "1.0")
    more = {
        f"hs_v2_date_entered_{stage}": at,
        "hs_is_closed": "true" if closed else "false",
        "hs_is_closed_won": "true" if chance == "1.0" else "false",
    }
    if closed and not changed.get("closedate"):
        more["closedate"] = at
    return more
