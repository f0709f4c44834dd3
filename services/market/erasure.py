"""What becomes of posts when a person is erased."""

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import MarketFeedback, MarketMatch, MarketPost


def forget_posts_of(session: Session, user_id: int) -> None:
    """Their posts go, with every match and what was thought of it: the words are theirs."""
    own = select(MarketPost.id).where(MarketPost.user_id == user_id)
    matches = select(MarketMatch.id).where(or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own)))
    session.execute(delete(MarketFeedback).where(MarketFeedback.match_id.in_(matches)))
    session.execute(delete(MarketMatch).where(or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own))))
    session.execute(delete(MarketPost).where(MarketPost.user_id == user_id))
