"""有用, 没用: what readers say of an answer. The message keeps the answer's text and sources as they were shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict
from models import AnswerFeedback, Author, Conversation, Message, Verdict
from services.knowledge_upkeep.misses import redact

# Later than that nobody knows which answer 没用 speaks of.
RATED_WITHIN = timedelta(days=1)
# The skill that thanks for a verdict.
THANKS = "feedback"
PAGE = 20


@dataclass(frozen=True)
class FeedbackView:
    """A rated answer with the question it answered, names taken out."""

    feedback: AnswerFeedback
    question: str


@dataclass(frozen=True)
class DocumentCount:
    """How the answers that rest on a document were found."""

    document: str
    useless_count: int
    useful_count: int


def find_rateable(session: Session, conversation_id: int, *, now: datetime) -> Message | None:
    """The answer that 没用 speaks of: the last thing the bot said, if it had sources and is not a day old."""
    said = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id, Message.author != Author.USER, Message.is_internal.is_(False)
        )
        .order_by(Message.id.desc())
        .limit(2)
    ).all()
    # Who said 有用 by a slip may say 没用 after our thanks.
    last = next((message for message in said if message.details.get("skill") != THANKS), None)
    if last is None or not is_rateable(last) or now - last.created_at > RATED_WITHIN:
        return None
    return last


def is_rateable(message: Message) -> bool:
    """An answer of the bot's with sources."""
    return message.author == Author.BOT and bool(_citations(message))


def rate_answer(session: Session, *, message_id: int, user_id: int, verdict: Verdict, now: datetime) -> AnswerFeedback:
    """Keep the verdict; a second one on the same answer takes the first one's place.

    The caller has made sure that the message is this person's. Raises Conflict for what is no answer with sources.
    """
    # The lock makes two taps at once one row.
    message = session.get_one(Message, message_id, with_for_update=True)
    if not is_rateable(message):
        raise Conflict("这条不是带出处的回答,不用评价。")
    feedback = session.scalar(select(AnswerFeedback).where(AnswerFeedback.message_id == message.id))
    if feedback is None:
        feedback = AnswerFeedback(
            message_id=message.id,
            user_id=user_id,
            document=str(_citations(message)[0].get("document") or "")[:160],
            created_at=now,
        )
        session.add(feedback)
    feedback.verdict, feedback.updated_at = verdict, now
    session.flush()
    return feedback


def list_feedback(
    session: Session, *, document: str = "", page: int = 0, limit: int = PAGE
) -> tuple[list[FeedbackView], bool]:
    """没用 first, the latest of each first; also whether there are more."""
    query = select(AnswerFeedback).options(joinedload(AnswerFeedback.message))
    if document:
        query = query.where(AnswerFeedback.document == document)
    useless_first = case((AnswerFeedback.verdict == Verdict.USELESS, 0), else_=1)
    rows = session.scalars(
        query.order_by(useless_first, AnswerFeedback.updated_at.desc(), AnswerFeedback.id.desc())
        .offset(page * limit)
        .limit(limit + 1)
    ).all()
    return [FeedbackView(row, _question(session, row)) for row in rows[:limit]], len(rows) > limit


def count_by_document(session: Session, *, limit: int = 10) -> list[DocumentCount]:
    """The documents whose answers were of no use most often."""
    useless = func.sum(case((AnswerFeedback.verdict == Verdict.USELESS, 1), else_=0))
    useful = func.sum(case((AnswerFeedback.verdict == Verdict.USEFUL, 1), else_=0))
    rows = session.execute(
        select(AnswerFeedback.document, useless, useful)
        .group_by(AnswerFeedback.document)
        .order_by(useless.desc(), useful.desc(), AnswerFeedback.document)
        .limit(limit)
    )
    return [DocumentCount(name, int(no), int(yes)) for name, no, yes in rows]


def question_before(session: Session, message: Message) -> str:
    """What the user said last before a message, names taken out; empty where there is nothing."""
    asked = session.scalar(
        select(Message.text)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author == Author.USER,
            Message.id < message.id,
            Message.text != "",
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    user_id = session.scalar(select(Conversation.user_id).where(Conversation.id == message.conversation_id))
    return redact(session, asked, user_id=user_id) if asked else ""


def _question(session: Session, row: AnswerFeedback) -> str:
    return question_before(session, row.message)


def _citations(message: Message) -> list[dict[str, Any]]:
    return list(message.details.get("citations") or ())
