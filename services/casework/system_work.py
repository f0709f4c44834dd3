"""Stages in which the system itself has something to do: asked for with the stage, found again by a sweep."""

from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from models import Case, CaseStatus
from services.catalogue import catalogue
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


def rescue_forgotten_work(session: Session, now: datetime) -> int:
    """Ask again for the job of every open case that has long been in a stage of ours; answers how many."""
    places = [(service.key, stage.key) for service in catalogue().values() for stage in service.stages if stage.work]
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
