"""The database: one declarative base, one engine, one unit of work that alone commits."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Engine, MetaData, Table, Update, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
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
    """One writer at a time. A unit of work inside another would wait for itself for ever: it raises instead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    def __enter__(self) -> None:
        if self._holder == threading.get_ident():
            raise RuntimeError("A unit of work is already open in this thread.")
        self._lock.acquire()
        self._holder = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._holder = None
        self._lock.release()


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
        # SQLite lets one write and makes the others sleep and look again, without order: under 50 threads some would
        # wait seconds. In line before the door, the threads of a process go in one after the other.
        self._writer: AbstractContextManager[Any] = _WriterLine() if self.is_sqlite else nullcontext()
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self.engine.execution_options(read_only=True), expire_on_commit=False, autoflush=False
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Commit if the block succeeds, roll back if it raises. Only it and run_alone commit; services flush."""
        with self._writer, self._sessions.begin() as session:
            yield session

    def run_alone(self, statement: Update, values: dict[str, Any]) -> int:
        """One statement that is a unit of work by itself; answers how many rows it changed."""
        with self._writer, self.engine.begin() as connection:
            return connection.execute(statement, values).rowcount

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: no write lock on SQLite, nothing is committed."""
        with self._readers() as session:
            yield session

    def dispose(self) -> None:
        """Drop pooled connections without closing what a parent process still uses."""
        self.engine.dispose(close=False)
