"""A record of a payment in chat: a sentence or the photo of a receipt, on its owner's word."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_changes import ASKED_DAYS, DAY_QUESTIONS, MINE, lacking_day, right_at, which
from bot.skills.custody_pictures import NoPicture, read_picture
from bot.skills.custody_words import BARE_PLACE, END, POLITE, Said
from core.errors import AppError
from core.i18n import chinese_date
from models import Conversation, CustodyRight, RightKind
from nlp.fee_payments import FeePayment, read_receipt, read_said
from nlp.patent_numbers import find_numbers
from nlp.rules.wording import money
from services.custody.access import get_own_right
from services.custody.changes import NO_FEE
from services.custody.due_dates import fee_facts, find_due
from services.custody.payments import AS_SAID, Doubt, Reckoned, reckon_payment, record_payment
from services.custody.portfolio import find_by_numbers, list_all
from services.custody.wording import DEMO, named, said_due
from services.working_hours import load_calendar

NAME = "custody"
ASKED, FOUND = "custody_payment", "custody_payment_found"
# 补一份缴费记录, 补缴费记录, 上传年费收据, 我有缴费凭证
BRINGS = re.compile(
    f"{POLITE}(?:补|交|传|上传|发|提交|登记|记|加|录|有)(?:一下|上|个|一份|一张|份|张|一笔|一条)?的?(?:年费|专利)?的?"
    f"(?:缴费|交费|付款|年费)(?:记录|凭证|凭据|收据|票据|发票|回执|证明){END}"
)
# 年费只缴到第5年: what was said of later years was a slip.
ONLY_UNTIL = re.compile(
    r"(?:我们?|公司|的|年费|只|就|其实|实际|是|才|[交缴]|费|[,,、\s])*到第(?P<year>\d{1,2})年(?:年费|度|了|的)*"
)
LONGEST = 60
MOST_TAPS = 3
EXAMPLE = "说一句,比如“第8年年费3月8日缴了2000”,或拍缴费收据发来;PDF截个图。"
UNCLEAR = f"收据上没认出缴的是哪年、哪天、多少。{EXAMPLE}"


def choose(context: TurnContext, plain: str, words: Said) -> Skill | None:
    """The skill for a payment that is told, of a right that this person has in custody."""
    pending = context.memory.get("pending") or {}
    if (
        str(pending.get("kind")) in {ASKED, FOUND}
        and (answer := _answer_of(context, plain, words, pending)) is not None
    ):
        return answer
    if BRINGS.fullmatch(words.rest):
        return Skill(NAME, partial(ask, words=words)) if _fee_rights(context) else None
    rest = _without_numbers(plain)
    if "只" in rest and "年费" in rest and (match := ONLY_UNTIL.fullmatch(rest)) is not None:
        said = FeePayment(year=int(match["year"]))
        return Skill(NAME, partial(tell, said=said, numbers=words.numbers, takes_back=True)) if _has(context) else None
    if "费" not in rest or (read := read_said(rest, context.today)) is None:
        return None
    return Skill(NAME, partial(tell, said=read, numbers=words.numbers)) if _has(context) else None


def _answer_of(context: TurnContext, plain: str, words: Said, pending: Mapping[str, Any]) -> Skill | None:
    """What is said while a payment is on the table: its figures, another one's, which right it is of."""
    kept = _kept(pending)
    if pending.get("kind") == FOUND and context.understanding.act == "deny" and context.understanding.intent is None:
        return Skill(NAME, lambda given: _question(given, pending.get("id"), f"好,没记。{EXAMPLE}"))
    rest = _without_numbers(plain)
    if kept is not None and not pending.get("id"):
        bare = BARE_PLACE.fullmatch(plain)
        place = int(bare["place"]) if bare else words.place if not words.rest else None
        if place is not None:
            return Skill(NAME, lambda given: _of_place(given, place, kept))
        if words.numbers and not words.rest:
            return Skill(NAME, partial(tell, said=kept, numbers=words.numbers))
    if (read := read_said(rest, context.today, is_asked=True)) is not None:
        return Skill(NAME, partial(tell, said=read, numbers=words.numbers))
    return None


def ask(context: TurnContext, words: Said) -> Reply:
    """补一份缴费记录: of which right, and what to send."""
    found = find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
    if not words.numbers:
        meant = right_at(context, words.place) if words.place is not None else _right_shown(context)
        found = [meant] if meant is not None else _fee_rights(context)
    if not found:
        return which(context, _fee_rights(context), "没找到这一件。补哪一件的缴费记录?带号码说。")
    if len(found) > 1:
        taps = tuple(Choice(f"补缴费记录 {each.number}", each.number) for each in found[:MOST_TAPS])
        return Reply("补哪一件的缴费记录?", choices=taps, memory={"pending": None})
    right = found[0]
    if (lacking := lacking_day(right)) is not None:
        return Reply(
            f"{named(right)}:{DAY_QUESTIONS[lacking]}", memory={"pending": {"kind": lacking, "id": right.public_id}}
        )
    facts = fee_facts(right)
    if facts is None:
        return Reply(NO_FEE, choices=(MINE,), memory={"pending": None})
    return _question(context, right.public_id, f"{named(right)}{_demo(right)}:缴的是哪年、哪天、多少?{EXAMPLE}")


def _question(context: TurnContext, public_id: object, text: str) -> Reply:
    right = _right(context, public_id)
    facts = fee_facts(right) if right is not None else None
    taps: tuple[Choice, ...] = ()
    if right is not None and facts is not None and facts.paid_year >= 1 and right.paid_said_on is None:
        taps = (Choice(f"{right.number} 第{facts.paid_year}年年费已缴", f"到第{facts.paid_year}年都缴了"),)
    return Reply(text, choices=(*taps, MINE), memory={"pending": {"kind": ASKED, "id": public_id}})


def tell(
    context: TurnContext, said: FeePayment, numbers: Sequence[str] = (), *, right: CustodyRight | None = None,
    takes_back: bool = False,
) -> Reply:  # fmt: skip
    """第5年年费10月8日交了900: written down, or asked back where the rules and the figures do not agree."""
    found = [right] if right is not None else _meant(context, said, numbers)
    if len(found) != 1:
        if numbers:
            return which(context, _fee_rights(context), "没找到这一件。哪件缴了?带号码说。")
        return _keep_and_ask(context, found, said)
    right = found[0]
    try:
        reckoned = reckon_payment(context.session, right, said, context.today)
    except AppError as refusal:
        return Reply(refusal.message, choices=(MINE,), memory={"pending": {"kind": ASKED, "id": right.public_id}})
    if len(reckoned.years) != 1:
        return _which_year(right, said, reckoned.years)
    said = FeePayment(reckoned.years[0], said.paid_on, said.amount)
    if reckoned.doubt is not None:
        return _ask_back(right, said, reckoned)
    return _record(context, right, said, takes_back=takes_back)


def _keep_and_ask(context: TurnContext, found: Sequence[CustodyRight], said: FeePayment) -> Reply:
    reply = which(context, found or _fee_rights(context), "哪一件缴了?回复数字,或带号码说。")
    return Reply(reply.text, reply.choices, memory={**reply.memory, "pending": {"kind": ASKED, **_written(said)}})


def _of_place(context: TurnContext, place: int, said: FeePayment) -> Reply:
    right = right_at(context, place)
    if right is None:
        return Reply(f"这份清单上没有第{place}件。", choices=(MINE,))
    return tell(context, said, right=right)


def _which_year(right: CustodyRight, said: FeePayment, years: Sequence[int]) -> Reply:
    day = f"{chinese_date(said.paid_on)}缴" if said.paid_on else ""
    paid = f"{day}了{money(said.amount) if said.amount is not None else ''}" if day or said.amount else "已缴"
    taps = tuple(Choice(f"{right.number} 第{year}年年费{paid}", f"第{year}年") for year in years[:MOST_TAPS])
    pending = {"kind": ASKED, "id": right.public_id}
    return Reply(f"{named(right)}{_demo(right)}:这笔缴的是第几年的年费?", choices=taps, memory={"pending": pending})


def _ask_back(right: CustodyRight, said: FeePayment, reckoned: Reckoned) -> Reply:
    what = f"{right.number}{_demo(right)} 第{said.year}年年费"
    if reckoned.doubt is Doubt.LATE:
        assert said.paid_on is not None
        day = chinese_date(said.paid_on)
        text = f"{what},{day}已经过了补缴期,晚缴的国家局不收。日子没说错就回复“好”,我照记。"
    else:
        assert reckoned.wanted is not None and said.amount is not None
        same = ",跟减缴后的数一样" if reckoned.reduction is not None else ""
        text = (
            f"{what}按规则要缴{money(reckoned.wanted)},您说缴了{money(said.amount)}{same}。"
            f"{'批过减缴的' if same else '没说错的话'}回复“好”,我照记;没缴足算没缴,差的要补。"
        )
    pending = {"kind": FOUND, "id": right.public_id, **_written(said)}
    return Reply(text, choices=(Choice("好", "照记"), Choice("不是", "不对")), memory={"pending": pending})


def confirmed(context: TurnContext) -> Reply:
    """好, after a payment was put to its owner."""
    pending = context.memory.get("pending") or {}
    right, said = _right(context, pending.get("id")), _kept(pending)
    if right is None or said is None or said.year is None:
        return Reply("没找到要记的这一件。", choices=(MINE,), memory={"pending": None})
    return _record(context, right, said)


def _record(context: TurnContext, right: CustodyRight, said: FeePayment, *, takes_back: bool = False) -> Reply:
    public_id = right.public_id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            kept = record_payment(
                session, user_id=conversation.user_id, public_id=public_id, said=said, now=context.now,
                takes_back=takes_back,
            )  # fmt: skip
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        return _said_recorded(session, kept, said, context.today)

    return Reply("", on_commit=commit)


def _said_recorded(session: Session, right: CustodyRight, said: FeePayment, today: date) -> Reply:
    when = f"{chinese_date(said.paid_on)}" if said.paid_on else ""
    paid = f"缴了{money(said.amount)}" if said.amount is not None else "缴了" if when else "已缴"
    lines = [f"记下了:{right.number}{_demo(right)} 第{said.year}年年费{when}{paid}。{AS_SAID}"]
    assert right.paid_year is not None and said.year is not None
    choices: tuple[Choice, ...] = (MINE,)
    if said.year < right.paid_year and right.paid_said_on is not None:
        lines.append(f"第{right.paid_year}年的您说也缴了,没改;其实没缴就点下面。")
        choices = (Choice(f"{right.number} 年费只缴到第{said.year}年", f"只缴到第{said.year}年"), MINE)
    elif said.year < right.paid_year:
        lines.append(f"第{said.year + 1}到{right.paid_year}年的还是推算成已缴,没人说过。")
        choices = (Choice(f"{right.number} 第{right.paid_year}年年费已缴", f"到第{right.paid_year}年都缴了"), MINE)
    due = find_due(right, today, load_calendar(session, today))
    lines.append(f"下一笔{said_due(due, today)}。" if due is not None else "剩下的保护期没有要再缴的年费。")
    memory = {"pending": None, "subject": {"kind": "right", "id": right.public_id}}
    return Reply("\n".join(lines), choices=choices, memory=memory)


def read_photo(context: TurnContext) -> Reply:
    """The receipt that this message is: what it says is put to the owner, the picture is not kept."""
    pending = context.memory.get("pending") or {}
    read = read_picture(context)
    if isinstance(read, NoPicture):
        return Reply(
            f"{read.said}{EXAMPLE}", choices=(MINE,), memory={"pending": {"kind": ASKED, "id": pending.get("id")}}
        )
    said, right = read_receipt(read, context.today), _right(context, pending.get("id"))
    numbers = [each.normal for each in find_numbers(read) if each.kind == "application"]
    others = find_by_numbers(context.session, user_id=context.user_id, numbers=numbers)
    if numbers and (right is None or right.id not in {each.id for each in others}):
        if len(others) != 1:
            return _question(context, pending.get("id"), f"收据上的号码是{numbers[0]},不在您的托管里。{EXAMPLE}")
        right = others[0]
    if right is None or said.is_empty:
        return _question(context, pending.get("id"), UNCLEAR)
    try:
        reckoned = reckon_payment(context.session, right, said, context.today)
    except AppError as refusal:
        return _question(context, right.public_id, f"{refusal.message}{EXAMPLE}")
    if len(reckoned.years) != 1:
        return _which_year(right, said, reckoned.years)
    said = FeePayment(reckoned.years[0], said.paid_on, said.amount)
    if reckoned.doubt is not None:
        return _ask_back(right, said, reckoned)
    parts = [f"第{said.year}年年费", money(said.amount) if said.amount is not None else ""]
    parts.append(f"{chinese_date(said.paid_on)}缴" if said.paid_on else "")
    read_there = " · ".join(part for part in parts if part)
    text = f"读到 {named(right)}{_demo(right)}:{read_there}。对吗?回复“好”就记下;不对就打字说。"
    pending = {"kind": FOUND, "id": right.public_id, **_written(said)}
    return Reply(text, choices=(Choice("好", "对,记下"), Choice("不是", "不对")), memory={"pending": pending})


def _meant(context: TurnContext, said: FeePayment, numbers: Sequence[str]) -> list[CustodyRight]:
    """The one that is named, else the one on the table, else the only one with fees, or with this fee open."""
    if numbers:
        return find_by_numbers(context.session, user_id=context.user_id, numbers=numbers)
    pending = context.memory.get("pending") or {}
    on_table = _right(context, pending.get("id")) if pending.get("kind") in {ASKED, FOUND} else None
    if (shown := on_table or _right_shown(context)) is not None:
        return [shown]
    found = _fee_rights(context)
    fitting = [each for each in found if said.year is not None and (each.paid_year or 0) + 1 == said.year]
    return fitting if len(fitting) == 1 else found


def _right_shown(context: TurnContext) -> CustodyRight | None:
    subject = context.memory.get("subject") or {}
    return _right(context, subject.get("id")) if subject.get("kind") == "right" else None


def _right(context: TurnContext, public_id: object) -> CustodyRight | None:
    if not public_id:
        return None
    try:
        return get_own_right(context.session, context.user_id, str(public_id))
    except AppError:  # ended meanwhile
        return None


def _fee_rights(context: TurnContext) -> list[CustodyRight]:
    return [
        each
        for each in list_all(context.session, context.user_id)
        if each.kind == RightKind.PATENT and (fee_facts(each) is not None or lacking_day(each) in ASKED_DAYS)
    ]


def _has(context: TurnContext) -> bool:
    return bool(_fee_rights(context))


def _without_numbers(plain: str) -> str:
    for number in reversed(find_numbers(plain)):
        plain = plain[: number.start] + plain[number.end :]
    return plain.strip(" ,。、:;.")


def _written(said: FeePayment) -> dict[str, object]:
    return {
        "year": said.year,
        "paid_on": said.paid_on.isoformat() if said.paid_on else None,
        "amount": str(said.amount) if said.amount is not None else None,
    }


def _kept(pending: Mapping[str, Any]) -> FeePayment | None:
    paid_on, amount = pending.get("paid_on"), pending.get("amount")
    said = FeePayment(
        pending.get("year"), date.fromisoformat(paid_on) if paid_on else None, Decimal(amount) if amount else None
    )
    return None if said.is_empty else said


def _demo(right: CustodyRight) -> str:
    return f"({DEMO})" if right.is_demo else ""
