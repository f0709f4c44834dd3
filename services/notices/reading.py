"""What a person was told lately, and what they think of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.logs import get_logger
from models import FeedbackVerdict, HeldBecause, MarketMatch, Notice, NoticeState, Topic
from services.market.feedback import give_feedback
from services.notices.telling import PATENTS, hush

log = get_logger(__name__)

LATELY = timedelta(days=14)
MOST_LISTED = 20
MATCH, WATCHES = "match:", "watches:"


def list_notices(session: Session, user_id: int, now: datetime, *, limit: int = MOST_LISTED) -> Sequence[Notice]:
    """What they were told in the last two weeks, and what was kept from being pushed but is theirs to see; the latest
    first. What they dismissed, and what was over before it was told, is left out."""
    return session.scalars(
        select(Notice)
        .where(
            Notice.user_id == user_id, Notice.created_at > now - LATELY, Notice.dismissed_at.is_(None),
            Notice.title != "", or_(Notice.held_because.is_(None), Notice.held_because != HeldBecause.CANCELLED),
        )
        .order_by(Notice.id.desc())
        .limit(limit)
    ).all()  # fmt: skip


def find_last_told(session: Session, user_id: int, now: datetime) -> Sequence[Notice]:
    """What was in the last message of notices; a lone 不相关 means it."""
    last = session.scalar(
        select(Notice.message_id)
        .where(
            Notice.user_id == user_id, Notice.state == NoticeState.WRITTEN, Notice.written_at > now - LATELY,
            or_(Notice.text != "", Notice.mailing_id.is_not(None)), Notice.dismissed_at.is_(None),
        )
        .order_by(Notice.written_at.desc(), Notice.id.desc())
        .limit(1)
    )  # fmt: skip
    if last is None:
        return ()
    return session.scalars(
        select(Notice).where(Notice.user_id == user_id, Notice.message_id == last).order_by(Notice.id)
    ).all()


def dismiss(session: Session, user_id: int, public_id: str, now: datetime) -> Notice:
    """不相关: nothing more is said of its subject, a match that it was about is dismissed, and each patent that a
    summary of a watch named. Raises NotFound."""
    notice = session.scalar(
        select(Notice).where(Notice.public_id == public_id, Notice.user_id == user_id).with_for_update()
    )
    if notice is None:
        raise NotFound("没有找到这条提醒。")
    if notice.dismissed_at is None:
        notice.dismissed_at = now
        subject = notice.subject or ""
        if subject.startswith(MATCH):
            match_id = subject.removeprefix(MATCH)
            # A match that is gone by now has nothing more to learn.
            if session.scalar(select(MarketMatch.id).where(MarketMatch.public_id == match_id)) is not None:
                give_feedback(session, user_id, match_id, FeedbackVerdict.DISMISSED, now)
        if subject.startswith(WATCHES):
            for number in notice.facts.get(PATENTS, ()):
                hush(session, user_id=user_id, topic=Topic.WATCH, subject=f"watch:{number}", now=now)
        session.flush()
        log.info("notice_dismissed", notice_id=notice.id, topic=notice.topic)
    return notice


def dismiss_patent(session: Session, user_id: int, public_id: str, number: str, now: datetime) -> None:
    """One patent of those that a notice named is 不相关, whichever watch brings it again. Raises NotFound."""
    notice = session.scalar(select(Notice).where(Notice.public_id == public_id, Notice.user_id == user_id))
    if notice is None or number not in notice.facts.get(PATENTS, ()):
        raise NotFound("这条提醒里没有这件专利。")
    hush(session, user_id=user_id, topic=Topic.WATCH, subject=f"watch:{number}", now=now)
