"""What staff see first of a case: what was asked, what the bot tried, what stands behind it, who asks."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import HANDOFF, Author, Case, Conversation, HandoffReason, Message
from services.allowances import view_allowance
from services.matters import is_act, is_matter

LOOK_BACK = 40
SHOWN_QUESTIONS = 5
ANSWER_LENGTH = 160
SUMMED_UP = 3
# Answered by these, a sentence was a greeting, a tap on the menu or a thank-you, not a question.
SMALL_TALK = {
    "welcome", "greeting", "help", "chitchat", "acknowledge", "cancel", "restart", "inbox", "own_data",
}  # fmt: skip
# Answers to a question of ours: worth reading, not what was asked.
TOLD = {"value", "location"}

REASON_WORDS = {
    HandoffReason.REQUESTED: "用户要求人工",
    HandoffReason.MISSES: "助手两次没答上",
    HandoffReason.COMPLAINT: "用户投诉",
    HandoffReason.SKILL: "助手转来,需要专员办理",
    HandoffReason.STAFF: "专员主动接手",
    HandoffReason.SERVICE: "用户申请办理",
}
SKILL_WORDS = {
    "policy": "法律政策问答",
    "patent_search": "专利检索",
    "patent_detail": "专利详情",
    "saved_searches": "保存的检索",
    "watches": "关注的专利",
    "progress": "办理进度",
    "desk": "业务指引",
    "failed": "处理出错",
}


def build_package(
    session: Session,
    *,
    conversation: Conversation,
    reason: HandoffReason,
    topic: str,
    region: str | None,
    question: str,
    now: datetime,
) -> dict[str, Any]:
    """Plain values, kept with the case as they were at hand-off."""
    messages = _since_last_close(session, conversation)
    said = _said(messages)
    questions = [text for text, _ in said]
    matters = [text for text, skill in said if skill not in TOLD and is_matter(text)]
    tried = _tried(messages)
    sources = _sources(messages)
    allowance = view_allowance(session, identity_id=conversation.identity_id, now=now)
    company = conversation.user.company
    return {
        "summary": _summary(reason, matters, tried, sources),
        "asked": question,
        "questions": questions[-SHOWN_QUESTIONS:],
        "tried": tried,
        "sources": sources,
        "company": company.name if company else None,
        "region": region,
        "topic": topic,
        "allowance": {
            "left_count": allowance.left_count,
            "until_at": allowance.until_at.isoformat() if allowance.until_at else None,
        },
    }


def _since_last_close(session: Session, conversation: Conversation) -> list[Message]:
    """What was said after the last case was closed: older matters would only mislead."""
    closed_at = session.scalar(
        select(Case.closed_at)
        .where(Case.conversation_id == conversation.id, Case.kind == HANDOFF, Case.closed_at.is_not(None))
        .order_by(Case.closed_at.desc())
        .limit(1)
    )
    query = select(Message).where(Message.conversation_id == conversation.id, Message.is_internal.is_(False))
    if closed_at is not None:
        query = query.where(Message.created_at > closed_at)
    return list(session.scalars(query.order_by(Message.id.desc()).limit(LOOK_BACK)))[::-1]


def _said(messages: list[Message]) -> list[tuple[str, str]]:
    """What the user said or tapped, each with the skill that answered it ("" for none); no steering, no small talk."""
    said: list[tuple[str, str]] = []
    for message in messages:
        if message.author == Author.USER and message.text:
            said.append((_shortened(message.text), ""))
        elif message.author == Author.BOT and said and not said[-1][1]:
            said[-1] = (said[-1][0], str(message.details.get("skill") or ""))
    return [(text, skill) for text, skill in said if skill not in SMALL_TALK and not is_act(text)]


def _tried(messages: list[Message]) -> list[dict[str, str]]:
    """The bot's answers, each with the question it answered."""
    tried, question = [], ""
    for message in messages:
        if message.author == Author.USER:
            question = message.text
        skill = str(message.details.get("skill") or "")
        if message.author == Author.BOT and skill in SKILL_WORDS:
            tried.append(
                {
                    "skill": skill,
                    "name": SKILL_WORDS[skill],
                    "question": _shortened(question),
                    "answer": _shortened(message.text),
                }
            )
    return tried[-SHOWN_QUESTIONS:]


def _sources(messages: list[Message]) -> list[dict[str, Any]]:
    """Each document and place once, the latest last."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for message in messages:
        for citation in message.details.get("citations") or ():
            found[(str(citation.get("document")), str(citation.get("label")))] = dict(citation)
    return list(found.values())[-SHOWN_QUESTIONS:]


def _summary(
    reason: HandoffReason, matters: list[str], tried: list[dict[str, str]], sources: list[dict[str, Any]]
) -> str:
    parts = [REASON_WORDS[reason]]
    parts.append("问过:" + ";".join(matters[-SUMMED_UP:]) if matters else "还没说具体事情")
    names = list(dict.fromkeys(entry["name"] for entry in tried))
    if names:
        parts.append(f"助手试过:{'、'.join(names)},给出{len(sources)}条来源")
    return "。".join(parts) + "。"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= ANSWER_LENGTH else line[: ANSWER_LENGTH - 1] + "…"
