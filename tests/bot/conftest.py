"""The bot over real parts: database, indexes of the samples, WeChat in memory."""

import shutil
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
from tests.support.copying import copy_rows
from tests.support.prepared import build_indexes, load_samples
from tests.support.pushes import Pusher
from tests.support.resources import make_resources, official_pusher


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Indexes and a SQLite file that hold the sample patents and the guides, made once a worker."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "zhiqiao.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{folder / 'zhiqiao.db'}")
    load_samples(database)
    build_indexes(database, folder)
    database.engine.dispose()
    return folder


@pytest.fixture
def sampled_database(database: Database, database_url: str, sample_folder: Path) -> Database:
    """`database` with the samples in it, under the ids that the indexes know."""
    if database.is_sqlite:
        # Nothing has connected yet: the file itself is the fastest copy.
        shutil.copy(sample_folder / "zhiqiao.db", database_url.removeprefix("sqlite:///"))
    else:
        copy_rows(f"sqlite:///{sample_folder / 'zhiqiao.db'}", database)
    return database


@pytest.fixture
def resources(
    sampled_database: Database,
    database_url: str,
    sample_folder: Path,
    redis_client: redis.Redis,
    valkey: Valkey,
    clock: FixedClock,
) -> Resources:
    return make_resources(sample_folder, sampled_database, database_url, redis_client, valkey.url, clock)


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
