"""The database: one declarative base, one engine, one unit of work that alone commits."""

import fcntl
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Connection, DateTime, Engine, MetaData, Table, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; SQLite would give a naive one back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime was given where an aware one is required.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSONValue = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Every table's base."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSONValue,
        list[Any]: JSONValue,
        list[str]: JSONValue,
    }


def table_of(model: type[Base]) -> Table:
    """A model's table, for statements that do without mapped objects."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, says BEGIN
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=15000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        # A plain BEGIN that reads before it writes fails with "locked" whatever the busy timeout.
        mode = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {mode}")


class _WriterLine:
    """One writer at a time, over all processes of this machine that write to the same file.

    SQLite itself lets one write and makes the others sleep and look again, without order: under load some would wait
    seconds. Here the threads of a process go in as they came, and the processes wait on a record lock of a file beside
    the database, which wakes the next one at once. A process that dies lets go of it. SQLite's own lock still decides.
    A unit of work inside another would wait for itself for ever: it raises instead.
    """

    def __init__(self, path: str) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._holder: int | None = None
        # A record lock belongs to the process, not to the open file, so a fork may keep the descriptor.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self._file)

    def __enter__(self) -> None:
        me = threading.get_ident()
        turn = threading.Lock()
        with self._guard:
            if self._holder == me:
                raise RuntimeError("A unit of work is already open in this thread.")
            is_next = self._holder is None
            if is_next:
                self._holder = me
            else:
                turn.acquire()
                self._waiting.append(turn)
        if not is_next:
            turn.acquire()  # released by who was before us
            self._holder = me
        fcntl.lockf(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)
        with self._guard:
            self._holder = -1 if self._waiting else None
            if self._waiting:
                self._waiting.popleft().release()


class Database:
    """The engine and its sessions. Built once per process; `dispose` after a fork."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = {
            "pool_pre_ping": not self.is_sqlite,
            "pool_size": pool_size,
            "max_overflow": 60,
            # An error must not print what people wrote.
            "hide_parameters": True,
        }
        if self.is_sqlite:
            options["connect_args"] = {"check_same_thread": False}
        self.engine = create_engine(url, **options)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writer: AbstractContextManager[Any] = nullcontext()
        if self.is_sqlite:
            self._writer = _WriterLine(f"{self.engine.url.database}-writer")
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self.engine.execution_options(read_only=True), expire_on_commit=False, autoflush=False
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Commit if the block succeeds, roll back if it raises. Only it and `writing` commit; services flush."""
        with self._writer, self._sessions.begin() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A unit of work without a session, for a prepared statement or two."""
        with self._writer, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: no write lock on SQLite, nothing is committed."""
        with self._readers() as session:
            yield session

    def on_begin(self, listener: Callable[[Session, SessionTransaction, Connection], None]) -> None:
        """Have `listener` called as a session's transaction begins, before its first statement."""
        for sessions in (self._sessions, self._readers):
            event.listen(sessions, "after_begin", listener)

    def dispose(self) -> None:
        """Drop pooled connections without closing what a parent process still uses."""
        self.engine.dispose(close=False)
