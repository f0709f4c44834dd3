"""The picture that follows an applicant's summary in a chat: asked for with the answer, uploaded and queued by a job.

It is an extra. Whatever goes wrong with it is logged and leaves the answer as it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, china_date
from core.db import Database
from core.errors import UpstreamUnavailable
from core.ids import new_token
from core.logs import get_logger
from models import Conversation, ConversationStatus, Delivery, WeChatIdentity
from nlp.patent_search import PatentSearch
from services.allowances import view_allowance
from services.deliveries import queue_extra
from services.job_names import JobName, request_job
from services.portfolios import Portfolio, count_portfolio
from services.ports import WeChat, WeChatError
from services.turns import add_bot_message

log = get_logger(__name__)

# Behind the answer itself, which goes out in the meantime.
AFTER_ANSWER = timedelta(seconds=1)
# Later than this the picture would stand below something else.
FRESH = timedelta(minutes=2)
# What the history of the conversation shows for it.
CAPTION = "[图片]各年专利申请量"


@dataclass(frozen=True)
class _Wanted:
    portfolio: Portfolio
    identity_id: int


def request_chart(session: Session, *, conversation_id: int, now: datetime) -> None:
    """Ask for the picture of the applicant whose list this turn puts on the table."""
    key = f"chart-{conversation_id}-{new_token(12)}"
    request_job(
        session, JobName.SEND_CHART, key=key, now=now, delay=AFTER_ANSWER,
        conversation_id=conversation_id, chart_key=key, asked_at=now.isoformat(),
    )  # fmt: skip


def send_chart(
    database: Database,
    wechat: WeChat,
    search: PatentSearch,
    clock: Clock,
    *,
    conversation_id: int,
    chart_key: str,
    asked_at: datetime,
) -> bool:
    """Draw, upload and queue the picture; answers whether it was queued. Safe to repeat: one picture for a key.

    It is left out where it comes too late, a person or nobody holds the conversation, the list on the table is
    another one, or WeChat's allowance has no message left beside the one that is kept for people.
    """
    now = clock.now()
    if now - asked_at > FRESH:
        return False
    with database.reading() as session:
        wanted = _find_wanted(session, search, conversation_id, chart_key, now)
    if wanted is None:
        return False
    from services.portfolio_chart import draw_filings  # what draws is read by who draws: few processes ever do

    portfolio = wanted.portfolio
    picture = draw_filings(
        dict(portfolio.by_year), today=china_date(now), data_date=portfolio.data_date, is_demo=portfolio.is_demo
    )
    try:
        media_id = wechat.upload_image(picture)
    except WeChatError as error:
        log.warning("chart_not_uploaded", errcode=error.errcode, rid=error.rid, outcome=error.outcome)
        return False
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None or not _is_ours(session, conversation, chart_key):
            return False
        now = clock.now()
        message_id = add_bot_message(
            session, conversation_id, text=CAPTION, details={"media_id": media_id, "skill": "patent_search"}, now=now
        )
        queue_extra(
            session,
            key=chart_key,
            identity_id=wanted.identity_id,
            message_id=message_id,
            payload={"kind": "image", "media_id": media_id},
            now=now,
            expires_at=asked_at + FRESH,
        )
    return True


def _find_wanted(
    session: Session, search: PatentSearch, conversation_id: int, chart_key: str, now: datetime
) -> _Wanted | None:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or not _is_ours(session, conversation, chart_key):
        return None
    listed = conversation.memory.get("list") or {}
    applicant = listed["query"].get("applicant") if listed.get("kind") == "patents" else None
    identity = session.get_one(WeChatIdentity, conversation.identity_id)
    allowance = view_allowance(session, identity_id=identity.id, now=now)
    # The last message of an allowance is kept for people (services/deliveries.py).
    if not applicant or not identity.is_subscribed or allowance.left_count <= 1:
        return None
    try:
        portfolio = count_portfolio(session, search, applicant)
    except UpstreamUnavailable:
        return None
    return _Wanted(portfolio, identity.id) if portfolio is not None and portfolio.has_course else None


def _is_ours(session: Session, conversation: Conversation, chart_key: str) -> bool:
    """Whether the bot holds the conversation and this picture was not queued before."""
    is_queued = session.scalar(select(Delivery.id).where(Delivery.key == chart_key)) is not None
    return conversation.status == ConversationStatus.PENDING and not is_queued
