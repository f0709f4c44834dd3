"""The unit of work commits what succeeds, drops what raises, and keeps times aware."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import CHINA, FixedClock
from core.db import Database
from models import Company


def test_a_block_that_raises_leaves_nothing_behind(database: Database, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), database.unit_of_work() as session:
        session.add(Company(name="广州云测科技有限公司", created_at=clock.now()))
        session.flush()
        raise RuntimeError

    with database.reading() as session:
        assert session.scalars(select(Company)).all() == []


def test_times_come_back_aware_and_equal(database: Database) -> None:
    at = datetime(2026, 11, 23, 10, 30, tzinfo=CHINA)

    with database.unit_of_work() as session:
        session.add(Company(name="广州云测科技有限公司", created_at=at))

    with database.reading() as session:
        stored = session.scalars(select(Company)).one()
    assert stored.created_at == at
    assert stored.created_at.utcoffset() is not None


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="naive"), database.unit_of_work() as session:
        session.add(Company(name="某公司", created_at=datetime(2026, 11, 23)))


def test_a_unit_of_work_inside_another_is_refused_on_sqlite_where_it_could_never_begin(
    sqlite_template: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'own.db')}")

    with database.unit_of_work(), pytest.raises(RuntimeError, match="already open"), database.unit_of_work():
        pass

    with database.unit_of_work() as session:
        assert session.scalars(select(Company)).all() == []
    database.engine.dispose()
