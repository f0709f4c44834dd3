"""How a job runs: with the app's resources, its ids in the logs, and once, by its outbox row."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from flask import current_app

from core import metrics
from core.logs import get_logger
from core.outbox import OutboxRow, OutboxState, plan_retry
from services.resources import Resources

log = get_logger(__name__)

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

    @wraps(function)
    def run(*, outbox_id: int, **arguments: Any) -> None:
        found = resources()
        with found.database.reading() as session:
            row = session.get(OutboxRow, outbox_id)
        if row is None or row.state == OutboxState.DONE:
            return
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(job=row.job_name, outbox_id=outbox_id)
        try:
            function(found, **arguments)
        except Exception as error:
            metrics.jobs_total.labels(row.job_name, "failed").inc()
            log.exception("job_failed")
            # Our own back-off: RQ's needs a scheduler beside a worker, which a kill -9 puts out of work for minutes.
            with found.database.unit_of_work() as session:
                failed = session.get(OutboxRow, outbox_id, with_for_update=True)
                if failed is not None and failed.state == OutboxState.SENT:
                    plan_retry(failed, now=found.clock.now(), error=type(error).__name__)
            # RQ logs what it gets and keeps it for an hour: not the error itself, which may quote a person.
            raise JobFailed(type(error).__name__) from None
        with found.database.unit_of_work() as session:
            finished = session.get(OutboxRow, outbox_id, with_for_update=True)
            if finished is not None:
                finished.state, finished.done_at = OutboxState.DONE, found.clock.now()
        metrics.jobs_total.labels(row.job_name, "done").inc()

    return run
