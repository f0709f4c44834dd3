"""Letters of the office in chat: written down with their day, listed by what is due first, closed by a sentence."""

import re
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_words import Said
from core.errors import AppError
from models import Conversation, CustodyRight, LetterKind, LetterState
from nlp.rules.days_said import find_days_said
from services.custody.letter_terms import NAMES, LetterDays
from services.custody.letter_wording import LETTERS, line_of_letter, recorded, said_term
from services.custody.letters import Letter, close_letter, extend_letter, letters_of, list_letters, record_letter
from services.custody.portfolio import find_by_numbers, has_rights
from services.custody.wording import DEMO, named

NAME = "custody"
DAY = "custody_letter_day"
LIST = "custody_letters"
SHOWN = 5
LONGEST_DAY = 25
MINE = Choice("我的托管", "我的托管")
ALL = Choice(LETTERS, LETTERS)
POLITE = "(?:请|麻烦|帮我|给我|我要|我想|看看?|查看?|查一下)*"
LISTS = re.compile(f"{POLITE}(?:我们?|公司)?的?(?:托管的?)?(?:通知书|审查意见)?的?答复期限(?:有哪些|清单|列表|呢|吗)?")
# What it is, the more exact names first.
KINDS = (
    (LetterKind.FURTHER_ACTION, re.compile("二通|三通|四通|再次审查|第[二三四2-4]次审查")),
    (LetterKind.CORRECTION, re.compile("补正")),
    (LetterKind.REGISTRATION, re.compile("登记手续|授权通知|授予(?:专利权|发明|实用|外观).{0,6}通知")),
    (LetterKind.REFUSAL, re.compile("驳回(?:决定|通知)")),
    (LetterKind.FIRST_ACTION, re.compile("一通|审查意见|审查通知")),
)
ARRIVED = re.compile("收到|来了|下来|到了|下了|发了|发来|拿到|接到|送达|发文|发出|记一?下|登记一?下")
ISSUED = re.compile("发文日|发文|发出|落款|签发")
POSTED, ELECTRONIC = re.compile("纸件|邮寄|挂号|快递"), re.compile("电子|系统")
ASKS = re.compile("多久|几天|几个月|多少天|什么时候|怎么|如何|能不能|可以吗|[??]|吗$|呢$")
PAPER = "审查意见(?:通知书)?|补正(?:通知书?)?|登记手续|驳回决定|复审|通知书|一通|二通"
WHAT = f"(?:这份|的|那份)*(?:第[一二三四1-4]次|再次)?(?:{PAPER})?(?:的)?"
DOES = "(?:答复|回复|办|交|提交|请求)(?:过|完|好|掉)*"
ANSWERED = re.compile(f"{WHAT}(?:我们?|都|已经?|刚刚?)*{DOES}(?:了|复审了)?(?:{WHAT})")
DROPPED = re.compile(f"{WHAT}(?:不|不再|不用|不打算|放弃)(?:答复|回复|办|请求复审)了?")
TAKEN_BACK = re.compile(f"{WHAT}(?:记错|填错|弄错|撤销|删掉|删除)了?")
EXTENDED = re.compile(f"{WHAT}(?:期限)?(?:已经?|申请)?(?:延长|延期)(?:了)?(?P<months>[12一二两])个?月(?:了)?")
MONTHS = {"1": 1, "一": 1, "2": 2, "二": 2, "两": 2}


def choose(context: TurnContext, plain: str, words: Said) -> Skill | None:
    """The skill for a sentence about a letter of a right in custody."""
    pending = context.memory.get("pending") or {}
    is_day = pending.get("kind") == DAY and len(plain) <= LONGEST_DAY and not ASKS.search(plain)
    if is_day and (days := _days_in(plain, context)) is not None:
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
        return _choose_change(words.rest, partial(_letter_at, context, words.place))
    rights = find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
    if len(rights) != 1:
        return None
    right = rights[0]
    kind = next((kind for kind, pattern in KINDS if pattern.search(words.rest)), None)
    change = _choose_change(words.rest, partial(_letter_of, context, right, kind))
    if change is not None:
        return change
    if kind is None or ASKS.search(words.rest) or not ARRIVED.search(words.rest):
        return None
    days = _days_in(plain, context)
    if days is None:
        return Skill(NAME, partial(_ask_day, right=right, kind=kind))
    return Skill(NAME, partial(_record, public_id=right.public_id, kind=kind, days=days))


def _choose_change(rest: str, find: "partial[Letter | None]") -> Skill | None:
    """已答复, 不答复了, 记错了, 延长了2个月; None where there is no letter that it can mean."""
    extended = EXTENDED.fullmatch(rest)
    states = ((ANSWERED, LetterState.DONE), (DROPPED, LetterState.DROPPED), (TAKEN_BACK, LetterState.TAKEN_BACK))
    state = next((state for pattern, state in states if pattern.fullmatch(rest)), None)
    if extended is None and state is None:
        return None
    letter = find()
    if letter is None:
        return None
    public_id = letter.row.public_id
    if extended is not None:
        return Skill(NAME, partial(_extend, public_id=public_id, months=MONTHS[extended["months"]]))
    assert state is not None
    return Skill(NAME, partial(_close, public_id=public_id, state=state))


def _letter_of(context: TurnContext, right: CustodyRight, kind: LetterKind | None) -> Letter | None:
    """The open letter that is meant: of that kind, or the only one."""
    found = letters_of(context.session, right, context.today)
    of_kind = [each for each in found if each.row.kind == kind]
    return of_kind[0] if of_kind else found[0] if len(found) == 1 else None


def _letter_at(context: TurnContext, place: int) -> Letter | None:
    table = context.memory.get("list") or {}
    ids = list(table.get("ids") or []) if table.get("kind") == LIST else []
    if not 1 <= place <= len(ids):
        return None
    shown, _ = list_letters(context.session, user_id=context.user_id, today=context.today, limit=100)
    return next((each for each in shown if each.row.public_id == ids[place - 1]), None)


def _days_in(plain: str, context: TurnContext) -> LetterDays | None:
    found = [each for each in find_days_said(plain, context.today) if not each.month_only and not each.is_vague]
    if len(found) != 1:
        return None
    day = found[0].value
    if not ISSUED.search(plain):
        return LetterDays(received_on=day)
    delivery = "post" if POSTED.search(plain) else "electronic" if ELECTRONIC.search(plain) else ""
    return LetterDays(issued_on=day, delivery=delivery)


def _ask_day(context: TurnContext, right: CustodyRight, kind: LetterKind) -> Reply:
    demo = f"({DEMO})" if right.is_demo else ""
    return Reply(
        f"{named(right)}{demo} 的{NAMES[kind]}是哪天收到的?比如“11月20日收到”;只知道发文日就说“发文日11月20日”。",
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
