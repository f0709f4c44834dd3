"""Jobs on real rows and a real Valkey; WeChat in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.clock import FixedClock
from core.db import Database
from dev.servers import Valkey
from jobs import runtime
from services.resources import Resources
from tests.support.resources import make_resources


@pytest.fixture
def resources(
    database: Database,
    database_url: str,
    tmp_path: Path,
    redis_client: redis.Redis,
    valkey: Valkey,
    clock: FixedClock,
) -> Resources:
    return make_resources(tmp_path, database, database_url, redis_client, valkey.url, clock)


@pytest.fixture
def dead_redis() -> redis.Redis:
    """A client of a Valkey that is not there, set up as app.py sets up the real one."""
    return redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 1))


@pytest.fixture
def app(resources: Resources) -> Iterator[Flask]:
    """An app whose context is pushed, as in a worker."""
    app = Flask("job-tests")
    app.extensions["resources"] = resources
    with app.app_context():
        assert runtime.resources() is resources
        yield app
