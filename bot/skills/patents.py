"""Patents: a list with its conditions, pages of it, one in detail, and what to loosen when nothing is found."""

from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.guidance import nothing_to_page
from core.errors import NotFound, UpstreamUnavailable
from core.i18n import chinese_date
from models import Patent
from nlp.types import PatentQuery
from services.patents import PatentResults, PatentSummary, describe_status, get_patent, search_patents

PAGE_SIZE = 5
KINDS = {"invention": "发明", "utility_model": "实用新型", "design": "外观设计"}
STATUSES = {
    "pending": "审中",
    "granted": "已授权",
    "active": "有效",
    "lapsed": "失效",
    "rejected": "驳回",
    "withdrawn": "撤回",
    "invalidated": "无效",
}
DATE_FIELDS = {"application": "申请", "publication": "公开", "grant": "授权"}
APPLICANT_TYPES = {
    "enterprise": "企业",
    "university": "高校",
    "institute": "科研院所",
    "hospital": "医院",
    "individual": "个人",
    "government": "机关",
}
DEMO = "演示数据"
UNAVAILABLE = "专利库这会儿打不开。稍后再查,或说“转人工”。"
# What may be given up when nothing is found, the least painful first.
LOOSENABLE = ("dates", "legal_statuses", "kinds", "region", "applicant_type", "ipc", "applicant")


def search(context: TurnContext) -> Reply:
    """The first page for a sentence."""
    query = query_from(context)
    if not _asks_for_something(query):
        return Reply("要找哪方面的专利?说技术、申请人或专利号都行,比如“找石墨烯散热膜的有效发明专利”。")
    return _show(context, query)


def next_page(context: TurnContext) -> Reply:
    return _turn_page(context, +1)


def previous_page(context: TurnContext) -> Reply:
    return _turn_page(context, -1)


def refine(context: TurnContext) -> Reply:
    """A bare region, date, kind … narrows the list that is on the table."""
    remembered = remembered_query(context)
    if remembered is None:
        return nothing_to_page(context)
    return _show(context, merge(remembered, context))


def loosen(context: TurnContext) -> Reply:
    """去掉广州: drops the filter that was named."""
    remembered = remembered_query(context)
    if remembered is None:
        return nothing_to_page(context)
    for name in LOOSENABLE:
        shown = chip(remembered, name)
        if shown and _names(context.text, shown):
            return _show(context, without(remembered, name))
    return Reply(f"现在的条件是:{chips(remembered)}。要去掉哪一个?")


def detail(context: TurnContext) -> Reply:
    """One patent by its number, or by its place in the last list."""
    number = context.understanding.slots.get("patent_number") or _number_at(context)
    if number is None:
        listed = (context.memory.get("list") or {}).get("numbers") or []
        if listed:
            return Reply(f"这一页只有{len(listed)}件,回复1到{len(listed)}看详情。")
        return Reply("要看哪一件?报专利号,或先搜索再说“第2个”。")
    try:
        patent = get_patent(context.session, number)
    except NotFound:
        return Reply(
            f"库里没有 {number}。核对一下号码,或换申请号、公开号再试。",
            choices=(Choice("转人工", "转人工"),),
        )
    return Reply(describe(patent, context.today), memory={"subject": {"kind": "patent", "number": number}})


def query_from(context: TurnContext) -> PatentQuery:
    """The query that a sentence means."""
    return _from_slots(dict(context.understanding.slots), dict(context.understanding.exclude))


def merge(query: PatentQuery, context: TurnContext) -> PatentQuery:
    """The remembered query with what the new sentence says laid over it."""
    new = asdict(query_from(context))
    empty = asdict(PatentQuery())
    changed = {key: value for key, value in new.items() if value != empty[key]}
    return replace(query, **{**changed, "offset": 0})


def _from_slots(slots: dict[str, Any], exclude: dict[str, list[str]]) -> PatentQuery:
    def day(name: str) -> date | None:
        return date.fromisoformat(slots[name]) if slots.get(name) else None

    def several(name: str) -> tuple[str, ...]:
        value = slots.get(name)
        return tuple(value) if isinstance(value, list) else (value,) if value else ()

    return PatentQuery(
        topic=slots.get("topic") or "",
        number=slots.get("patent_number"),
        applicant=slots.get("applicant") or slots.get("company"),
        applicant_type=slots.get("applicant_type"),
        inventor=slots.get("inventor"),
        region=slots.get("region"),
        ipc=slots.get("ipc"),
        kinds=several("patent_kind"),
        excluded_kinds=tuple(exclude.get("patent_kind", ())),
        legal_statuses=several("legal_status"),
        date_field=slots.get("date_field") or "application",
        date_from=day("date_from"),
        date_to=day("date_to"),
        limit=PAGE_SIZE,
    )


def _asks_for_something(query: PatentQuery) -> bool:
    return query != PatentQuery(limit=PAGE_SIZE)


def _show(context: TurnContext, query: PatentQuery) -> Reply:
    try:
        results = search_patents(context.session, context.resources.patent_search, query)
    except UpstreamUnavailable:
        return Reply(UNAVAILABLE, choices=(Choice("转人工", "转人工"),), is_miss=True)
    if not results.items:
        return _nothing_found(context, query)
    return Reply(
        _list_text(query, results),
        choices=_list_choices(query, results),
        memory={
            "list": {
                "kind": "patents",
                "query": to_memory(query),
                "numbers": [i.publication_number for i in results.items],
            },
            "last_search_text": context.text if query.offset == 0 else None,
            "topic": "patent",
            "pending": None,
        },
    )


def _list_text(query: PatentQuery, results: PatentResults) -> str:
    first = query.offset + 1
    conditions = f",条件:{chips(query)}" if chips(query) else ""
    lines = [
        f"找到{results.total}件{conditions}。"
        if query.offset == 0
        else f"第{first}到{query.offset + len(results.items)}件,共{results.total}件。"
    ]
    lines += [_line(place, item) for place, item in enumerate(results.items, start=1)]
    more = ",“下一页”继续" if results.next_offset is not None else ""
    lines.append(f"回复数字看详情{more}。数据截至{chinese_date(results.data_date)}。")
    return "\n".join(lines)


def _line(place: int, item: PatentSummary) -> str:
    owner = item.applicants[0] if item.applicants else "申请人不详"
    parts = [item.title, item.publication_number, owner, item.status_text]
    if item.matched_words:
        parts.append("对上:" + "、".join(item.matched_words[:3]))
    if item.is_demo:
        parts.append(DEMO)
    return f"{place}. " + " · ".join(parts)


def _list_choices(query: PatentQuery, results: PatentResults) -> tuple[Choice, ...]:
    choices = []
    if results.next_offset is not None:
        choices.append(Choice("下一页", "下一页"))
    for name in LOOSENABLE:
        shown = chip(query, name)
        if shown:
            choices.append(Choice(f"去掉{shown}", f"去掉{shown}"))
    return tuple(choices[:3])


def _nothing_found(context: TurnContext, query: PatentQuery) -> Reply:
    """Say which condition to give up, and how many there would be."""
    found = []
    for name in LOOSENABLE:
        shown = chip(query, name)
        if not shown:
            continue
        total = search_patents(context.session, context.resources.patent_search, without(query, name)).total
        if total:
            found.append((shown, total))
    memory = {"list": {"kind": "patents", "query": to_memory(query), "numbers": []}, "topic": "patent"}
    head = f"没有找到{'符合“' + chips(query) + '”的' if chips(query) else '相关的'}专利。"
    if not found:
        return Reply(
            f"{head}换个说法试试,比如用技术名称代替产品名;也可以请专员检索。",
            choices=(Choice("转人工", "请专员检索"),),
            memory=memory,
            is_miss=True,
        )
    offers = ",".join(f"不限“{shown}”有{total}件" for shown, total in found[:3])
    return Reply(
        f"{head}{offers}。", choices=tuple(Choice(f"去掉{s}", f"去掉{s}") for s, _ in found[:3]), memory=memory
    )


def _turn_page(context: TurnContext, direction: int) -> Reply:
    query = remembered_query(context)
    if query is None:
        return nothing_to_page(context)
    offset = query.offset + direction * PAGE_SIZE
    if offset < 0:
        return Reply("已经是第一页了。")
    moved = replace(query, offset=offset)
    try:
        results = search_patents(context.session, context.resources.patent_search, moved)
    except UpstreamUnavailable:
        return Reply(UNAVAILABLE, is_miss=True)
    if not results.items:
        return Reply("后面没有了。要换条件可以直接说,比如“只看有效的”。")
    return _show(context, moved)


def _number_at(context: TurnContext) -> str | None:
    listed = (context.memory.get("list") or {}).get("numbers") or []
    ordinal = context.understanding.slots.get("ordinal")
    if not isinstance(ordinal, int) or not listed or ordinal == 0 or ordinal > len(listed):
        return None
    return str(listed[ordinal - 1 if ordinal > 0 else ordinal])


def remembered_query(context: TurnContext) -> PatentQuery | None:
    listed = context.memory.get("list") or {}
    return from_memory(listed["query"]) if listed.get("kind") == "patents" else None


def to_memory(query: PatentQuery) -> dict[str, Any]:
    """Only what differs from an empty query, as JSON values."""
    empty = asdict(PatentQuery())
    values = {key: value for key, value in asdict(query).items() if value != empty[key]}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def from_memory(values: dict[str, Any]) -> PatentQuery:
    known = {item.name for item in fields(PatentQuery)}
    restored: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in values.items() if key in known
    }
    for name in ("date_from", "date_to"):
        if restored.get(name):
            restored[name] = date.fromisoformat(restored[name])
    return PatentQuery(**restored)


def chip(query: PatentQuery, name: str) -> str:
    """A condition as it is shown, "" where it is not set."""
    if name == "dates":
        return _date_chip(query)
    if name == "kinds":
        wanted = "、".join(KINDS.get(kind, kind) for kind in query.kinds)
        unwanted = "、".join(KINDS.get(kind, kind) for kind in query.excluded_kinds)
        return wanted or (f"不要{unwanted}" if unwanted else "")
    if name == "legal_statuses":
        return "、".join(STATUSES.get(status, status) for status in query.legal_statuses)
    if name == "applicant_type":
        return APPLICANT_TYPES.get(query.applicant_type or "", "")
    return str(getattr(query, name) or "")


def _date_chip(query: PatentQuery) -> str:
    what = DATE_FIELDS[query.date_field]
    if query.date_from and query.date_to:
        return f"{chinese_date(query.date_from)}至{chinese_date(query.date_to)}{what}"
    if query.date_from:
        return f"{chinese_date(query.date_from)}以后{what}"
    return f"{chinese_date(query.date_to)}以前{what}" if query.date_to else ""


def chips(query: PatentQuery) -> str:
    """有效 · 发明 · 广东省广州市 · 2020年1月1日以后申请"""
    names = ("legal_statuses", "kinds", "applicant", "applicant_type", "inventor", "ipc", "region", "dates")
    return " · ".join(shown for shown in (chip(query, name) for name in names) if shown)


def without(query: PatentQuery, name: str) -> PatentQuery:
    empty = PatentQuery()
    names = {"dates": ("date_from", "date_to"), "kinds": ("kinds", "excluded_kinds")}.get(name, (name,))
    return replace(query, offset=0, **{item: getattr(empty, item) for item in names})


def _names(text: str, shown: str) -> bool:
    """Whether 去掉广州 means the chip 广东省广州市."""
    wanted = text.removeprefix("去掉").removeprefix("不限").removesuffix("的").strip("“”")
    return bool(wanted) and (wanted in shown or shown in wanted)


def describe(patent: Patent, today: date) -> str:
    """Is it alive, whose is it, what is it: then the dates and the date of the data."""
    owners = "、".join(item["name"] for item in patent.applicants) or "不详"
    dates = [
        f"{name}{chinese_date(day)}"
        for name, day in (
            ("申请", patent.application_date),
            ("公开", patent.publication_date),
            ("授权", patent.grant_date),
        )
        if day
    ]
    abstract = patent.abstract if len(patent.abstract) <= 150 else patent.abstract[:150] + "…"
    number = patent.publication_number + (f"(申请号 {patent.application_number})" if patent.application_number else "")
    lines = [
        f"{patent.title}" + (f"({DEMO})" if patent.is_demo else ""),
        f"状态:{describe_status(patent, today)}",
        f"权利人/申请人:{owners}",
        f"号码:{number} · {KINDS.get(patent.kind, patent.kind)}",
        "日期:" + " · ".join(dates) if dates else "",
        f"摘要:{abstract}" if abstract else "",
        f"数据截至{chinese_date(patent.data_date)}。以国家知识产权局登记簿为准。",
    ]
    return "\n".join(line for line in lines if line)
