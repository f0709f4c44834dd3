"""The doors to a service's case: for its owner, for staff, for a partner's task. What is not theirs is not there."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from core.errors import Forbidden, NotFound
from models import (
    HANDOFF,
    Case,
    CaseDocument,
    CaseEvent,
    CaseStatus,
    CaseTask,
    Institution,
    MemberRole,
    Membership,
    MemberState,
    Role,
    Staff,
    TaskState,
    User,
)
from services.catalogue import find_service, service_of
from services.dated_data.investors import is_shut_out
from services.permissions import FREE, Action, free_for, is_matching, oversees

NO_CASE = "没有找到这个单号。"
NO_TASK = "没有找到这项任务。"
NO_DOCUMENT = "没有找到这份材料。"
# Whose a case is to decide on, said to those who may only see it.
DECIDED_BY = "由提交的同事或企业负责人来办。"

# Built once: the question who owns a case is part of nearly every query of the owner's side.
_mine, _theirs = aliased(Membership), aliased(Membership)


def owned_by(user_id: int) -> ColumnElement[bool]:
    """The service cases that a person may see: their own, and their colleagues' for a company that they act for.

    A colleague acts for the company too. Anybody may write a company's name in a form: that alone shows nothing to it.
    """
    colleagues = exists().where(
        _mine.user_id == user_id,
        _mine.state == MemberState.ACTIVE,
        _mine.company_id == Case.company_id,
        _theirs.company_id == Case.company_id,
        _theirs.user_id == Case.user_id,
        _theirs.state == MemberState.ACTIVE,
    )
    return and_(Case.kind != HANDOFF, or_(Case.user_id == user_id, colleagues))


def get_own_case(session: Session, user_id: int, number: str) -> Case:
    """The owner's door. Raises NotFound, for a stranger's case as for a missing one."""
    case = session.scalar(select(Case).where(Case.number == number.strip().upper(), owned_by(user_id)))
    if case is None or find_service(case.kind) is None:
        raise NotFound(NO_CASE)
    return case


def check_owner(session: Session, user_id: int, case: Case) -> None:
    """The same door for a case that is at hand. Raises NotFound."""
    if session.scalar(select(Case.id).where(Case.id == case.id, owned_by(user_id))) is None:
        raise NotFound(NO_CASE)


def decided_by(user_id: int) -> ColumnElement[bool]:
    """Of the cases that a person may see those that they may also decide on (move, judge): who filed it, and who runs
    the company."""
    runs_it = exists().where(
        Membership.user_id == user_id,
        Membership.company_id == Case.company_id,
        Membership.state == MemberState.ACTIVE,
        Membership.role == MemberRole.OWNER,
    )
    return and_(owned_by(user_id), or_(Case.user_id == user_id, runs_it))


def may_decide(session: Session, user_id: int, case: Case) -> bool:
    """The same rule for a case that is at hand."""
    return session.scalar(select(Case.id).where(Case.id == case.id, decided_by(user_id))) is not None


def check_may_decide(session: Session, user_id: int, case: Case) -> None:
    """Raises NotFound where they may not even see it, else Forbidden."""
    check_owner(session, user_id, case)
    if not may_decide(session, user_id, case):
        raise Forbidden(f"{case.number} {DECIDED_BY}")


def may_on_case(staff: Staff, action: Action, case: Case) -> bool:
    """Whether a member of staff may do this to a service's case."""
    if staff.role == Role.PARTNER or not _may_read(staff, case):
        return False
    if action is Action.READ:
        return True
    is_theirs = oversees(staff) or case.assignee_id == staff.id
    if case.status == CaseStatus.CLOSED:
        return action in {Action.NOTE, Action.REOPEN} and (action is Action.NOTE or oversees(staff))
    if action is Action.ACCEPT:
        return case.status != CaseStatus.ACCEPTED and (is_theirs or case.status in FREE)
    if action is Action.ASSIGN:
        return oversees(staff)
    if action in {Action.MOVE, Action.REPLY, Action.TRANSFER, Action.CLOSE}:
        return case.status == CaseStatus.ACCEPTED and is_theirs
    return action is Action.NOTE


def _may_read(staff: Staff, case: Case) -> bool:
    return oversees(staff) or case.assignee_id == staff.id or (case.status in FREE and is_matching(staff, case))


def readable_cases(staff: Staff) -> ColumnElement[bool]:
    """The same rule as READ, for a query over service cases."""
    if staff.role == Role.PARTNER:
        return literal(False)
    return and_(Case.kind != HANDOFF, literal(True) if oversees(staff) else _readable(staff))


def _readable(staff: Staff) -> ColumnElement[bool]:
    return or_(Case.assignee_id == staff.id, free_for(staff))


def was_taken() -> ColumnElement[bool]:
    """Whether somebody answers for a case, or did at its end: an offer that was open then is nobody's."""
    accepted = exists().where(
        CaseEvent.case_id == Case.id, CaseEvent.kind == "accepted", CaseEvent.staff_id == Case.assignee_id
    )
    return or_(Case.status == CaseStatus.ACCEPTED, and_(Case.status == CaseStatus.CLOSED, accepted))


def find_handler(session: Session, case: Case) -> int | None:
    """Whose case it is, or was at its end; None where nobody took it."""
    return session.scalar(select(Case.assignee_id).where(Case.id == case.id, was_taken()))


def check_may_on_case(staff: Staff, action: Action, case: Case) -> None:
    """Raises NotFound where they may not even read it, else Forbidden."""
    if not may_on_case(staff, Action.READ, case):
        raise NotFound(NO_CASE)
    if not may_on_case(staff, action, case):
        raise Forbidden


def get_case_for(session: Session, staff: Staff, number: str, action: Action = Action.READ) -> Case:
    """The staff's door. Raises NotFound, or Forbidden for a refused action."""
    case = session.scalar(
        select(Case)
        .where(Case.number == number.strip().upper(), Case.kind != HANDOFF)
        .options(joinedload(Case.user).joinedload(User.company), joinedload(Case.assignee))
    )
    if case is None:
        raise NotFound(NO_CASE)
    check_may_on_case(staff, action, case)
    return case


def get_own_document(session: Session, user_id: int, public_id: str) -> CaseDocument:
    """The owner's door to a document. Raises NotFound."""
    document = session.scalar(
        select(CaseDocument)
        .join(CaseDocument.case)
        .where(CaseDocument.public_id == public_id, CaseDocument.removed_at.is_(None), owned_by(user_id))
        .options(contains_eager(CaseDocument.case))
    )
    if document is None:
        raise NotFound(NO_DOCUMENT)
    return document


def get_document_for(
    session: Session, staff: Staff, public_id: str, action: Action = Action.READ, *, on: date
) -> CaseDocument:
    """The door for staff and partners, as it stands on that day. Raises NotFound, or Forbidden for a refused action."""
    document = session.scalar(
        select(CaseDocument)
        .join(CaseDocument.case)
        .where(CaseDocument.public_id == public_id, CaseDocument.removed_at.is_(None), Case.kind != HANDOFF)
        .options(contains_eager(CaseDocument.case))
    )
    if document is None:
        raise NotFound(NO_DOCUMENT)
    if staff.role == Role.PARTNER:
        if document.key not in keys_for_partner(session, staff, document.case, on):
            raise NotFound(NO_DOCUMENT)
        if action is not Action.READ:
            raise Forbidden
        return document
    if not may_on_case(staff, Action.READ, document.case):
        raise NotFound(NO_DOCUMENT)
    check_may_on_case(staff, action, document.case)
    return document


def keys_for_partner(session: Session, staff: Staff, case: Case, on: date) -> list[str]:
    """Which of a case's documents a partner sees that day: those meant for parties, while it has, or has done, a task
    of it, an investor only as long as its record holds."""
    if staff.institution_id is None or is_shut_out(session, session.get(Institution, staff.institution_id), on):
        return []
    has_task = session.scalar(
        select(CaseTask.id)
        .where(
            CaseTask.case_id == case.id,
            CaseTask.institution_id == staff.institution_id,
            CaseTask.state.in_([TaskState.OPEN, TaskState.DONE]),
        )
        .limit(1)
    )
    return [each.key for each in service_of(case.kind).documents if each.for_parties] if has_task else []


def may_on_task(staff: Staff, task: CaseTask) -> bool:
    """A partner works on what its institution was given; the case's handler and supervisors on all of it."""
    if staff.role == Role.PARTNER:
        return task.institution_id is not None and task.institution_id == staff.institution_id
    return may_on_case(staff, Action.MOVE, task.case)


def get_task_for(session: Session, staff: Staff, public_id: str) -> CaseTask:
    """The door to a task. Raises NotFound."""
    task = session.scalar(select(CaseTask).where(CaseTask.public_id == public_id).options(joinedload(CaseTask.case)))
    readable = task is not None and (may_on_task(staff, task) or may_on_case(staff, Action.READ, task.case))
    if task is None or not readable:
        raise NotFound(NO_TASK)
    return task
