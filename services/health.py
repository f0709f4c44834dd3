"""What must be there for the service to work, and what it does without."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.errors import AppError
from core.search import IndexQuery
from services.job_names import Queue
from services.resources import Resources


@dataclass(frozen=True)
class Health:
    """`is_ready` says whether users can be served; `checks` maps each part to "ok" or what is wrong."""

    is_ready: bool
    checks: dict[str, str]


REQUIRED = ("database", "schema")


def check_health(resources: Resources) -> Health:
    """Ask every part. Without the queue or an index the service goes on with less; without rows it cannot."""
    parts: dict[str, Callable[[Resources], str]] = {
        "database": _database,
        "schema": _schema,
        "queue": _queue,
        "patent_index": lambda found: _index(found.patent_index.search),
        "passage_index": lambda found: _index(found.passage_index.search),
        "workers": _workers,
        "scheduler": _scheduler,
    }
    checks = {name: check(resources) for name, check in parts.items()}
    return Health(all(checks[name] == "ok" for name in REQUIRED), checks)


def _database(resources: Resources) -> str:
    try:
        with resources.database.reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return type(error).__name__
    return "ok"


def _schema(resources: Resources) -> str:
    try:
        with resources.database.reading() as session:
            version = session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return "not migrated"
    return "ok" if version else "not migrated"


def _queue(resources: Resources) -> str:
    try:
        resources.redis.ping()
    except redis.RedisError as error:
        return type(error).__name__
    return "ok"


def _index(search: Callable[[IndexQuery], object]) -> str:
    try:
        search(IndexQuery(words=("专利",), limit=1, count=False))
    except AppError as error:
        return error.code
    return "ok"


def _workers(resources: Resources) -> str:
    try:
        served = {name for worker in Worker.all(connection=resources.redis) for name in worker.queue_names()}
    except redis.RedisError:
        return "unknown"
    missing = [queue.value for queue in Queue if queue.value not in served]
    return "missing: " + ", ".join(missing) if missing else "ok"


def _scheduler(resources: Resources) -> str:
    try:
        beat = resources.redis.get("zhiqiao:heartbeat:scheduler")
    except redis.RedisError:
        return "unknown"
    return "ok" if beat is not None and time.time() - int(beat) < 15 else "no heartbeat"
