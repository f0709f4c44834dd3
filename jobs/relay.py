"""The relay: sends what the outbox holds to the queue, after the commit, and finds again what got lost."""

from datetime import datetime, timedelta

import redis
from rq import Queue as RqQueue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry
from sqlalchemy import delete, select, update

from core.db import Database
from core.logs import get_logger
from core.outbox import OutboxRow, OutboxState, plan_retry
from services.job_names import JobName, Queue

log = get_logger(__name__)

BATCH = 100
LOST_AFTER = timedelta(seconds=20)
KEEP_DONE = timedelta(days=7)
# Several hundred questions, each asked twice, on a machine that has other work.
TIMEOUT_SECONDS: dict[str, int] = {JobName.EVALUATE_ANSWER: 1_800}
ALIVE = {JobStatus.QUEUED, JobStatus.STARTED}


def job_id(row: OutboxRow) -> str:
    """Deterministic, so that a relay killed between sending and marking does not send twice."""
    return f"outbox-{row.id}-{row.attempt_count}"


def relay_once(database: Database, connection: redis.Redis, now: datetime) -> int:
    """Send what is due; answers how many. Raises RedisError where the queue is down: the rows simply wait."""
    with database.reading() as session:
        due = session.scalars(
            select(OutboxRow)
            .where(OutboxRow.state == OutboxState.QUEUED, OutboxRow.run_after <= now)
            .order_by(OutboxRow.id)
            .limit(BATCH)
        ).all()
    sent: list[int] = []
    try:
        for row in due:
            _enqueue(connection, row)
            sent.append(row.id)
    finally:
        if sent:
            with database.unit_of_work() as session:
                # A fast worker may have finished the job already: only queued rows become sent.
                session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.id.in_(sent), OutboxRow.state == OutboxState.QUEUED)
                    .values(state=OutboxState.SENT, sent_at=now)
                )
    return len(sent)


def _enqueue(connection: redis.Redis, row: OutboxRow) -> None:
    try:
        RqQueue(row.queue, connection=connection).enqueue(
            row.job_name,
            kwargs={"outbox_id": row.id, **row.arguments},
            job_id=job_id(row),
            unique=True,
            job_timeout=TIMEOUT_SECONDS.get(row.job_name, 300),
            result_ttl=60,
            failure_ttl=3600,
        )
    except DuplicateJobError:
        # Sent before by a relay that was cut off before it could say so.
        log.info("outbox_already_sent", outbox_id=row.id)


def sweep_outbox(database: Database, connection: redis.Redis, now: datetime) -> int:
    """Send again what RQ lost; answers how many. Abandoned jobs are set free first."""
    for queue in Queue:
        StartedJobRegistry(queue.value, connection=connection).cleanup()
    with database.reading() as session:
        waiting = session.scalars(
            select(OutboxRow)
            .where(OutboxRow.state == OutboxState.SENT, OutboxRow.sent_at < now - LOST_AFTER)
            .order_by(OutboxRow.id)
            .limit(BATCH)
        ).all()
    lost = [row for row in waiting if not _is_alive(connection, row)]
    if not lost:
        return 0
    with database.unit_of_work() as session:
        for row in lost:
            current = session.get(OutboxRow, row.id, with_for_update=True)
            if current is None or current.state != OutboxState.SENT:
                continue
            plan_retry(current, now=now, error="lost by the queue", wait=False)
            log.warning("outbox_sent_again", outbox_id=row.id, job=row.job_name, attempts=current.attempt_count)
    return len(lost)


def _is_alive(connection: redis.Redis, row: OutboxRow) -> bool:
    try:
        return Job.fetch(job_id(row), connection=connection).get_status() in ALIVE
    except NoSuchJobError:
        return False


def purge_outbox(database: Database, now: datetime) -> None:
    """Forget what was done a week ago."""
    with database.unit_of_work() as session:
        session.execute(
            delete(OutboxRow).where(OutboxRow.state == OutboxState.DONE, OutboxRow.done_at < now - KEEP_DONE)
        )
