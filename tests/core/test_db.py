"""The unit of work commits what succeeds, drops what raises, and keeps times aware."""

import shutil
import subprocess
import sys
import threading
import time
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


HOLD = """
import sys, time
from core.db import Database
with Database(sys.argv[1]).unit_of_work():
    print("in", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(url: str, seconds: float) -> subprocess.Popen[str]:
    """Another process inside a unit of work."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, url, str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def test_a_writer_of_another_process_is_waited_for_and_followed_at_once(sqlite_template: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'own.db')}"
    database = Database(url)
    started = time.monotonic()
    with hold(url, 0.6) as other, database.unit_of_work():
        waited = time.monotonic() - started
        assert other.stdout is not None
    database.engine.dispose()

    # SQLite's own waiting sleeps up to a tenth of a second between looks.
    assert waited > 0.5


def test_a_writer_that_is_killed_lets_the_next_one_in(sqlite_template: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'own.db')}"
    database = Database(url)
    with hold(url, 60) as other:
        other.kill()
        with database.unit_of_work() as session:
            assert session.scalars(select(Company)).all() == []
    database.engine.dispose()


def test_threads_go_in_in_the_order_in_which_they_came(sqlite_template: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'own.db')}")
    entered: list[int] = []

    def enter(number: int) -> None:
        with database.unit_of_work():
            entered.append(number)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(8)]
    with database.unit_of_work():
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    database.engine.dispose()

    assert entered == list(range(8))
