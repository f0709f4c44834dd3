"""A WeChat API on loopback, and clients of it."""

from collections.abc import Callable, Iterator

import pytest
import redis

from adapters.wechat.client import WeChatClient
from core.clock import FixedClock
from models import Platform
from tests.adapters.wechat.api_server import ApiServer, ApiState

MakeClient = Callable[..., WeChatClient]


@pytest.fixture
def api() -> Iterator[ApiServer]:
    server = ApiServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def state(api: ApiServer) -> ApiState:
    return api.state


@pytest.fixture
def make_client(api: ApiServer, redis_client: redis.Redis, clock: FixedClock) -> Iterator[MakeClient]:
    made: list[WeChatClient] = []

    def make(
        platform: Platform = Platform.OFFICIAL_ACCOUNT,
        timeouts: tuple[float, float] = (1, 2),
        secret: str = api.state.secret,
        base_url: str = api.url,
        connection: redis.Redis = redis_client,
    ) -> WeChatClient:
        client = WeChatClient(
            app_id=api.state.app_id,
            secret=secret,
            redis=connection,
            base_url=base_url,
            platform=platform,
            timeouts=timeouts,
            clock=clock,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> WeChatClient:
    return make_client()
