"""Letters of the office in chat: written down with their day, listed by what is due first, closed by a sentence."""

import re
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_letter_words import ARRIVED, ASKS, Change, change_in, days_in, kind_in, kinds_meant
from bot.skills.custody_words import Said
from core.errors import AppError
from models import Conversation, CustodyRight, LetterKind, LetterState
from services.custody.letter_terms import NAMES, LetterDays
from services.custody.letter_wording import ANSWERED, LETTERS, line_of_letter, recorded, said_letter, said_term
from services.custody.letters import Letter, close_letter, extend_letter, letters_of, list_letters, record_letter
from services.custody.portfolio import find_by_numbers, has_rights
from services.custody.wording import DEMO, named

NAME = "custody"
DAY = "custody_letter_day"
LIST = "custody_letters"
SHOWN = 5
MOST_LISTED = 100
LONGEST_DAY = 25
MINE = Choice("我的托管", "我的托管")
ALL = Choice(LETTERS, LETTERS)
POLITE = "(?:请|麻烦|帮我|给我|我要|我想|看看?|查看?|查一下)*"
LISTS = re.compile(f"{POLITE}(?:我们?|公司)?的?(?:托管的?)?(?:通知书|审查意见)?的?答复期限(?:有哪些|清单|列表|呢|吗)?")
PERSON = Choice("转人工", "转人工")


def choose(context: TurnContext, plain: str, words: Said) -> Skill | None:
    """The skill for a sentence about a letter of a right in custody."""
    pending = context.memory.get("pending") or {}
    is_day = pending.get("kind") == DAY and len(plain) <= LONGEST_DAY and not ASKS.search(plain)
    if is_day and (days := days_in(plain, context.today)) is not None:
        return Skill(NAME, partial(_record_pending, days=days))
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_letters) if has_rights(context.session, context.user_id) else None
    if (context.memory.get("list") or {}).get("kind") == LIST:
        act = context.understanding.act if context.understanding.intent is None else None
        if act in {"next_page", "previous_page"}:
            return Skill(NAME, partial(show_letters, by=SHOWN if act == "next_page" else -SHOWN))
    if not words.is_named:
        return None
    return _choose_for_one(context, plain, words)


def _choose_for_one(context: TurnContext, plain: str, words: Said) -> Skill | None:
    if words.place is not None and not words.numbers:
        change = change_in(words.rest)
        letter = _letter_at(context, words.place) if change is not None else None
        return _skill(change, letter) if change is not None and letter is not None else None
    rights = find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
    if len(rights) != 1:
        return None
    right = rights[0]
    if (change := change_in(words.rest)) is not None:
        found = letters_of(context.session, right, context.today)
        return _choose_change(change, found, kinds_meant(words.rest)) if found else None
    kind = kind_in(words.rest)
    if kind is None or ASKS.search(words.rest) or not ARRIVED.search(words.rest):
        return None
    days = days_in(plain, context.today)
    if days is None:
        return Skill(NAME, partial(_ask_day, right=right, kind=kind))
    return Skill(NAME, partial(_record, public_id=right.public_id, kind=kind, days=days))


def _choose_change(change: Change, found: list[Letter], kinds: frozenset[LetterKind]) -> Skill:
    """For the letter that is meant: of a kind that is named, else the only one; which one is asked otherwise."""
    meant = [each for each in found if each.row.kind in kinds] if kinds else found
    if len(meant) == 1:
        return _skill(change, meant[0])
    return Skill(NAME, partial(_ask_which, ids=[each.row.public_id for each in meant or found], is_known=bool(meant)))


def _skill(change: Change, letter: Letter) -> Skill:
    public_id = letter.row.public_id
    if change.months:
        return Skill(NAME, partial(_extend, public_id=public_id, months=change.months))
    if change.state is not None:
        return Skill(NAME, partial(_close, public_id=public_id, state=change.state))
    return Skill(NAME, partial(_offer_help, letter=letter))


def _ask_which(context: TurnContext, ids: list[str], is_known: bool) -> Reply:
    """The open letters of a right, of which any may be meant, or none."""
    found, _ = list_letters(context.session, user_id=context.user_id, today=context.today, limit=MOST_LISTED)
    shown = [each for each in found if each.row.public_id in ids][:SHOWN]
    lines = [f"{place}. {line_of_letter(each.row, context.today)}" for place, each in enumerate(shown, start=1)]
    head = "这件有几份通知书没了结,是哪一份?" if is_known else "没记过这一种通知书,记着的是:"
    tail = "办了就说“第1个已答复”,没办的照样提醒。"
    kept = {"kind": LIST, "ids": [each.row.public_id for each in shown], "offset": 0}
    choices = (Choice("第1个已答复", "第1个已答复"), ALL)
    return Reply("\n".join([head, *lines, tail]), choices=choices, memory={"list": kept, "pending": None})


def _offer_help(context: TurnContext, letter: Letter) -> Reply:
    """It is to be answered yet: by people, and nothing is closed."""
    row = letter.row
    demo = f"({DEMO})" if row.right.is_demo else ""
    text = (
        f"{row.right.number}{demo} {said_letter(row, context.today)},还没了结,照样提醒。"
        f"我不能替您提交;要同事帮忙就说“转人工”。自己办完了说“{row.right.number} {ANSWERED}”。"
    )
    return Reply(text, choices=(PERSON, ALL), memory={"pending": None})


def _letter_at(context: TurnContext, place: int) -> Letter | None:
    table = context.memory.get("list") or {}
    ids = list(table.get("ids") or []) if table.get("kind") == LIST else []
    if not 1 <= place <= len(ids):
        return None
    shown, _ = list_letters(context.session, user_id=context.user_id, today=context.today, limit=MOST_LISTED)
    return next((each for each in shown if each.row.public_id == ids[place - 1]), None)


def _ask_day(context: TurnContext, right: CustodyRight, kind: LetterKind) -> Reply:
    demo = f"({DEMO})" if right.is_demo else ""
    return Reply(
        f"{named(right)}{demo} 的{NAMES[kind]}是哪天收到的?比如“11月20日收到”;"
        "只知道发文日就说“发文日11月20日”,写明了期限就说“期限到3月20日”。",
        memory={"pending": {"kind": DAY, "id": right.public_id, "letter": kind.value}},
    )


def _record_pending(context: TurnContext, days: LetterDays) -> Reply:
    pending = context.memory.get("pending") or {}
    return _record(context, str(pending.get("id")), LetterKind(str(pending.get("letter"))), days)


def _record(context: TurnContext, public_id: str, kind: LetterKind, days: LetterDays) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            letter = record_letter(
                session, user_id=conversation.user_id, right_id=public_id, kind=kind, days=days, now=context.now
            )
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        text = recorded(letter.row, letter.term, context.today)
        return Reply(text, choices=(ALL, MINE), memory={"pending": None})

    return Reply("", on_commit=commit)


def _extend(context: TurnContext, public_id: str, months: int) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            letter = extend_letter(
                session, user_id=conversation.user_id, public_id=public_id, months=months, now=context.now
            )
        except AppError as refusal:
            return Reply(refusal.message, choices=(ALL,), memory={"pending": None})
        demo = f"({DEMO})" if letter.row.right.is_demo else ""
        text = (
            f"记下了:{letter.row.right.number}{demo} 延长{months}个月,{said_term(letter.row.due_on, context.today)}。"
        )
        return Reply(f"{text}以国知局的延长审批通知为准。", choices=(ALL,), memory={"pending": None})

    return Reply("", on_commit=commit)


def _close(context: TurnContext, public_id: str, state: LetterState) -> Reply:
    said = {
        LetterState.DONE: "已经办了,不再提醒这份期限。",
        LetterState.DROPPED: "不答复了,不再提醒这份期限;到期后果您清楚就好。",
        LetterState.TAKEN_BACK: "这条记录撤掉了。",
    }[state]

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            letter = close_letter(
                session, user_id=conversation.user_id, public_id=public_id, state=state, now=context.now
            )
        except AppError as refusal:
            return Reply(refusal.message, choices=(ALL,), memory={"pending": None})
        demo = f"({DEMO})" if letter.row.right.is_demo else ""
        what = f"{letter.row.right.number}{demo} {NAMES[LetterKind(letter.row.kind)]}"
        return Reply(f"记下了:{what},{said}", choices=(ALL, MINE), memory={"pending": None})

    return Reply("", on_commit=commit)


def show_letters(context: TurnContext, *, by: int | None = None) -> Reply:
    """What must be answered, the nearest day first; `by` moves from the page on the table."""
    offset = 0 if by is None else int((context.memory.get("list") or {}).get("offset") or 0) + by
    if offset < 0:
        return Reply("已经是第一页了。")
    found, following = list_letters(
        context.session, user_id=context.user_id, today=context.today, offset=offset, limit=SHOWN
    )
    if not found and offset:
        return Reply("后面没有了。", choices=(MINE,))
    if not found:
        return Reply(
            "没有要答复的通知书。收到了就带专利号说,比如“CN202110123456.7 11月20日收到审查意见”,我算期限、到期前提醒。",
            choices=(MINE,),
        )
    lines = [f"{place}. {line_of_letter(each.row, context.today)}" for place, each in enumerate(found, start=1)]
    tail = "办完了说“第1个已答复”" + (",“下一页”继续。" if following is not None else "。")
    kept = {"kind": LIST, "ids": [each.row.public_id for each in found], "offset": offset}
    more = (Choice("下一页", "下一页"),) if following is not None else ()
    choices = (Choice("第1个已答复", "第1个已答复"), *more, MINE)
    head = "要答复的通知书,快到期的在前:"
    return Reply("\n".join([head, *lines, tail]), choices=choices, memory={"list": kept, "pending": None})
