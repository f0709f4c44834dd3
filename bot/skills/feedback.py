"""有用, 没用: what the user says of an answer; questions that found none are noted for those who keep the knowledge."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Missed, Reply
from bot.skills import Skill
from models import Conversation, Message, MissKind, Platform, Verdict
from nlp.policy_answers import NO_BASIS
from services.knowledge_upkeep.feedback import THANKS, find_rateable, rate_answer

LONGEST_VERDICT = 10
USEFUL = re.compile(r"(?:这个?|这条)?(?:回答|答案)?(?:很|挺|真|蛮|太)?(?:有用|有帮助|管用)(?:的|了|啊|呢)?")
USELESS = re.compile(
    r"(?:这个?|这条)?(?:回答|答案)?(?:没有?(?:啥|什么|多大)?(?:用|帮助)|不管用|帮不上(?:忙)?|答非所问|答错了|回答错了|说错了)(?:的|了|啊|呢)?"
)
NOTED = "记下了,谢谢。"
NOTED_USELESS = "记下了,同事会看到。\n要请专员回答吗?回复“好”就转。"
HANDOFF_CHOICES = (Choice("好", "请专员回答"), Choice("算了", "先不用"))
HINT = "有用没用,都可以说一声。"
# Not under the first answer of a day: who asks a second question is the one who can tell.
HINTED_ANSWER = 2
LONGEST_HINTED = 300
SOURCED = re.compile(r"(?:依据|来源):.*")


def choose_verdict(context: TurnContext, text: str) -> Skill | None:
    """The skill that notes a verdict, where the sentence is one and an answer with sources was just given."""
    verdict = find_verdict(text)
    if verdict is None:
        return None
    answer = find_rateable(context.session, context.conversation_id, now=context.now)
    if answer is None:
        return None
    return Skill(THANKS, lambda given: _note(given, answer, verdict))


def find_verdict(text: str) -> Verdict | None:
    """What a short sentence says of an answer, if that is all it says."""
    if len(text) > LONGEST_VERDICT:
        return None
    if USELESS.fullmatch(text):
        return Verdict.USELESS
    return Verdict.USEFUL if USEFUL.fullmatch(text) else None


def _note(context: TurnContext, answer: Message, verdict: Verdict) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        rate_answer(session, message_id=answer.id, user_id=conversation.user_id, verdict=verdict, now=context.now)
        if verdict is Verdict.USEFUL:
            return Reply(NOTED)
        asked = (context.memory.get("subject") or {}).get("text") or ""
        pending = {"kind": "handoff", "topic": "policy", "question": asked}
        return Reply(NOTED_USELESS, choices=HANDOFF_CHOICES, memory={"pending": pending})

    return Reply("", on_commit=commit)


def noted(skill: Skill) -> Skill:
    """A skill that answers from sources: its misses are marked for staff, its answers may carry the quiet hint."""
    if skill.name != "policy":
        return skill

    def answer(context: TurnContext) -> Reply:
        reply = skill.answer(context)
        if reply.is_miss:
            return replace(reply, missed=_missed(context, reply))
        return _with_hint(context, reply)

    return Skill(skill.name, answer, is_slow=skill.is_slow)


def _missed(context: TurnContext, reply: Reply) -> Missed:
    """The whole question, where a short one leant on what was said before."""
    pending = reply.memory.get("pending") or {}
    kind = MissKind.NO_BASIS if reply.text.startswith(NO_BASIS) else MissKind.UNCLEAR
    region = context.understanding.slots.get("region") or context.region
    return Missed(kind, str(pending.get("question") or context.text), region)


def _with_hint(context: TurnContext, reply: Reply) -> Reply:
    """Once a day, under the second answer with sources; the mini-program has buttons instead."""
    if not reply.citations or context.platform != Platform.OFFICIAL_ACCOUNT:
        return reply
    before = context.memory.get("sourced") or {}
    today = context.today.isoformat()
    count = (before.get("count", 0) if before.get("on") == today else 0) + 1
    reply = replace(reply, memory={**reply.memory, "sourced": {"on": today, "count": count}})
    fits = len(reply.text) + len(HINT) < LONGEST_HINTED and SOURCED.fullmatch(reply.text.rpartition("\n")[2])
    return replace(reply, text=f"{reply.text}\n{HINT}") if count == HINTED_ANSWER and fits else reply
