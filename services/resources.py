"""What the rooms share: built once per process by app.py and handed to every entry point."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import redis

from adapters.embedder import LocalEmbedder
from adapters.moderation import Moderation, WeChatContentCheck
from adapters.moderation_words import WordList
from adapters.payments import StatedPayments
from adapters.picture_text import WeChatPictureText
from adapters.picture_text_embedded import FailingPictureText
from adapters.vector_store import VectorStore
from core.clock import Clock
from core.config import Settings
from core.db import Database
from models import Platform
from nlp.patent_search import PatentSearch
from nlp.policy_answers import PolicyAnswerer, build_answerer
from nlp.ports import ChatModel, Embedder, SearchIndex
from nlp.remembered_answers import RememberingAnswerer
from nlp.segmenter import default_segmenter
from nlp.similar_patents import SimilarPatents
from nlp.understanding import Understander
from services.market.memory import MarketMemory
from services.ports import ContentCheck, FileStore, Notary, PaymentReports, PictureText, TimestampAuthority, WeChat


def plain_answerer(index: SearchIndex) -> PolicyAnswerer:
    """The answerer over the text index alone."""
    return build_answerer(index, default_segmenter())


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
    files: FileStore
    timestamps: TimestampAuthority
    notary: Notary
    # The product's answerer over another index: what a change would do is asked there before it is made.
    answerer_over: Callable[[SearchIndex], PolicyAnswerer] = plain_answerer
    embedder: Embedder = field(default_factory=LocalEmbedder)
    payments: PaymentReports = field(default_factory=StatedPayments)
    # None where none is configured: everything works without.
    chat_model: ChatModel | None = None

    @cached_property
    def similar_patents(self) -> SimilarPatents:
        """Likeness over the index of patents, made for the first who asks."""
        return SimilarPatents(self.patent_index, default_segmenter())

    @cached_property
    def content_check(self) -> ContentCheck:
        """Our own list first, then WeChat's check where there is a mini-program whose people it may judge."""
        mini_program = self.wechat.get(Platform.MINI_PROGRAM)
        return Moderation(WordList(), *([WeChatContentCheck(mini_program)] if mini_program is not None else []))

    @cached_property
    def picture_text(self) -> PictureText:
        """WeChat's reading of print, by whichever of our apps there is."""
        wechat = self.wechat.get(Platform.OFFICIAL_ACCOUNT) or self.wechat.get(Platform.MINI_PROGRAM)
        return WeChatPictureText(wechat) if wechat is not None else FailingPictureText()

    @cached_property
    def market(self) -> MarketMemory:
        """The posts of the market in this process's memory, read when first matched."""
        store = VectorStore.beside(self.settings.var_dir, self.embedder, part="market")
        return MarketMemory(default_segmenter(), self.embedder, store)

    def app_id(self, platform: Platform) -> str:
        """The WeChat appid of a platform."""
        if platform is Platform.OFFICIAL_ACCOUNT:
            return self.settings.wechat_official_app_id
        return self.settings.wechat_miniprogram_app_id
