"""The scheduler's list: each task at its time, and none can stop the others."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import redis
from sqlalchemy import select

from core.clock import CHINA, FixedClock
from core.outbox import MAX_SENDS, OutboxRow, OutboxState, plan_retry
from jobs import schedule
from jobs.knowledge_upkeep import request_upkeep
from jobs.schedule import (
    SCHEDULE,
    Every,
    ask_how_it_was,
    heartbeat,
    keep_deals,
    keep_market,
    look_at_investors,
    look_at_watches,
    look_at_windows,
    note_changed_rights,
    note_watched_patents,
    purge,
    relay,
    remind_keepers,
    remind_of_sessions,
    renew_timetable,
    run_schedule,
    sweep_queue,
    sweep_rows,
    take_up_deletions,
    verify_stamps,
)
from models import Case, Turn, TurnState
from services.job_names import JobName, request_job
from services.measures import BacklogCollector
from services.resources import Resources
from tests.support.people import make_conversation, make_identity
from tests.support.staff import make_case, make_staff
from tests.support.waiting import wait_until


def run_until(resources: Resources, condition: Callable[[], object]) -> None:
    """Long enough for a busy machine."""
    stop = threading.Event()
    thread = threading.Thread(target=run_schedule, args=(resources, stop))
    thread.start()
    try:
        wait_until(condition, 30)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def swept(resources: Resources) -> bool:
    """Whether a sweep has asked for the job of a turn that was cut off."""
    with resources.database.reading() as session:
        return session.scalar(select(OutboxRow.id).where(OutboxRow.job_name == JobName.RUN_TURN)) is not None


@pytest.fixture
def dead_queue(resources: Resources, dead_redis: redis.Redis) -> Resources:
    return replace(resources, redis=dead_redis)


def test_everything_that_must_happen_is_on_the_list() -> None:
    assert {entry.task for entry in SCHEDULE} == {
        relay,
        remind_of_sessions,
        ask_how_it_was,
        note_changed_rights,
        note_watched_patents,
        look_at_watches,
        remind_keepers,
        renew_timetable,
        heartbeat,
        sweep_rows,
        sweep_queue,
        purge,
        take_up_deletions,
        verify_stamps,
        look_at_investors,
        look_at_windows,
        keep_market,
        keep_deals,
        request_upkeep,
    }


def test_a_task_that_fails_each_time_stops_neither_itself_nor_the_others(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def failing(_resources: Resources) -> None:
        calls.append("failing")
        raise ValueError

    def down(_resources: Resources) -> None:
        calls.append("down")
        raise redis.ConnectionError

    def working(_resources: Resources) -> None:
        calls.append("working")

    monkeypatch.setattr(schedule, "SCHEDULE", (Every(0.05, failing), Every(0.05, down), Every(0.05, working)))

    run_until(resources, lambda: min(calls.count(name) for name in ("failing", "down", "working")) >= 3)


def test_each_task_runs_at_once_and_then_at_its_own_time(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def often(_resources: Resources) -> None:
        calls.append("often")

    def seldom(_resources: Resources) -> None:
        calls.append("seldom")

    monkeypatch.setattr(schedule, "SCHEDULE", (Every(0.1, often), Every(60, seldom)))

    started = time.monotonic()
    run_until(resources, lambda: calls.count("often") >= 4)

    assert calls.count("seldom") == 1
    assert calls.count("often") <= (time.monotonic() - started) / 0.1 + 2


def test_the_heartbeat_ends_soon_after_the_scheduler(resources: Resources) -> None:
    heartbeat(resources)

    assert 0 < resources.redis.ttl("zhiqiao:heartbeat:scheduler") <= 15


def test_with_redis_down_rows_are_still_swept_and_jobs_wait(
    resources: Resources, dead_queue: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        session.add(
            Turn(
                dedupe_key="k",
                conversation_id=conversation.id,
                inbound={},
                state=TurnState.RUNNING,
                owner_token=1,
                attempt_count=1,
                created_at=clock.now() - timedelta(minutes=1),
            )
        )

    run_until(dead_queue, lambda: swept(resources))
    for _ in range(12):
        clock.advance(timedelta(seconds=11))
        sweep_rows(dead_queue)

    with resources.database.reading() as session:
        jobs = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.RUN_TURN)).all()
    assert [job.state for job in jobs] == [OutboxState.QUEUED], "one job is enough, however long the queue is away"
    relay(resources)
    with resources.database.reading() as session:
        states = session.scalars(select(OutboxRow.state).where(OutboxRow.job_name == JobName.RUN_TURN)).all()
        assert states == [OutboxState.SENT]


def test_a_case_whose_job_was_lost_for_good_is_asked_for_again(resources: Resources, clock: FixedClock) -> None:
    clock.set(datetime(2026, 11, 23, 20, 0, tzinfo=CHINA))
    with resources.database.unit_of_work() as session:
        make_case(session, clock.now())
        lost = session.scalars(select(OutboxRow)).one()
        assert lost.job_name == JobName.ROUTE_CASE, "the case waits for the morning"
        lost.state = OutboxState.FAILED
    clock.set(datetime(2026, 11, 24, 9, 1, tzinfo=CHINA))
    with resources.database.unit_of_work() as session:
        make_staff(session, clock.now())

    sweep_rows(resources)

    with resources.database.reading() as session:
        case = session.scalars(select(Case)).one()
        waiting = session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)).all()
    assert [(job.job_name, job.arguments) for job in waiting] == [(JobName.ROUTE_CASE, {"case_id": case.id})]


def test_a_deletion_that_was_given_up_is_seen_and_tried_again_until_it_succeeds(
    resources: Resources, clock: FixedClock
) -> None:
    def given_up() -> dict[str, float]:
        [shown] = [each for each in BacklogCollector(resources).collect() if each.name == "zhiqiao_outbox_failed"]
        return {sample.labels["job"]: sample.value for sample in shown.samples}

    with resources.database.unit_of_work() as session:
        request_job(session, JobName.COLLECT_FILE, key="file", now=clock.now(), storage_key="0" * 32)
        request_job(session, JobName.SORT_MISSES, key="other", now=clock.now())
        session.flush()
        for row in session.scalars(select(OutboxRow)):
            for _ in range(MAX_SENDS):
                plan_retry(row, now=clock.now(), error="FileStoreError")
    assert given_up() == {JobName.COLLECT_FILE: 1, JobName.SORT_MISSES: 1}

    for hour in range(1, 4):
        clock.advance(timedelta(hours=1))
        take_up_deletions(resources)
        assert given_up() == {JobName.SORT_MISSES: 1}, "what others ask for again is left to them"
        with resources.database.unit_of_work() as session:
            row = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.COLLECT_FILE)).one()
            assert (row.state, row.run_after) == (OutboxState.QUEUED, clock.now())
            assert row.attempt_count == MAX_SENDS + hour - 1, "the queue must take each try for another job"
            plan_retry(row, now=clock.now(), error="FileStoreError")
        assert given_up() == {JobName.COLLECT_FILE: 1, JobName.SORT_MISSES: 1}

    take_up_deletions(resources)
    relay(resources)
    with resources.database.reading() as session:
        states = {row.job_name: row.state for row in session.scalars(select(OutboxRow))}
    assert states == {JobName.COLLECT_FILE: OutboxState.SENT, JobName.SORT_MISSES: OutboxState.FAILED}


def test_a_sweep_that_fails_leaves_nothing_half_done(
    resources: Resources, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The desk has just opened: the case waits for whoever sits down.
    clock.set(datetime(2026, 11, 24, 9, 0, tzinfo=CHINA))
    with resources.database.unit_of_work() as session:
        make_case(session, clock.now())
        request_job(session, JobName.ROUTE_CASE, key="x", now=clock.now(), case_id=1)
    clock.advance(timedelta(minutes=1))

    def broken(*_args: object, **_kwargs: object) -> int:
        raise ValueError

    with resources.database.reading() as session:
        before = session.scalars(select(OutboxRow.key)).all()
    monkeypatch.setattr(schedule, "close_idle_cases", broken)
    with pytest.raises(ValueError):
        sweep_rows(resources)

    with resources.database.reading() as session:
        assert session.scalars(select(OutboxRow.key)).all() == before
