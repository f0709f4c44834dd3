"""What an owner changes about rights in custody by a sentence: brings them, says what is paid, stops."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.custody_words import Said
from core.errors import AppError
from models import Conversation, CustodyRight, RightKind, RightSource
from services.custody.access import get_own_right
from services.custody.adding import Added, Wanted, add_rights
from services.custody.changes import Facts, change_facts
from services.custody.changes import mark_paid as record_payment
from services.custody.due_dates import find_due
from services.custody.leaving import end_custody
from services.custody.portfolio import find_by_numbers, list_reminded, list_rights
from services.custody.wording import (
    DEMO,
    assumption,
    line_of,
    named,
    said_articles,
    said_due,
    said_kind,
    said_status,
)
from services.working_hours import load_calendar

NUMBERS, STOP = "custody_numbers", "custody_stop"
# Which day is asked for, and the fact of the right that it is.
ASKED_DAYS = {"custody_filed_on": "filed_on", "custody_expires_on": "expires_on"}
DAY_QUESTIONS = {
    "custody_filed_on": "申请日是哪天?告诉我才能算年费,比如“2021年3月15日”。",
    "custody_expires_on": "哪天到期?告诉我才能提醒续展,比如“2028年5月3日”。",
}
DAYS_SAID = {"filed_on": "申请", "expires_on": "到期"}
LIST = "custody"
MOST_LINES = 5
MOST_REFUSED = 3
# A payment said without a number means what is due within this time, or is late.
NEAR = timedelta(days=180)
MINE, AHEAD = Choice("我的托管", "我的托管"), Choice("今后五年年费", "今后五年年费")
HOW = (
    "把专利号发来就托管,一次可以发多个,比如“CN202110123456.7”。商标说“托管商标”加注册号,软著说“托管软著”加登记号。\n"
    "托管不过户,只替您盯期限、算年费、状态有变告诉您。拍一张专利证书发来也行;表格在小程序里传。"
)


def ask_for_numbers(context: TurnContext) -> Reply:
    """What it is, and what to send."""
    return Reply(HOW, memory={"pending": {"kind": NUMBERS}, "topic": "patent"})


def add(context: TurnContext, wanted: Sequence[Wanted]) -> Reply:
    """Keep them when the turn is finished, and say of each what became of it."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            added = add_rights(session, user_id=conversation.user_id, wanted=wanted, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message, memory={"pending": None})
        return _said_added(session, added, context)

    return Reply("", on_commit=commit)


def _said_added(session: Session, added: Added, context: TurnContext) -> Reply:
    calendar = load_calendar(session, context.today)
    lines: list[str] = []
    memory: dict[str, object] = {"pending": None}
    choices: tuple[Choice, ...] = (MINE, AHEAD)
    if len(added.rights) == 1:
        lines += _said_one(session, added.rights[0], context)
        memory["subject"] = {"kind": "right", "id": added.rights[0].public_id}
        if (lacking := lacking_day(added.rights[0])) is not None:
            memory["pending"] = {"kind": lacking, "id": added.rights[0].public_id}
    elif added.rights:
        lines.append(f"托管了{len(added.rights)}件:")
        for place, right in enumerate(added.rights[:MOST_LINES], start=1):
            lines.append(f"{place}. {line_of(right, find_due(right, context.today, calendar), context.today)}")
        memory["list"] = {"kind": LIST, "ids": [each.public_id for each in added.rights[:MOST_LINES]], "offset": 0}
    if added.known:
        demo = f"({DEMO})" if any(each.is_demo for each in added.known) else ""
        lines.append(f"早就托管了:{'、'.join(each.number for each in added.known[:MOST_REFUSED])}{demo}。")
    for refused in added.refused[:MOST_REFUSED]:
        lines.append(f"没收 {refused.wanted.number}:{refused.reason}")
        if refused.repairs:
            lines[-1] += f"是不是{'、'.join(refused.repairs)}?"
            choices = (*(Choice(f"托管 {each}", "托管这件") for each in refused.repairs[:1]), MINE)
            memory["pending"] = {"kind": NUMBERS}
    if len(added.refused) > MOST_REFUSED:
        lines.append(f"还有{len(added.refused) - MOST_REFUSED}个号码没收。")
    return Reply("\n".join(lines), choices=choices, memory=memory)


def _said_one(session: Session, right: CustodyRight, context: TurnContext) -> list[str]:
    due = find_due(right, context.today, load_calendar(session, context.today))
    lines = [f"托管了:{named(right)}{f'({DEMO})' if right.is_demo else ''}。"]
    if right.source == RightSource.OWNER:
        lines.append("库里没有这件,先按您说的记下,状态以登记簿为准。")
    else:
        parts = [said_kind(right), said_status(right), *([said_due(due, context.today)] if due else [])]
        lines.append(" · ".join(part for part in parts if part) + "。")
    if (lacking := lacking_day(right)) is not None:
        lines.append(DAY_QUESTIONS[lacking])
    if due is not None:
        lines.append(
            f"{assumption(right) if due.fee is not None else ''}到期前提醒您。依据:{said_articles(due.articles)}。"
        )
    return lines


def lacking_day(right: CustodyRight) -> str | None:
    """What is asked for, because nothing can be counted without it."""
    if right.kind == RightKind.PATENT and right.number.startswith("CN") and right.filed_on is None:
        return "custody_filed_on"
    return "custody_expires_on" if right.kind == RightKind.TRADEMARK and right.expires_on is None else None


def set_day(context: TurnContext, day: date) -> Reply:
    """2021年3月15日, after we asked for it."""
    pending = context.memory.get("pending") or {}
    public_id, name = str(pending.get("id")), ASKED_DAYS[str(pending.get("kind"))]
    facts = Facts(filed_on=day) if name == "filed_on" else Facts(expires_on=day)

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            right = change_facts(
                session, user_id=conversation.user_id, public_id=public_id, facts=facts, now=context.now
            )
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,))
        due = find_due(right, context.today, load_calendar(session, context.today))
        text = f"记下了:{named(right)},{day.year}年{day.month}月{day.day}日{DAYS_SAID[name]}。"
        if due is not None:
            next_said = assumption(right) if due.fee is not None else "到期前提醒您。"
            text += f"\n{said_due(due, context.today)}。{next_said}\n依据:{said_articles(due.articles)}。"
        return Reply(text, choices=(MINE, AHEAD), memory={"pending": None})

    return Reply("", on_commit=commit)


def mark_paid(context: TurnContext, words: Said) -> Reply:
    """年费已缴, of the one that is named or the only one that is near its day."""
    found = _meant(context, words) if words.is_named else _near_their_day(context)
    if words.is_named and not found:
        return _which_of_all(context, "没找到这一件。哪件缴了?带号码说,或说“第1个年费已缴”。")
    if not found:
        return Reply("托管的里面近半年没有要缴的年费。要记别的,带上号码说。", choices=(MINE,))
    if len(found) > 1:
        return which(context, found, "哪一件缴了?带号码说,或说“第1个年费已缴”。")
    public_id = found[0].public_id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            right = record_payment(session, user_id=conversation.user_id, public_id=public_id, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        demo = f"({DEMO})" if right.is_demo else ""
        due = find_due(right, context.today, load_calendar(session, context.today))
        following = f"下一笔{said_due(due, context.today)}。" if due is not None else "剩下的保护期没有要再缴的年费。"
        text = f"记下了:{right.number}{demo} 第{right.paid_year}年年费已缴。{following}"
        return Reply(text, choices=(MINE, AHEAD), memory={"pending": None})

    return Reply("", on_commit=commit)


def ask_to_stop(context: TurnContext, words: Said) -> Reply:
    """Asked back once: nobody is reminded any more afterwards."""
    found = _meant(context, words)
    if len(found) != 1:
        return _which_of_all(context, "要停哪一件?带号码说,或说“停止托管第1个”。")
    right = found[0]
    demo = f"({DEMO})" if right.is_demo else ""
    return Reply(
        f"要停止托管 {named(right)}{demo} 吗?停了不再提醒期限,权利本身不变。",
        choices=(Choice("好", "停止托管"), Choice("算了", "留着")),
        memory={"pending": {"kind": STOP, "id": right.public_id}},
    )


def stop_confirmed(context: TurnContext) -> Reply:
    """好, after 要停止托管吗."""
    public_id = str((context.memory.get("pending") or {}).get("id"))

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            right = end_custody(session, user_id=conversation.user_id, public_id=public_id, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        demo = f"({DEMO})" if right.is_demo else ""
        text = f"停了:{right.number}{demo}。要恢复就说“托管 {right.number}”。"
        return Reply(text, choices=(MINE,), memory={"pending": None, "list": None})

    return Reply("", on_commit=commit)


def silence(context: TurnContext, words: Said) -> Reply:
    """不用提醒年费: of the one that is named, else of all that this person keeps; they stay in custody."""
    found = _meant(context, words) if words.is_named else list_reminded(context.session, context.user_id)
    if words.is_named and not found:
        return _which_of_all(context, "没找到这一件。哪件不用提醒?带号码说,或说“第1个不用年费提醒”。")
    ids = [right.public_id for right in found if right.is_reminded]

    def commit(session: Session, conversation: Conversation) -> Reply:
        silenced, refused = 0, ""
        for public_id in ids:
            try:
                change_facts(
                    session, user_id=conversation.user_id, public_id=public_id, facts=Facts(is_reminded=False),
                    now=context.now,
                )  # fmt: skip
                silenced += 1
            except AppError as refusal:
                refused = f"有的没改:{refusal.message}"
        return Reply(f"好,{silenced}件不再提醒,期限请自己留意。{refused}", choices=(MINE,), memory={"pending": None})

    return Reply("", on_commit=commit)


def right_at(context: TurnContext, place: int) -> CustodyRight | None:
    """The right at a place of the list on the table, as it is now."""
    table = context.memory.get("list") or {}
    ids = list(table.get("ids") or []) if table.get("kind") == LIST else []
    if not 1 <= place <= len(ids):
        return None
    try:
        return get_own_right(context.session, context.user_id, str(ids[place - 1]))
    except AppError:  # ended meanwhile
        return None


def _meant(context: TurnContext, words: Said) -> list[CustodyRight]:
    if words.place is not None:
        right = right_at(context, words.place)
        return [right] if right is not None else []
    return find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)


def _near_their_day(context: TurnContext) -> list[CustodyRight]:
    page = list_rights(
        context.session, user_id=context.user_id, today=context.today, kind=RightKind.PATENT, limit=MOST_LINES
    )
    return [
        each.right
        for each in page.items
        if each.due is not None and each.due.fee is not None and each.due.on <= context.today + NEAR
    ]


def _which_of_all(context: TurnContext, question: str) -> Reply:
    page = list_rights(context.session, user_id=context.user_id, today=context.today, limit=MOST_LINES)
    return which(context, [each.right for each in page.items], question)


def which(context: TurnContext, rights: Sequence[CustodyRight], question: str) -> Reply:
    shown = rights[:MOST_LINES]
    calendar = load_calendar(context.session, context.today)
    lines = [
        f"{place}. {line_of(right, find_due(right, context.today, calendar), context.today)}"
        for place, right in enumerate(shown, start=1)
    ]
    kept = {"kind": LIST, "ids": [right.public_id for right in shown], "offset": 0}
    return Reply("\n".join([question, *lines]), choices=(MINE,), memory={"list": kept, "pending": None})
