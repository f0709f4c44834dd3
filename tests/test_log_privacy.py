"""The whole service at LOG_LEVEL=DEBUG, through success and failure: no line holds what a person said or is."""

import base64
import contextlib
import io
import logging
import zlib
from pathlib import Path

import pytest
import redis
from sqlalchemy.exc import DataError

import bot.turn
import services.deliveries
from adapters.wechat.session import CodeSession
from app import create_app
from core.clock import FixedClock
from core.db import Database
from models import Platform
from tests.console.conftest import Browser
from tests.support.jobs import run_outbox
from tests.support.pushes import event_fields, text_fields
from tests.support.resources import make_resources, official_pusher
from tests.support.staff import PASSWORD, make_staff

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
