"""What the rooms share: built once per process by app.py and handed to every entry point."""

from dataclasses import dataclass

import redis

from core.clock import Clock
from core.config import Settings
from core.db import Database
from models import Platform
from nlp.patent_search import PatentSearch
from nlp.ports import SearchIndex
from nlp.remembered_answers import RememberingAnswerer
from nlp.understanding import Understander
from services.ports import WeChat


@dataclass(frozen=True)
class Resources:
    """One process's handles to the database, the queue and the outside world."""

    settings: Settings
    database: Database
    clock: Clock
    redis: redis.Redis
    wechat: dict[Platform, WeChat]
    patent_index: SearchIndex
    passage_index: SearchIndex
    patent_search: PatentSearch
    answerer: RememberingAnswerer
    understander: Understander

    def app_id(self, platform: Platform) -> str:
        """The WeChat appid of a platform."""
        if platform is Platform.OFFICIAL_ACCOUNT:
            return self.settings.wechat_official_app_id
        return self.settings.wechat_miniprogram_app_id
