"""What the owner of a post is told of it: what was decided on it, and what a rule changed."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date
from models import MarketPost, PostState, Topic
from services.custody.settings import custody_settings
from services.job_names import JobName, request_job
from services.market.access import find_owner_of
from services.market.findings import blocking
from services.market.wording import called
from services.notices.facts import Fact, said_day
from services.notices.telling import attach
from services.outgoing import write_to_user
from services.reaching import find_conversation

MINE = "我的供需"
# In the five characters that a template has for it.
STATES = {PostState.PUBLISHED: "在展示了", PostState.REFUSED: "没有通过", PostState.SUSPENDED: "暂停展示"}


def ask_to_tell(session: Session, post: MarketPost, now: datetime, *, waits_for_day: bool = False) -> None:
    """Tell its owner how it stands, unless it stands otherwise by then; what is not urgent waits for the day."""
    delay = custody_settings(china_date(now)).until_open(now) if waits_for_day else timedelta(0)
    key = f"market-told-{post.id}-{post.version}"
    request_job(session, JobName.TELL_POST, key=key, now=now, delay=delay, post_id=post.id, version=post.version)


def tell_owner(session: Session, post_id: int, version: int, now: datetime) -> bool:
    """Answers whether there was anything to tell, and somebody whom it reaches."""
    post = session.get(MarketPost, post_id)
    if post is None or post.version != version:
        return False
    user_id = find_owner_of(session, post)
    conversation = find_conversation(session, user_id, now) if user_id is not None else None
    text = _words(post)
    if not text or conversation is None:
        return False
    message = write_to_user(session, conversation, text, now, details={"choices": [MINE]})
    facts = {Fact.STATE: STATES[PostState(post.state)], Fact.DAY: said_day(post.until)}
    attach(session, message, user_id=conversation.user_id, topic=Topic.CASE, title=called(post), facts=facts)
    return True


def _words(post: MarketPost) -> str:
    if post.state == PostState.PUBLISHED:
        return f"“{called(post)}”在展示了,到{chinese_date(post.until)}为止。"
    if post.state == PostState.REFUSED:
        reason = (post.review_note or "").rstrip("。")
        return f"“{called(post)}”没通过:{reason}。改好可以再交。"
    if post.state == PostState.SUSPENDED:
        reasons = "".join(each.said for each in blocking(post)[:1])
        return f"“{called(post)}”暂停展示:{reasons}办好后每晚复核一次,通过就恢复。"
    return ""
