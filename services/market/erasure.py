"""What becomes of posts when a person is erased."""

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from models import (
    Delivery,
    HeldBecause,
    MarketFavourite,
    MarketFeedback,
    MarketMatch,
    MarketPost,
    MarketPostRight,
    MarketPromise,
    Message,
    Notice,
    NoticeState,
    SessionPost,
)

GONE = "一条对接的对方已按其要求删除。其他的说“我的对接”看。"


def forget_posts_of(session: Session, user_id: int) -> None:
    """Their posts go, with every match and what was thought of it: the words are theirs. So does what they kept."""
    own = select(MarketPost.id).where(MarketPost.user_id == user_id)
    matches = select(MarketMatch.id).where(or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own)))
    _forget_what_was_told(session, user_id)
    session.execute(delete(MarketFeedback).where(MarketFeedback.match_id.in_(matches)))
    session.execute(delete(MarketMatch).where(or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own))))
    kept = or_(MarketFavourite.user_id == user_id, MarketFavourite.post_id.in_(own))
    session.execute(delete(MarketFavourite).where(kept))
    # That somebody promised stays with the offer, who it was does not.
    session.execute(update(MarketPromise).where(MarketPromise.user_id == user_id).values(user_id=None))
    session.execute(delete(MarketPromise).where(MarketPromise.post_id.in_(own)))
    session.execute(delete(SessionPost).where(SessionPost.post_id.in_(own)))
    session.execute(delete(MarketPostRight).where(MarketPostRight.post_id.in_(own)))
    session.execute(delete(MarketPost).where(MarketPost.user_id == user_id))


def _forget_what_was_told(session: Session, user_id: int) -> None:
    """What the other sides of their matches were told quotes their posts."""
    own = select(MarketPost.id).where(MarketPost.user_id == user_id)
    either = or_(MarketMatch.need_id.in_(own), MarketMatch.offer_id.in_(own))
    before = session.scalars(select(MarketMatch.told_before).where(either))
    keys = {
        *(key for each in before for key in each),
        *session.scalars(select(MarketMatch.need_told).where(MarketMatch.offer_id.in_(own))),
        *session.scalars(select(MarketMatch.offer_told).where(MarketMatch.need_id.in_(own))),
    }
    told = session.scalars(
        select(Notice).where(Notice.key.in_(keys - {None}), Notice.user_id != user_id).with_for_update()
    ).all()
    for notice in told:
        said, notice.text, notice.facts = notice.text, GONE, {}
        if notice.state == NoticeState.WAITING:
            notice.state, notice.held_because = NoticeState.HELD, HeldBecause.CANCELLED
        # A summary of several has only their titles, which name nothing of the other side.
        message = session.get(Message, notice.message_id) if notice.message_id is not None else None
        if message is not None and said and said in message.text:
            message.text = message.text.replace(said, GONE)
            changed = {"kind": "text", "text": message.text}
            session.execute(update(Delivery).where(Delivery.message_id == message.id).values(payload=changed))
    session.flush()
