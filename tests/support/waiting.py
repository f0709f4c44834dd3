"""Two units of work at once: waiting until one waits for the other, or until a late answer has been written down."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from core.db import Database
from models import Delivery, DeliveryChannel


def wait_until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Long enough for a busy machine; a test on a free one goes on at once."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {seconds} s")
        time.sleep(0.02)


def wait_for_late_answer(database: Database) -> None:
    """Until an answer that did not go out with the request stands in the ledger."""

    def written() -> Delivery | None:
        with database.reading() as session:
            return session.scalars(select(Delivery).where(Delivery.channel != DeliveryChannel.PASSIVE)).first()

    wait_until(written)


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
