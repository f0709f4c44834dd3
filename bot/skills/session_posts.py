"""What of the market is shown beside a session, in chat: 看第1场的供需, or the words that its page asks for."""

import re
from functools import partial

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.market_board import BOARD, table_of
from bot.skills.training_lists import ENDS, OTHERS, SESSIONS, session_at
from core.errors import NotFound
from models import CourseSession, PostSide
from nlp.slots.numerals import read_number
from services.market.wording import SIDES, called_by_others, said_terms
from services.training.shown_posts import list_session_posts, list_with_posts, posts_words
from services.training.timetable import get_session

NAME = "market"
SHOWN = 10
LONGEST = 120
BEGINS, BEHIND = "看", "的供需"
AT_PLACE = re.compile("看看?第(?P<place>[0-9一二三四五六七八九十]{1,2})[场个]的供需")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words about the posts of a session; None where they are about something else."""
    plain = context.plain.strip(ENDS)
    if len(text) > LONGEST or not plain.startswith(BEGINS) or not plain.endswith(BEHIND):
        return None
    held: CourseSession | None = None
    placed = AT_PLACE.fullmatch(plain)
    if placed is not None and (context.memory.get("list") or {}).get("kind") == SESSIONS:
        held = session_at(context, int(read_number(placed["place"]) or 0))
    elif placed is None:
        found = list_with_posts(context.session, context.now)
        held = next((each for each in found if _plain(context, posts_words(each)) == plain), None)
    return Skill(NAME, partial(show, public_id=held.public_id)) if held is not None else None


def _plain(context: TurnContext, words: str) -> str:
    return context.resources.understander.plain(words).strip(ENDS)


def show(context: TurnContext, *, public_id: str) -> Reply:
    """The list, from which one asks to talk as from the board."""
    try:
        held = get_session(context.session, public_id)
    except NotFound as missing:
        return Reply(missing.message, choices=(OTHERS,))
    posts = list_session_posts(context.session, held, context.today)[:SHOWN]
    if not posts:
        return Reply("这一场旁边的供需都撤下或到期了。", choices=(Choice("看看有什么专利在卖", "看供给"), OTHERS))
    lines = [f"“{held.course.title}”旁边的供需:"]
    for place, post in enumerate(posts, start=1):
        said = (SIDES[PostSide(post.side)] + " " + called_by_others(post), said_terms(post))
        lines.append(f"{place}. " + " · ".join(part for part in said if part))
    lines.append("回复数字看一条。想谈说“想谈第1个”,对方同意后互看联系方式。")
    return Reply(
        "\n".join(lines),
        choices=(Choice("想谈第1个", "想谈第1个"), OTHERS),
        memory=table_of(BOARD, posts, session=held.public_id),
    )


def line_of(context: TurnContext, held: CourseSession) -> str | None:
    """现场讲到3条供需; None where there is none."""
    count = len(list_session_posts(context.session, held, context.today))
    return f"旁边有{count}条供需,可以直接找对方谈。" if count else None
