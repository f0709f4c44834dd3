"""How patents read in a chat: a page of a list, one patent, one of its facts."""

import re
from collections.abc import Callable
from datetime import date

from bot.skills.patent_filters import PAGE_SIZE, chips
from core.i18n import chinese_date
from models import Patent
from nlp.types import PatentQuery
from services.patent_words import KIND_NAMES, not_applied
from services.patents import PatentResults, PatentSummary, describe_status

DEMO = "演示数据"
ABSTRACT_SHOWN = 75
LONGEST_QUOTE = 200
CLAUSE_MARKS = ",\uff0c;\uff1b。、"
# The opening that only says the title again.
PREAMBLE = re.compile(r"^本(?:发明|实用新型|申请)(?:公开|提供|涉及)了?(?:一种)?[^,\uff0c。]{1,60}[,\uff0c。]")

CLAIMS, ABSTRACT, OWNER, INVENTOR, STATUS, DATES, IPC = (
    "claims",
    "abstract",
    "owner",
    "inventor",
    "status",
    "dates",
    "ipc",
)
ASPECTS = (
    (CLAIMS, re.compile("权利要求|权项|保护范围|保护什么")),
    (ABSTRACT, re.compile("摘要|讲什么|讲的什么|内容|是什么技术|具体技术|干什么用|简介|什么原理")),
    (INVENTOR, re.compile("发明人|设计人|谁发明|谁设计")),
    (OWNER, re.compile("权利人|申请人|专利权人|谁的|哪家|哪个公司|哪个单位|谁申请|所有人")),
    (
        STATUS,
        re.compile(
            "有效|失效|无效|状态|到期|过期|还在不在|保护到|还能保护|授权了吗|剩多少年|还有几年|还能用|能用(?:几|多少)年|授权没"
        ),
    ),
    (DATES, re.compile("什么时候(?:申请|公开|授权)|哪[年天](?:申请|公开|授权)|申请日|公开日|授权日|公告日")),
    (IPC, re.compile("分类号|IPC|ipc")),
)


def aspect_of(text: str) -> str | None:
    """Which fact of a patent a sentence asks for; None where it asks for none of them."""
    return next((name for name, pattern in ASPECTS if pattern.search(text)), None)


def list_text(query: PatentQuery, results: PatentResults) -> str:
    """A page: how many and under which conditions, the lines, how to go on, the date of the data."""
    first, shown = query.offset + 1, len(results.items)
    conditions = f",条件:{chips(query)}" if chips(query) else ""
    page = f"第{first}到{query.offset + shown}件,共{results.total}件{conditions}。"
    by_words = results.total - results.added
    found = f"找到{by_words}件" if by_words else "没有直接对上的"
    lines = [page if query.offset else f"{found}{conditions}。"]
    if not_applied(query) and not query.offset:
        lines.append(not_applied(query))
    if results.widened_by:
        lines.append(f"已按分类“{results.widened_by}”放宽,多出{results.added}件。")
    lines += [_line(place, item) for place, item in enumerate(results.items, start=1)]
    number = "回复1看详情" if shown == 1 else "回复数字看详情"
    more = ",“下一页”继续" if results.next_offset is not None else ""
    lines.append(f"{number}{more}。数据截至{chinese_date(results.data_date)}。")
    return "\n".join(lines)


def _line(place: int, item: PatentSummary) -> str:
    owner = item.applicants[0] if item.applicants else "申请人不详"
    parts = [item.title, item.publication_number, owner, item.status_text]
    if item.matched_words:
        parts.append("对上:" + "、".join(item.matched_words[:3]))
    if item.is_demo:
        parts.append(DEMO)
    return f"{place}. " + " · ".join(parts)


def pages_of(total: int) -> int:
    return -(-total // PAGE_SIZE)


def heading(patent: Patent) -> str:
    """一种…方法(演示数据)"""
    return patent.title + (f"({DEMO})" if patent.is_demo else "")


def describe(patent: Patent, today: date) -> str:
    """Is it alive, whose is it, what is it: then the dates and the date of the data."""
    number = patent.publication_number + (f"(申请号 {patent.application_number})" if patent.application_number else "")
    lines = [
        heading(patent),
        f"状态:{describe_status(patent, today)}",
        f"权利人/申请人:{owners(patent)}",
        f"号码:{number} · {KIND_NAMES.get(patent.kind, patent.kind)}",
        f"日期:{_dates(patent)}" if _dates(patent) else "",
        f"摘要:{shortened(_abstract(patent), ABSTRACT_SHOWN)}" if patent.abstract else "",
        _as_of(patent),
    ]
    return "\n".join(line for line in lines if line)


def describe_aspect(patent: Patent, aspect: str, today: date) -> str:
    """One fact first, then which patent it is about, then the date of the data."""
    facts: dict[str, Callable[[Patent], str]] = {
        CLAIMS: _claims,
        ABSTRACT: lambda each: (
            f"摘要:{shortened(_abstract(each), LONGEST_QUOTE)}" if each.abstract else "库里没有摘要。"
        ),
        OWNER: lambda each: f"权利人/申请人:{owners(each)}。",
        INVENTOR: lambda each: f"发明人:{'、'.join(each.inventors)}。" if each.inventors else "库里没有发明人。",
        STATUS: lambda each: f"{describe_status(each, today)}。",
        DATES: lambda each: f"{_dates(each)}。" if _dates(each) else "库里没有日期。",
        IPC: lambda each: f"分类号:{'、'.join(each.ipc_codes or each.locarno_codes) or '库里没有'}。",
    }
    return f"{facts[aspect](patent)}\n{patent.publication_number} · {heading(patent)}\n{_as_of(patent)}"


def _abstract(patent: Patent) -> str:
    """The abstract without the title that it begins with."""
    return PREAMBLE.sub("", patent.abstract.removeprefix(patent.title).lstrip(CLAUSE_MARKS))


def owners(patent: Patent) -> str:
    return "、".join(str(item["name"]) for item in patent.applicants) or "不详"


def _claims(patent: Patent) -> str:
    if not patent.claims:
        return "库里没有权利要求,要看原文请到国家知识产权局查。"
    first = re.sub(r"^\s*1\s*[.、.]\s*", "", patent.claims[0])
    count = f"共{len(patent.claims)}项权利要求,第1项:" if len(patent.claims) > 1 else "只有1项权利要求:"
    return count + shortened(first, LONGEST_QUOTE)


def _dates(patent: Patent) -> str:
    days = (("申请", patent.application_date), ("公开", patent.publication_date), ("授权", patent.grant_date))
    return " · ".join(f"{chinese_date(day)}{name}" for name, day in days if day)


def _as_of(patent: Patent) -> str:
    return f"数据截至{chinese_date(patent.data_date)},以国家知识产权局登记簿为准。"


def shortened(text: str, limit: int) -> str:
    """The text, cut at a clause where it is longer."""
    text = text.strip()
    if len(text) <= limit:
        return text
    cut = max(text.rfind(mark, limit // 2, limit) for mark in CLAUSE_MARKS)
    return text[: cut if cut > 0 else limit].rstrip(CLAUSE_MARKS) + "……"
