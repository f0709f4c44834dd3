"""A job runs with the app's resources, its ids in the log, and once for its row of the outbox."""

import threading
import time
from datetime import timedelta

import pytest
import redis
from flask import Flask
from rq import Queue as RqQueue
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.outbox import BACK_OFF_SECONDS, MAX_SENDS, OutboxRow, OutboxState, request_job
from jobs import relay
from jobs.relay import job_id, relay_once, sweep_outbox
from jobs.runtime import MOST_AHEAD_SECONDS, outbox_job
from services.resources import Resources
from tests.support.jobs import PromptWorker

NAME = "tests.jobs.test_runtime.probe"
QUEUE = "cases"
ran: list[int] = []
failures: list[Exception] = []


@outbox_job
def probe(resources: Resources, number: int) -> None:
    """Notes that it ran, or fails as told."""
    ran.append(number)
    if failures:
        raise failures.pop(0)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ran.clear()
    failures.clear()


def ask(database: Database, clock: FixedClock, number: int = 1) -> None:
    with database.unit_of_work() as session:
        request_job(session, NAME, queue=QUEUE, key=str(number), now=clock.now(), number=number)


def only_row(database: Database) -> OutboxRow:
    with database.reading() as session:
        return session.scalars(select(OutboxRow)).one()


def work(resources: Resources, clock: FixedClock) -> None:
    """One round of relay and worker."""
    relay_once(resources.database, resources.redis, clock.now())
    work_queue(resources)


def work_queue(resources: Resources) -> None:
    queue = RqQueue(QUEUE, connection=resources.redis)
    PromptWorker([queue], connection=resources.redis).work(burst=True, logging_level="CRITICAL")


def test_a_job_runs_with_its_arguments_and_its_row_says_done(
    app: Flask, resources: Resources, clock: FixedClock
) -> None:
    ask(resources.database, clock, 7)

    work(resources, clock)

    row = only_row(resources.database)
    assert (ran, row.state, row.done_at) == ([7], OutboxState.DONE, clock.now())


def test_a_job_waits_for_the_clock_of_its_own_process_to_reach_its_time(
    app: Flask, resources: Resources, clock: FixedClock
) -> None:
    """The relay's clock may be a little ahead; a job that looks at the time would find that nothing is due."""
    due = clock.now() + timedelta(minutes=10)
    with resources.database.unit_of_work() as session:
        request_job(session, NAME, queue=QUEUE, key="1", now=clock.now(), delay=timedelta(minutes=10), number=1)
    relay_once(resources.database, resources.redis, due)
    threading.Timer(0.4, clock.set, [due]).start()

    work_queue(resources)

    row = only_row(resources.database)
    assert (ran, row.state, row.done_at) == ([1], OutboxState.DONE, due)


def test_a_job_does_not_wait_for_ever_for_a_clock_that_stands(
    app: Flask, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        request_job(session, NAME, queue=QUEUE, key="1", now=clock.now(), delay=timedelta(minutes=10), number=1)
    relay_once(resources.database, resources.redis, clock.now() + timedelta(minutes=10))
    began = time.monotonic()

    work_queue(resources)

    assert ran == [1]
    assert time.monotonic() - began >= MOST_AHEAD_SECONDS


def test_a_row_that_says_done_is_not_run_again(app: Flask, resources: Resources, clock: FixedClock) -> None:
    ask(resources.database, clock)
    work(resources, clock)

    probe(outbox_id=only_row(resources.database).id, number=1)

    assert ran == [1]


def test_a_job_whose_row_is_gone_does_nothing(app: Flask, resources: Resources) -> None:
    probe(outbox_id=404, number=1)

    assert ran == []


def test_a_job_that_raises_comes_back_later_and_is_done_once(
    app: Flask, resources: Resources, clock: FixedClock
) -> None:
    ask(resources.database, clock)
    failures.append(RuntimeError("13800138000"))

    work(resources, clock)

    row = only_row(resources.database)
    assert (row.state, row.attempt_count) == (OutboxState.QUEUED, 1)
    assert row.last_error == "RuntimeError", "what a message says may be private"
    work(resources, clock)
    assert ran == [1], "not before its time"
    clock.advance(timedelta(seconds=BACK_OFF_SECONDS[0]))
    work(resources, clock)
    work(resources, clock)
    assert (ran, only_row(resources.database).state) == ([1, 1], OutboxState.DONE)


def test_a_job_that_fails_before_the_relay_marked_it_is_found_by_the_sweep(
    app: Flask, resources: Resources, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(resources.database, clock)
    failures.append(RuntimeError())
    enqueue = relay._enqueue

    def enqueue_for_a_fast_worker(connection: redis.Redis, row: OutboxRow) -> None:
        enqueue(connection, row)
        work_queue(resources)

    with monkeypatch.context() as fast:
        fast.setattr(relay, "_enqueue", enqueue_for_a_fast_worker)
        relay_once(resources.database, resources.redis, clock.now())
    assert (ran, only_row(resources.database).state) == ([1], OutboxState.SENT)

    clock.advance(timedelta(seconds=21))
    sweep_outbox(resources.database, resources.redis, clock.now())
    work(resources, clock)

    assert (ran, only_row(resources.database).state) == ([1, 1], OutboxState.DONE)


def test_a_job_that_always_fails_is_given_up_and_keeps_its_error(
    app: Flask, resources: Resources, clock: FixedClock
) -> None:
    ask(resources.database, clock)
    failures.extend(ValueError() for _ in range(MAX_SENDS))

    for _ in range(MAX_SENDS + 2):
        work(resources, clock)
        clock.advance(timedelta(seconds=max(BACK_OFF_SECONDS)))

    row = only_row(resources.database)
    assert (len(ran), row.state, row.last_error) == (MAX_SENDS, OutboxState.FAILED, "ValueError")


def test_a_worker_killed_between_the_work_and_the_note_runs_the_job_again(
    app: Flask, resources: Resources, clock: FixedClock, redis_client: redis.Redis
) -> None:
    """So whatever a job does must be safe to repeat; the row then says done."""
    ask(resources.database, clock)
    failures.append(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        probe(outbox_id=only_row(resources.database).id, number=1)
    assert only_row(resources.database).state == OutboxState.QUEUED

    work(resources, clock)

    assert (ran, only_row(resources.database).state) == ([1, 1], OutboxState.DONE)
    assert job_id(only_row(resources.database)).startswith("outbox-")
