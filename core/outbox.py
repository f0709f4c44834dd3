"""Jobs asked for inside a unit of work: rows of the same transaction, sent to the queue after the commit."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, table_of
from core.statements import Statement


class OutboxState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


class OutboxRow(Base):
    """One job to run once. `done` is written by the job itself: RQ's own memory of a job expires."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_run_after", "state", "run_after"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_name: Mapped[str] = mapped_column(String(80))
    queue: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=OutboxState.QUEUED)
    run_after: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    attempt_count: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)


_table = table_of(OutboxRow)
# Nearly everything that people do asks for a job: built once, as the statements of a turn are.
ADD = Statement.adding_once(
    _table, "job_name", "queue", "key", "arguments", "state", "run_after", "created_at", "attempt_count"
)


def overdue_keys(session: Session, job_name: str, now: datetime) -> set[str]:
    """The keys of this job's rows that are due but not sent: the queue is away, and asking again adds nothing."""
    waiting = select(OutboxRow.key).where(
        OutboxRow.state == OutboxState.QUEUED, OutboxRow.run_after <= now, OutboxRow.job_name == job_name
    )
    return {key.removeprefix(f"{job_name}/") for key in session.scalars(waiting)}


# A job that failed is sent again after so many seconds, the last one for every further time, then given up.
BACK_OFF_SECONDS = (2, 15, 60, 300, 900, 3600)
MAX_SENDS = 9


def plan_retry(row: OutboxRow, *, now: datetime, error: str, wait: bool = True) -> None:
    """The job failed, or its worker died: due again later (at once without `wait`), or failed for good."""
    row.attempt_count += 1
    row.last_error = error[:500]
    if row.attempt_count >= MAX_SENDS:
        row.state = OutboxState.FAILED
        return
    row.state = OutboxState.QUEUED
    seconds = BACK_OFF_SECONDS[min(row.attempt_count, len(BACK_OFF_SECONDS)) - 1]
    row.run_after = now + timedelta(seconds=seconds if wait else 0)


def take_up_failed(session: Session, job_names: Collection[str], now: datetime) -> int:
    """Send once more what was given up, for jobs that nothing else asks for again; answers how many.

    One that fails again is given up again until the next time. Attempts are counted on: they name the queue's job.
    """
    given_up = update(OutboxRow).where(OutboxRow.state == OutboxState.FAILED, OutboxRow.job_name.in_(job_names))
    changed = session.execute(given_up.values(state=OutboxState.QUEUED, run_after=now))
    return cast("CursorResult[Any]", changed).rowcount


def request_job(
    session: Session,
    job_name: str,
    *,
    queue: str,
    key: str,
    now: datetime,
    delay: timedelta = timedelta(0),
    **arguments: Any,
) -> None:
    """Ask for a job once this transaction commits.

    `key` says which piece of work this is (unique for ever): asking twice for the same key is one job.
    `arguments` are plain JSON values, ids rather than objects.
    """
    session.flush()  # as a query would: what the job is about is written before it
    ADD.first(
        session,
        {"job_name": job_name, "queue": queue, "key": f"{job_name}/{key}", "arguments": arguments,
         "state": OutboxState.QUEUED, "run_after": now + delay, "created_at": now, "attempt_count": 0},
    )  # fmt: skip
