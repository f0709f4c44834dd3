"""What somebody keeps of the board to look at again."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, Unauthorized
from models import MarketFavourite, MarketPost, User
from services.market.access import get_board_post

MOST_KEPT = 200


def keep_post(session: Session, user_id: int, public_id: str, now: datetime) -> None:
    """Keep it; doing it twice is no error. Raises NotFound, and Conflict where somebody keeps as many as one may."""
    # One at a time for each person, and nothing is kept of somebody just erased.
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None:
        raise Unauthorized
    post = get_board_post(session, public_id, china_date(now))
    own = select(MarketFavourite).where(MarketFavourite.user_id == user_id)
    if session.scalar(own.where(MarketFavourite.post_id == post.id)) is not None:
        return
    if (session.scalar(select(func.count()).select_from(own.subquery())) or 0) >= MOST_KEPT:
        raise Conflict(f"最多收藏{MOST_KEPT}条,先去掉几条。")
    session.add(MarketFavourite(user_id=user_id, post_id=post.id, created_at=now))
    session.flush()


def drop_post(session: Session, user_id: int, public_id: str, now: datetime) -> None:
    """Keep it no more, wherever it stands by now; one that was not kept is no error. Raises NotFound."""
    kept = session.scalar(
        select(MarketFavourite)
        .join(MarketFavourite.post)
        .where(MarketFavourite.user_id == user_id, MarketPost.public_id == public_id)
    )
    if kept is None:
        get_board_post(session, public_id, china_date(now))
        return
    session.delete(kept)
    session.flush()
