"""What partners do for a case: opened by its stage, given to an institution, reported on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.ids import new_public_id
from core.logs import get_logger
from models import Case, CaseTask, Institution, Staff, TaskState
from services.audit import record_action
from services.case_records import add_event, lock_case
from services.casework.access import check_may_on_case, get_task_for, may_on_task
from services.casework.notices import tell_handler, tell_partner
from services.casework.task_dates import end_of_task
from services.catalogue import service_of
from services.catalogue.fields import check_form, fields_of
from services.catalogue.model import PARTY_NAMES, Party, Service, Task
from services.dated_data.experts import find_experts
from services.dated_data.investors import find_qualified_investors, is_shut_out
from services.dated_data.routing import Route, find_route
from services.permissions import NATIONWIDE, Action
from services.working_hours import load_calendar

log = get_logger(__name__)

NOT_YOURS = "这项任务不在您手上。"
SHUT_OUT = "这家投资机构的合格投资者记录不再有效,不能登记它的意向。"
UNDONE = (TaskState.WAITING, TaskState.OPEN)


def list_tasks(session: Session, case_id: int) -> list[CaseTask]:
    """All tasks of a case, in the order in which they were opened."""
    return list(session.scalars(select(CaseTask).where(CaseTask.case_id == case_id).order_by(CaseTask.id)))


def open_tasks(session: Session, case: Case, service: Service, keys: Iterable[str], now: datetime) -> None:
    """Open those of the tasks that are not there yet, each given to the institution that fits best."""
    there = {task.key for task in list_tasks(session, case.id) if task.state in {*UNDONE, TaskState.DONE}}
    for key in keys:
        task = service.task(key)
        if key in there or not is_wanted(task, case):
            continue
        row = CaseTask(
            public_id=new_public_id(), case_id=case.id, key=key, party=task.party, state=TaskState.WAITING,
            created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        row.case = case
        add_event(session, case, "task_opened", now, task=row.id, key=key)
        route = _route(session, service, case, now)
        abilities = task.talents or service.abilities.of(case.form)
        chosen = choose_institution(session, task.party, case, china_date(now), route, abilities=abilities)
        if chosen is not None:
            _give(session, row, task, chosen, now)
        else:
            text = f"{service.name} {case.number}:{task.name}还没有{PARTY_NAMES[task.party]},请指定"
            tell_handler(session, case, text, key=f"task-{row.id}-waits", now=now, kind="task")


def is_wanted(task: Task, case: Case) -> bool:
    """Whether the case's form asks for this task."""
    return task.only_if is None or task.only_if.holds(case.form)


def _route(session: Session, service: Service, case: Case, now: datetime) -> Route | None:
    return find_route(session, region=case.region, on=china_date(now)) if service.is_routed_by_region else None


@dataclass(frozen=True)
class Candidate:
    """An institution that may be given a task, with what routing goes by: its own row says it, for an expert the
    approved record of the day."""

    institution: Institution
    regions: Sequence[str]
    skills: Sequence[str]
    conflicts: Sequence[str]

    def serves(self, region: str | None) -> bool:
        """Whether it works in a region; one without regions works everywhere."""
        if not self.regions or NATIONWIDE in self.regions or not region:
            return True
        return any(region.startswith(name) or name.startswith(region) for name in self.regions)

    def is_conflicted(self, case: Case) -> bool:
        """Whether either side of the case is one for or against which it cannot work."""
        company = case.company.name if case.company else ""
        sides = {case.opponent or "", company, str(case.form.get("company") or "")} - {""}
        return bool(sides & {*self.conflicts, self.institution.name})

    @property
    def is_local(self) -> bool:
        return bool(self.regions) and NATIONWIDE not in self.regions


def list_candidates(session: Session, parties: Collection[str], on: date) -> list[Candidate]:
    """Those in use of these parties; whoever had the fewest tasks so far comes first. An expert without a record that
    holds that day is none, nor an investor who is not a qualified one."""
    counted = select(CaseTask.institution_id, func.count().label("had")).group_by(CaseTask.institution_id).subquery()
    rows = session.scalars(
        select(Institution)
        .outerjoin(counted, counted.c.institution_id == Institution.id)
        .where(Institution.party.in_(parties), Institution.is_active)
        .order_by(func.coalesce(counted.c.had, 0), Institution.id)
    ).all()
    if Party.INVESTOR in parties:
        qualified = find_qualified_investors(session, on)
        rows = [row for row in rows if row.party != Party.INVESTOR or row.name in qualified]
    experts = find_experts(session, on) if Party.EXPERT in parties else {}
    sources = ((row, experts.get(row.name) if row.party == Party.EXPERT else row) for row in rows)
    return [Candidate(row, of.regions, of.skills, of.conflicts) for row, of in sources if of is not None]


def choose_institution(
    session: Session,
    party: Party,
    case: Case,
    on: date,
    route: Route | None = None,
    *,
    abilities: frozenset[str] = frozenset(),
) -> Institution | None:
    """Of those that serve the region and have no conflict: whom the route of the place names, who knows the topic, who
    has one of the abilities, who is near, and then who has had the fewest tasks so far, which makes them take turns.
    None where there is none."""
    candidates = list_candidates(session, {party}, on)
    fitting = [each for each in candidates if each.serves(case.region) and not each.is_conflicted(case)]

    def order(each: Candidate) -> tuple[int, bool, bool, bool]:
        return (
            route.rank(each.institution.name) if route else 0,
            case.topic not in each.skills,
            abilities.isdisjoint(each.skills),
            not each.is_local,
        )

    return best.institution if (best := min(fitting, key=order, default=None)) else None


def give_task(session: Session, *, staff: Staff, public_id: str, institution_id: int, now: datetime) -> CaseTask:
    """Give a task that is not done to an institution, or to another one. Raises InvalidInput, Conflict."""
    row = _lock(session, staff, public_id)
    check_may_on_case(staff, Action.MOVE, row.case)
    task = service_of(row.case.kind).task(row.key)
    candidates = list_candidates(session, {task.party}, china_date(now))
    found = next((each for each in candidates if each.institution.id == institution_id), None)
    if found is None:
        raise InvalidInput("这家机构不能接这项任务。", fields={"institution": "请另选一家"})
    if found.is_conflicted(row.case):
        raise InvalidInput("这家机构和本案有利益冲突。", fields={"institution": "请另选一家"})
    if row.state not in UNDONE:
        raise Conflict("这项任务已经结束。")
    _give(session, row, task, found.institution, now, staff)
    return row


def _give(
    session: Session, row: CaseTask, task: Task, institution: Institution, now: datetime, staff: Staff | None = None
) -> None:
    row.institution_id, row.state = institution.id, TaskState.OPEN
    row.institution = institution
    route = _route(session, service_of(row.case.kind), row.case, now)
    # What the place's own rule gives its unit goes before our usual time for such a task.
    days = (route.days_of(institution.name) if route else None) or task.working_days
    row.due_at = end_of_task(load_calendar(session, china_date(now)), now, days)
    row.version += 1
    session.flush()
    staff_id = staff.id if staff else None
    add_event(
        session, row.case, "task_given", now, staff_id=staff_id, task=row.id, institution=institution.id, days=days
    )
    if staff is not None:
        record_action(session, staff=staff, action="task_given", target=f"case:{row.case.number}", now=now, task=row.id)
    tell_partner(
        session, row, f"新任务:{task.name} · {row.case.number}", key=f"task-{row.id}-given-{row.version}", now=now
    )


def report_task(
    session: Session, *, staff: Staff, public_id: str, answers: Mapping[str, Any], version: int, now: datetime
) -> CaseTask:
    """The result of a task, by its institution or by the handler for it. Raises Conflict, InvalidInput."""
    row = _open(session, staff, public_id, version)
    if is_shut_out(session, row.institution, china_date(now)):
        raise Conflict(SHUT_OUT)
    task = service_of(row.case.kind).task(row.key)
    row.result = check_form(task.report, answers)
    _finish(session, row, TaskState.DONE, staff, now, f"{task.name}已完成")
    return row


def refuse_task(session: Session, *, staff: Staff, public_id: str, note: str, version: int, now: datetime) -> CaseTask:
    """An institution cannot do it, and says why; the handler finds another one."""
    if not note.strip():
        raise InvalidInput("请写明不能办的原因。", fields={"note": "必填"})
    row = _open(session, staff, public_id, version)
    row.note = note.strip()[:500]
    task = service_of(row.case.kind).task(row.key)
    _finish(session, row, TaskState.REFUSED, staff, now, f"{task.name}办不了")
    return row


def reopen_task(session: Session, *, staff: Staff, public_id: str, now: datetime) -> CaseTask:
    """A refused or done task is to be done anew: it waits for an institution."""
    row = _lock(session, staff, public_id)
    check_may_on_case(staff, Action.MOVE, row.case)
    if row.state not in {TaskState.REFUSED, TaskState.DONE}:
        raise Conflict("这项任务还没结束。")
    row.state, row.institution_id, row.ended_at, row.due_at, row.result = TaskState.WAITING, None, None, None, {}
    row.version += 1
    add_event(session, row.case, "task_reopened", now, staff_id=staff.id, task=row.id)
    session.flush()
    return row


def cancel_open_tasks(session: Session, case: Case, now: datetime) -> None:
    """The case is over: nobody has to do anything for it any more."""
    for row in list_tasks(session, case.id):
        if row.state in UNDONE:
            row.state, row.ended_at = TaskState.CANCELLED, now
            row.version += 1
            add_event(session, case, "task_cancelled", now, task=row.id)


def open_cancelled_tasks(session: Session, case: Case, now: datetime) -> None:
    """The case is taken up again: what its end cut off has to be done after all."""
    cut_off = dict.fromkeys(row.key for row in list_tasks(session, case.id) if row.state == TaskState.CANCELLED)
    open_tasks(session, case, service_of(case.kind), cut_off, now)


def forget_tasks_of(session: Session, user_id: int) -> None:
    """What parties wrote about somebody who is erased goes; that they had a task, and how it ended, stays."""
    of_person = select(Case.id).where(Case.user_id == user_id)
    session.execute(update(CaseTask).where(CaseTask.case_id.in_(of_person)).values(result={}, note=None))


def shown_to_party(task: CaseTask) -> list[tuple[str, Any]]:
    """What of the owner's form a task's institution sees: (label, stored value), and nothing else."""
    service = service_of(task.case.kind)
    seen = service.task(task.key).sees
    return [
        (field.ask.label, task.case.form[field.name])
        for field in fields_of(service.form)
        if field.name in seen and field.name in task.case.form
    ]


def _lock(session: Session, staff: Staff, public_id: str) -> CaseTask:
    found = get_task_for(session, staff, public_id)
    lock_case(session, found.case_id)
    return session.get_one(CaseTask, found.id, with_for_update=True, populate_existing=True)


def _open(session: Session, staff: Staff, public_id: str, version: int) -> CaseTask:
    row = _lock(session, staff, public_id)
    if not may_on_task(staff, row):
        raise Conflict(NOT_YOURS)
    if row.state not in UNDONE:
        raise Conflict("这项任务已经结束。")
    if row.version != version:
        raise Conflict("这项任务刚被改过,请刷新后再看。")
    return row


def _finish(session: Session, row: CaseTask, state: TaskState, staff: Staff, now: datetime, said: str) -> None:
    row.state, row.ended_at = state, now
    row.version += 1
    kind = "task_done" if state == TaskState.DONE else "task_refused"
    add_event(session, row.case, kind, now, staff_id=staff.id, task=row.id)
    record_action(session, staff=staff, action=kind, target=f"case:{row.case.number}", now=now, task=row.id)
    name = row.institution.name if row.institution else "专员"
    text = f"{service_of(row.case.kind).name} {row.case.number}:{name} {said}"
    tell_handler(session, row.case, text, key=f"task-{row.id}-{row.version}", now=now, kind="task")
    session.flush()
    log.info(kind, case=row.case.number, task=row.id)
