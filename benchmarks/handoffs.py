"""From "转人工" to the notice in the console of a member of staff, at 50 a second, over web, outbox and worker."""

import shutil
import sqlite3
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from core.clock import CHINA
from models import Role
from services.staff import create_staff, set_availability
from tests.support.prepared import prepare_folder
from tests.support.pushes import Pusher, text_fields
from tests.support.stack import Stack

COUNT = 500
PER_SECOND = 50
SENDERS = 32
POLL_SECONDS = 0.02
# A Monday at ten: staff are at their desks.
OPEN_AT = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)


def run() -> dict[str, Any]:
    """p50, p99 and maximum in milliseconds, and how many never arrived within 30 s."""
    folder = Path(tempfile.mkdtemp(prefix="zhiqiao-bench-"))
    database = prepare_folder(folder)
    with database.unit_of_work() as session:
        for number in range(10):
            staff, _ = create_staff(
                session, username=f"agent{number}", display_name=f"专员{number}", role=Role.AGENT,
                skills=["general"], regions=["全国"], now=datetime.now(UTC),
            )  # fmt: skip
            set_availability(session, staff=staff, is_available=True, now=OPEN_AT)
    database.engine.dispose()
    stack = Stack(folder, database_url=f"sqlite:///{folder / 'zhiqiao.db'}")
    stack.environment["LOG_LEVEL"] = "WARNING"
    try:
        stack.start()
        clock_url = f"{stack.sandbox_url}/sandbox/api/clock"
        requests.post(clock_url, json={"now": OPEN_AT.isoformat()}, timeout=5).raise_for_status()
        time.sleep(1.5)
        return _measure(stack, folder / "zhiqiao.db")
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(stack: Stack, path: Path) -> dict[str, Any]:
    environment = stack.environment
    pusher = Pusher(
        environment["WECHAT_OFFICIAL_APP_ID"],
        environment["WECHAT_OFFICIAL_TOKEN"],
        environment["WECHAT_OFFICIAL_AES_KEY"],
    )
    offset = requests.get(f"{stack.sandbox_url}/sandbox/api/clock", timeout=5).json()["offset_seconds"]
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(path, seen, done))
    watcher.start()
    started = time.monotonic()

    def send(first: int) -> None:
        for number in range(first, COUNT, SENDERS):
            time.sleep(max(0, started + number / PER_SECOND - time.monotonic()))
            openid = f"oHand{number:023d}"
            url, body = pusher.request(text_fields(openid, "转人工"), at=int(time.time() + offset))
            sent[openid] = time.monotonic()
            requests.post(stack.web_url + url, data=body, headers={"Content-Type": "text/xml"}, timeout=30)

    threads = [threading.Thread(target=send, args=(first,)) for first in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    deadline = time.monotonic() + 30
    while len(seen) < COUNT and time.monotonic() < deadline:
        time.sleep(0.1)
    done.set()
    watcher.join()
    waits = sorted(1000 * (seen[openid] - sent[openid]) for openid in seen)
    return {
        "sent_per_second": COUNT / took,
        "p50_ms": waits[len(waits) // 2] if waits else None,
        "p99_ms": waits[int(len(waits) * 0.99)] if waits else None,
        "max_ms": waits[-1] if waits else None,
        "never": COUNT - len(waits),
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
