"""A market from nothing: two owners, one who looks at posts, and the forms of what they offer and seek."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.vector_store import VectorStore
from core.clock import FixedClock
from core.db import Database
from models import MarketMatch, MarketPost, PostSide, PostState, Role, Staff, User
from nlp.market.posts import Mode, RightState
from nlp.ports import Embedder
from nlp.segmenter import default_segmenter
from services.market import matching
from services.market.memory import MarketMemory
from services.market.posting import Decision, PostForm, review_post, submit_post, write_post
from tests.support.people import make_identity
from tests.support.staff import make_staff

LAST_DAY = date(2027, 3, 1)
OFFER = PostForm(
    side=PostSide.OFFER,
    title="滚动轴承早期故障诊断方法",
    text="振动和温度一起看,提前两周报警,水泵和风机都装过。普通许可15万。",
    rights=["CN112345678B"],
    classes=["G01M13/045"],
    modes=[Mode.LICENCE_PLAIN],
    amount=150_000,
    regions=["山西省太原市"],
    right_kinds=["invention"],
    right_state=RightState.IN_FORCE,
    until=LAST_DAY,
)
NEED = PostForm(
    side=PostSide.NEED,
    text="水泵轴承老是烧,想提前知道故障。普通许可,20万以内",
    modes=[Mode.LICENCE_PLAIN],
    amount=200_000,
    until=LAST_DAY,
)
TEA = OFFER.model_copy(
    update={
        "title": "乌龙茶连续摇青机",
        "text": "滚筒转速按叶子失水自动调,替掉守夜的老师傅。",
        "classes": ["A23F 3/06"],
    }
)


@dataclass
class Market:
    """Two owners, one who looks at posts, and the memory of the process that matches."""

    database: Database
    clock: FixedClock
    memory: MarketMemory
    seller: int
    buyer: int
    staff: int
    folder: Path

    def publish(self, user_id: int, form: PostForm) -> str:
        with self.database.unit_of_work() as session:
            user, staff, now = session.get_one(User, user_id), session.get_one(Staff, self.staff), self.clock.now()
            post = submit_post(session, user, write_post(session, user, form, now).public_id, now)
            return review_post(session, staff, post.public_id, Decision(True), now, version=post.version).public_id

    def match(self, public_id: str) -> list[MarketMatch]:
        with self.database.reading() as session:
            post_id = session.scalars(select(MarketPost.id).where(MarketPost.public_id == public_id)).one()
        matching.match_post(self.database, self.memory, post_id, self.clock.now())
        return self.matches()

    def matches(self) -> list[MarketMatch]:
        with self.database.reading() as session:
            return list(session.scalars(select(MarketMatch).order_by(MarketMatch.score.desc())))

    def new_user(self) -> int:
        with self.database.unit_of_work() as session:
            return make_identity(session, self.clock.now()).user_id


def open_market(database: Database, clock: FixedClock, folder: Path, embedder: Embedder) -> Market:
    memory = MarketMemory(default_segmenter(), embedder, VectorStore.beside(folder, embedder, part="market"))
    with database.unit_of_work() as session:
        staff = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        session.flush()
        people = [make_identity(session, clock.now()).user_id for _ in range(2)]
        return Market(database, clock, memory, people[0], people[1], staff.id, folder)


def make_post(session: Session, user_id: int, now: datetime, **columns: Any) -> MarketPost:
    """A need on the market, unless said otherwise."""
    post = MarketPost(
        **{
            "user_id": user_id, "side": PostSide.NEED, "state": PostState.PUBLISHED, "text": NEED.text,
            "modes": [Mode.LICENCE_PLAIN], "until": LAST_DAY, "published_at": now, "created_at": now,
            "changed_at": now,
            **columns,
        }
    )  # fmt: skip
    session.add(post)
    session.flush()
    return post
