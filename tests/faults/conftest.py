"""Whole stacks of real processes whose parts can be killed at a named step; each is started once and used again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
import requests
from rq.exceptions import NoSuchJobError
from rq.job import Job
from sqlalchemy import create_engine, make_url, select, text

from core.db import Database
from core.outbox import OutboxRow, OutboxState
from jobs.relay import job_id
from tests.faults.scene import App, Scene, Trap, add_staff
from tests.support.prepared import prepare_folder
from tests.support.stack import Stack, copy_prepared

# Staff are at their desks.
MONDAY_MORNING = "2026-11-23T09:30:00+08:00"
# Longer than WeChat's five seconds: on a busy machine a killed web process needs the time to be there again.
PUSH_TIMEOUT = 7
# Longer than the relay lets a job be away before it looks for it.
LOST_SECONDS = 25


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set-up product with an SQLite file, copied for each stack."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare_folder(folder).engine.dispose()
    return folder


def new_postgres(url: str, purpose: str) -> str:
    """The URL of an empty database beside the tests' own, whose name it begins with: each worker has its own."""
    name = f"{make_url(url).database}_{purpose}"
    admin = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def new_stack(folder: Path, database_url: str, options: dict[str, bool | int]) -> Stack:
    return Stack(folder, database_url=database_url, push_timeout=PUSH_TIMEOUT, is_forked=True, **options)  # type: ignore[arg-type]


def sqlite_stack(prepared: Path, folder: Path, **options: bool | int) -> Stack:
    copy_prepared(prepared, folder)
    return new_stack(folder, f"sqlite:///{folder / 'zhiqiao.db'}", options)


def postgres_stack(request: pytest.FixtureRequest, folder: Path, purpose: str, **options: bool | int) -> Stack:
    url = new_postgres(request.getfixturevalue("postgres_url"), purpose)
    prepare_folder(folder, url).engine.dispose()
    return new_stack(folder, url, options)


def running(stack: Stack, *, now: str | None = MONDAY_MORNING) -> Iterator[Stack]:
    try:
        stack.start()
        if now is not None:
            stack.move_clock(now=now)
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def sqlite_killable(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from running(sqlite_stack(prepared, tmp_path_factory.mktemp("stack"), is_killable=True))


@pytest.fixture(scope="session")
def postgres_killable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack-postgres")
    yield from running(postgres_stack(request, folder, "killable", is_killable=True))


@pytest.fixture
def stack(sqlite_killable: Stack) -> Iterator[Stack]:
    """The one that most tests use; every part runs when a test begins."""
    yield sqlite_killable
    sqlite_killable.clear_faults()
    mend_all(sqlite_killable)


def mend_all(stack: Stack) -> None:
    """A test that failed half-way must not take the next one with it."""
    shutil.rmtree(stack.folder / "traps", ignore_errors=True)
    if stack.valkey.process is None or stack.valkey.process.poll() is not None:
        stack.valkey.start()
    stack.revive()
    for name in stack.commands():
        if name not in stack.processes:
            stack.start(name)


@pytest.fixture
def database(stack: Stack) -> Iterator[Database]:
    """The stack's own rows, read and written by the test as by one more process."""
    database = Database(stack.database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def new_scene(stack: Stack, database: Database) -> Callable[[App], Scene]:
    return lambda app: Scene(stack, database, app)


@pytest.fixture
def trap(stack: Stack) -> Callable[[str], Trap]:
    return lambda part: Trap(stack, part)


def virtual_now(stack: Stack) -> datetime:
    answer = requests.get(f"{stack.sandbox_url}/sandbox/api/clock", timeout=5).json()
    return datetime.now(UTC) + timedelta(seconds=float(answer["offset_seconds"]))


def find_lost(stack: Stack, database: Database, jobs: str) -> None:
    """What the dead worker had begun of these jobs is begun anew: RQ would wait some minutes before it gives a started
    job up."""
    with database.reading() as session:
        begun = session.scalars(
            select(OutboxRow).where(OutboxRow.state == OutboxState.SENT, OutboxRow.job_name.contains(jobs))
        ).all()
    with closing(redis.Redis.from_url(stack.valkey.url)) as connection:
        for row in begun:
            with suppress(NoSuchJobError):
                Job.fetch(job_id(row), connection=connection).delete()
    stack.move_clock(advance_seconds=LOST_SECONDS)


@pytest.fixture
def staff_id(stack: Stack, database: Database) -> int:
    return add_staff(database, virtual_now(stack))
