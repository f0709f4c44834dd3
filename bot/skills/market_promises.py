"""Details behind a promise of confidentiality in chat: 看保密资料第1个 shows its words, 同意保密约定 the details."""

import re
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_words import END, POLITE
from core.errors import AppError
from models import Conversation, MarketPost
from services.market.promises import BASIS, VERSION, details_for, get_guarded_post, promise, promise_text

NAME = "market"
KIND = "market_promise"
SHOWS = re.compile(f"{POLITE}(?:看看?|查看?|打开)?(?:这条的?)?(?:保密)资料{END}")
AGREES = re.compile(f"(?:我)?同意(?:这个|这份)?保密(?:约定|协议)?{END}")


def choose(context: TurnContext, rest: str, public_id: str | None) -> Skill | None:
    """`public_id`: the post that the sentence means on the board, or that was looked at last."""
    pending = context.memory.get("pending") or {}
    if AGREES.fullmatch(rest) and pending.get("kind") == KIND:
        return Skill(NAME, partial(agree, public_id=str(pending["id"]), version=int(pending.get("version") or 0)))
    if SHOWS.fullmatch(rest) and public_id is not None:
        return Skill(NAME, partial(show, public_id=public_id))
    return None


def show(context: TurnContext, *, public_id: str) -> Reply:
    """The words of the promise, to whoever has not given it; else the details."""
    try:
        post = get_guarded_post(context.session, public_id, context.now)
    except AppError as refusal:
        return Reply(refusal.message)
    details = details_for(context.session, context.user_id, post)
    if details is not None:
        return Reply(_said(post))
    text = f"这份资料要先同意保密约定才能看:\n{promise_text()}\n同意后记下时间和版本,谈起来后双方和经纪人都看得到。"
    return Reply(
        text,
        choices=(Choice("同意保密约定", "同意"),),
        memory={"pending": {"kind": KIND, "id": public_id, "version": VERSION}},
    )


def agree(context: TurnContext, *, public_id: str, version: int) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            promise(session, conversation.user_id, public_id, version, context.now)
            post = get_guarded_post(session, public_id, context.now)
        except AppError as refusal:
            return Reply(refusal.message, memory={"pending": None})
        return Reply(f"记下了:您同意了保密约定(第{version}版)。\n{_said(post)}", memory={"pending": None})

    return Reply("", on_commit=commit)


def _said(post: MarketPost) -> str:
    return f"保密资料,只给您看:\n{post.details}\n{BASIS}"
