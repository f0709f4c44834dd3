"""Matches of somebody who has written to us, kept as matching keeps them."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import FixedClock
from models import MarketMatch, PostSide, Topic, WeChatIdentity
from services.market.match_telling import tell_matches
from services.notices.preferences import Pace, prefer
from services.notices.telling import tell
from services.notices.writing import write_due
from services.resources import Resources
from tests.support.market import make_post
from tests.support.people import make_identity

OFFERS = (
    ("滚动轴承早期故障诊断方法", "振动和温度一起看,提前两周报警。普通许可15万起。", 150_000),
    ("轴承温度无线监测", "贴在座上,电池用五年。", None),
    ("超声监听轴承缺油", "手持,十秒听完一台。要价90万。", 900_000),
)
REASONS = ["主题(轴承、故障)", "行业(结构检测)", "可普通许可"]


def prepare_matches(resources: Resources, openid: str, clock: FixedClock, *, is_told: bool = False) -> list[str]:
    """A need of theirs, three offers of others that fit it, the best first; answers the matches' public ids."""
    now = clock.now()
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == openid)).one()
        prefer(session, user_id, {"opportunity": Pace.AT_ONCE, "hours": "00:00-23:59"}, now)
        need = make_post(session, user_id, now, amount=200_000)
        ids = []
        for place, (title, text, amount) in enumerate(OFFERS):
            owner = make_identity(session, now).user_id
            offer = make_post(session, owner, now, side=PostSide.OFFER, title=title, text=text, amount=amount)
            missing = [["offer", "价格没写"], ["need", "专利类型没写"]] if amount is None else []
            met = ["价格谈得拢"] if amount == 150_000 else []
            match = MarketMatch(
                need_id=need.id, offer_id=offer.id, score=0.9 - place / 10, reasons=[*REASONS, *met],
                to_talk=["价格差得远"] if amount == 900_000 else [], missing=missing, found_at=now, changed_at=now,
            )  # fmt: skip
            session.add(match)
            session.flush()
            ids.append(match.public_id)
    if is_told:
        with resources.database.unit_of_work() as session:
            assert tell_matches(session, user_id, "conversation", now) == len(OFFERS)
        clock.advance(timedelta(seconds=30))
        with resources.database.unit_of_work() as session:
            assert write_due(session, user_id, clock.now()) == 1
    return ids


def prepare_summary(resources: Resources, openid: str, clock: FixedClock) -> None:
    """Three things that they were told in one summary, as the last thing said."""
    now = clock.now()
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == openid)).one()
        prefer(session, user_id, {"opportunity": Pace.AT_ONCE, "hours": "00:00-23:59"}, now)
        for place, title in enumerate(("高盐废水处理有人求购", "轴承诊断有人求购", "热泵控制有人求购")):
            tell(
                session, user_id=user_id, topic=Topic.OPPORTUNITY, key=f"summed-{place}", subject=f"post:{place}",
                title=title, text=f"{title}。", is_urgent=True, now=now,
            )  # fmt: skip
    clock.advance(timedelta(seconds=30))
    with resources.database.unit_of_work() as session:
        assert write_due(session, user_id, clock.now()) == 3
