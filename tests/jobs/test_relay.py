"""From a row of the outbox to a job in the queue, once, whatever dies in between; and back where RQ lost it."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from flask import Flask
from rq import Queue as RqQueue
from rq.job import Job, JobStatus
from sqlalchemy import func, select, update

from core.clock import CHINA, FixedClock
from core.db import Database
from core.outbox import MAX_SENDS, OutboxRow, OutboxState
from jobs import relay
from jobs.relay import job_id, purge_outbox, relay_once, sweep_outbox
from models import StaffNotification
from services.job_names import JobName, Queue, request_job
from services.resources import Resources
from tests.support.jobs import PromptWorker
from tests.support.staff import make_case, make_staff

ROUTES = Queue.CASES.value


class Killed(BaseException):
    """Ends the process, as far as the code under test can tell."""


@pytest.fixture
def case_id(database: Database, clock: FixedClock) -> int:
    """A case that has waited for the morning, whose routing is due now, and somebody to take it."""
    clock.set(datetime(2026, 11, 23, 20, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        case_id = make_case(session, clock.now()).id
    clock.set(datetime(2026, 11, 24, 9, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        make_staff(session, clock.now())
    return case_id


def rows(database: Database) -> list[OutboxRow]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def ask(database: Database, clock: FixedClock, *keys: str, delay: timedelta = timedelta(0)) -> None:
    with database.unit_of_work() as session:
        for key in keys:
            request_job(session, JobName.ROUTE_CASE, key=key, now=clock.now(), delay=delay, case_id=404)


def work(connection: redis.Redis, queue: str = ROUTES) -> None:
    PromptWorker([RqQueue(queue, connection=connection)], connection=connection).work(burst=True, logging_level="ERROR")


def queued(connection: redis.Redis, queue: str = ROUTES) -> list[str]:
    ids: list[str] = RqQueue(queue, connection=connection).job_ids
    return ids


def notified(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(StaffNotification.id))) or 0


def test_asking_twice_for_one_piece_of_work_is_one_job(database: Database, clock: FixedClock) -> None:
    ask(database, clock, "7", "7")
    ask(database, clock, "7")

    assert [row.key for row in rows(database)] == ["jobs.cases.route_case/7"]


def test_a_transaction_that_is_rolled_back_asks_for_nothing(database: Database, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), database.unit_of_work() as session:
        request_job(session, JobName.ROUTE_CASE, key="7", now=clock.now(), case_id=7)
        raise RuntimeError

    assert rows(database) == []


def test_what_is_due_is_sent_in_order_and_only_once(
    database: Database, redis_client: redis.Redis, clock: FixedClock
) -> None:
    ask(database, clock, "1", "2")
    ask(database, clock, "later", delay=timedelta(minutes=5))

    assert relay_once(database, redis_client, clock.now()) == 2
    assert relay_once(database, redis_client, clock.now()) == 0

    first, second, later = rows(database)
    assert queued(redis_client) == [job_id(first), job_id(second)]
    assert [row.state for row in (first, second, later)] == [OutboxState.SENT, OutboxState.SENT, OutboxState.QUEUED]
    clock.advance(timedelta(minutes=5))
    assert relay_once(database, redis_client, clock.now()) == 1


def test_a_relay_killed_between_sending_and_marking_sends_no_second_job(
    database: Database, redis_client: redis.Redis, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(database, clock, "1", "2")
    with monkeypatch.context() as dying:
        dying.setattr(relay, "update", _raise)
        with pytest.raises(Killed):
            relay_once(database, redis_client, clock.now())
    assert {row.state for row in rows(database)} == {OutboxState.QUEUED}

    assert relay_once(database, redis_client, clock.now()) == 2

    assert len(queued(redis_client)) == 2
    assert {row.state for row in rows(database)} == {OutboxState.SENT}


def test_a_job_that_was_done_before_the_relay_could_mark_it_stays_done(
    app: Flask, resources: Resources, case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, connection, now = resources.database, resources.redis, resources.clock.now()
    with monkeypatch.context() as dying:
        dying.setattr(relay, "update", _raise)
        with pytest.raises(Killed):
            relay_once(database, connection, now)
    work(connection)

    relay_once(database, connection, now)
    work(connection)

    assert rows(database)[0].state == OutboxState.DONE
    assert notified(database) == 1


def test_with_redis_down_the_rows_wait_and_what_was_sent_before_it_went_is_marked(
    database: Database,
    redis_client: redis.Redis,
    dead_redis: redis.Redis,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(database, clock, "1", "2")
    with pytest.raises(redis.RedisError):
        relay_once(database, dead_redis, clock.now())
    assert {row.state for row in rows(database)} == {OutboxState.QUEUED}

    enqueue = relay._enqueue

    def first_only(connection: redis.Redis, row: OutboxRow) -> None:
        enqueue(dead_redis if row.key.endswith("/2") else connection, row)

    monkeypatch.setattr(relay, "_enqueue", first_only)
    with pytest.raises(redis.RedisError):
        relay_once(database, redis_client, clock.now())

    assert [row.state for row in rows(database)] == [OutboxState.SENT, OutboxState.QUEUED]


def test_a_job_that_the_queue_forgot_is_sent_again_and_done_once(
    app: Flask, resources: Resources, case_id: int, clock: FixedClock
) -> None:
    database, connection = resources.database, resources.redis
    relay_once(database, connection, clock.now())
    connection.flushall()

    assert sweep_outbox(database, connection, clock.now()) == 0, "it may only be slow"
    clock.advance(timedelta(seconds=21))
    assert sweep_outbox(database, connection, clock.now()) == 1
    relay_once(database, connection, clock.now())
    work(connection)

    assert rows(database)[0].state == OutboxState.DONE
    assert notified(database) == 1


def test_a_job_that_waits_its_turn_is_not_sent_again(
    database: Database, redis_client: redis.Redis, clock: FixedClock
) -> None:
    ask(database, clock, "1")
    relay_once(database, redis_client, clock.now())
    clock.advance(timedelta(minutes=30))

    assert sweep_outbox(database, redis_client, clock.now()) == 0
    assert len(queued(redis_client)) == 1


def test_a_job_whose_worker_was_killed_is_set_free_and_done_by_another(
    app: Flask, resources: Resources, case_id: int, clock: FixedClock
) -> None:
    """RQ alone would leave it STARTED; the sweep cleans up and the outbox sends it again."""
    database, connection = resources.database, resources.redis
    relay_once(database, connection, clock.now())
    job = Job.fetch(job_id(rows(database)[0]), connection=connection)
    queue = RqQueue(ROUTES, connection=connection)
    queue.remove(job)
    job.set_status(JobStatus.STARTED)
    connection.zadd(queue.started_job_registry.key, {f"{job.id}:dead": 1})
    clock.advance(timedelta(seconds=21))

    assert sweep_outbox(database, connection, clock.now()) == 1
    relay_once(database, connection, clock.now())
    work(connection)

    assert rows(database)[0].state == OutboxState.DONE
    assert notified(database) == 1


def test_a_sweep_killed_half_way_loses_nothing(
    app: Flask, resources: Resources, case_id: int, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, connection = resources.database, resources.redis
    relay_once(database, connection, clock.now())
    connection.flushall()
    clock.advance(timedelta(seconds=21))
    with monkeypatch.context() as dying:
        dying.setattr(relay, "plan_retry", _raise)
        with pytest.raises(Killed):
            sweep_outbox(database, connection, clock.now())
    assert (rows(database)[0].state, rows(database)[0].attempt_count) == (OutboxState.SENT, 0)

    sweep_outbox(database, connection, clock.now())
    relay_once(database, connection, clock.now())
    work(connection)

    assert rows(database)[0].state == OutboxState.DONE


def test_a_job_that_is_lost_again_and_again_is_given_up_visibly(
    database: Database, redis_client: redis.Redis, clock: FixedClock
) -> None:
    ask(database, clock, "1")
    ids = set()
    for _ in range(MAX_SENDS):
        assert relay_once(database, redis_client, clock.now()) == 1
        ids |= set(queued(redis_client))
        redis_client.flushall()
        clock.advance(timedelta(seconds=21))
        assert sweep_outbox(database, redis_client, clock.now()) == 1

    (row,) = rows(database)
    assert (row.state, row.attempt_count) == (OutboxState.FAILED, MAX_SENDS)
    assert len(ids) == MAX_SENDS, "each sending has an id of its own, or RQ would take it for the old one"
    assert relay_once(database, redis_client, clock.now()) == 0


def test_only_what_was_done_a_week_ago_is_forgotten(database: Database, clock: FixedClock) -> None:
    ask(database, clock, "old", "new", "failed", "waiting")
    states: dict[str, tuple[OutboxState, Any]] = {
        "old": (OutboxState.DONE, clock.now() - timedelta(days=8)),
        "new": (OutboxState.DONE, clock.now() - timedelta(days=6)),
        "failed": (OutboxState.FAILED, None),
    }
    with database.unit_of_work() as session:
        for key, (state, done_at) in states.items():
            where = OutboxRow.key.endswith(f"/{key}")
            session.execute(update(OutboxRow).where(where).values(state=state, done_at=done_at))

    purge_outbox(database, clock.now())

    assert [row.key.partition("/")[2] for row in rows(database)] == ["new", "failed", "waiting"]


def test_two_relays_at_once_send_one_job(database: Database, redis_client: redis.Redis, clock: FixedClock) -> None:
    """A scheduler that was replaced while it still ran."""
    ask(database, clock, *(str(number) for number in range(30)))
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        relay_once(database, redis_client, clock.now())

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(queued(redis_client)) == len(set(queued(redis_client))) == 30
    assert {row.state for row in rows(database)} == {OutboxState.SENT}


def _raise(*_args: Any, **_kwargs: Any) -> Any:
    raise Killed
