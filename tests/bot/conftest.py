"""The bot over real parts: database, indexes of the samples, WeChat in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

from bot.callbacks import build_callbacks
from bot.dialogue import Dialogue
from bot.turn import TurnRunner
from bot.webhook import create_webhook
from core.clock import FixedClock
from core.db import Database
from core.web import init_web
from dev.servers import Valkey
from services.resources import Resources
from tests.support.pushes import Pusher
from tests.support.resources import make_resources, official_pusher


@pytest.fixture
def resources(
    sampled_database: Database,
    database_url: str,
    sample_folder: Path,
    redis_client: redis.Redis,
    valkey: Valkey,
    clock: FixedClock,
) -> Resources:
    made = make_resources(sample_folder, sampled_database, database_url, redis_client, valkey.url, clock)
    # As wsgi.py does, and for the same reason: the first answer of a process must not take most of five seconds.
    made.answerer.warm_up()
    made.understander.warm_up()
    return made


@pytest.fixture
def runner(resources: Resources) -> TurnRunner:
    return TurnRunner(resources, Dialogue())


@pytest.fixture
def app(resources: Resources, runner: TurnRunner) -> Iterator[Flask]:
    app = Flask("bot-tests")
    app.extensions.update(resources=resources, turn_runner=runner)
    init_web(app)
    app.register_blueprint(create_webhook(resources, runner, build_callbacks(resources.settings)))
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def pusher(clock: FixedClock) -> Pusher:
    pusher = official_pusher()
    pusher.clock = clock
    return pusher
