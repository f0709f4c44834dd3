"""A mailing to 450,000 people on SQLite in one process: people told and messages sent a second, and what of memory it
takes; beside it raw RQ, one job a person that does nothing, with a worker that does not fork. WeChat is a counter here:
its own time comes on top of both."""

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redis
from rq import Queue, SimpleWorker
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from adapters.wechat.local import LocalWeChat
from core.clock import CHINA, FixedClock
from core.db import Base, Database
from core.logs import configure_logging
from dev.servers import Valkey, free_port
from models import (
    Allowance,
    Conversation,
    Mailing,
    MailingState,
    Notice,
    Platform,
    Role,
    Staff,
    Topic,
    User,
    WeChatIdentity,
)
from services.notices.mailing_steps import send_portion
from services.notices.mailings import MailingContent, start_mailing, write_mailing
from services.notices.segments import Group, Segment
from services.staff import create_staff

USERS, OPEN_EVERY, SENT_TO, QUEUED = 450_000, 20, 20_000, 20_000
CHUNK = 10_000
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA).astimezone(UTC)
LATER = datetime(2026, 11, 25, 9, 0, tzinfo=CHINA).astimezone(UTC)
OPEN_REGION, REGION = "广东省广州市", "广东省佛山市"


class Counter(LocalWeChat):
    """Takes every message and keeps none."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def send(self, openid: str, payload: Any) -> None:
        self.count += 1


def do_nothing(number: int) -> None:
    """What the baseline's jobs do."""


def run(users: int = USERS, sent_to: int = SENT_TO, queued: int = QUEUED) -> dict[str, Any]:
    """Every figure, as one dictionary."""
    folder = Path(tempfile.mkdtemp(prefix="zhiqiao-fanout-"))
    try:
        database = Database(f"sqlite:///{folder / 'fanout.db'}")
        Base.metadata.create_all(database.engine)
        with database.unit_of_work() as session:
            create_staff(
                session, username="boss", display_name="主管", role=Role.SUPERVISOR, skills=[], regions=[], now=NOW
            )
        _fill(database, users, sent_to)
        found = {"users": users, "open": users // OPEN_EVERY, "sent_to": sent_to}
        # First those who can all be written to, so that what the whole takes of memory is not taken already.
        found |= {f"sent_{name}": value for name, value in _mail(database, Segment(Group.ALL, (OPEN_REGION,))).items()}
        before = _memory()
        whole = _mail(database, Segment(Group.ALL, (REGION,)))
        found |= {f"all_{name}": value for name, value in whole.items()}
        found |= {"memory_before_mb": before, "memory_mb": _memory()}
        database.engine.dispose()
        found["rq_per_second"] = _raw_rq(folder, queued)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _mail(database: Database, segment: Segment) -> dict[str, Any]:
    """One mailing from its start to its end."""
    clock, wechat = FixedClock(NOW), Counter()
    with database.unit_of_work() as session:
        staff = session.scalars(select(Staff)).one()
        content = MailingContent("质押实务公开课", "下周三有质押实务公开课,免费。", Topic.COURSE, segment)
        mailing = write_mailing(session, staff, content, NOW)
        mailing_id = start_mailing(session, staff, mailing.public_id, mailing.version, NOW).id
    apps = {Platform.OFFICIAL_ACCOUNT: wechat}
    started = time.perf_counter()
    while _state(database, mailing_id) == MailingState.GATHERING:
        send_portion(database, apps, clock, mailing_id=mailing_id)
    listed = time.perf_counter() - started
    started = time.perf_counter()
    while _state(database, mailing_id) != MailingState.DONE:
        send_portion(database, apps, clock, mailing_id=mailing_id)
    took = time.perf_counter() - started
    with database.reading() as session:
        row = session.get_one(Mailing, mailing_id)
        told = session.scalar(select(func.count()).where(Notice.mailing_id == mailing_id)) or 0
        people = session.scalar(select(func.count(Notice.user_id.distinct())).where(Notice.mailing_id == mailing_id))
    if not row.recipient_count == row.told_count == told == people:
        raise RuntimeError("Somebody was told twice or forgotten.")
    return {
        "list_seconds": round(listed, 1),
        "seconds": round(took, 1),
        "told": told,
        "per_second": round(told / took),
        "messages": wechat.count,
        "messages_per_second": round(wechat.count / took),
    }


def _state(database: Database, mailing_id: int) -> str:
    with database.reading() as session:
        return str(session.scalar(select(Mailing.state).where(Mailing.id == mailing_id)))


def _fill(database: Database, users: int, sent_to: int) -> None:
    """`sent_to` people whose windows are all open, and `users` of whom one in twenty's is."""
    for numbers in _chunks(1, sent_to + users):
        with database.unit_of_work() as session:
            _add(session, numbers, sent_to)


def _chunks(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, CHUNK):
        yield range(start, min(start + CHUNK, first + count))


def _add(session: Session, numbers: range, sent_to: int) -> None:
    session.execute(
        insert(User),
        [{"id": each, "region": OPEN_REGION if each <= sent_to else REGION, "created_at": NOW} for each in numbers],
    )
    session.execute(
        insert(WeChatIdentity),
        [
            {"id": each, "user_id": each, "platform": Platform.OFFICIAL_ACCOUNT, "app_id": "wx1", "openid": f"o{each}",
             "created_at": NOW}
            for each in numbers
        ],
    )  # fmt: skip
    session.execute(
        insert(Conversation),
        [
            {"id": each, "public_id": f"c{each}", "user_id": each, "identity_id": each, "last_message_at": NOW,
             "created_at": NOW}
            for each in numbers
        ],
    )  # fmt: skip
    opened = [each for each in numbers if each <= sent_to or each % OPEN_EVERY == 0]
    session.execute(
        insert(Allowance),
        [{"identity_id": each, "kind": "message", "left_count": 5, "until_at": LATER} for each in opened],
    )


def _raw_rq(folder: Path, count: int) -> float:
    """Jobs a second, from the first enqueued to the last one done, in batches like ours."""
    valkey = Valkey(folder / "valkey", free_port())
    valkey.start()
    try:
        connection = redis.Redis.from_url(valkey.url)
        queue = Queue("fanout", connection=connection)
        started = time.perf_counter()
        for numbers in _chunks(0, count):
            queue.enqueue_many([Queue.prepare_data(do_nothing, (number,), result_ttl=0) for number in numbers])
        SimpleWorker([queue], connection=connection).work(burst=True, logging_level="ERROR")
        took = time.perf_counter() - started
        connection.close()
    finally:
        valkey.stop()
    return round(count / took)


def _memory() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    # Logs go to standard error, so that what is printed is the figures alone.
    configure_logging("WARNING")
    # A smaller one, to see that it runs: python -m benchmarks.fanout 8000 2000 2000
    print(json.dumps(run(*(int(each) for each in sys.argv[1:]))))
