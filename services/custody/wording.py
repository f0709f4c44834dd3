"""How rights, fees and dates of custody read on a phone: first the fact, then what follows, then one next step."""

from collections.abc import Sequence
from datetime import date

from core.i18n import chinese_date
from models import CustodyRight, LegalStatus, PatentKind, RightKind
from nlp.rules.model import Article
from nlp.rules.wording import money
from services.custody.due_dates import Due, Point, is_grant_assumed, latest_point
from services.custody.effects import Effect
from services.custody.fees import ASSUMED_GRANTED, ASSUMED_PAID, FeeYear
from services.patent_words import KIND_NAMES, STATUS_NAMES

LONGEST_TITLE = 16
MOST_LINES = 5
MOST_EFFECTS = 2
DEMO = "演示数据"
KINDS = {RightKind.PATENT: "专利", RightKind.TRADEMARK: "商标", RightKind.COPYRIGHT: "著作权"}
PAID, HOW, NO_MORE = "年费已缴", "专利年费怎么缴", "我的托管"


def named(right: CustodyRight) -> str:
    """CN202110123456.7 一种石墨烯散热膜"""
    title = right.title if len(right.title) <= LONGEST_TITLE else right.title[: LONGEST_TITLE - 1] + "…"
    return f"{right.number} {title}" if title else right.number


def line_of(right: CustodyRight, due: Due | None, today: date) -> str:
    """One line of a list: what, its state, what is due next."""
    parts = [named(right), *([said_kind(right)] if said_kind(right) else []), said_status(right)]
    if due is not None:
        parts.append(said_due(due, today))
    if right.is_demo:
        parts.append(DEMO)
    return " · ".join(parts)


def said_kind(right: CustodyRight) -> str:
    if right.kind == RightKind.PATENT:
        return KIND_NAMES[PatentKind(right.patent_kind)] if right.patent_kind else ""
    return KINDS[RightKind(right.kind)]


def said_status(right: CustodyRight) -> str:
    """What the record says, else that it is the owner's word."""
    if right.status == LegalStatus.UNKNOWN:
        return "状态没核对"
    return STATUS_NAMES.get(right.status, "状态不详")


def assumption(right: CustodyRight) -> str:
    """What a fee is reckoned from that nobody said: "" where everything was."""
    return (ASSUMED_GRANTED if is_grant_assumed(right) else "") + (ASSUMED_PAID if right.paid_said_on is None else "")


def said_due(due: Due, today: date) -> str:
    """第7年年费2,000元,12月7日前 · 续展到2027年3月1日 · 年费过期,补缴到…"""
    if due.fee is None:
        if today > due.grace_until:
            return "宽展期已过"
        return (
            f"{said_day(due.on, today)}到期,宽展到{said_day(due.grace_until, today)}"
            if today > due.on
            else (f"续展最晚{said_day(due.on, today)}")
        )
    return said_fee(due.fee, today)


def said_fee(fee: FeeYear, today: date) -> str:
    """第7年年费2,000元,最晚12月7日; once late what it costs today."""
    if today > fee.grace_until:
        return "补缴期已过,可能已终止"
    if today > fee.due_on:
        step = fee.step_on(today)
        assert step is not None
        return f"第{fee.year}年年费过期,今天缴{money(step.total)}"
    return f"第{fee.year}年年费{money(fee.payable)},最晚{said_day(fee.due_on, today)}"


def said_day(day: date, today: date) -> str:
    """12月7日; with the year where it is not this one."""
    return f"{day.month}月{day.day}日" if day.year == today.year else chinese_date(day)


def reminder(right: CustodyRight, due: Due, effects: Sequence[Effect], today: date) -> str:
    """What the keeper of one right is told today."""
    point = latest_point(due, right.kind, today)
    lines = [_head(right, due, point, today)]
    if today > due.grace_until:
        effects = ()
    if effects:
        lines.append("不办会影响:" + ";".join(each.text for each in effects[:MOST_EFFECTS]) + "。")
    lines.append(f"依据:{said_articles(basis(due, effects))}。")
    if due.fee is not None:
        lines += [ASSUMED_GRANTED] if is_grant_assumed(right) else []
        lines.append(f"缴过了回复“{PAID}”,不想续说“停止托管”。")
    return "\n".join(lines)


def basis(due: Due, effects: Sequence[Effect]) -> tuple[Article, ...]:
    """The articles of what is due and of the consequences that are said, each once."""
    named_by_effects = [each.article for each in effects[:MOST_EFFECTS] if each.article is not None]
    return tuple(dict.fromkeys((*due.articles, *named_by_effects)))


def _head(right: CustodyRight, due: Due, point: Point | None, today: date) -> str:
    what, left = named(right), (due.on - today).days
    demo = f"({DEMO})" if right.is_demo else ""
    if due.fee is None:
        return f"{what}{demo}{_renewal(due, point, today)}"
    if left > 0:
        sum_said = f"第{due.fee.year}年,{money(due.fee.payable)}"
        return f"{what}{demo} 的年费还有{left}天到期({said_day(due.on, today)},{sum_said})。"
    if left == 0:
        return f"{what}{demo} 的年费今天到期,第{due.fee.year}年,{money(due.fee.payable)}。"
    step, due_day, last = due.fee.step_on(today), said_day(due.on, today), said_day(due.grace_until, today)
    if step is None:
        return (
            f"{what}{demo} 的补缴期{last}已过,没缴的话专利从{due_day}起终止。"
            "收到终止通知起2个月内有正当理由可以请求恢复(《专利法实施细则》第六条)。"
        )
    if step is due.fee.late[-1]:
        return (
            f"{what}{demo} 的年费{due_day}到期,没记录到缴费。{last}前缴{money(step.total)},"
            f"其中滞纳金{money(step.surcharge)};过了这天,专利从{due_day}起终止。"
        )
    extra = f",其中滞纳金{money(step.surcharge)}" if step.surcharge else ",还不加滞纳金"
    until = said_day(step.until, today)
    return (
        f"{what}{demo} 的年费{due_day}到期,没记录到缴费。{until}前缴{money(step.total)}{extra},"
        f"之后每月多全额的5%;{last}还没缴,专利就终止。"
    )


def _renewal(due: Due, point: Point | None, today: date) -> str:
    if point is not None and point.name == "opens":
        return f" 可以办续展了,最晚{said_day(due.on, today)}。"
    left = (due.on - today).days
    if left >= 0:
        return f" 还有{left}天到期({said_day(due.on, today)}),到期前办续展。"
    if today <= due.grace_until:
        return f" {said_day(due.on, today)}已到期,宽展期到{said_day(due.grace_until, today)},还没办就注销。"
    return f" 的宽展期{said_day(due.grace_until, today)}已过,没续展就注销了。"


def said_articles(articles: Sequence[Article]) -> str:
    """《专利法》第四十四条、《商标法》第四十条"""
    by_law: dict[str, list[str]] = {}
    for law, article in articles:
        by_law.setdefault(law, []).append(article)
    return "、".join(f"《{law}》{'、'.join(found)}" for law, found in by_law.items())
