"""What becomes of posts when a person is erased."""

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import MarketFavourite, MarketFeedback, MarketMatch, MarketPost, MarketPostRight


def forget_posts_of(session: Session, user_id: int) -> None:
    """Their posts go, with every match and what was thought of it: the words are theirs. So does what they kept."""
    own = select(MarketPost.id).where(MarketPost.user_id == user_id)
    matches = select(MarketMatch.id).where(or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own)))
    session.execute(delete(MarketFeedback).where(MarketFeedback.match_id.in_(matches)))
    session.execute(delete(MarketMatch).where(or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own))))
    kept = or_(MarketFavourite.user_id == user_id, MarketFavourite.post_id.in_(own))
    session.execute(delete(MarketFavourite).where(kept))
    session.execute(delete(MarketPostRight).where(MarketPostRight.post_id.in_(own)))
    session.execute(delete(MarketPost).where(MarketPost.user_id == user_id))
