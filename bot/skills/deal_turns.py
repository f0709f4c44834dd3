"""What the skills about deals share: the change when the turn is finished, a refusal as it is, the deal at hand."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_words import Said
from core.errors import AppError, InvalidInput, NotFound
from models import Conversation, DealState
from services.deals.access import get_own_deal

MINE = Choice("我的交易", "我的交易")
ASKS_CONTACT = "怎么称呼您、电话多少?比如“王工 13800138000”。对方也同意后才看得到。"
Work = Callable[[Session, Conversation, datetime], Reply]


def commit(context: TurnContext, work: Work, *, asks: Mapping[str, Any] | None = None) -> Reply:
    """Do it when the turn is finished; a refusal is said as it is, and a missing contact is asked for."""

    def finish(session: Session, conversation: Conversation) -> Reply:
        try:
            # A refusal must leave nothing behind in the turn's own transaction.
            with session.begin_nested():
                return _forgetting(work(session, conversation, context.now))
        except InvalidInput as refusal:
            if asks is not None and refusal.fields.keys() & {"name", "phone"}:
                return Reply(ASKS_CONTACT, memory={"pending": dict(asks)})
            reason = next(iter(refusal.fields.values()), refusal.message)
            return Reply(reason, choices=(MINE,), memory={"pending": None})
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})

    return Reply("", on_commit=finish)


def _forgetting(reply: Reply) -> Reply:
    """What was asked is answered, unless it asks something itself."""
    if "pending" in reply.memory:
        return reply
    return replace(reply, memory={**reply.memory, "pending": None})


def shown(text: str, number: str, *, contact_deal: int | None = None) -> Reply:
    return Reply(
        text,
        choices=(Choice(f"看 {number}", "看这一单"), MINE),
        memory={"subject": {"kind": "deal", "deal": number}},
        contact_deal=contact_deal,
    )


def number_of(words: Said) -> str:
    return words.number or ""


def is_open_for_bids(context: TurnContext, number: str) -> bool:
    """Whether prices go to and fro in it: a price that is named elsewhere is about something else. Nothing else asked
    waits for an answer."""
    pending = str((context.memory.get("pending") or {}).get("kind") or "")
    if pending and not pending.startswith("deal_"):
        return False
    try:
        deal, _ = get_own_deal(context.session, context.user_id, number)
    except NotFound:
        return False
    return deal.state == DealState.TALKING
