"""Two units of work at once: waiting until one waits for the other."""

import time

from sqlalchemy import text

from core.db import Database


def wait_until_somebody_waits(database: Database) -> None:
    """For a row that the test holds. SQLite lets one write at a time, so there nobody holds anything meanwhile."""
    if database.engine.dialect.name != "postgresql":
        return
    for _ in range(100):
        with database.reading() as session:
            here = "JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted"
            if session.scalar(text(f"SELECT count(*) FROM pg_locks {here}")):
                return
        time.sleep(0.05)
    raise AssertionError("nobody came to wait")
