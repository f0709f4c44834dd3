"""When partners' tasks are due: counted on the working calendar, and counted anew when that changes."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import china_date
from core.i18n import chinese_time
from models import CaseTask, TaskState
from services.case_records import add_event, list_events, lock_case
from services.casework.notices import tell_partner
from services.catalogue import service_of
from services.job_names import JobName, request_recount
from services.working_hours import read_calendar

HOURS_OF_A_DAY = 7
BATCH = 50


def end_of_task(calendar: WorkingCalendar, given_at: datetime, days: int) -> datetime:
    """So many working days after it was given."""
    return calendar.add_working_time(given_at, timedelta(hours=days * HOURS_OF_A_DAY))


def recount_tasks(session: Session, *, change: str, after: int, now: datetime) -> None:
    """After a `change` of the working calendar: what an institution has in hand is due when the calendar now says, a
    batch at a time, those after the task of that number. Repeating it changes nothing; what is over stays over."""
    calendar = read_calendar(session, china_date(now))
    in_hand = CaseTask.state == TaskState.OPEN, CaseTask.due_at > now
    query = select(CaseTask.id).where(CaseTask.id > after, *in_hand).order_by(CaseTask.id).limit(BATCH)
    ids = session.scalars(query).all()
    for task_id in ids:
        _recount(session, task_id, calendar, now)
    if len(ids) == BATCH:
        request_recount(session, JobName.RECOUNT_TASKS, change=change, after=ids[-1], now=now)


def _recount(session: Session, task_id: int, calendar: WorkingCalendar, now: datetime) -> None:
    case = lock_case(session, session.get_one(CaseTask, task_id).case_id)
    row = session.get_one(CaseTask, task_id, with_for_update=True, populate_existing=True)
    if row.state != TaskState.OPEN or row.due_at is None or row.due_at <= now:
        return
    given = [event for event in list_events(session, case.id) if event.kind == "task_given"]
    given = [event for event in given if event.details.get("task") == row.id and "days" in event.details]
    if not given:
        return  # from before the days were written down: the rule of its place may have been another one then
    before, due_at = row.due_at, end_of_task(calendar, given[-1].created_at, given[-1].details["days"])
    if due_at == before:
        return
    row.due_at = due_at
    row.version += 1
    add_event(session, case, "task_recounted", now, task=row.id, due_at=due_at.isoformat())
    session.flush()
    if due_at < before:
        task = service_of(case.kind).task(row.key)
        text = f"{task.name}提前了:{case.number} · {chinese_time(due_at, now)}前办完,工作日历有变"
        tell_partner(session, row, text, key=f"task-{row.id}-due-{row.version}", now=now)
