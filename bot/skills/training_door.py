"""Checking in at the door by the code on its screen: 签到 123456."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Reply
from bot.skills import Skill
from bot.skills.training_lists import ENDS, MINE
from core.i18n import chinese_time
from models import Conversation
from services.training.door_codes import DIGITS, check_in_by_code

NAME = "training"
SAYS_CODE = re.compile(rf"(?:我要|我来|我)?(?:签到|簽到)(?:码|碼)?(?:是|[::])?\s*(?P<code>\d(?:\s?\d){{{DIGITS - 1}}})")
ASKS = re.compile(r"(?:我要|我来|我)?(?:怎么|在哪|如何)?签到(?:码|一下)?(?:吧|了|呢|吗)?")


def choose(context: TurnContext) -> Skill | None:
    """The skill for who is at the door."""
    return choose_code(context) or (Skill(NAME, ask_for_code) if ASKS.fullmatch(context.plain.strip(ENDS)) else None)


def choose_code(context: TurnContext) -> Skill | None:
    """签到 123456, which is never anything else: whoever stands there in the middle of a form is at the door."""
    match = SAYS_CODE.fullmatch(context.plain.strip(ENDS))
    if match is None:
        return None
    code = "".join(match["code"].split())
    return Skill(NAME, lambda given: check_in(given, code))


def ask_for_code(context: TurnContext) -> Reply:
    return Reply(f"到了现场,看签到屏幕上的{DIGITS}位数字,这样发:“签到 123456”。数字半分钟换一次。", choices=(MINE,))


def check_in(context: TurnContext, code: str) -> Reply:
    secret = context.resources.settings.secret_key.get_secret_value()

    def commit(session: Session, conversation: Conversation) -> Reply:
        tried = check_in_by_code(session, secret, user_id=conversation.user_id, typed=code, now=context.now)
        if tried.booking is None:
            refusal = tried.refusal
            return Reply(refusal.message if refusal else "", choices=(MINE,))
        booking = tried.booking
        people = f",{booking.seats}人" if booking.seats > 1 else ""
        at = chinese_time(booking.checked_in_at or context.now, context.now)
        return Reply(f"签到好了:{booking.session.course.title}{people},{at}到。", memory={"pending": None})

    return Reply("", on_commit=commit)
