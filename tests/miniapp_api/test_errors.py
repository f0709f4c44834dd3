"""Everything that goes wrong comes out in one form, in Chinese, with nothing of the inside."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.test import TestResponse

from adapters.search_index_local import FailingIndex
from dev.servers import free_port
from miniapp_api import Rates
from miniapp_api.openapi import public_endpoints
from services.resources import Resources
from tests.miniapp_api.conftest import Phone


def check_form(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    body = answer.get_json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message", "fields"}
    assert body["error"]["code"] == code
    assert not body["error"]["message"].isascii()
    assert "Traceback" not in answer.text and "pydantic" not in answer.text
    error: dict[str, Any] = body["error"]
    return error


def post_raw(phone: Phone, data: bytes, content_type: str | None = "application/json") -> TestResponse:
    return phone.client.post("/api/v1/ask", data=data, content_type=content_type, headers=phone.headers())


@pytest.mark.parametrize(
    "data",
    [b"{", b"", b"\xff\xfe", b"[" * 200_000, b'{"text": ' + b"9" * 10_000 + b"}", b'{"text": "a"} more'],
    ids=["cut", "empty", "not-utf8", "deep", "huge-number", "two-values"],
)
def test_a_body_that_is_no_json_is_a_bad_request(phone: Phone, data: bytes) -> None:
    check_form(post_raw(phone, data), 400, "bad_request")


@pytest.mark.parametrize("data", [b"[]", b'"text"', b"5", b"true", b"null", b"{}"])
def test_json_that_is_no_question_names_what_is_wrong(phone: Phone, data: bytes) -> None:
    error = check_form(post_raw(phone, data), 422, "invalid_input")

    assert set(error["fields"]) <= {"body", "text"} and error["fields"]


def test_an_unknown_field_is_named(phone: Phone) -> None:
    error = check_form(phone.post("/ask", {"text": "帮助", "texts": "x"}), 422, "invalid_input")

    assert error["fields"] == {"texts": "没有这一项。"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_is_taken(phone: Phone, content_type: str) -> None:
    check_form(post_raw(phone, b'{"text": "a"}', content_type), 415, "unsupported_media_type")


def test_a_body_beyond_two_megabytes_is_refused(phone: Phone) -> None:
    check_form(post_raw(phone, b'{"text": "' + b"a" * (2 * 1024 * 1024) + b'"}'), 413, "too_large")


def test_an_address_nobody_has(phone: Phone) -> None:
    check_form(phone.get("/weather"), 404, "not_found")


def test_a_method_nobody_serves_says_which_are(phone: Phone) -> None:
    answer = phone.client.delete("/api/v1/ask", headers=phone.headers())

    check_form(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer made-up", "Basic YTpi", "Bearer " + "x" * 5000, "Bearer \xff"]
)
def test_without_a_valid_token_nothing_is_told(app: APIFlask, header: str) -> None:
    answer = app.test_client().get("/api/v1/conversations", headers={"Authorization": header})

    check_form(answer, 401, "unauthorized")


def test_every_route_but_the_public_ones_needs_a_login(app: APIFlask) -> None:
    client, checked = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.endpoint in public_endpoints():
            continue
        path = rule.rule.replace("<id>", "x").replace("<number>", "x")
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            check_form(client.open(path, method=method, json={} if method == "POST" else None), 401, "unauthorized")
            checked += 1

    assert checked >= 9


def test_what_breaks_inside_stays_inside(phone: Phone, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr(type(resources.understander), "understand", broken)

    answer = phone.get("/patents", q="石墨烯")

    check_form(answer, 500, "internal_error")
    assert "secret detail" not in answer.text


def test_a_text_index_that_is_away_is_told(phone: Phone, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources.patent_search, "_index", FailingIndex())

    check_form(phone.get("/patents", q="石墨烯"), 503, "upstream_unavailable")


def ask(client: FlaskClient, phone: Phone) -> TestResponse:
    return client.post("/api/v1/ask", json={"text": "帮助"}, headers=phone.headers())


def test_too_many_questions_are_refused_for_one_person_only(
    make_app: Callable[..., APIFlask], log_in: Callable[..., Phone]
) -> None:
    client = make_app(Rates(ask="2/minute")).test_client()
    mine, other = log_in("oMini1"), log_in("oMini2")
    assert [ask(client, mine).status_code for _ in range(2)] == [200, 200]

    refused = ask(client, mine)

    check_form(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask(client, other).status_code == 200
    assert client.get("/api/v1/conversations", headers=mine.headers()).status_code == 200


def test_logins_are_counted_by_address(make_app: Callable[..., APIFlask]) -> None:
    client = make_app(Rates(login="2/minute")).test_client()

    def attempt(address: str) -> int:
        return client.post("/api/v1/login", json={"code": "bad"}, environ_base={"REMOTE_ADDR": address}).status_code

    assert [attempt("192.0.2.1") for _ in range(3)] == [401, 401, 429]
    assert attempt("192.0.2.2") == 401


def test_limits_are_shared_by_processes(make_app: Callable[..., APIFlask], phone: Phone) -> None:
    one, other = make_app(Rates(ask="1/minute")).test_client(), make_app(Rates(ask="1/minute")).test_client()

    assert (ask(one, phone).status_code, ask(other, phone).status_code) == (200, 429)


def test_without_redis_each_process_counts_for_itself(
    make_app: Callable[..., APIFlask], phone: Phone, resources: Resources
) -> None:
    away = redis.Redis(port=free_port(), socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
    one, other = (make_app(Rates(ask="1/minute"), connection=away).test_client() for _ in range(2))

    assert [ask(one, phone).status_code, ask(other, phone).status_code] == [200, 200]

    refused = ask(one, phone)
    check_form(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
