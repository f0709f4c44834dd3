"""How a job runs: with the app's resources, its ids in the logs, and once, by its outbox row."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core import metrics
from core.db import table_of
from core.logs import get_logger
from core.outbox import OutboxRow, OutboxState, plan_retry
from core.statements import Statement
from services.resources import Resources

log = get_logger(__name__)

_table = table_of(OutboxRow)
STATE = Statement(
    select(OutboxRow.state, OutboxRow.job_name, OutboxRow.run_after).where(OutboxRow.id == bindparam("outbox_id"))
)
DONE = Statement(
    update(_table).where(_table.c.id == bindparam("of")).values(state=OutboxState.DONE, done_at=bindparam("now"))
)

# How far the relay's clock may be ahead of a worker's: the sandbox's is read once a second by each process, those of
# two machines differ by less. A job that finds itself too early would find nothing to do, and not be asked for again.
MOST_AHEAD_SECONDS = 2.0
_owner_pid = os.getpid()


class JobFailed(Exception):
    """What RQ is told of a failure: its kind. The log has the frames, the outbox row plans the next try."""


def resources() -> Resources:
    """The running app's resources; a forked child first lets go of its parent's connections."""
    global _owner_pid
    found: Resources = current_app.extensions["resources"]
    if os.getpid() != _owner_pid:
        found.database.dispose()
        _owner_pid = os.getpid()
    return found


def outbox_job(function: Callable[..., None]) -> Callable[..., None]:
    """Make `function(resources, **arguments)` a job that runs once for its outbox row.

    It may start twice (a worker died, RQ forgot): what it does must be safe to repeat; once the row says done, it
    is not started again.
    """

    def work(found: Resources, outbox_id: int, arguments: dict[str, Any]) -> None:
        function(found, **arguments)
        with found.database.unit_of_work() as session:
            _note_done(session, outbox_id, found)

    return _guarded(function, work)


def atomic_job(function: Callable[..., None]) -> Callable[..., None]:
    """The same for `function(session, resources, **arguments)`, whose whole effect is in one transaction: that the job
    is done is noted in it."""

    def work(found: Resources, outbox_id: int, arguments: dict[str, Any]) -> None:
        with found.database.unit_of_work() as session:
            function(session, found, **arguments)
            _note_done(session, outbox_id, found)

    return _guarded(function, work)


def _guarded(
    function: Callable[..., None], work: Callable[[Resources, int, dict[str, Any]], None]
) -> Callable[..., None]:
    @wraps(function)
    def run(*, outbox_id: int, **arguments: Any) -> None:
        found = resources()
        with found.database.reading() as session:
            row = STATE.first(session, {"outbox_id": outbox_id})
        if row is None or row[0] == OutboxState.DONE:
            return
        _, name, run_after = row
        _await(found, run_after)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(job=name, outbox_id=outbox_id)
        try:
            work(found, outbox_id, arguments)
        except Exception as error:
            metrics.jobs_total.labels(name, "failed").inc()
            log.exception("job_failed")
            # Our own back-off: RQ's needs a scheduler beside a worker, which a kill -9 puts out of work for minutes.
            with found.database.unit_of_work() as session:
                failed = session.get(OutboxRow, outbox_id, with_for_update=True)
                if failed is not None and failed.state == OutboxState.SENT:
                    plan_retry(failed, now=found.clock.now(), error=type(error).__name__)
            # RQ logs what it gets and keeps it for an hour: not the error itself, which may quote a person.
            raise JobFailed(type(error).__name__) from None
        metrics.jobs_total.labels(name, "done").inc()

    return run


def _await(found: Resources, run_after: datetime) -> None:
    """Let this process's clock reach the time that another's has reached."""
    latest = time.monotonic() + MOST_AHEAD_SECONDS
    while found.clock.now() < run_after and time.monotonic() < latest:
        time.sleep(0.05)


def _note_done(session: Session, outbox_id: int, found: Resources) -> None:
    DONE.change(session, {"of": outbox_id, "now": found.clock.now()})
