"""Rights in custody in chat: what there is, what is due, one right whole. What changes them is in custody_changes."""

from collections.abc import Sequence
from functools import partial

from bot.context import TurnContext
from bot.flows import form_replies, posting_replies
from bot.replies import Choice, Reply
from bot.skills import (
    Skill,
    custody_abroad,
    custody_changes,
    custody_high_value,
    custody_letters,
    custody_papers,
    custody_payments,
    custody_photos,
    custody_products,
    market,
)
from bot.skills.custody_proofs import PROVES, prove
from bot.skills.custody_wishes import WAYS, choose_wish, remembered
from bot.skills.custody_words import (
    BARE_PLACE,
    COPYRIGHT,
    DORMANT,
    EXPORTS,
    FEE_OF_NUMBER,
    FEES,
    FEES_AHEAD,
    LISTS,
    LONGEST,
    LONGEST_LIST,
    LOOKS,
    MINDS,
    PAID,
    SELLS,
    SILENCES,
    STOPS,
    STOPS_NAMED,
    TRADEMARK,
    Said,
    is_list_of_numbers,
    said,
    said_day_of,
)
from models import CustodyRight, RightKind
from nlp.patent_numbers import find_numbers
from nlp.rules.wording import money
from services.custody.adding import Wanted
from services.custody.dormant import find_dormant
from services.custody.letter_wording import said_letter
from services.custody.portfolio import (
    FeeCalendar,
    Holding,
    RightPage,
    fee_calendar,
    find_by_numbers,
    has_rights,
    list_rights,
    show_right,
)
from services.custody.settings import custody_settings
from services.custody.wording import (
    DEMO,
    MOST_EFFECTS,
    basis,
    line_of,
    named,
    said_articles,
    said_day,
    said_due,
    said_fee,
    said_kind,
    said_status,
)

NAME = "custody"
LIST = "custody"
SHOWN = 5
ENDS = " 。.!?"
MOST_YEARS = 5
MOST_CHOICES = 3
MOST_LETTERS = 2
MINE = Choice("我的托管", "我的托管")
AHEAD = Choice("今后五年年费", "今后五年年费")
WAIT_FOR_NUMBERS = frozenset({custody_changes.NUMBERS, custody_photos.FOUND})


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words that mean something only to who has rights in custody, or is bringing them."""
    pending = str((context.memory.get("pending") or {}).get("kind"))
    if pending in WAIT_FOR_NUMBERS and len(text) <= LONGEST_LIST and is_list_of_numbers(text):
        return Skill(NAME, add_patents)
    if len(text) > LONGEST:
        return None
    plain = context.plain.strip(ENDS)
    if pending == custody_photos.FOUND and _denies(context):
        return Skill(NAME, custody_photos.not_this_one)
    if pending in custody_changes.ASKED_DAYS and (day := said_day_of(plain)) is not None:
        return Skill(NAME, lambda given: custody_changes.set_day(given, day))
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_list)
    if MINDS.fullmatch(plain):
        return Skill(NAME, show_fees if _has_own(context) else custody_changes.ask_for_numbers)
    return custody_high_value.choose(context, plain) or _choose_among_own(context, plain)


def choose_photo(context: TurnContext) -> Skill | None:
    """A photo: read where a certificate was asked for; with nothing else on the table, what could be done with it.
    Amid a form or a post it may belong to that."""
    if context.kind != "image" or any(context.memory.get(key) for key in (form_replies.KEY, posting_replies.KEY)):
        return None
    pending = context.memory.get("pending")
    kind = str((pending or {}).get("kind"))
    if kind in WAIT_FOR_NUMBERS:
        return Skill(NAME, custody_photos.read_sent, is_slow=True)
    if kind == custody_papers.PAPER:
        return Skill(NAME, custody_papers.add_sent, is_slow=True)
    if kind in {custody_payments.ASKED, custody_payments.FOUND}:
        return Skill(NAME, custody_payments.read_photo, is_slow=True)
    return None if pending else Skill("media", custody_photos.offer)


def _denies(context: TurnContext) -> bool:
    return context.understanding.intent is None and context.understanding.act == "deny"


def _choose_among_own(context: TurnContext, plain: str) -> Skill | None:
    words = said(plain)
    for choose_there in (
        custody_papers.choose,
        custody_payments.choose,
        custody_letters.choose,
        custody_products.choose,
    ):
        if (found_there := choose_there(context, plain, words)) is not None:
            return found_there
    listed = (context.memory.get("list") or {}).get("kind")
    answers = (
        (PAID, custody_changes.mark_paid),
        (STOPS, custody_changes.ask_to_stop),
        (SILENCES, custody_changes.silence),
        (PROVES, prove),
    )
    for pattern, answer in answers:
        if len(words.rest) > 1 and pattern.fullmatch(words.rest):
            return Skill(NAME, partial(answer, words=words)) if _has_own(context) else None
    if words.numbers and STOPS_NAMED.fullmatch(words.rest) and _named(context, words):
        return Skill(NAME, partial(custody_changes.ask_to_stop, words=words))
    if (wished := custody_abroad.choose(context, plain, words) or choose_wish(context, words)) is not None:
        return wished
    if DORMANT.fullmatch(plain) or EXPORTS.fullmatch(plain):
        shown = show_dormant if DORMANT.fullmatch(plain) else tell_export
        return Skill(NAME, shown) if _has_own(context) else None
    if FEES.fullmatch(plain) or FEES_AHEAD.fullmatch(plain):
        return Skill(NAME, show_fees) if _has_own(context) else None
    if len(words.numbers) == 1 and "年费" in words.rest and FEE_OF_NUMBER.fullmatch(words.rest):
        found = _named(context, words)
        return Skill(NAME, lambda given: show_one(given, found[0])) if found else None
    return _choose_in_list(context, plain, words) if listed in {LIST, custody_products.LIST} else None


def _choose_in_list(context: TurnContext, plain: str, words: Said) -> Skill | None:
    act = context.understanding.act if context.understanding.intent is None else None
    bare = BARE_PLACE.fullmatch(plain)
    place = int(bare["place"]) if bare else words.place if not words.rest else None
    if (context.memory.get("list") or {}).get("kind") == custody_products.LIST:
        return custody_products.choose_in_list(context, place, act)
    if act in {"next_page", "previous_page"}:
        return Skill(NAME, lambda given: show_list(given, by=SHOWN if act == "next_page" else -SHOWN))
    if place is None:
        return None
    return Skill(NAME, lambda given: _show_place(given, place))


def by_intent(context: TurnContext) -> Reply:
    """The intent portfolio: rights to bring, to see, to offer."""
    plain = context.plain
    if SELLS.search(plain):
        numbers = [number.normal for number in find_numbers(plain)]
        return market.put_out(context, numbers) if numbers else market.ask_which(context)
    if find_numbers(plain):
        return add_patents(context)
    kind = context.understanding.slots.get("right_type")
    pattern = {"trademark": TRADEMARK, "copyright": COPYRIGHT}.get(str(kind))
    if pattern is not None and (numbers := pattern.findall(plain)):
        return custody_changes.add(context, [Wanted(number=number, kind=RightKind(str(kind))) for number in numbers])
    if LOOKS.search(plain) and _has_own(context):
        return show_list(context)
    return custody_changes.ask_for_numbers(context)


def add_patents(context: TurnContext) -> Reply:
    """The patents whose numbers the sentence holds."""
    numbers = dict.fromkeys(number.normal for number in find_numbers(context.text))
    return custody_changes.add(context, [Wanted(number=number) for number in numbers])


def show_list(context: TurnContext, *, by: int | None = None) -> Reply:
    """What is in custody, what is due first in front; `by` moves from the page on the table."""
    offset = 0 if by is None else int((context.memory.get("list") or {}).get("offset") or 0) + by
    if offset < 0:
        return Reply("已经是第一页了。")
    page = list_rights(context.session, user_id=context.user_id, today=context.today, offset=offset, limit=SHOWN)
    if not page.total:
        return custody_changes.ask_for_numbers(context)
    if not page.items:
        return Reply("后面没有了。", choices=(AHEAD,))
    head = f"托管的共{page.total}件,快到期的在前:" if not offset else f"第{offset + 1}件起,共{page.total}件:"
    more = page.next_offset is not None
    tail = "回复数字看一件" + (",“下一页”继续。" if more else "。")
    lines = [head, *_numbered(page.items, context), tail]
    choices = (Choice("第1个", "看第1个"), *((Choice("下一页", "下一页"),) if more else ()), AHEAD)
    return Reply("\n".join(lines), choices=choices, memory=_table([each.right for each in page.items], offset))


def _numbered(items: Sequence[Holding], context: TurnContext) -> list[str]:
    return [f"{place}. {line_of(each.right, each.due, context.today)}" for place, each in enumerate(items, start=1)]


def _table(rights: Sequence[CustodyRight], offset: int) -> dict[str, object]:
    kept = {"kind": LIST, "ids": [right.public_id for right in rights], "offset": offset}
    return {"list": kept, "pending": None, "subject": None}


def _show_place(context: TurnContext, place: int) -> Reply:
    right = custody_changes.right_at(context, place)
    if right is None:
        return Reply(f"这份清单上没有第{place}件。", choices=(MINE,))
    return show_one(context, right)


def show_one(context: TurnContext, right: CustodyRight) -> Reply:
    """One right: its state, the fees of five years, what follows if nothing is done."""
    page = show_right(context.session, right, context.today)
    lines = [named(right) + (f"({DEMO})" if right.is_demo else ""), _standing(page, context)]
    if page.outlook is not None and page.outlook.years:
        years = page.outlook.years[:MOST_YEARS]
        lines.append("今后五年:" + "、".join(f"{each.due_on.year}年{money(each.payable)}" for each in years) + "。")
        last = page.outlook.years[0].grace_until
        lines.append(f"过期第2个月起每月加全额的5%,{said_day(last, context.today)}还没缴就终止。")
    effects = [each.text for each in page.effects][:MOST_EFFECTS]
    if effects:
        lines.append("不办会影响:" + ";".join(effects) + "。")
    lines += [f"要答复:{said_letter(each.row, context.today)}。" for each in page.letters[:MOST_LETTERS]]
    if page.note:
        lines.append(page.note)
    if page.due is not None:
        lines.append(f"依据:{said_articles(basis(page.due, page.effects))}。")
    paid = (Choice(f"{right.number} 年费已缴", "年费已缴"),) if page.outlook is not None else ()
    stop = Choice(f"停止托管 {right.number}", "停止托管")
    out = (Choice(f"挂出去 {right.number}", "挂出去"),) if right.kind == RightKind.PATENT else ()
    lines.append(WAYS)
    reply = Reply("\n".join(lines), choices=(*paid, *out, stop, MINE)[:MOST_CHOICES], memory={"pending": None})
    return remembered(reply, right)


def _standing(page: RightPage, context: TurnContext) -> str:
    parts = [said_kind(page.right), said_status(page.right)]
    if page.due is not None:
        parts.append(said_due(page.due, context.today))
    return " · ".join(part for part in parts if part) + "。"


def show_fees(context: TurnContext) -> Reply:
    """What all of them cost in the next five years, and the next fees."""
    found = fee_calendar(context.session, user_id=context.user_id, today=context.today)
    if not found.lines:
        unknown = f"有{len(found.unknown)}件不知道申请日,算不出。" if found.unknown else ""
        return Reply(f"托管的里面没有要缴年费的专利。{unknown}", choices=(MINE,))
    lines = [
        f"今后五年按时缴,一共{money(found.total)}。",
        " · ".join(f"{year}年{money(amount)}" for year, amount in found.by_year),
        "最近的几笔:",
        *_next_fees(found, context),
    ]
    if found.unknown:
        lines.append(f"另有{len(found.unknown)}件不知道申请日,没算。")
    lines.append(f"依据:{said_articles(found.articles[:2])}。{_assumption(found)}")
    return Reply("\n".join(lines), choices=(MINE,), memory=_table([line.right for line in found.lines[:SHOWN]], 0))


def _next_fees(found: FeeCalendar, context: TurnContext) -> list[str]:
    return [
        f"{place}. {named(line.right)} · {said_fee(line.fee, context.today)}"
        + (f" · {DEMO}" if line.right.is_demo else "")
        for place, line in enumerate(found.lines[:SHOWN], start=1)
    ]


def _assumption(found: FeeCalendar) -> str:
    return "".join(warning for warning in found.warnings if warning.startswith("以前的年费"))


def show_dormant(context: TurnContext) -> Reply:
    """Rights that only cost money, and the ways out; the owner decides."""
    found = find_dormant(context.session, user_id=context.user_id, today=context.today)
    if not found:
        years = custody_settings(context.today).dormant_years
        return Reply(f"没有闲置的:授权满{years}年、有效、没有在办业务用到的专利,托管里现在没有。", choices=(MINE,))
    shown = found[:SHOWN]
    lines = [f"有{len(found)}件授权几年了、没有在办的业务用到,费用多的在前:"]
    for place, each in enumerate(shown, start=1):
        demo = f" · {DEMO}" if each.right.is_demo else ""
        lines.append(f"{place}. {named(each.right)} · 今后五年{money(each.cost)}{demo}")
    ways = [advice for advice in shown[0].advice if advice.key != "drop"]
    lines.append("可以:" + ";".join(advice.text for advice in ways) + ";不想要的不再缴年费,到期终止。")
    articles = dict.fromkeys(advice.article for advice in shown[0].advice if advice.article is not None)
    lines.append(f"依据:{said_articles(tuple(articles))}。怎么办由您定,回复数字看一件。")
    choices = (Choice("第1个", "看第1个"), Choice("专利一键挂牌", "挂牌"), MINE)
    return Reply("\n".join(lines), choices=choices, memory=_table([each.right for each in shown], 0))


def tell_export(context: TurnContext) -> Reply:
    """A chat sends no files."""
    return Reply("清单在小程序里导出成表格,Excel能直接打开。", choices=(MINE,))


def _named(context: TurnContext, words: Said) -> list[CustodyRight]:
    return find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)


def _has_own(context: TurnContext) -> bool:
    return has_rights(context.session, context.user_id)
