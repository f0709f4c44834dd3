"""What production shows to the internet, and what it does not."""

from dataclasses import replace
from pathlib import Path

import pytest
import redis
from flask import request
from flask.testing import FlaskClient
from pydantic import SecretStr

from app import create_app
from core.clock import FixedClock
from core.config import Environment
from core.db import Database
from tests.support.resources import make_resources


@pytest.fixture
def open_production(
    tmp_path: Path, database: Database, database_url: str, redis_client: redis.Redis, clock: FixedClock
):
    """The app as in production, with these settings changed."""
    resources = make_resources(tmp_path, database, database_url, redis_client, "redis://127.0.0.1:1/0", clock)

    def build(**changes: object) -> FlaskClient:
        settings = resources.settings.model_copy(update={"environment": Environment.PRODUCTION, **changes})
        return create_app(settings, replace(resources, settings=settings)).test_client()

    return build


def test_measures_are_closed_until_there_is_a_token(open_production) -> None:
    assert open_production().get("/metrics").status_code == 401

    client = open_production(metrics_token=SecretStr("let-me-in"))
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer let-me-in"}).status_code == 200


def test_no_page_runs_scripts_of_a_third_party(open_production) -> None:
    client = open_production()

    assert client.get("/api/v1/docs").status_code == 404
    assert client.get("/api/v1/openapi.json").status_code == 200


def test_every_answer_says_that_its_type_is_meant(open_production) -> None:
    for path in ("/healthz", "/readyz", "/api/v1/patents", "/console/login", "/nothing"):
        assert open_production().get(path).headers["X-Content-Type-Options"] == "nosniff", path


def test_a_forged_host_or_address_changes_nothing(open_production) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    seen: list[tuple[str, str | None]] = []
    for hops in (0, 1):
        client = open_production(trusted_proxy_count=hops)
        app = client.application

        @app.before_request
        def note() -> None:
            seen.append((request.host, request.remote_addr))

        client.get("/healthz", headers=forged)

    assert seen == [("localhost", "127.0.0.1"), ("localhost", "203.0.113.9")]


def test_the_console_cookie_is_kept_from_scripts_and_other_sites(open_production) -> None:
    cookie = open_production().get("/console/login", base_url="https://localhost").headers["Set-Cookie"]

    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/console"):
        assert flag in cookie
