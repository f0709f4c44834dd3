"""The product's resources for tests in one process: real database, index and Valkey; WeChat in memory."""

from functools import cache
from pathlib import Path

import redis
from pydantic import SecretStr

from adapters.search_index import TantivyIndex
from adapters.wechat.local import LocalWeChat
from core.clock import Clock
from core.config import Environment, Settings
from core.db import Database
from models import Platform
from nlp.patent_search import PatentSearch
from nlp.policy_answers import build_answerer
from nlp.remembered_answers import RememberingAnswerer
from nlp.segmenter import default_segmenter
from nlp.understanding import Understander
from services.indexing import PATENT_SCHEMA
from services.knowledge import PASSAGE_SCHEMA
from services.resources import Resources
from tests.support.outside import make_outside
from tests.support.pushes import Pusher

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
MINI_AES_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"


def make_settings(folder: Path, database_url: str, redis_url: str) -> Settings:
    return Settings(
        environment=Environment.TEST,
        database_url=database_url,
        redis_url=redis_url,
        var_dir=folder,
        secret_key=SecretStr("test-secret-key-of-32-characters!"),
        wechat_official_app_id="wxsim0000000000a1",
        wechat_official_app_secret=SecretStr("official-secret"),
        wechat_official_token=SecretStr("SimToken01"),
        wechat_official_aes_key=SecretStr(AES_KEY),
        wechat_miniprogram_app_id="wxsim0000000000b2",
        wechat_miniprogram_app_secret=SecretStr("mini-secret"),
        wechat_miniprogram_token=SecretStr("SimToken02"),
        wechat_miniprogram_aes_key=SecretStr(MINI_AES_KEY),
    )


@cache
def shared_understander() -> Understander:
    """One a process: it writes nothing after its construction, which is most of what a small test would cost."""
    return Understander()


def make_resources(
    folder: Path, database: Database, database_url: str, connection: redis.Redis, redis_url: str, clock: Clock
) -> Resources:
    """Indexes are read from `folder`/index; build them with tests.support.prepared."""
    segmenter = default_segmenter()
    patent_index = TantivyIndex(folder / "index" / "patents", PATENT_SCHEMA, segmenter.fingerprint)
    passage_index = TantivyIndex(folder / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    return Resources(
        settings=make_settings(folder, database_url, redis_url),
        database=database,
        clock=clock,
        redis=connection,
        wechat={
            Platform.OFFICIAL_ACCOUNT: LocalWeChat(Platform.OFFICIAL_ACCOUNT, clock),
            Platform.MINI_PROGRAM: LocalWeChat(Platform.MINI_PROGRAM, clock),
        },
        patent_index=patent_index,
        passage_index=passage_index,
        patent_search=PatentSearch(patent_index, segmenter),
        answerer=RememberingAnswerer(build_answerer(passage_index, segmenter), passage_index),
        understander=shared_understander(),
        **make_outside(folder, clock),
    )


def official_pusher() -> Pusher:
    return Pusher("wxsim0000000000a1", "SimToken01", AES_KEY)


def miniprogram_pusher() -> Pusher:
    return Pusher("wxsim0000000000b2", "SimToken02", MINI_AES_KEY, "/wechat/miniprogram")
