"""What follows from an approval, or from its end: earlier versions, a seat for an expert, dates counted anew."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from core.errors import Conflict
from models import DatedRecord, Institution, RecordState
from services.catalogue.model import Party
from services.dated_data.calendar_lines import WORKING_YEAR
from services.job_names import JobName, request_recount

# Until then every process has let go of the calendar that it kept (services/working_hours.py).
SETTLES = timedelta(seconds=90)


def seat_expert(session: Session, record: DatedRecord, now: datetime) -> None:
    """An expert who is new gets what tasks are given to. Raises Conflict for the name of another kind of partner."""
    known = session.scalar(select(Institution).where(Institution.name == record.name))
    if known is not None and known.party != Party.EXPERT:
        raise Conflict("合作机构里已经有同名的,不是专家。")
    if known is None:
        is_demo = record.confidence == "DEMO"
        session.add(Institution(name=record.name, party=Party.EXPERT, is_demonstration=is_demo, created_at=now))


def count_anew(session: Session, record: DatedRecord, now: datetime) -> None:
    """Clocks that run and tasks that partners have follow a calendar from the day on which it holds, and once it holds
    no longer."""
    if record.kind != WORKING_YEAR:
        return
    days = {record.valid_from, record.valid_to and record.valid_to + timedelta(days=1)} - {None}
    later = {datetime.combine(day, time(), CHINA) for day in days if day is not None and day > china_date(now)}
    for at in {now, *later}:
        change = f"{record.id}-{record.version}-{china_date(at)}"
        for job in (JobName.RECOUNT_CLOCKS, JobName.RECOUNT_TASKS):
            request_recount(session, job, change=change, now=now, delay=at - now + SETTLES)


def end_earlier(session: Session, record: DatedRecord, now: datetime) -> None:
    """Two versions of an entry never hold on one day: the earlier one ends, one that begins later or never did goes."""
    others = session.scalars(
        select(DatedRecord)
        .where(
            DatedRecord.kind == record.kind,
            DatedRecord.key == record.key,
            DatedRecord.state == RecordState.APPROVED,
            DatedRecord.id != record.id,
        )
        .with_for_update()
    ).all()
    for other in others:
        ends_before = other.valid_to and record.valid_from and other.valid_to < record.valid_from
        begins_after = other.valid_from and record.valid_to and other.valid_from > record.valid_to
        if ends_before or begins_after:
            continue
        if record.valid_from and (other.valid_from is None or other.valid_from < record.valid_from):
            other.valid_to = record.valid_from - timedelta(days=1)
        else:
            other.state = RecordState.RETIRED
        other.version += 1
        other.updated_at = now
