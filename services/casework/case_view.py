"""One case as staff meet it: who waits, until when, what to do next, and everything that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from core.i18n import chinese_time
from models import (
    HANDOFF,
    Case,
    CaseClock,
    CaseStatus,
    CaseTask,
    Institution,
    Role,
    Staff,
    TaskState,
)
from services.case_records import check_version, list_events, lock_case
from services.casework.access import find_handler
from services.casework.brokers import BrokerLine, tell_licence
from services.casework.case_history import HistoryLine, tell_history
from services.casework.clocks import list_clocks
from services.casework.handover import HandOver, find_handover, next_date, open_points
from services.casework.moves import Mover, allowed_moves
from services.casework.opening import estimate_by_rule
from services.casework.steps import Step, list_steps
from services.casework.tasks import Candidate, list_candidates
from services.casework.together import linked_numbers
from services.casework.wording import shown_form
from services.catalogue import service_of
from services.catalogue.facts import Estimate
from services.catalogue.fields import Form, Privacy, fields_of
from services.catalogue.model import PARTY_NAMES, Move, Party, Service, Stage, Task
from services.dated_data.investors import is_shut_out
from services.permissions import is_matching, oversees

HIDDEN = "接单后可见"


@dataclass(frozen=True)
class TaskView:
    """A party's task: its row, its declaration, what it brought, who could have it."""

    row: CaseTask
    task: Task
    party: str
    result: list[tuple[str, str]]
    institutions: list[tuple[Institution, str]]
    # An investor whose record has ended: it sees nothing of the case any more.
    is_shut: bool


@dataclass(frozen=True)
class ClockView:
    row: CaseClock
    name: str
    source: str


@dataclass(frozen=True)
class CaseView:
    case: Case
    service: Service
    stage: Stage
    steps: list[Step]
    # Who has it and until when; then what to do.
    standing: str
    next_step: str
    form: list[tuple[str, str]]
    results: list[tuple[str, list[tuple[str, str]]]]
    estimate: Estimate | None
    clocks: list[ClockView]
    tasks: list[TaskView]
    moves: list[tuple[Move, str]]
    history: list[HistoryLine]
    # The numbers of the cases that were asked for together with it.
    linked: list[str]
    # What is said of the licence of a broker; what came with the case from whoever had it; what would go with it now.
    licence: BrokerLine | None
    handover: HandOver | None
    open_points: list[str]
    next_date: str


def check_fresh(session: Session, case: Case, version: int) -> None:
    """Raises Conflict where the page that somebody acted on shows an older state. Locks the case."""
    check_version(session, lock_case(session, case.id), version)


def why_gone(session: Session, staff: Staff, number: str) -> str:
    """For a page that was open already: who has taken the case meanwhile, whom this person gave it to, or that somebody
    took it from them; "" for everybody else."""
    case = session.scalar(select(Case).where(Case.number == number.strip().upper(), Case.kind != HANDOFF))
    if case is None or case.assignee is None or staff.role == Role.PARTNER:
        return ""
    events = list_events(session, case.id)
    given = [event for event in events if event.kind == "transferred"]
    if given and given[-1].staff_id == staff.id:
        return f"这一单您已经转给{case.assignee.display_name}了。"
    if case.status == CaseStatus.ACCEPTED and is_matching(staff, case):
        return f"{case.assignee.display_name}已经接单了。"
    if any(event.kind == "accepted" and event.staff_id == staff.id for event in events):
        return "这一单已经转给别的同事了。"
    return ""


def view_case(session: Session, staff: Staff, case: Case, now: datetime) -> CaseView:
    """Everything the case's page shows to this person (who may read it)."""
    service = service_of(case.kind)
    stage = service.stage(case.stage)
    moves = allowed_moves(session, case, Mover(staff=staff))
    tasks = _tasks(session, case, service, now)
    return CaseView(
        case=case,
        service=service,
        stage=stage,
        steps=list_steps(case, list_events(session, case.id)),
        standing=_standing(staff, case, stage, now),
        next_step=_next_step(staff, case, moves, tasks),
        form=_shown(session, service.form, case, staff),
        results=_results(service, case, staff),
        estimate=_estimate(session, service, case, now),
        clocks=[_clock(service, row) for row in list_clocks(session, case.id) if row.stopped_at is None],
        tasks=tasks,
        moves=moves,
        history=tell_history(session, case, now),
        linked=linked_numbers(session, case),
        licence=tell_licence(session, case, now),
        handover=_handover(session, case),
        open_points=open_points(session, case, now),
        next_date=next_date(session, case, now),
    )


def _handover(session: Session, case: Case) -> HandOver | None:
    names = dict(session.execute(select(Staff.id, Staff.display_name)).all())
    return find_handover(case, list_events(session, case.id), names)


def shown_answers(form: type[Form], values: dict[str, object]) -> list[tuple[str, str]]:
    """What somebody filled in, label and value."""
    return [(field.ask.label, text) for field, text in shown_form(form, values)]


def _estimate(session: Session, service: Service, case: Case, now: datetime) -> Estimate | None:
    """By what the bank approved, or how the loan failed, once that is known; nothing for somebody who is erased."""
    return estimate_by_rule(session, service, case.form, case.region, now, results=case.results) if case.form else None


def _shown(session: Session, form: type[Form], case: Case, staff: Staff) -> list[tuple[str, str]]:
    """The owner's answers: personal ones for the handler alone, secret ones for those who answer for the case."""
    is_handler = find_handler(session, case) == staff.id
    hidden = set()
    if not is_handler:
        hidden |= {field.name for field in fields_of(form) if field.ask.privacy is Privacy.PERSONAL}
    if not (is_handler or oversees(staff)):
        hidden |= {field.name for field in fields_of(form) if field.ask.privacy is Privacy.SECRET}
    return [(field.ask.label, HIDDEN if field.name in hidden else text) for field, text in shown_form(form, case.form)]


def _results(service: Service, case: Case, staff: Staff) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was filled in on the way, by the stage it led to."""
    forms = {move.to: move.asks for stage in service.stages for move in stage.moves if move.asks is not None}
    return [
        (service.stage(key).name, shown_answers(forms[key], values))
        for key, values in case.results.items()
        if key in forms and key in service.by_key
    ]


def _clock(service: Service, row: CaseClock) -> ClockView:
    declared = next((clock for clock in service.clocks if clock.key == row.key), None)
    return ClockView(row, declared.name if declared else row.key, declared.source if declared else "")


def _tasks(session: Session, case: Case, service: Service, now: datetime) -> list[TaskView]:
    query = select(CaseTask).where(CaseTask.case_id == case.id).options(joinedload(CaseTask.institution))
    rows = session.scalars(query.order_by(CaseTask.id)).all()
    parties = {row.party for row in rows}
    today = china_date(now)
    known = sorted(list_candidates(session, parties, today), key=lambda each: each.institution.id)
    shut = {row.id for row in rows if is_shut_out(session, row.institution, today)}
    return [_task(row, service.task(row.key), case, known, is_shut=row.id in shut) for row in rows]


def _task(row: CaseTask, task: Task, case: Case, known: Sequence[Candidate], *, is_shut: bool) -> TaskView:
    fitting = [each for each in known if each.institution.party == row.party and not each.is_conflicted(case)]
    # Those that serve the region first; the others can be chosen all the same, with a word.
    local = [(each.institution, "") for each in fitting if each.serves(case.region)]
    others = [(each.institution, "不在服务地区") for each in fitting if not each.serves(case.region)]
    result = shown_answers(task.report, row.result)
    return TaskView(row, task, PARTY_NAMES[Party(row.party)], result, local + others, is_shut)


def _standing(staff: Staff, case: Case, stage: Stage, now: datetime) -> str:
    if case.status == CaseStatus.CLOSED:
        return f"已结束:{stage.name}。"
    due = f",{chinese_time(case.next_due_at, now)}到期" if case.next_due_at else ""
    if case.status == CaseStatus.OFFERED and case.assignee is not None and case.respond_by is not None:
        who = "您" if case.assignee_id == staff.id else case.assignee.display_name
        return f"等{who}接单,{chinese_time(case.respond_by, now)}前。"
    if case.status == CaseStatus.ACCEPTED and case.assignee is not None:
        who = "您" if case.assignee_id == staff.id else case.assignee.display_name
        return f"{who}在办{stage.name}{due}。"
    return f"没人接。答应企业{chinese_time(case.promised_at, now)}前联系。"


def _next_step(staff: Staff, case: Case, moves: Sequence[tuple[Move, str]], tasks: Sequence[TaskView]) -> str:
    if case.status == CaseStatus.CLOSED:
        return ""
    if case.status != CaseStatus.ACCEPTED:
        return "下一步:接单。"
    waiting = [view.task.name for view in tasks if view.row.state == TaskState.WAITING]
    if waiting:
        return f"下一步:给{'、'.join(waiting)}指定机构。"
    open_tasks = [view for view in tasks if view.row.state == TaskState.OPEN]
    ahead = next(((move, missing) for move, missing in moves if missing), moves[0] if moves else None)
    if ahead is None:
        return ""
    move, missing = ahead
    if not missing:
        return f"下一步:{move.name}。"
    return f"{missing},补齐后可以“{move.name}”。" + (f"机构在办{len(open_tasks)}项。" if open_tasks else "")
