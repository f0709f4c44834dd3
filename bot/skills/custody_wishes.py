"""这件要许可, 第2个质押, CN… 不运营: what an owner wants to do with a right in custody, and the form that it opens."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows.form_steps import start
from bot.flows.posting import begin_with
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_changes import right_at
from bot.skills.custody_words import Said
from core.errors import AppError
from core.i18n import chinese_date
from models import Conversation, CustodyRight
from services.catalogue import service_of
from services.custody.access import get_own_right
from services.custody.portfolio import find_by_numbers
from services.custody.wishes import SERVICES, Wish, check_wish, known_of, set_aside
from services.custody.wording import named

NAME = "custody"
SUBJECT = "right"
MINE = Choice("我的托管", "我的托管")
THIS = (
    "(?:把|拿)?(?:(?P<this>这[件个]|它|刚才那[件个])(?:专利|商标)?)?(?:我|我们)?"
    "(?:先|就|想|要|拿去|拿来|打算|准备|来|做|用来|办)*(?:对外)?"
)
WORDS = (
    (Wish.REST, "(?:先)?(?:不|不用|不要|暂不|别)(?:再)?(?:运营|动|处理|折腾)(?:它)?了?"),
    (Wish.LICENCE, "(?:给别人)?许可(?:出去|给别人|别人用)?|授权给(?:别人|他人)"),
    (Wish.SELL, "(?:出售|卖|卖掉|转让|转掉|转出去|卖出去)"),
    (Wish.PLEDGE, "(?:质押|质押贷款|质押融资|贷款)"),
    (Wish.ENFORCE, "(?:维权|告侵权|打侵权)"),
)
# 许可了吗 asks what was done: it wishes nothing.
POLITE_END = "(?:吧|啊|哦|谢谢)*"
PATTERNS = tuple((wish, re.compile(f"{THIS}(?:{words}){POLITE_END}")) for wish, words in WORDS)
WAYS = "这件要许可、出售、质押、维权,还是不运营,直接说。"


def choose_wish(context: TurnContext, words: Said) -> Skill | None:
    """None where the sentence wishes nothing, or names no right that is in this person's custody."""
    for wish, pattern in PATTERNS:
        match = pattern.fullmatch(words.rest)
        if match is None:
            continue
        right = meant(context, words, says_this=match["this"] is not None)
        return _skill(right, wish) if right is not None else None
    return None


def meant(context: TurnContext, words: Said, *, says_this: bool) -> CustodyRight | None:
    """The right that is named by number or place, else the one that was shown last."""
    if words.place is not None:
        return right_at(context, words.place)
    if words.numbers:
        found = find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
        return found[0] if len(found) == 1 else None
    subject = context.memory.get("subject") or {}
    is_on_table = subject.get("kind") == SUBJECT and (says_this or context.memory.get("last_skill") == NAME)
    if not is_on_table:
        return None
    try:
        return get_own_right(context.session, context.user_id, str(subject.get("id")))
    except AppError:  # ended meanwhile
        return None


def _skill(right: CustodyRight, wish: Wish) -> Skill:
    public_id, number = right.public_id, right.number
    if wish is Wish.REST:
        return Skill(NAME, lambda context: _leave_alone(context, public_id))
    try:
        check_wish(right, wish)
    except AppError as refusal:
        said = f"{refusal.message}要找人就说“转人工”。"
        return Skill(NAME, lambda _: Reply(said, choices=(Choice("转人工", "转人工"), MINE)))
    if wish in SERVICES:
        service, known = service_of(SERVICES[wish]), known_of(right, wish)
        return Skill("form", lambda context: start(context, service, known=known))
    return Skill("market", lambda context: begin_with(context, [number]))


def _leave_alone(context: TurnContext, public_id: str) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            right = set_aside(session, user_id=conversation.user_id, public_id=public_id, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,))
        until = chinese_date(right.set_aside_until) if right.set_aside_until is not None else ""
        said = (
            f"好,{named(right)} 先不运营,{until}前不再提它闲着。年费照样提醒;哪天想用,说“{right.number} 要许可”就行。"
        )
        return Reply(said, choices=(MINE,), memory={"pending": None})

    return Reply("", on_commit=commit)


def remembered(reply: Reply, right: CustodyRight) -> Reply:
    """The same reply, after which 这件 means that right."""
    return replace(reply, memory={**reply.memory, "subject": {"kind": SUBJECT, "id": right.public_id}})
