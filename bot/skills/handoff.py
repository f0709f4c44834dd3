"""To a person: a case with a number and a promised time, told at once."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Reply
from models import Conversation, HandoffReason
from services.catalogue import find_service
from services.handoffs import open_handoff, withdraw_handoff

STOPS = " 。.!?,~"
TAKES_BACK = re.compile(
    "(?:先|那|还是|现在|暂时)*(?:不用|不需要|不要|别|取消|撤回|撤销|不)(?:再)?(?:帮我)?(?:转|找|叫|安排|请)?(?:人工|专员|客服)(?:客服|专员|服务)?"
    "(?:联系我?|找我|回我|回复我?|来)?(?:了|吧|啦|谢谢)*"
)
# 对方一直不回呢 is said of somebody else: no complaint about us.
OF_OTHERS = re.compile(
    "(?:那|可是?|但是?|现在|要是|如果|结果|都|问题是)*(?:对方|他们?|她|人家|对面|那边|那家|同行|厂家|侵权方|单位|公司|老板|银行|法院)"
    "(?!.*(?:你们|客服|专员|顾问|机器人|平台))"
)
TOPIC_OF_INTENT = {
    "patent_search": "patent",
    "patent_detail": "patent",
    "patent_fee": "patent",
    "patent_valuation": "patent",
    "patent_watch": "patent",
    "policy_question": "policy",
    "policy_match": "policy",
    "financing_apply": "financing",
    "enforcement_aid": "enforcement",
    "training_browse": "training",
    "training_book": "training",
    "training_cancel": "training",
    "supply_post": "market",
    "demand_post": "market",
    "market_browse": "market",
}


def hand_off(context: TurnContext) -> Reply:
    """The user asked for a person."""
    return transfer(context, HandoffReason.REQUESTED)


def hand_off_complaint(context: TurnContext) -> Reply:
    """A complaint is a matter for people."""
    return transfer(context, HandoffReason.COMPLAINT, opening="抱歉没办好。")


def complains_of_others(context: TurnContext) -> bool:
    """Whether what sounds like a complaint is about the other side of the matter."""
    return context.understanding.intent == "complaint" and bool(OF_OTHERS.match(context.plain))


def hand_off_after_misses(context: TurnContext) -> Reply:
    """Twice of no use: say why a person comes in."""
    return transfer(context, HandoffReason.MISSES, opening="两次都没帮上您。")


def hand_off_pending(context: TurnContext) -> Reply:
    """The user accepted the offer of a person."""
    pending = context.memory.get("pending") or {}
    return transfer(context, HandoffReason.SKILL, topic=pending.get("topic"), question=pending.get("question"))


def takes_back(context: TurnContext) -> bool:
    """不用转人工了; or 先不用了, straight after a person was asked in."""
    text = context.plain.strip(STOPS)
    if TAKES_BACK.fullmatch(text):
        return True
    refuses = context.understanding.act in {"cancel", "deny"} and context.understanding.intent is None
    return refuses and context.memory.get("last_skill") == "handoff"


def withdraw(context: TurnContext) -> Reply:
    """Nobody is to be kept waiting for who has thought better of it."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        told = withdraw_handoff(session, conversation=conversation, now=context.now)
        return Reply(f"{told}要查要办随时说。", memory={"pending": None})

    return Reply("", on_commit=commit, memory={"pending": None})


def transfer(
    context: TurnContext,
    reason: HandoffReason,
    *,
    topic: str | None = None,
    question: str | None = None,
    opening: str = "",
) -> Reply:
    """Open (or find) the case when the turn is finished, and tell its number and promise, after `opening`."""
    topic = topic or topic_of(context)
    asked = question or context.text
    region = context.understanding.slots.get("region") or context.region

    def commit(session: Session, conversation: Conversation) -> Reply:
        handoff = open_handoff(
            session,
            conversation=conversation,
            reason=reason,
            topic=topic,
            region=region,
            question=asked,
            now=context.now,
        )
        return Reply(opening + handoff.text_for_user, memory={"pending": None}, reason="handoff")

    return Reply("", on_commit=commit, memory={"pending": None})


def topic_of(context: TurnContext) -> str:
    """What it is about: the form on the table, else the sentence's own intent, else what was talked about before."""
    service = find_service(str((context.memory.get("form") or {}).get("kind")))
    if service is not None:
        return service.topic
    own = TOPIC_OF_INTENT.get(context.understanding.intent or "")
    return own or str(context.memory.get("topic") or "general")
