"""What the last message about matches named, so that 第2个 means the second of it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Author, MarketMatch, Message, Notice, PostSide
from services.market.match_words import MATCHES
from services.market.own import OwnMatch
from services.notices.reading import find_last_told


def find_told(session: Session, user_id: int, now: datetime) -> tuple[Notice, list[OwnMatch]] | None:
    """The notice and what it named, in its order; None where the last message of notices was another, or a summary."""
    told = find_last_told(session, user_id, now)
    if len(told) != 1 or not told[0].key.startswith(MATCHES):
        return None
    key = told[0].key
    rows = session.scalars(
        select(MarketMatch).where(or_(MarketMatch.need_told == key, MarketMatch.offer_told == key))
    ).all()
    places = []
    for match in rows:
        side = PostSide.NEED if match.need_told == key else PostSide.OFFER
        place = match.need_place if side is PostSide.NEED else match.offer_place
        if place is not None:
            places.append((place, OwnMatch(match, side, None)))
    named = [each for _, each in sorted(places, key=lambda placed: placed[0])]
    # A place is one in the message: with one of them gone the others would move up.
    return (told[0], named) if named and len(named) == max(place for place, _ in places) else None


def is_last_said(session: Session, notice: Notice) -> bool:
    """Whether nothing of ours came after its message."""
    message = session.get(Message, notice.message_id) if notice.message_id is not None else None
    if message is None:
        return False
    later = select(Message.id).where(
        Message.conversation_id == message.conversation_id, Message.id > message.id, Message.author != Author.USER,
        Message.is_internal.is_(False),
    )  # fmt: skip
    return session.scalar(later.limit(1)) is None
