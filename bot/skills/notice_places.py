"""不相关 after a summary of several notices: by its place, by a tap where none was said, or all of them."""

import re
from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from core.errors import NotFound
from models import Conversation, Notice
from nlp.slots.numerals import CHINESE, read_number
from services.market.told import is_last_said
from services.notices.reading import dismiss, find_last_told
from services.notices.writing import MINE

NAME = "notices"
WHICH = "notice_which"
LONGEST = 24
# Of three taps one is for all of them.
MOST_TAPS, MOST_LINES = 2, 5
ALL = "全部不相关"
UNWANTED = "(?:不相关|没关系|无关|不感兴趣|没兴趣)"
END = "(?:了|吧|啊|哦|呢|谢谢)*"
PLACE = re.compile(
    f"第?(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,3}})(?:[条个](?:提醒)?)?(?:跟我|和我)?(?P<said>{UNWANTED})?{END}"
)
WHOLE = re.compile(f"(?:全部|全都|都|所有的?|这些都?)(?:跟我|和我)?(?:都)?(?P<said>{UNWANTED})?{END}")
MINE_CHOICE = Choice(MINE, MINE)


def choose(context: TurnContext, text: str) -> Skill | None:
    """第2条不相关, 全部不相关 of the last summary; None where it is about something else, or was of one notice."""
    plain = context.plain.strip(" 。.!?")
    if len(text) > LONGEST:
        return None
    place, whole = PLACE.fullmatch(plain), WHOLE.fullmatch(plain)
    found = place or whole
    if found is None:
        return None
    pending = context.memory.get("pending") or {}
    is_asked = pending.get("kind") == WHICH and context.memory.get("last_skill") == NAME
    # 2 and 都 alone answer the question, and nothing else.
    if not is_asked and not found["said"]:
        return None
    if is_asked:
        ids = [str(each) for each in pending.get("ids") or []]
    else:
        told = find_last_told(context.session, context.user_id, context.now)
        if len(told) < 2 or not is_last_said(context.session, told[0]):
            return None
        ids = [each.public_id for each in told]
    if whole is not None:
        return Skill(NAME, partial(dismiss_these, ids=ids))
    number = int(read_number(found["place"]) or 0)
    kept = {"kind": WHICH, "ids": ids}
    if not 1 <= number <= len(ids):
        return Skill(NAME, lambda _: Reply(f"刚才只有{len(ids)}条,第几条不相关?", memory={"pending": kept}))
    return Skill(NAME, partial(dismiss_these, ids=[ids[number - 1]], place=number, others=ids))


def ask_which(context: TurnContext, told: Sequence[Notice]) -> Reply:
    """A lone 不相关 does not mean all of a summary."""
    left = [(place, each) for place, each in enumerate(told, start=1) if each.dismissed_at is None][:MOST_LINES]
    lines = ["哪一条不相关?回复数字就行。", *(f"{place}. {each.title}" for place, each in left)]
    memory = {"pending": {"kind": WHICH, "ids": [each.public_id for each in told]}}
    return Reply("\n".join(lines), choices=_taps([place for place, _ in left]), memory=memory)


def _taps(places: Iterable[int]) -> tuple[Choice, ...]:
    said = [f"第{place}条不相关" for place in places]
    return tuple(Choice(each, each) for each in (*said[:MOST_TAPS], ALL))


def dismiss_these(
    context: TurnContext, *, ids: Sequence[str], place: int | None = None, others: Sequence[str] = ()
) -> Reply:
    """What these were about is not told again; with a place the others of the summary may still be named."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        for public_id in ids:
            try:
                dismiss(session, conversation.user_id, public_id, context.now)
            except NotFound as gone:
                return Reply(gone.message, choices=(MINE_CHOICE,), memory={"pending": None})
        said = f"好,第{place}条不再提醒。" if place is not None else "好,这些都不再提醒。"
        pending = {"kind": WHICH, "ids": list(others)} if place is not None else None
        return Reply(said, choices=(MINE_CHOICE,), memory={"pending": pending})

    return Reply("", on_commit=commit)
