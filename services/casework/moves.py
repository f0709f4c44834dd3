"""From stage to stage: only along the declared graph, only by whom it names, only with what must be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput
from core.logs import get_logger
from models import Case, CaseDocument, CaseStatus, CaseTask, Staff, TaskState
from services.audit import record_action
from services.case_records import add_event, check_version, finish_case, list_events, lock_case
from services.casework.access import check_may_decide, check_may_on_case, find_handler
from services.casework.clocks import set_clocks
from services.casework.notices import tell_handler, tell_owner, worded
from services.casework.satisfaction import INVITATION, VERDICTS, is_to_be_invited
from services.casework.system_work import request_work
from services.casework.tasks import cancel_open_tasks, is_wanted, open_cancelled_tasks, open_tasks
from services.casework.wording import shown_form
from services.catalogue import service_of
from services.catalogue.facts import Facts
from services.catalogue.fields import check_form
from services.catalogue.model import Actor, Move, Service, Stage
from services.job_names import JobName, request_job
from services.permissions import Action, oversees

log = get_logger(__name__)

ENDED = "{name} {number}:{stage}。"


@dataclass(frozen=True)
class Mover:
    """Who moves a case: a member of staff, a job of ours, or else its owner."""

    staff: Staff | None = None
    user_id: int | None = None
    is_system: bool = False

    @property
    def actors(self) -> frozenset[Actor]:
        if self.is_system:
            return frozenset({Actor.SYSTEM})
        if self.staff is None:
            return frozenset({Actor.OWNER})
        return frozenset({Actor.HANDLER, Actor.SUPERVISOR} if oversees(self.staff) else {Actor.HANDLER})


def allowed_moves(session: Session, case: Case, mover: Mover) -> list[tuple[Move, str]]:
    """The moves out of the present stage that this person may make, each with what is still missing ("" for none)."""
    service = service_of(case.kind)
    if case.status == CaseStatus.CLOSED:
        return []
    return [
        (move, missing_for(session, case, service, move))
        for move in service.stage(case.stage).moves
        if move.by & mover.actors
    ]


def missing_for(session: Session, case: Case, service: Service, move: Move) -> str:
    """What must be there first, in words: 还差质押合同、银行审批."""
    there = set(
        session.scalars(
            select(CaseDocument.key).where(CaseDocument.case_id == case.id, CaseDocument.removed_at.is_(None))
        )
    )
    done = set(
        session.scalars(select(CaseTask.key).where(CaseTask.case_id == case.id, CaseTask.state == TaskState.DONE))
    )
    documents = [found.name for key in move.documents if key not in there and (found := service.document(key))]
    wanted = [service.task(key) for key in move.tasks if is_wanted(service.task(key), case)]
    tasks = [task.name for task in wanted if task.key not in done]
    return f"还差{'、'.join([*documents, *tasks])}" if documents or tasks else ""


def move_case(
    session: Session,
    *,
    case_id: int,
    to: str,
    mover: Mover,
    answers: Mapping[str, Any] | None = None,
    version: int | None = None,
    is_told: bool = True,
    now: datetime,
) -> Case:
    """Move a case to another stage. The same move again, by a double click, changes nothing. Without `is_told` the
    owner gets no notice: they are being answered in the same words already.

    Raises Conflict where the stage has no such way, something is missing or `version` is not the present one;
    Forbidden where this person may not; InvalidInput for the answers that the move asks for.
    """
    case = lock_case(session, case_id)
    service = service_of(case.kind)
    if mover.staff is not None:
        check_may_on_case(mover.staff, Action.READ, case)
    if mover.user_id is not None:
        check_may_decide(session, mover.user_id, case)
    if case.stage == to:
        return case
    check_version(session, case, version)
    stage = service.stage(case.stage)
    move = next((each for each in stage.moves if each.to == to), None)
    if move is None or case.status == CaseStatus.CLOSED:
        raise Conflict(f"现在是“{stage.name}”,不能这样办。")
    if not move.by & mover.actors:
        raise Forbidden
    if mover.staff is not None:
        check_may_on_case(mover.staff, Action.MOVE, case)
    if move.needs_second_person and mover.staff is not None and _moved_last(session, case) == mover.staff.id:
        raise Conflict("这一步要另一位同事来办:报告和申报要两个人看过。")
    if missing := missing_for(session, case, service, move):
        raise Conflict(f"{missing},补齐后再“{move.name}”。")
    _carry_out(session, case, service, move, _checked(session, case, move, answers, now), mover, now, is_told=is_told)
    return case


def _checked(
    session: Session, case: Case, move: Move, answers: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    if move.asks is None:
        if answers:
            raise InvalidInput(fields=dict.fromkeys(answers, "没有这一项。"))
        return {}
    checked = check_form(move.asks, answers or {})
    facts = Facts(session, case.form, case.region, china_date(now), case.results)
    if move.refuses is not None and (problems := move.refuses(facts, checked)):
        raise InvalidInput(next(iter(problems.values())), fields=problems)
    return checked


def _moved_last(session: Session, case: Case) -> int | None:
    """Who of the staff made the latest move; None where the owner did, or nobody yet."""
    moves = [event for event in list_events(session, case.id) if event.kind == "moved"]
    return moves[-1].staff_id if moves else None


def _carry_out(
    session: Session,
    case: Case,
    service: Service,
    move: Move,
    answers: dict[str, Any],
    mover: Mover,
    now: datetime,
    *,
    is_told: bool,
) -> None:
    before, stage = case.stage, service.stage(move.to)
    staff_id = mover.staff.id if mover.staff else None
    facts = Facts(session, case.form, case.region, china_date(now), case.results)
    kept = {"ledger": move.ledger(facts, answers)} if move.ledger else {}
    case.stage, case.stage_since = stage.key, now
    if answers:
        case.results = {**case.results, stage.key: answers}
    if mover.staff is not None and case.first_reply_at is None:
        case.first_reply_at = now
    add_event(session, case, "moved", now, staff_id=staff_id, before=before, to=stage.key, **kept)
    if mover.staff is not None:
        target = f"case:{case.number}"
        record_action(session, staff=mover.staff, action="case_moved", target=target, now=now, to=stage.key)
    is_invited = stage.outcome is not None and _end(session, case, stage, mover, now)
    set_clocks(session, case, service, now)
    open_tasks(session, case, service, stage.tasks, now)
    request_work(session, case, stage, now)
    if case.status == CaseStatus.WAITING and stage.work is None:
        # Nobody was asked while the system itself was at work.
        request_job(session, JobName.ROUTE_CASE, key=f"{case.id}-{stage.key}-{case.version}", now=now, case_id=case.id)
    if is_told and (move.tells or is_invited):
        said = worded(move.tells or ENDED, case, service, now) + _told(move, answers)
        lines, choices = ([said, INVITATION], VERDICTS) if is_invited else ([said], ())
        tell_owner(session, case, "\n".join(lines), now, choices=choices)
    if mover.staff is None and not mover.is_system:
        text = f"{service.name} {case.number}:企业{move.name}了"
        tell_handler(session, case, text, key=f"case-{case.id}-moved-{case.version}", now=now)
    session.flush()
    log.info("case_moved", case=case.number, before=before, to=stage.key, staff_id=staff_id)


def _told(move: Move, answers: Mapping[str, Any]) -> str:
    """What the owner hears of what staff filled in: the reason, the result."""
    if move.asks is None:
        return ""
    return "".join(f"\n{field.ask.label}:{text}" for field, text in shown_form(move.asks, answers) if field.ask.is_told)


def _end(session: Session, case: Case, stage: Stage, mover: Mover, now: datetime) -> bool:
    """Answers whether the owner is to be asked for their verdict: on what people did, not on what the system did."""
    case.outcome = stage.outcome
    cancel_open_tasks(session, case, now)
    finish_case(session, case, now)
    is_invited = stage.asks_verdict and mover.staff is not None and is_to_be_invited(session, case)
    staff_id = mover.staff.id if mover.staff else None
    more = {"invited": True} if is_invited else {}
    add_event(session, case, "closed", now, staff_id=staff_id, outcome=stage.outcome, **more)
    return is_invited


def reopen_case(session: Session, *, case_id: int, staff: Staff, now: datetime) -> Case:
    """Take up an ended case at the stage it had before its end. Raises Conflict where it is not ended."""
    case = lock_case(session, case_id)
    check_may_on_case(staff, Action.READ, case)
    if case.status != CaseStatus.CLOSED:
        raise Conflict("这一单还没结束。")
    check_may_on_case(staff, Action.REOPEN, case)
    service = service_of(case.kind)
    moves = [event for event in list_events(session, case.id) if event.kind == "moved"]
    before = moves[-1].details["before"] if moves else service.first_stage.key
    handler_id = find_handler(session, case)
    case.stage, case.stage_since, case.outcome, case.closed_at = before, now, None, None
    case.status = CaseStatus.ACCEPTED
    add_event(session, case, "reopened", now, staff_id=staff.id, stage=before)
    if handler_id is None:  # it ended before anybody took it
        case.assignee_id, case.assignee = staff.id, staff
        add_event(session, case, "accepted", now, staff_id=staff.id)
    record_action(session, staff=staff, action="case_reopened", target=f"case:{case.number}", now=now)
    set_clocks(session, case, service, now)
    open_cancelled_tasks(session, case, now)
    request_work(session, case, service.stage(before), now)
    tell_owner(session, case, f"{service.name} {case.number} 重新开始办理。", now)
    session.flush()
    return case
