"""What somebody has on the market themselves: their posts, and what was found for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from models import FeedbackVerdict, MarketFeedback, MarketMatch, MarketPost, PostSide, PostState
from services.market.access import owned_by

# Those that ask for something first, then what is on the market, then what is over.
ORDER = (
    PostState.REFUSED,
    PostState.SUSPENDED,
    PostState.DRAFT,
    PostState.REVIEW,
    PostState.PUBLISHED,
    PostState.EXPIRED,
    PostState.WITHDRAWN,
)


@dataclass(frozen=True)
class OwnPage:
    items: tuple[MarketPost, ...]
    total: int
    next_offset: int | None


@dataclass(frozen=True)
class OwnMatch:
    """A match of one's own post: `mine` and `theirs`, and what one said of it."""

    match: MarketMatch
    side: PostSide
    feedback: MarketFeedback | None

    @property
    def mine(self) -> MarketPost:
        return self.match.need if self.side is PostSide.NEED else self.match.offer

    @property
    def theirs(self) -> MarketPost:
        return self.match.offer if self.side is PostSide.NEED else self.match.need


def list_own_posts(
    session: Session,
    user_id: int,
    *,
    side: PostSide | None = None,
    state: PostState | None = None,
    offset: int = 0,
    limit: int = 20,
) -> OwnPage:
    """The newest first."""
    wanted = select(MarketPost).where(owned_by(user_id))
    if side is not None:
        wanted = wanted.where(MarketPost.side == side)
    if state is not None:
        wanted = wanted.where(MarketPost.state == state)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(wanted.order_by(MarketPost.id.desc()).offset(offset).limit(limit)).all()
    end = offset + len(rows)
    return OwnPage(tuple(rows), total, end if rows and end < total else None)


def list_live_posts(session: Session, user_id: int, *, offset: int = 0, limit: int = 20) -> OwnPage:
    """Those that are not withdrawn, what asks for something first, then the newest."""
    wanted = select(MarketPost).where(owned_by(user_id), MarketPost.state != PostState.WITHDRAWN)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    place = case({state.value: place for place, state in enumerate(ORDER)}, value=MarketPost.state)
    rows = session.scalars(wanted.order_by(place, MarketPost.id.desc()).offset(offset).limit(limit)).all()
    end = offset + len(rows)
    return OwnPage(tuple(rows), total, end if rows and end < total else None)


def list_matches(
    session: Session, user_id: int, *, today: date, post_id: str | None = None, limit: int = 50
) -> Sequence[OwnMatch]:
    """What was found for one's posts, or for the one with this public id, best first; whatever one dismissed, and what
    is over, is left out."""
    need, offer = aliased(MarketPost), aliased(MarketPost)
    is_need = owned_by(user_id, need)
    wanted = (
        select(MarketMatch, is_need)
        .join(need, MarketMatch.need)
        .join(offer, MarketMatch.offer)
        .options(contains_eager(MarketMatch.need.of_type(need)), contains_eager(MarketMatch.offer.of_type(offer)))
        .where(or_(is_need, owned_by(user_id, offer)))
        .where(need.state == PostState.PUBLISHED, offer.state == PostState.PUBLISHED)
        .where(need.until >= today, offer.until >= today)
        .order_by(MarketMatch.score.desc(), MarketMatch.id)
        .limit(2 * limit)
    )
    if post_id is not None:
        wanted = wanted.where(or_(need.public_id == post_id, offer.public_id == post_id))
    rows = session.execute(wanted).all()
    given = select(MarketFeedback).where(
        MarketFeedback.match_id.in_([match.id for match, _ in rows]), MarketFeedback.ended_at.is_(None)
    )
    said = {(row.match_id, row.side): row for row in session.scalars(given)}
    found = []
    for match, is_mine in rows:
        side = PostSide.NEED if is_mine else PostSide.OFFER
        feedback = said.get((match.id, side))
        if feedback is None or feedback.verdict != FeedbackVerdict.DISMISSED:
            found.append(OwnMatch(match, side, feedback))
    return found[:limit]
