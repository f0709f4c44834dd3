"""After a post is handed in: its words by the content check, and like posts of others, for whoever decides on it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import UpstreamUnavailable
from core.logs import get_logger
from core.moderation import ContentVerdict, ModerationError, Suggestion
from models import MarketPost, Platform, PostState, WeChatIdentity
from services.market.duplicates import find_duplicates
from services.market.memory import MarketMemory
from services.market.moving import move
from services.market.quick_terms import words_of_terms
from services.market.telling import ask_to_tell
from services.market.wording import called
from services.notifications import list_supervisors, notify
from services.ports import ContentCheck

log = get_logger(__name__)

REFUSED = "内容检查没通过:{reason}。去掉后再交"


def check_content(
    database: Database, content: ContentCheck, memory: MarketMemory, post_id: int, version: int, now: datetime
) -> ContentVerdict | None:
    """Judge a post that waits for review. Risky words are refused, with the reason; what is doubtful waits for a person
    as everything does. None for a post that has moved on. Raises UpstreamUnavailable: then it is tried again, and until
    then whoever reviews it sees that nobody has judged the words.

    What takes long is done outside of any transaction that writes.
    """
    with database.reading() as session:
        post = session.get(MarketPost, post_id)
        if not _waits(post, version):
            return None
        assert post is not None
        text = f"{post.title}\n{post.text}\n{words_of_terms(post)}\n{post.details}".rstrip()
        openid = _openid(session, post.user_id)
        duplicates = find_duplicates(session, memory, post)
    try:
        verdict = content.check(text, openid=openid)
    except ModerationError as error:
        log.warning("market_content_unchecked", post_id=post_id)
        raise UpstreamUnavailable from error
    with database.unit_of_work() as session:
        post = session.get(MarketPost, post_id, with_for_update=True, populate_existing=True)
        if not _waits(post, version):
            return None
        assert post is not None
        post.duplicates = duplicates
        post.content_verdict, post.content_reason = verdict.suggestion, verdict.reason[:60] or None
        if verdict.suggestion is Suggestion.RISKY:
            post.review_note = REFUSED.format(reason=verdict.reason)
            move(post, PostState.REFUSED, now)
            ask_to_tell(session, post, now)
        else:
            _call_reviewers(session, post, now)
        session.flush()
    log.info("market_content_checked", post_id=post_id, verdict=verdict.suggestion, duplicates=len(duplicates))
    return verdict


def _waits(post: MarketPost | None, version: int) -> bool:
    return post is not None and post.state == PostState.REVIEW and post.version == version


def _openid(session: Session, user_id: int) -> str | None:
    """By which the mini-program knows them: WeChat judges nobody else's words."""
    wanted = select(WeChatIdentity.openid).where(
        WeChatIdentity.user_id == user_id, WeChatIdentity.platform == Platform.MINI_PROGRAM
    )
    return session.scalars(wanted.order_by(WeChatIdentity.id.desc()).limit(1)).first()


def _call_reviewers(session: Session, post: MarketPost, now: datetime) -> None:
    for person in list_supervisors(session):
        key = f"market-post-{post.id}-{post.version}"
        notify(session, staff_id=person.id, kind="market_post", key=key, text=f"供需待审核:{called(post)}", now=now)
