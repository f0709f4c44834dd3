"""Seats at a training session: bookings a second by 1, 2 and 4 processes, and a message to 10,000 participants.

Beside the bookings stands the bare transaction that none can do without: a counter raised under its lock, a row put in.
"""

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.boards import fresh_database
from benchmarks.notified import OPEN_AT, staffed_product
from core.db import Database
from core.logs import configure_logging
from models import Booking, BookingState, Conversation, CourseSession, SessionBroadcast, User, WeChatIdentity
from services.training.broadcasts import write_broadcast
from services.training.seats import book
from tests.support.training import make_session

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BOOKINGS = 400
SEATS = 200
PROCESSES = (1, 2, 4)
PARTICIPANTS = 10_000
PATIENCE_SECONDS = 300.0

Step = Callable[[Session, int, int], None]


def run() -> dict[str, Any]:
    """Bookings by database, kind and number of processes; the broadcast."""
    found: dict[str, Any] = {"bookings": {}}
    for kind in ("sqlite", "postgres"):
        folder = Path(tempfile.mkdtemp(prefix="zhiqiao-seats-"))
        try:
            with fresh_database(kind, folder) as url:
                found["bookings"][kind] = [
                    _measure(url, name, step, count) for count in PROCESSES for name, step in STEPS
                ]
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    found["broadcast"] = _broadcast()
    return found


def _people(session: Session, count: int, *, now: datetime) -> list[int]:
    """The conversations of so many new people."""
    first = (session.scalar(select(func.max(User.id))) or 0) + 1
    numbers = range(first, first + count)
    shared = {"created_at": now}
    session.execute(insert(User), [{"id": each, **shared} for each in numbers])
    session.execute(insert(WeChatIdentity), [
        {"id": each, "user_id": each, "platform": "official_account", "app_id": "wx1", "openid": f"o{each}", **shared}
        for each in numbers
    ])  # fmt: skip
    session.execute(insert(Conversation), [
        {"id": each, "public_id": f"c{each}", "user_id": each, "identity_id": each, "last_message_at": now, **shared}
        for each in numbers
    ])  # fmt: skip
    return list(numbers)


def _book(session: Session, session_id: int, conversation_id: int) -> None:
    who = session.get_one(Conversation, conversation_id)
    book(session, session_id=session_id, conversation=who, channel="chat", now=NOW)


def _bare(session: Session, session_id: int, conversation_id: int) -> None:
    raised = update(CourseSession).where(CourseSession.id == session_id)
    session.execute(raised.values(version=CourseSession.version + 1))
    session.execute(insert(Booking).values(
        number=f"PX{session_id}-{conversation_id}", session_id=session_id, user_id=conversation_id,
        conversation_id=conversation_id, seats=1, state=BookingState.WAITING, channel="chat", answers={},
        created_at=NOW, changed_at=NOW,
    ))  # fmt: skip


STEPS: tuple[tuple[str, Step], ...] = (("booking", _book), ("bare transaction", _bare))


def _measure(url: str, name: str, step: Step, processes: int) -> dict[str, Any]:
    """Everybody wants the same session, as when enrolment opens."""
    database = Database(url)
    with database.unit_of_work() as session:
        people = _people(session, BOOKINGS, now=NOW)
        session_id = make_session(session, NOW, capacity=SEATS).id
    database.engine.dispose()
    context = multiprocessing.get_context("fork")  # as the web server's own processes, with everything loaded
    gate, results = context.Barrier(processes + 1), context.Queue()
    shares = [people[first::processes] for first in range(processes)]
    workers = [context.Process(target=_work, args=(url, name, session_id, share, gate, results)) for share in shares]
    for worker in workers:
        worker.start()
    gate.wait(PATIENCE_SECONDS)
    began = time.perf_counter()
    times = sorted(each for _ in workers for each in results.get(timeout=PATIENCE_SECONDS))
    took = time.perf_counter() - began
    for worker in workers:
        worker.join()
    if name == "booking":
        _check_seats(url, session_id)
    return {
        "what": name,
        "processes": processes,
        "per_second": len(times) / took,
        "p50_ms": times[len(times) // 2],
        "p99_ms": times[int(len(times) * 0.99)],
    }


def _work(url: str, name: str, session_id: int, share: list[int], gate: Barrier, results: Any) -> None:
    configure_logging("ERROR")
    database, step, times = Database(url), dict(STEPS)[name], []
    with database.reading() as session:
        session.get_one(CourseSession, session_id)  # connected, mapped, imported
    gate.wait(PATIENCE_SECONDS)
    for conversation_id in share:
        began = time.perf_counter()
        with database.unit_of_work() as session:
            step(session, session_id, conversation_id)
        times.append(1000 * (time.perf_counter() - began))
    results.put(times)
    database.engine.dispose()


def _check_seats(url: str, session_id: int) -> None:
    database = Database(url)
    with database.reading() as session:
        taken = session.get_one(CourseSession, session_id).taken
        booked = select(func.count()).where(Booking.session_id == session_id, Booking.state == BookingState.BOOKED)
        if (taken, session.scalar(booked)) != (SEATS, SEATS):
            raise RuntimeError(f"{taken} seats taken of {SEATS}")
    database.engine.dispose()


def _broadcast() -> dict[str, float]:
    """Seconds from the desk's click until everybody's message is in their app (nobody wrote within 48 hours)."""
    wrote_last = OPEN_AT - timedelta(days=5)
    held: list[int] = []

    def prepare(database: Database) -> None:
        with database.unit_of_work() as session:
            session_id = make_session(session, OPEN_AT, capacity=PARTICIPANTS, taken=PARTICIPANTS).id
            held.append(session_id)
            session.execute(insert(Booking), [
                {
                    "number": f"PX{each}", "session_id": session_id, "user_id": each, "conversation_id": each,
                    "seats": 1, "state": BookingState.BOOKED, "channel": "chat", "answers": {}, "is_live": True,
                    "created_at": wrote_last, "changed_at": wrote_last,
                }
                for each in _people(session, PARTICIPANTS, now=wrote_last)
            ])  # fmt: skip

    with staffed_product("training", prepare) as product:
        database = Database(f"sqlite:///{product.path}")
        began = time.perf_counter()
        with database.unit_of_work() as session:
            row = write_broadcast(
                session, session_id=held[0], text="本场改到周五下午两点。", states=[BookingState.BOOKED], now=OPEN_AT
            )
        written = time.perf_counter() - began
        while time.perf_counter() - began < PATIENCE_SECONDS:
            with database.reading() as session:
                found = session.get_one(SessionBroadcast, row.id)
                if found.done_at is not None:
                    break
            time.sleep(0.1)
        took = time.perf_counter() - began
        told = found.sent_count
        database.engine.dispose()
    return {"asked_seconds": written, "told": told, "told_seconds": took}
