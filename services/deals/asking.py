"""How often one may ask: so many at once, and about the same post not again right after a no."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict
from core.i18n import chinese_date
from models import Deal, DealParty, MarketPost, PostSide
from services.deals.contact import other_side
from services.deals.graph import CLOSED
from services.deals.settings import deal_settings

MOST_OPEN = 50


def check_may_ask(session: Session, user_id: int, post: MarketPost, now: datetime) -> None:
    """Raises Conflict where this person asked about the post and never came to talk, with the day from which they may
    ask again; whoever was asked need not wait. And where they have as many questions of their own as one may."""
    _check_not_refused(session, user_id, post, now)
    if _count_asked(session, user_id) >= MOST_OPEN:
        raise Conflict(f"自己问的同时最多{MOST_OPEN}单,先结束一单再问。")


def _check_not_refused(session: Session, user_id: int, post: MarketPost, now: datetime) -> None:
    about = Deal.offer_post_id if post.side == PostSide.OFFER else Deal.need_post_id
    # When both agree they are promised a broker: without that they never did.
    never_agreed = Deal.state.in_(CLOSED), Deal.promised_at.is_(None)
    wanted = select(func.max(Deal.closed_at)).where(
        about == post.id, Deal.asked_by == other_side(PostSide(post.side)), _is_asker(user_id), *never_agreed
    )
    closed_at = session.scalar(wanted)
    if closed_at is None:
        return
    today = china_date(now)
    again = china_date(closed_at) + timedelta(days=deal_settings(today).ask_again_days)
    if today < again:
        raise Conflict(f"这条您问过,没谈起来。{chinese_date(again)}起可以再问;对方想谈,随时能来问您。")


def _count_asked(session: Session, user_id: int) -> int:
    """Being asked is not their doing: what others began takes no room."""
    open_ids = select(Deal.id).where(_is_asker(user_id), Deal.state.not_in(CLOSED)).limit(MOST_OPEN)
    return len(session.scalars(open_ids).all())


def _is_asker(user_id: int) -> ColumnElement[bool]:
    return exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == user_id, DealParty.side == Deal.asked_by)
