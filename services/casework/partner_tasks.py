"""The tasks of a partner's institution: what it is to do, until when, and what of the case it may see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from core.errors import Conflict
from models import CaseTask, Institution, Role, Staff, TaskState
from services.case_records import list_events, lock_case
from services.casework.access import get_task_for
from services.casework.case_view import why_gone
from services.casework.tasks import NOT_YOURS, shown_to_party
from services.casework.wording import shown_form
from services.catalogue import service_of
from services.catalogue.model import Service, Task
from services.dated_data.investors import is_shut_out

STALE = "这项任务刚被改过,请刷新后再看。"
LONGEST = 100


@dataclass(frozen=True)
class PartnerTask:
    """A task as its institution sees it: of the owner's form only what the task declares."""

    row: CaseTask
    service: Service
    task: Task
    shown: list[tuple[str, str]]
    result: list[tuple[str, str]]
    # An investor whose record has ended is not shown what it was given before.
    is_shut: bool


def list_partner_tasks(session: Session, staff: Staff, *, is_open: bool, now: datetime) -> list[PartnerTask]:
    """What is open for this person's institution, the first due first; or what is over, the latest first."""
    if staff.institution_id is None:
        return []
    query = select(CaseTask).where(CaseTask.institution_id == staff.institution_id).options(joinedload(CaseTask.case))
    if is_open:
        query = query.where(CaseTask.state == TaskState.OPEN).order_by(CaseTask.due_at, CaseTask.id)
    else:
        query = query.where(CaseTask.state != TaskState.OPEN).order_by(CaseTask.ended_at.desc(), CaseTask.id.desc())
    institution = session.get(Institution, staff.institution_id)
    is_shut = is_shut_out(session, institution, china_date(now))
    return [_view(row, is_shut=is_shut) for row in session.scalars(query.limit(LONGEST))]


def view_task(session: Session, row: CaseTask, now: datetime) -> PartnerTask:
    """A task that was found through its door (get_task_for)."""
    return _view(row, is_shut=is_shut_out(session, row.institution, china_date(now)))


def _view(row: CaseTask, *, is_shut: bool) -> PartnerTask:
    service = service_of(row.case.kind)
    task = service.task(row.key)
    allowed = set() if is_shut else {label for label, _ in shown_to_party(row)}
    return PartnerTask(
        row=row,
        service=service,
        task=task,
        shown=[(f.ask.label, text) for f, text in shown_form(service.form, row.case.form) if f.ask.label in allowed],
        result=[(field.ask.label, text) for field, text in shown_form(task.report, row.result)],
        is_shut=is_shut,
    )


def check_task_fresh(session: Session, staff: Staff, public_id: str, version: int) -> None:
    """Raises Conflict where the page that somebody acted on shows an older state. Locks the task's case."""
    found = get_task_for(session, staff, public_id)
    lock_case(session, found.case_id)
    if session.get_one(CaseTask, found.id, with_for_update=True, populate_existing=True).version != version:
        raise Conflict(STALE)


def why_task_gone(session: Session, staff: Staff, public_id: str) -> str:
    """For a page that was open already: why the task is not this person's any more; "" where it never was."""
    row = session.scalar(select(CaseTask).where(CaseTask.public_id == public_id).options(joinedload(CaseTask.case)))
    if row is None:
        return ""
    if staff.role != Role.PARTNER:
        return why_gone(session, staff, row.case.number)
    given = [event.details for event in list_events(session, row.case_id) if event.kind == "task_given"]
    had_it = any(each["task"] == row.id and each["institution"] == staff.institution_id for each in given)
    return NOT_YOURS if had_it else ""
