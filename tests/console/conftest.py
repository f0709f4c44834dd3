"""The console as a browser meets it, on both databases."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from core.clock import FixedClock
from core.db import Database
from dev.servers import Valkey
from models import Role, Staff
from tests.support.resources import make_resources
from tests.support.staff import PASSWORD, make_staff


class Browser:
    """A client with its own cookies that sends the CSRF token of the page it last saw, as a form does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **options) -> TestResponse:
        response = self.client.get(path, **options)
        self._remember(response)
        return response

    def post(self, path: str, data: dict | None = None, *, htmx: bool = False, **options) -> TestResponse:
        headers = {"HX-Request": "true"} if htmx else {}
        response = self.client.post(path, data={"csrf_token": self.token, **(data or {})}, headers=headers, **options)
        self._remember(response)
        return response

    def log_in(self, staff: Staff, password: str = PASSWORD) -> TestResponse:
        self.get("/console/login")
        response = self.post("/console/login", {"username": staff.username, "password": password})
        self.get("/console/password" if staff.must_change_password else "/console/")
        return response

    def _remember(self, response: TestResponse) -> None:
        if found := re.search(r'name="csrf-token" content="([^"]+)"', response.get_data(as_text=True)):
            self.token = found[1]


@pytest.fixture
def app(
    database: Database, database_url: str, valkey: Valkey, redis_client, clock: FixedClock, tmp_path: Path
) -> Iterator[Flask]:
    resources = make_resources(tmp_path, database, database_url, redis_client, valkey.url, clock)
    app = create_app(resources.settings, resources)
    yield app
    app.extensions["live_feed"].close()


@pytest.fixture
def browse(app: Flask) -> Callable[[], Browser]:
    """A new browser each time."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def people(database: Database, clock: FixedClock) -> dict[str, Staff]:
    """One of each role, and a second agent of another field."""
    with database.unit_of_work() as session:
        return {
            "agent": make_staff(session, clock.now(), display_name="陈敏", skills=["financing"]),
            "stranger": make_staff(session, clock.now(), display_name="李强", skills=["patent"]),
            "supervisor": make_staff(
                session, clock.now(), display_name="王芳", role=Role.SUPERVISOR, is_available=False
            ),
            "administrator": make_staff(
                session, clock.now(), display_name="赵磊", role=Role.ADMINISTRATOR, is_available=False
            ),
        }


@pytest.fixture
def signed_in(browse, people) -> Callable[[str], Browser]:
    """A browser in which this role has logged in."""

    def log_in(role: str) -> Browser:
        browser = browse()
        assert browser.log_in(people[role]).status_code == 302
        return browser

    return log_in


@pytest.fixture
def trainer(database: Database, clock: FixedClock, browse: Callable[[], Browser]) -> Browser:
    """An agent for training, at the console."""
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), display_name="周宁", skills=["training"])
    browser = browse()
    browser.log_in(person)
    return browser
