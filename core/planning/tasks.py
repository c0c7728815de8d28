"""The task half of a plan: which tasks open, move, close, and which the caps hold back.

Pure. A task opens once: what a person completed or deleted never comes back. An open task follows
its expectation: it moves when the anchor moves, and closes when nothing is owed any more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from journeysync.core.language.model import Touchpoint
from journeysync.core.planning.duties import ALIVE, PENDING, UNKNOWN, Need, due_of
from journeysync.core.planning.ledger import Ledger, Rules, TaskEntry, World
from journeysync.core.planning.plan import Note, Reason, TaskChange, TaskFinding
from journeysync.core.planning.shown import Atlas
from journeysync.core.planning.texts import body, subject
from journeysync.core.planning.views import CustomerView
from journeysync.core.ports import PresentTask


@dataclass(slots=True)
class TaskPlan:
    """What becomes of the tasks."""

    changes: list[TaskChange] = field(default_factory=list)
    findings: list[TaskFinding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    """Customers with a task that a daily cap held back, once for each task."""
    waiting: int = 0
    """Tasks held back because their customer has an open one already."""
    held_back: Counter[Reason] = field(default_factory=Counter)
    """By reason, a task once."""
    kept: int = 0


def orphans(
    needs: Mapping[str, Need], ledger: Ledger, customers: Iterable[str], atlas: Atlas
) -> dict[str, str]:
    """Match tasks whose anchor is gone with the new anchor of the same touchpoint.

    A merge, a split or a late event can give an expectation another anchor; the task that stands
    for it stays the same one. Of several anchors it is the one of the same instant: the others
    are what the customer was owed at other times, or the one they were joined to.
    Returns new key -> the key the task was opened under.
    """
    here = set(customers)
    known = {ledger.aliases.get(key, key) for key in needs}
    free: dict[tuple[str, int, str], list[str]] = {}
    for key, need in sorted(needs.items()):
        if ledger.task(key) is None:
            for view, _, _ in need.members:
                free.setdefault((need.touchpoint, need.k, view.id), []).append(key)
    matched: dict[str, str] = {}
    for key, task in sorted(ledger.tasks.items()):
        if key in known or task.standing == "closed":
            continue
        for customer in task.customers:
            options = free.get((task.touchpoint, task.k, customer), [])
            if len(options) > 1:
                options = [key for key in options if due_of(needs[key], atlas) == task.due]
            if customer in here and len(options) == 1 and options[0] not in matched:
                matched[options[0]] = key
                break
    return matched


def to_look_up(needs: Mapping[str, Need], ledger: Ledger, rules: Rules) -> list[str]:
    """List the keys of tasks whose present state must be read before anything is decided."""
    keys = {
        key
        for key, need in needs.items()
        if need.standing == ALIVE and ledger.task(key) is None and _in_time(need, rules)
    }
    keys |= {task.key for task in ledger.tasks.values() if task.standing == "open"}
    keys |= {
        task.key
        for key, need in needs.items()
        if need.standing == ALIVE
        and (task := ledger.task(key)) is not None
        and task.standing == "closed"
    }
    return sorted(keys)


def task_changes(
    needs: Mapping[str, Need],
    views: Sequence[CustomerView],
    atlas: Atlas,
    rules: Rules,
    ledger: Ledger,
    world: World,
) -> TaskPlan:
    """Decide every task of these customers."""
    plan = TaskPlan()
    customers = [view.id for view in views]
    aliases = orphans(needs, ledger, customers, atlas)
    by_task = {ledger.aliases.get(key, key): need for key, need in needs.items()}
    by_task |= {old: needs[new] for new, old in aliases.items()}
    alias_of = {old: new for new, old in aliases.items()}
    open_now: Counter[str] = Counter()
    for key, task in sorted(ledger.tasks.items()):
        if _follow(plan, task, by_task.get(key), atlas, rules, world, alias_of.get(key, "")):
            open_now.update(task.customers)
    wanted = [
        need
        for key, need in needs.items()
        if need.standing == ALIVE
        and key not in aliases
        and _in_time(need, rules)
        and ((known := ledger.task(key)) is None or known.standing == "closed")
    ]
    _open(plan, wanted, atlas, rules, ledger, world, open_now)
    return plan


def left_out(
    needs: Mapping[str, Need], atlas: Atlas, rules: Rules, ledger: Ledger
) -> Counter[Reason]:
    """Count the missed touchpoints that make no task, whatever the caps: too old, or on hold."""
    found: Counter[Reason] = Counter()
    for key, need in needs.items():
        reason = _too_old(need, rules) if need.standing == ALIVE else None
        if need.standing != ALIVE and need.held:
            reason = "on_hold"
        known = ledger.task(key)
        if reason is None or (known is not None and known.standing != "closed"):
            continue
        _, _, journey = need.members[0]
        if _tool(need, atlas.touchpoint(journey, need.touchpoint), rules) is not None:
            found[reason] += 1
    return found


def _too_old(need: Need, rules: Rules) -> Reason | None:
    if rules.live_from is not None and need.deadline < rules.live_from:
        return "before_live_from"
    return "horizon" if need.deadline <= rules.earliest_deadline else None


def _in_time(need: Need, rules: Rules) -> bool:
    return _too_old(need, rules) is None


# --- tasks that are there ------------------------------------------------------------------------


def _follow(
    plan: TaskPlan,
    task: TaskEntry,
    need: Need | None,
    atlas: Atlas,
    rules: Rules,
    world: World,
    alias: str,
) -> bool:
    """Decide a task that the ledger knows; return whether it stays open."""
    if task.standing != "open":
        if alias and need is not None:
            plan.findings.append(_finding(task, task.standing, need, alias))
        return False
    if task.tool in world.down or task.tool not in rules.with_tasks:
        return True  # nobody can say what became of it
    present = world.tasks.get(task.key)
    if present is None or (present.status != "open" and not present.closed_by_us):
        # A task that the CRM no longer knows was deleted, for good.
        standing = present.status if present else "deleted"
        plan.findings.append(_finding(task, standing, need, alias))
        return False
    if need is not None and need.standing in (ALIVE, PENDING):
        members = _members(need)
        if set(members) != set(task.customers):
            # Customers were joined or parted since: the task is theirs whom it now stands for.
            task = replace(task, customers=members)
            plan.findings.append(_finding(task, "open", need, alias))
        return _move(plan, task, need, atlas, present, alias)
    if need is not None and need.standing == UNKNOWN:
        return True
    because = need.standing if need else "what it was about is no longer there"
    plan.changes.append(
        TaskChange(
            "close", task.tool, task.key, task.id, task.customers, task.journeys,
            task.touchpoint, task.anchor, task.k, because, task.subject, task.due,
        )
    )  # fmt: skip
    return False


def _move(
    plan: TaskPlan, task: TaskEntry, need: Need, atlas: Atlas, present: PresentTask, alias: str
) -> bool:
    due = due_of(need, atlas)
    if alias and due == task.due:
        plan.findings.append(_finding(task, "open", need, alias))
    if due == task.due:
        return True
    if present.due is not None and present.due != task.due:
        # A person gave the task another date: theirs stands until ours changes again.
        plan.kept += 1
        plan.notes.append(Note("kept", task.tool, f"task {task.id}", "a person moved it"))
        plan.findings.append(_finding(task, "open", need, alias, due=due))
        return True
    plan.changes.append(
        TaskChange(
            "move", task.tool, task.key, task.id, task.customers, task.journeys,
            task.touchpoint, need.anchor, task.k, "what it hangs on has moved", task.subject,
            due, due_before=task.due, alias=alias,
        )
    )  # fmt: skip
    return True


def _finding(
    task: TaskEntry, standing: str, need: Need | None, alias: str, *, due: datetime | None = None
) -> TaskFinding:
    return TaskFinding(
        task.key, standing, task.tool, task.id, task.customers, task.journeys,  # type: ignore[arg-type]
        task.touchpoint, need.anchor if need else task.anchor, task.k, due or task.due,
        task.owner, task.subject, alias,
    )  # fmt: skip


# --- tasks that should be there ------------------------------------------------------------------


def _open(
    plan: TaskPlan,
    wanted: list[Need],
    atlas: Atlas,
    rules: Rules,
    ledger: Ledger,
    world: World,
    open_now: Counter[str],
) -> None:
    """Open tasks in the order of deadlines, then of the maps, as far as the caps allow."""
    today = ledger.opened_today
    by_owner: Counter[tuple[str, str]] = Counter(ledger.opened_today_by_owner)
    for need in sorted(wanted, key=lambda one: (one.deadline, one.rank, one.key)):
        view, _, journey = need.members[0]
        touchpoint = atlas.touchpoint(journey, need.touchpoint)
        tool = _tool(need, touchpoint, rules)
        if tool is None:
            continue
        if tool in world.down:
            plan.notes.append(Note("waiting", tool, view.id, f"{tool} cannot be reached"))
            continue
        members = _members(need)
        home = world.homes.get(need.key, tool)
        if _adopt(plan, need, atlas, world.tasks.get(need.key), home, members, open_now):
            continue
        if any(open_now[member] >= rules.max_open_per_customer for member in members):
            plan.waiting += 1
            plan.held_back["customer_cap"] += 1
            continue
        owner, passed_over = _assignee(need, touchpoint, tool, rules, world)
        full = today >= rules.max_per_day
        if full or by_owner[tool, owner] >= rules.max_per_owner_per_day:
            plan.held.extend(members)
            plan.held_back["daily_cap" if full else "owner_cap"] += 1
            continue
        task = ledger.task(need.key)
        # One that we closed in a CRM that is no longer the right one stays closed there.
        before = task if task is not None and task.tool == tool else None
        plan.changes.append(_opening(need, atlas, tool, owner, members, before))
        if passed_over or not owner:
            plan.notes.append(_unassigned(tool, need, passed_over, owner))
        today += 1
        by_owner[tool, owner] += 1
        open_now.update(members)


def _adopt(
    plan: TaskPlan,
    need: Need,
    atlas: Atlas,
    present: PresentTask | None,
    home: str,
    members: tuple[str, ...],
    open_now: Counter[str],
) -> bool:
    """Take over a task that a CRM has under this key although the ledger does not know it."""
    if present is None or present.closed_by_us:
        return False
    plan.findings.append(
        TaskFinding(
            need.key, present.status, home, present.id, members, tuple(need.journeys),
            need.touchpoint, need.anchor, need.k, present.due or due_of(need, atlas), present.owner,
            present.subject,
        )
    )  # fmt: skip
    if present.status == "open":
        open_now.update(members)
    return True


def _opening(
    need: Need, atlas: Atlas, tool: str, owner: str, members: tuple[str, ...],
    before: TaskEntry | None,
) -> TaskChange:  # fmt: skip
    view, one, name = need.members[0]
    journey = atlas.journey(name)
    touchpoint = atlas.touchpoint(name, need.touchpoint)
    priority = touchpoint.task.priority if touchpoint.task else None
    key = before.key if before else need.key
    return TaskChange(
        "reopen" if before else "open", tool, key, before.id if before else "", members,
        tuple(need.journeys), need.touchpoint, need.anchor, need.k,
        f"“{touchpoint.title}” was missed" if one.status == "missed" else f"“{touchpoint.title}”",
        subject(view, one, touchpoint, journey, atlas.zone), due_of(need, atlas),
        body=body(view, one, touchpoint, journey, atlas.zone, need.key, tuple(need.journeys)),
        owner=owner, priority=priority, about=_about(need, tool),
    )  # fmt: skip


def _members(need: Need) -> tuple[str, ...]:
    return tuple(dict.fromkeys(view.id for view, _, _ in need.members))


def _tool(need: Need, touchpoint: Touchpoint, rules: Rules) -> str | None:
    """Choose the CRM: the department's, or where no record of the customer is there, another."""
    here = {person.tool for view, _, _ in need.members for person in view.people}
    here |= {company.tool for view, _, _ in need.members for company in view.companies}
    department = rules.departments.get(touchpoint.owner, {})
    own = [tool for tool in rules.with_tasks if f"{tool}_owner" in department]
    return next((tool for tool in (*own, *rules.with_tasks) if tool in here), None)


def _assignee(
    need: Need, touchpoint: Touchpoint, tool: str, rules: Rules, world: World
) -> tuple[str, str]:
    """Choose who gets the task; return the owner and, if any, an inactive one passed over."""
    owners = world.owners.get(tool, {})
    view, one, _ = need.members[0]
    candidates = []
    if one.anchor_event is not None and one.anchor_event.tool == tool:
        candidates.append(str(one.anchor_event.attributes.get("owner", "")))
    candidates += [person.owner for person in view.people if person.tool == tool]
    candidates += [company.owner for company in view.companies if company.tool == tool]
    email = rules.departments.get(touchpoint.owner, {}).get(f"{tool}_owner", "").lower()
    candidates += sorted(o.id for o in owners.values() if email and o.email.lower() == email)
    passed_over = ""
    for candidate in filter(None, candidates):
        if candidate in owners and owners[candidate].active:
            return candidate, passed_over
        passed_over = passed_over or candidate
    return "", passed_over


def _unassigned(tool: str, need: Need, passed_over: str, owner: str) -> Note:
    who = f"owner {passed_over} is not active" if passed_over else "nobody is in charge"
    then = "the next in line gets it" if owner else "name an owner for the department"
    return Note("unassigned", tool, f"task {need.key}", f"{who}; {then}")


def _about(need: Need, tool: str) -> tuple[tuple[str, str], ...]:
    """List the records of this CRM that the task hangs on, the people first."""
    about = [
        (person.type, person.id)
        for view, _, _ in need.members
        for person in view.people
        if person.tool == tool
    ]
    for view, one, _ in need.members:
        event = one.anchor_event
        if event and event.tool == tool and event.subject_type == "deal":
            about.append(("deal", event.subject_id))
        about += [("company", company.id) for company in view.companies if company.tool == tool]
    return tuple(dict.fromkeys(about))
