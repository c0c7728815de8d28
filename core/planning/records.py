"""The record half of a plan: which fields of which CRM records change, and which stay a person's.

Pure. First `pins_of` finds stages that people set by hand, then `record_changes` compares field by
field what we wrote, what is there and what we want.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from journeysync.core.planning import fields as f
from journeysync.core.planning.edits import Edit, equal, judge, settle, stage_edit
from journeysync.core.planning.ledger import Entry, Ledger, RecordId, Rules, World
from journeysync.core.planning.plan import Adoption, FieldChange, Note, PinFound, RecordChange
from journeysync.core.planning.shown import Atlas, Pin, against, shown_answer, wanted
from journeysync.core.planning.views import CustomerView
from journeysync.core.ports import Held, PresentRecord

_EMPTY = Held("")


@dataclass(slots=True)
class RecordPlan:
    """What becomes of the records."""

    changes: list[RecordChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    kept: int = 0


def targets(view: CustomerView, rules: Rules) -> Iterator[RecordId]:
    """List the CRM records that show this customer's stage."""
    for tool in rules.write_to:
        for person in view.people:
            if person.tool == tool and rules.holds(tool, person.type):
                yield tool, person.type, person.id
        if rules.company_grain and rules.holds(tool, "company"):
            for company in view.companies:
                if company.tool == tool:
                    yield tool, "company", company.id


def override_pin(view: CustomerView, computed: str) -> Pin | None:
    """Turn the CRM's override field into a pin."""
    if view.override is None:
        return None
    return Pin(view.override.value, view.override.tool, computed, None, view.override.until)


def standing_pins(views: Iterable[CustomerView], ledger: Ledger) -> dict[str, Pin]:
    """Return the pins that hold before anything new is found in the CRMs."""
    pins = {}
    for view in views:
        computed = against(view)
        pin = override_pin(view, computed)
        known = ledger.pins.get(view.id)
        if pin is None and known is not None and known.against == computed:
            pin = known
        if pin is not None:
            pins[view.id] = pin
    return pins


def to_read(
    views: Sequence[CustomerView], atlas: Atlas, rules: Rules, ledger: Ledger, now: datetime
) -> list[RecordId]:
    """List the records whose present fields must be read: something to write, or maybe edited."""
    pins = standing_pins(views, ledger)
    found = []
    for view in views:
        want = wanted(view, atlas, pins.get(view.id), now)
        records = list(targets(view, rules))
        # An edit found in one record is shown in the customer's others by the same plan.
        fresh = any(f"{tool}:{number}" in view.touched for tool, _, number in records)
        for record in records:
            entries = ledger.fields.get(record, {})
            mine = rules.carried(record[0], want)
            if _differs(mine, entries) or (fresh and (entries or any(mine.values()))):
                found.append(record)
    return found


def pins_of(
    views: Sequence[CustomerView], atlas: Atlas, rules: Rules, ledger: Ledger, world: World
) -> tuple[dict[str, Pin], list[PinFound], list[Note]]:
    """Find stages set by hand; return all pins that hold, what to remember, and who lost."""
    pins = standing_pins(views, ledger)
    found: list[PinFound] = []
    notes: list[Note] = []
    for view in views:
        if view.override is not None:
            continue
        computed = against(view)
        edits = _edits(view, atlas, rules, ledger, world)
        settled = settle(edits, rules.precedence, computed, pins.get(view.id))
        if settled is not None:
            pin, losers = settled
            if pin.stage == _computed_option(view, atlas):
                pins.pop(view.id, None)
                found.append(PinFound(view.id, "", "", computed))
                continue
            pins[view.id] = pin
            found.append(PinFound(view.id, pin.stage, pin.tool, computed, pin.at))
            notes += [
                Note("kept", lost.tool, lost.record,
                     f"“{lost.value}” was set by hand too, “{pin.stage}” in {pin.tool} later")
                for lost in losers
            ]  # fmt: skip
        elif view.id in ledger.pins and view.id not in pins:
            found.append(PinFound(view.id, "", "", computed))
    return pins, found, notes


def _edits(
    view: CustomerView, atlas: Atlas, rules: Rules, ledger: Ledger, world: World
) -> list[Edit]:
    computed = _computed_option(view, atlas)
    edits = []
    for record in targets(view, rules):
        present = world.records.get(record)
        if present is None or not present.id:
            continue
        held = present.fields.get(f.STAGE, _EMPTY)
        entry = ledger.fields.get(record, {}).get(f.STAGE)
        if stage_edit(entry, held, computed, pinned=view.id in ledger.pins):
            edits.append(Edit(record[0], f"{record[1]} {record[2]}", held.value, held.at))
    return edits


def _computed_option(view: CustomerView, atlas: Atlas) -> str:
    answer = shown_answer(view)
    return atlas.option(answer.journey, answer.place) if answer else ""


def record_changes(
    views: Sequence[CustomerView],
    atlas: Atlas,
    rules: Rules,
    ledger: Ledger,
    world: World,
    *,
    pins: Mapping[str, Pin],
    now: datetime,
) -> RecordPlan:
    """Compare every record that was read; say what to write, adopt, keep and stop."""
    plan = RecordPlan()
    for view in views:
        everything = wanted(view, atlas, pins.get(view.id), now)
        for record in targets(view, rules):
            want = rules.carried(record[0], everything)
            if record[0] in world.down:
                if _differs(want, ledger.fields.get(record, {})):
                    plan.notes.append(_note("waiting", record, f"{record[0]} cannot be reached"))
                continue
            present = world.records.get(record)
            if present is None:
                continue
            if not present.id:
                plan.notes.append(_note("gone", record, "the record is no longer there"))
                continue
            if present.id != record[2]:
                # Its survivor is a record of its own, maybe of somebody else: two would write it.
                what = f"was merged into {present.id}, which shows the stage"
                plan.notes.append(_note("gone", record, what))
                continue
            because = everything[f.REASON] or "no longer on a journey"
            entries = ledger.fields.get(record, {})
            changes = _compare(plan, record, present, want, entries)
            if changes:
                plan.changes.append(
                    RecordChange(record[0], record[1], present.id, view.id, because, changes)
                )
    return plan


def _differs(want: Mapping[str, str], entries: Mapping[str, Entry]) -> bool:
    return any(
        not equal(name, entries[name].value if name in entries else "", value)
        for name, value in want.items()
    )


def _compare(
    plan: RecordPlan,
    record: RecordId,
    present: PresentRecord,
    want: Mapping[str, str],
    entries: Mapping[str, Entry],
) -> tuple[FieldChange, ...]:
    """Judge every field of a record; return those to write, note the rest."""
    tool, kind, _ = record
    changes = []
    for name, value in want.items():
        entry = entries.get(name)
        # A field that the CRM does not show is taken to be as we left it: to write anything else
        # fails, and says so.
        held = present.fields.get(name) or (Held(entry.value) if entry else _EMPTY)
        verdict = judge(name, value, entry, held)
        match verdict.do:
            case "write":
                changes.append(FieldChange(name, held.value, value, verdict.flips))
            case "adopt":
                plan.adoptions.append(Adoption(tool, kind, present.id, name, value, "ours"))
            case "keep":
                plan.kept += 1
                plan.adoptions.append(
                    Adoption(tool, kind, present.id, name, held.value, "kept", value)
                )
                plan.notes.append(_note("kept", record, f"{name} was changed by a person"))
            case "stop":
                plan.adoptions.append(Adoption(tool, kind, present.id, name, held.value, "stopped"))
                plan.notes.append(
                    _note("stopped", record,
                          f"another automation keeps changing {name}; we no longer write it")
                )  # fmt: skip
    return tuple(changes)


def _note(kind: str, record: RecordId, what: str) -> Note:
    return Note(kind, record[0], f"{record[1]} {record[2]}", what)  # type: ignore[arg-type]
