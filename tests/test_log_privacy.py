"""The whole service at LOG_LEVEL=DEBUG, through success and failure: no line holds what a person said or is."""

import base64
import contextlib
import io
import logging
import zlib
from pathlib import Path

import pytest
import redis
from sqlalchemy import select
from sqlalchemy.exc import DataError

import bot.turn
import services.deliveries
from adapters.wechat.session import CodeSession
from app import create_app
from core.clock import FixedClock
from core.db import Database
from models import Booking, Certificate, Platform
from services.training.certificates import issue_certificate
from services.training.timetable import booking_words
from tests.console.conftest import Browser
from tests.support.jobs import run_outbox
from tests.support.pushes import event_fields, text_fields
from tests.support.resources import make_resources, official_pusher
from tests.support.staff import PASSWORD, make_staff
from tests.support.training import make_attended, make_booking, make_course, make_session
from tests.support.training_questions import TOPIC, make_questions

OPENID = "oSecretOpenid00000000000001"
MINI_OPENID = "oSecretMini0000000000000001"
SESSION_KEY = "c2VjcmV0LXNlc3Npb24ta2V5"
WORDS = "石墨烯散热膜的秘密配方13912345678"
REPLY = "请把秘密图纸发到我的邮箱"
CODE = "0aSecretLoginCode"


@pytest.fixture
def resources(tmp_path: Path, database: Database, database_url: str, redis_client: redis.Redis, valkey, clock):
    return make_resources(tmp_path, database, database_url, redis_client, valkey.url, clock)


@pytest.fixture
def written(resources):
    """The app, logging at DEBUG to a buffer."""
    app = create_app(resources.settings.model_copy(update={"log_level": "DEBUG"}), resources)
    buffer = io.StringIO()
    logging.getLogger().handlers[0].setStream(buffer)
    yield app, buffer
    app.extensions["live_feed"].close()
    logging.getLogger().setLevel(logging.ERROR)


def _readable(connection: redis.Redis) -> str:
    """Everything RQ keeps, its compressed job data and tracebacks opened."""
    parts = []
    for key in connection.scan_iter("rq:*"):
        kind = connection.type(key)
        if kind == b"hash":
            values = [*connection.hgetall(key).values()]
        elif kind == b"stream":
            values = [value for _number, fields in connection.xrange(key) for value in fields.values()]
        else:
            continue
        for value in values:
            for opened in (lambda raw: raw, zlib.decompress, lambda raw: zlib.decompress(base64.b64decode(raw))):
                with contextlib.suppress(zlib.error, ValueError):
                    parts.append(opened(value).decode("utf-8", "replace"))
    return "\n".join(parts)


def test_no_line_holds_what_a_person_said_or_is(
    written, resources, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, buffer = written
    client = app.test_client()
    pusher = official_pusher()
    pusher.clock = clock
    secrets = {OPENID, MINI_OPENID, SESSION_KEY, WORDS, REPLY, CODE, PASSWORD, "13912345678", "wrong-password-1"}
    secrets |= {"official-secret", "mini-secret", "SimToken01", "test-secret-key"}

    # In chat: a message, a wish for a person, a failing skill, a broken database at the very end.
    pusher.push(client, event_fields(OPENID, "subscribe"))
    pusher.say(client, OPENID, WORDS)
    pusher.say(client, OPENID, "转人工")

    def fail(*_arguments: object, **_options: object) -> None:
        raise DataError(f"UPDATE {WORDS}", {"openid": OPENID}, ValueError(WORDS))

    with monkeypatch.context() as broken:
        broken.setattr(bot.turn, "complete_turn", fail)
        assert pusher.push(client, text_fields(OPENID, WORDS)).status_code == 500
    clock.advance(services.deliveries.CLAIM)
    client.post(f"/wechat/official?signature=x&timestamp=1&nonce=1&openid={OPENID}", data=WORDS)

    # Through the API: a login, a question, wrong tokens and bodies.
    resources.wechat[Platform.MINI_PROGRAM].codes[CODE] = CodeSession(MINI_OPENID, None, SESSION_KEY)
    tokens = client.post("/api/v1/login", json={"code": CODE}).get_json()
    secrets |= {tokens["access_token"], tokens["refresh_token"]}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    client.post("/api/v1/ask", json={"text": WORDS}, headers=bearer)
    client.post("/api/v1/ask", json={"wrong": WORDS}, headers=bearer)
    client.get("/api/v1/patents", query_string={"q": WORDS}, headers=bearer)
    client.post("/api/v1/login/refresh", json={"refresh_token": tokens["refresh_token"]})
    client.post("/api/v1/login/refresh", json={"refresh_token": tokens["refresh_token"]})

    # At the console: a wrong and a right password, a reply.
    with database.unit_of_work() as session:
        staff = make_staff(session, clock.now())
    with app.app_context():
        run_outbox(resources, sweep=True)
    browser = Browser(app.test_client())
    browser.get("/console/login")
    browser.post("/console/login", {"username": staff.username, "password": "wrong-password-1"})
    browser.log_in(staff)
    secrets.add(browser.client.get_cookie("zhiqiao_console", path="/console").value)
    address = browser.get("/console/").get_data(as_text=True).split("/console/conversations/")[1][:22]
    browser.post(f"/console/conversations/{address}/reply", {"text": REPLY})
    with monkeypatch.context() as broken:
        broken.setattr("console.views.conversations.add_note", fail)
        assert browser.post(f"/console/conversations/{address}/note", {"text": REPLY}).status_code == 500

    # In the background: a job that works, one that fails in RQ's own hands.
    with monkeypatch.context() as broken, app.app_context():
        broken.setattr("jobs.deliveries.send_waiting", fail)
        run_outbox(resources, sweep=True)
    in_queue = _readable(resources.redis)
    assert "JobFailed" in in_queue

    lines = buffer.getvalue()
    for event in ("unexpected_error", "push_rejected", "console_error", "job_failed", "JobFailed", "DataError"):
        assert event in lines, event
    assert [(secret, line) for secret in secrets for line in lines.splitlines() if secret in line] == []
    assert [secret for secret in secrets if secret in in_queue] == []
    measures = client.get("/metrics").get_data(as_text=True)
    assert [secret for secret in secrets if secret in measures] == []


def test_no_line_holds_the_number_of_a_certificate_or_what_an_organiser_was_answered(
    written, resources, database: Database, clock: FixedClock
) -> None:
    """Whoever has the number may open its page: no request's path is written down with it."""
    app, buffer = written
    client = app.test_client()
    with database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True)
        attended = make_booking(session, make_session(session, clock.now(), course=course), clock.now())
        make_attended(session, attended, clock.now())
        public_id = attended.session.public_id
        number = issue_certificate(session, booking_id=attended.id, holder="欧阳靖羽", now=clock.now()).number
        held = make_session(session, clock.now(), questions=make_questions(TOPIC))
        words, held_id = booking_words(held), held.public_id
        staff = make_staff(session, clock.now(), skills=["training"])
    pusher = official_pusher()
    pusher.clock = clock
    pusher.say(client, OPENID, "你好")
    assert "最想听哪一块" in pusher.say(client, OPENID, words)
    assert "都记下了" in pusher.say(client, OPENID, WORDS)
    with app.app_context():
        run_outbox(resources)

    resources.wechat[Platform.MINI_PROGRAM].codes[CODE] = CodeSession(MINI_OPENID, None, SESSION_KEY)
    tokens = client.post("/api/v1/login", json={"code": CODE}).get_json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get(f"/certificates/{number}").status_code == 200
    assert client.get(f"/certificates/{number.lower()}").status_code == 200
    assert client.get(f"/certificates/{number}/more").status_code == 404
    assert client.get(f"/api/v1/certificates/{number}", headers=bearer).status_code == 404
    client.post(f"/api/v1/certificates/{number}/link", headers=bearer)
    browser = Browser(app.test_client())
    browser.get("/console/login")
    browser.log_in(staff)
    base = f"/console/training/{public_id}"
    browser.get(f"{base}/after")
    assert browser.post(f"{base}/certificates/{number}/revoke", {"reason": "姓名写错"}).status_code == 303
    wrong = {"answers": {"q1": WORDS}}
    assert client.post(f"/api/v1/course-sessions/{held_id}/bookings", json=wrong, headers=bearer).status_code == 422
    with database.reading() as session:
        assert session.scalars(select(Certificate.revoked_at)).one() is not None
        assert any(WORDS in str(each) for each in session.scalars(select(Booking.answers)))

    lines = buffer.getvalue()
    assert "/certificates/…" in lines and "certificate_issued" in lines and "session_question_answered" in lines
    secrets = (number.lower(), WORDS.lower(), "欧阳靖羽")
    assert [line for line in lines.splitlines() if any(each in line.lower() for each in secrets)] == []
