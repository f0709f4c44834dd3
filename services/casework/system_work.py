"""Stages in which the system itself has something to do: asked for with the stage, found again by a sweep."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from models import Case, CaseStatus
from services.catalogue import catalogue, find_service
from services.catalogue.model import Stage
from services.job_names import JobName, request_job, request_rescues

# Past all tries that the outbox makes by itself.
GRACE = timedelta(hours=4)
RESCUE_EVERY = timedelta(hours=1)
# What waits for its owner longer than this is not looked at again by itself.
RESCUED_FOR = timedelta(days=30)
LIMIT = 200


def request_work(session: Session, case: Case, stage: Stage, now: datetime, delay: timedelta = timedelta(0)) -> None:
    """Ask for the stage's job, where it has one, once this unit of work commits."""
    if stage.work is None:
        return
    key = f"{case.id}-{stage.key}-{case.version}-{int((now + delay).timestamp())}"
    request_job(session, JobName.DO_WORK, key=key, now=now, delay=delay, case_id=case.id)


def runs_by_itself(case: Case, now: datetime) -> bool:
    """Whether nobody need be asked: a job of ours does the stage's work, and its time is not over yet."""
    service = find_service(case.kind)
    stage = service.by_key.get(str(case.stage)) if service is not None else None
    is_late = case.next_due_at is not None and case.next_due_at <= now
    return stage is not None and stage.work is not None and not is_late


def needs_people(now: datetime) -> ColumnElement[bool]:
    """The opposite, for a query over cases."""
    is_late = and_(Case.next_due_at.is_not(None), Case.next_due_at <= now)
    return or_(Case.stage.is_(None), tuple_(Case.kind, Case.stage).not_in(_places()), is_late)


def _places() -> list[tuple[str, str]]:
    """Every stage in which a job of ours works, with its service."""
    return [(service.key, stage.key) for service in catalogue().values() for stage in service.stages if stage.work]


def rescue_forgotten_work(session: Session, now: datetime) -> int:
    """Ask again for the job of every open case that has long been in a stage of ours; answers how many."""
    places = _places()
    if not places:
        return 0
    late = session.execute(
        select(Case.id, Case.stage)
        .where(
            tuple_(Case.kind, Case.stage).in_(places),
            Case.status != CaseStatus.CLOSED,
            Case.stage_since < now - GRACE,
            Case.stage_since > now - RESCUED_FOR,
        )
        .order_by(Case.stage_since)
        .limit(LIMIT)
    ).all()
    asks = {f"{case_id}-{stage}-rescue": {"case_id": case_id} for case_id, stage in late}
    request_rescues(session, JobName.DO_WORK, asks, every=RESCUE_EVERY, now=now)
    return len(late)
