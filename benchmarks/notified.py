"""How long it takes until staff see what somebody asked for: a staffed product, requests at a rate, notices watched."""

import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from core.clock import CHINA
from core.db import Database
from models import Role
from services.staff import create_staff, set_availability
from tests.support.prepared import prepare_folder
from tests.support.stack import Stack

SENDERS = 32
POLL_SECONDS = 0.02
# A Monday at ten: staff are at their desks.
OPEN_AT = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)


@dataclass(frozen=True)
class Product:
    """The running product, and its database to look at."""

    stack: Stack
    path: Path


@contextmanager
def staffed_product(skill: str, prepare: Callable[[Database], None] = lambda _: None) -> Iterator[Product]:
    """The whole product, loaded, with ten people of that skill at their desks; `prepare` adds what it needs before."""
    folder = Path(tempfile.mkdtemp(prefix="zhiqiao-bench-"))
    database = prepare_folder(folder)
    with database.unit_of_work() as session:
        for number in range(10):
            staff, _ = create_staff(
                session, username=f"agent{number}", display_name=f"专员{number}", role=Role.AGENT,
                skills=[skill], regions=["全国"], now=datetime.now(UTC),
            )  # fmt: skip
            set_availability(session, staff=staff, is_available=True, now=OPEN_AT)
    prepare(database)
    database.engine.dispose()
    stack = Stack(folder, database_url=f"sqlite:///{folder / 'zhiqiao.db'}")
    stack.environment["LOG_LEVEL"] = "WARNING"
    try:
        stack.start()
        stack.wait_for_workers()
        stack.move_clock(now=OPEN_AT.isoformat())
        yield Product(stack, folder / "zhiqiao.db")
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure_waits(
    path: Path, openid: Callable[[int], str], send: Callable[[int], None], *, count: int, per_second: int
) -> dict[str, Any]:
    """p50, p99 and maximum in milliseconds from sending to the notice, and how many had none within 30 s."""
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(path, seen, done))
    watcher.start()
    started = time.monotonic()

    def send_share(first: int) -> None:
        for number in range(first, count, SENDERS):
            time.sleep(max(0, started + number / per_second - time.monotonic()))
            sent[openid(number)] = time.monotonic()
            send(number)

    threads = [threading.Thread(target=send_share, args=(first,)) for first in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    deadline = time.monotonic() + 30
    while len(seen) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    done.set()
    watcher.join()
    waits = sorted(1000 * (seen[each] - sent[each]) for each in seen)
    return {
        "sent_per_second": count / took,
        "p50_ms": waits[len(waits) // 2] if waits else None,
        "p99_ms": waits[int(len(waits) * 0.99)] if waits else None,
        "max_ms": waits[-1] if waits else None,
        "never": count - len(waits),
    }


def _watch(path: Path, seen: dict[str, float], done: threading.Event) -> None:
    """Notes when each user's case has a notice: what the console's live stream reads."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    last = 0
    while not done.is_set():
        rows = connection.execute(
            "SELECT n.id, i.openid FROM staff_notifications n JOIN cases c ON c.id = n.case_id"
            " JOIN conversations v ON v.id = c.conversation_id JOIN wechat_identities i ON i.id = v.identity_id"
            " WHERE n.id > ? ORDER BY n.id",
            (last,),
        ).fetchall()
        for number, openid in rows:
            last = number
            seen.setdefault(openid, time.monotonic())
        time.sleep(POLL_SECONDS)
    connection.close()


def offset_seconds(stack: Stack) -> float:
    """How far the product's clock is from this machine's."""
    offset: float = requests.get(f"{stack.sandbox_url}/sandbox/api/clock", timeout=5).json()["offset_seconds"]
    return offset
