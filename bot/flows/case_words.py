"""What an owner says to the person who has their case, and how they judge the work when it is done."""

import re
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from core.db import table_of
from core.statements import Statement
from models import Author, Case, CaseStatus, Conversation, Message
from services.casework.access import decided_by, owned_by
from services.casework.messages import say_to_staff
from services.casework.satisfaction import rate_case
from services.catalogue import service_of

NAME = "case_message"
LONGEST_RATING = 8
SURE = 0.7
# A person's message waits for an answer so long; later words are more likely about something else.
ANSWERED_WITHIN = timedelta(hours=48)
RATED_WITHIN = timedelta(days=14)
RATINGS = {
    3: re.compile(r"(?:很|非常|挺)?(?:满意|好评|不错)[的了。.!]*"),
    2: re.compile(r"(?:一般|还行|凑合|马马虎虎)[吧的了。.]*"),
    1: re.compile(r"(?:很|非常)?(?:不满意|差评|不太满意)[的了。.!]*"),
}
THANKS = {3: "谢谢,记下了。", 2: "谢谢,记下了。哪里可以更好,直接说。", 1: "抱歉没办好,主管会看。哪里不满意,直接说。"}
TO_STAFF = re.compile(
    r"^(?:回复|告诉|转告|跟|补充给?)(?:一下)?(?:专员|经办|他|她|你们的人)?[说:,\s]*(?P<text>.*)$", re.DOTALL
)
ADDRESSES = re.compile(r"^(?:回复|告诉|转告)(?:一下)?(?:专员|经办)|^补充[:,\s给]")
# Asked at every message, so it is compiled once.
_message = table_of(Message)
LAST_SAID = Statement(
    select(_message.c.author, _message.c.case_id, _message.c.created_at)
    .where(
        _message.c.conversation_id == bindparam("conversation_id"),
        _message.c.author != Author.USER,
        _message.c.is_internal.is_(False),
    )
    .order_by(_message.c.id.desc())
    .limit(1)
)
# Questions for the bot, though a person wrote last.
ASKS_BOT = frozenset({"patent_search", "patent_detail", "human_handoff", "complaint", "case_progress", "help"})


def choose(context: TurnContext, text: str) -> Skill | None:
    """A verdict on an ended case, or words for the person who wrote last; None where it is for the bot."""
    score = score_said(context, text)
    if score is not None and (ended := to_rate(context)) is not None:
        return Skill("rating", lambda _: _rate(ended.id, score, context))
    case = _addressed(context, text)
    return Skill(NAME, lambda given: _pass_on(given, case.id, text)) if case is not None else None


def score_said(context: TurnContext, text: str) -> int | None:
    """The verdict that a short sentence gives, if it says nothing else."""
    if len(text) > LONGEST_RATING:
        return None
    return next((score for score, words in RATINGS.items() if words.fullmatch(context.plain)), None)


def to_rate(context: TurnContext) -> Case | None:
    """The latest case of theirs to decide on that ended lately and was not judged."""
    query = (
        select(Case)
        .where(decided_by(context.user_id), Case.status == CaseStatus.CLOSED, Case.satisfaction.is_(None))
        .where(Case.closed_at > context.now - RATED_WITHIN)
        .order_by(Case.closed_at.desc())
    )
    return context.session.scalars(query.limit(1)).first()


def _addressed(context: TurnContext, text: str) -> Case | None:
    """The open case whose handler these words are for: by saying so, or because that person wrote last."""
    if ADDRESSES.search(context.plain) and TO_STAFF.match(text):
        return context.session.scalars(_open_cases(context).order_by(Case.id.desc()).limit(1)).first()
    last = LAST_SAID.first(context.session, {"conversation_id": context.conversation_id})
    if last is None:
        return None
    author, case_id, said_at = last
    if author != Author.STAFF or case_id is None or not _is_answer(context, said_at):
        return None
    return context.session.scalars(_open_cases(context).where(Case.id == case_id)).first()


def _open_cases(context: TurnContext) -> Select[Case]:
    return select(Case).where(owned_by(context.user_id), Case.status == CaseStatus.ACCEPTED)


def _is_answer(context: TurnContext, said_at: datetime) -> bool:
    understood = context.understanding
    is_for_bot = understood.intent in ASKS_BOT and understood.confidence >= SURE
    return context.now - said_at <= ANSWERED_WITHIN and not is_for_bot


def _rate(case_id: int, score: int, context: TurnContext) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        rate_case(session, user_id=conversation.user_id, case_id=case_id, score=score, now=context.now)
        return Reply(THANKS[score])

    return Reply("", on_commit=commit)


def _pass_on(context: TurnContext, case_id: int, text: str) -> Reply:
    match = TO_STAFF.match(text) if ADDRESSES.search(context.plain) else None
    words = match["text"].strip() if match else text

    def commit(session: Session, conversation: Conversation) -> Reply:
        case = session.get_one(Case, case_id)
        who = case.assignee.display_name if case.assignee else "专员"
        if not words:
            return Reply(f"要告诉{who}什么?接在“回复专员”后面说,比如:回复专员 材料明天给。")
        say_to_staff(session, case_id=case_id, conversation=conversation, text=words, now=context.now)
        name = service_of(case.kind).name
        return Reply(f"已转给{who},{name} {case.number}。", choices=(Choice("办理进度", "看进度"),))

    return Reply("", on_commit=commit)
