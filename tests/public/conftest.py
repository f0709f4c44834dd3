"""The whole app for pages that need no login."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from core.clock import FixedClock
from core.db import Database
from dev.servers import Valkey
from tests.support.resources import make_resources


@pytest.fixture
def app(
    database: Database, database_url: str, valkey: Valkey, redis_client, clock: FixedClock, tmp_path: Path
) -> Iterator[Flask]:
    resources = make_resources(tmp_path, database, database_url, redis_client, valkey.url, clock)
    app = create_app(resources.settings, resources)
    yield app
    app.extensions["live_feed"].close()
