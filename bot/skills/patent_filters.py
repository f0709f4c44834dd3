"""The conditions of a patent search as the user sees and changes them: shown, laid over, dropped, remembered."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

from nlp.patent_query_form import from_values, to_values
from nlp.patent_search import PatentSearch
from nlp.refinements import ALSO, is_refinement
from nlp.region_levels import region_levels, split_region
from nlp.searching import excluded_of
from nlp.types import PatentQuery, Understanding
from services.patent_words import EXCLUDED_FIELDS, wanted_chip
from services.patent_words import chip as chip
from services.patent_words import chip_list as chip_list
from services.patent_words import chips as chips

PAGE_SIZE = 5
# What is left out is named in what to tap up to this length.
LONGEST_SHOWN = 10
# A conversation remembers a query in the form that saved searches keep.
to_memory, from_memory = to_values, from_values
# What may be given up when nothing is found, the least painful first.
FILTERS = (
    "trade_modes",
    "dates",
    "legal_statuses",
    "kinds",
    "region",
    "applicant_type",
    "ipc",
    "inventor",
    "applicant",
    "excluded_topics",
)
FILTER_NAMES = {
    "excluded_topics": re.compile("排除"),
    "trade_modes": re.compile("交易|转让|许可|质押|入股|买|卖"),
    "dates": re.compile("时间|日期|年份|年限"),
    "legal_statuses": re.compile("状态|有效无效"),
    "kinds": re.compile("类型|种类"),
    "region": re.compile("地区|地域|区域|地方|全国|省份|城市"),
    "applicant_type": re.compile("申请人类型|单位类型"),
    "ipc": re.compile("分类"),
    "inventor": re.compile("发明人"),
    "applicant": re.compile("申请人(?!类型)|公司|企业|权利人"),
}
# What to type where a condition is too long to be named, or is one of what must not be.
WAYS_OUT = {
    "excluded_topics": "去掉排除的",
    "trade_modes": "不限交易方式",
    "dates": "不限时间",
    "legal_statuses": "不限状态",
    "kinds": "不限类型",
    "region": "不限地区",
    "applicant_type": "不限申请人类型",
    "ipc": "不限分类号",
    "inventor": "不限发明人",
    "applicant": "不限申请人",
}
CATEGORY = (
    "交易方式|地区|地域|区域|地方|省份|城市|时间|日期|年份|年限|(?:法律|专利)?状态|(?:专利)?(?:类型|种类)|申请人(?:类型)?|权利人|单位类型"
    "|发明人|设计人|分类号?|IPC|ipc"
)
DROP = re.compile(
    r"^(?:那就?|就|请|再)?(?:去掉|去除|不限制?|放宽|删掉|不(?:一定|必|用)(?:非得?|只)?[要是限])(?P<what>.+)$"
    r"|^(?:那就?|就)?(?P<named>[^不,。 ]{1,8}?)(?:的)?(?:那个|这个)?(?:条件|限制|要求)?(?:都|也|就)?"
    r"(?:不限制?|不作限制|不做限制|不用限制?|无所谓|随便|都行|都可以|不重要)(?:了|吧|啦|的)?$"
    rf"|^(?:那就?|就)?(?P<category>{CATEGORY}|[^不,。 ]{{1,8}}?的?(?:那个|这个)?的?(?=条件|限制|要求))(?:那个|这个)?的?"
    r"(?:条件|限制|要求)?(?:都|也|就)?(?:不要|不管|去掉|取消|删掉|拿掉|放开)(?:了|吧|掉)*$"
    r"|^(?:那就?|就|请)?把(?P<other>.{1,12}?)(?:的)?(?:条件|限制)?(?:去掉|去除|删掉|放宽)(?:吧|掉|了)?$"
)
# 类型不限了 都看: what says once more that a condition is gone
ANY_WILL_DO = re.compile("(?:那?就|我)?(?:都|全|全都|全部)(?:可以|行|要|看看?|算上?|接受|列出来)(?:吧|了|的)?")
ALL_FILTERS = re.compile(r"^(?:所有|全部|一切|其他)?(?:的)?(?:条件|限制|筛选)?$")
# 无锡也看看 names a condition of the list on the table; 查华为的专利 asks for another list.
OPENS_A_SEARCH = re.compile("专利|找|查|搜|检索")
NARROWS = re.compile(r"(?:那?就|我)?(?:只?要|只?看|其中|里面)?[^,。;!?\s换改查找搜]{1,10}(?<!专利)的")
NEWEST = re.compile("最新的?|新的在前|按(?:时间|日期|年份|申请日|公开日|授权日)(?:排序|排列|排)")
OLDEST = re.compile("最早的?|最老的?|旧的在前")
SORTS = re.compile(rf"(?:只?看|要|先看)?(?:{NEWEST.pattern}|{OLDEST.pattern})(?:排序|排列|在前|几[件个]|优先|呢)?")


def query_of(understood: Understanding, text: str) -> PatentQuery:
    """The query that a sentence means on its own."""
    slots, exclude = dict(understood.slots), understood.exclude
    if NEWEST.search(text) or OLDEST.search(text):
        slots["sort"] = "newest" if NEWEST.search(text) else "oldest"
    return PatentQuery(
        topic="" if is_sorting(text) else slots.get("topic") or "",
        applicant=slots.get("applicant") or slots.get("company"),
        applicant_type=slots.get("applicant_type"),
        inventor=slots.get("inventor"),
        region=slots.get("region"),
        ipc=slots.get("ipc"),
        kinds=_several(slots.get("patent_kind")),
        legal_statuses=_several(slots.get("legal_status")),
        trade_modes=_several(slots.get("trade_mode")),
        date_field=slots.get("date_field") or "application",
        date_from=_day(slots.get("date_from")),
        date_to=_day(slots.get("date_to")),
        sort=slots.get("sort", "relevance"),
        limit=PAGE_SIZE,
        **excluded_of(exclude),
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _several(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,) if value else ()


def is_sorting(text: str) -> bool:
    """Whether a sentence only wants another order: 最新的, 按申请日排序."""
    return bool(SORTS.fullmatch(text.strip(" 。.!?")))


def goes_on(understood: Understanding, text: str) -> bool:
    """Whether a sentence changes the list on the table rather than beginning another: 只看有效的, 深圳."""
    if is_sorting(text):
        return True
    is_bare_value = understood.intent is None and understood.act == "inform"
    query = query_of(understood, text)
    is_change = understood.intent == "patent_search" and (
        is_refinement(text) or narrows(text) or not (query.topic or OPENS_A_SEARCH.search(text))
    )
    return (is_bare_value or is_change) and not is_empty(query)


def laid_over(query: PatentQuery, understood: Understanding, text: str) -> PatentQuery:
    """The list on the table as a sentence changes it: 锂电的 narrows its subject, 换成锂电的 replaces it."""
    new = query_of(understood, text)
    wider = _with_more(query, new) if ALSO.search(text) else None
    if wider is not None:
        return wider
    if new.topic and query.topic and narrows(text):
        new = replace(new, topic=f"{new.topic} {query.topic}")
    return lay_over(query, new)


def _with_more(query: PatentQuery, new: PatentQuery) -> PatentQuery | None:
    """外观也可以: what was not wanted is no longer kept out, what was asked for is asked for beside it."""
    changed: dict[str, Any] = {}
    for name, excluded in EXCLUDED_FIELDS.items():
        said, held, unwanted = getattr(new, name), getattr(query, name), getattr(query, excluded)
        welcome = said if isinstance(said, tuple) else (said,) if said else ()
        if any(value in unwanted for value in welcome):
            changed[excluded] = tuple(value for value in unwanted if value not in welcome)
        elif welcome and held and isinstance(held, tuple):
            changed[name] = tuple(dict.fromkeys((*held, *welcome)))
    return replace(query, **changed, offset=0) if changed else None


def narrows(text: str) -> bool:
    """Whether a sentence says which of the things found: 锂电的, 只看带屏幕的."""
    return bool(NARROWS.fullmatch(text.strip(" 。.!")))


def is_empty(query: PatentQuery) -> bool:
    """Whether the query asks for nothing in particular."""
    return not query.topic and not chips(query) and query.sort == PatentQuery().sort


def narrows_nothing(query: PatentQuery) -> bool:
    """Whether every patent there is would be listed: a way of trade alone narrows nothing."""
    return is_empty(without(query, "trade_modes"))


def lay_over(query: PatentQuery, new: PatentQuery) -> PatentQuery:
    """The remembered query with what the new sentence says in place of what it said before."""
    empty = PatentQuery(limit=PAGE_SIZE)
    changed = {
        item.name: getattr(new, item.name)
        for item in fields(PatentQuery)
        if getattr(new, item.name) != getattr(empty, item.name)
    }
    if new.date_from or new.date_to:
        changed.update(date_field=new.date_field, date_from=new.date_from, date_to=new.date_to)
    # Another subject begins without what was left out of the one before.
    is_other = bool(new.topic) and query.topic not in new.topic
    kept = () if is_other else tuple(topic for topic in query.excluded_topics if topic not in new.topic)
    changed["excluded_topics"] = tuple(dict.fromkeys((*kept, *new.excluded_topics)))
    for name, excluded in EXCLUDED_FIELDS.items():
        changed |= _with_exclusions(query, new, name, excluded)
    return replace(query, **{**changed, "offset": 0})


def _with_exclusions(query: PatentQuery, new: PatentQuery, name: str, excluded: str) -> dict[str, Any]:
    """What becomes of a condition and its exclusions: a new value replaces both, a new exclusion comes on top."""
    held, wanted, unwanted = getattr(query, name), getattr(new, name), getattr(new, excluded)
    if not unwanted:
        return {excluded: ()} if wanted else {}
    kept: Any = wanted or held
    if isinstance(kept, tuple):
        kept = tuple(value for value in kept if value not in unwanted)
    elif kept and any(kept.startswith(value) for value in unwanted):
        kept = None
    earlier = () if wanted else getattr(query, excluded)
    return {name: kept, excluded: tuple(dict.fromkeys((*earlier, *unwanted)))}


def without(query: PatentQuery, name: str) -> PatentQuery:
    """The query without one condition."""
    empty = PatentQuery()
    names = ("date_from", "date_to", "date_field") if name == "dates" else (name, EXCLUDED_FIELDS.get(name, name))
    return replace(query, offset=0, **{item: getattr(empty, item) for item in names})


def without_any(query: PatentQuery) -> PatentQuery:
    """Only the subject."""
    return PatentQuery(topic=query.topic, sort=query.sort, limit=query.limit)


def drops(text: str) -> bool:
    """Whether a sentence wants a condition gone: 去掉广州, 不限时间."""
    return bool(DROP.match(text))


def dropped(query: PatentQuery, text: str) -> PatentQuery | None:
    """The query without the conditions that the sentence names; None where it names none of those that are set."""
    match = DROP.match(text)
    what = str(match[match.lastgroup or 0]).strip(" “”\"'的了吧。") if match else ""
    if what.startswith("到"):
        return _widened(query, what.removeprefix("到"))
    if ALL_FILTERS.match(what):
        return without_any(query) if chips(query) else None
    slimmer = query
    for name in FILTERS:
        shown = chip(query, name)
        if shown and (FILTER_NAMES[name].search(what) or _means(what, shown)):
            slimmer = without(slimmer, name)
    return slimmer if slimmer != replace(query, offset=0) else None


def changed_in_parts(query: PatentQuery, text: str, understand: Callable[[str], Understanding]) -> PatentQuery | None:
    """地区改成江西 时间不要了: what a part of the sentence drops is gone, what the others say is laid over."""
    rest, slimmer = [], query
    for part in re.split(r"[\s,。;]+", text.strip(" ,。;!")):
        without_it = dropped(slimmer, part) if drops(part) else None
        slimmer = without_it or slimmer
        rest += [] if without_it else [part]
    said = " ".join(rest)
    if not said or slimmer is query:
        return None
    if all(ANY_WILL_DO.fullmatch(part) for part in rest):
        return slimmer
    understood = understand(said)
    return laid_over(slimmer, understood, said) if goes_on(understood, said) else None


def left_out(query: PatentQuery, understood: Understanding, text: str) -> PatentQuery | None:
    """去掉外观 where no kind is a condition: the list without designs; None where nothing of the kind is named."""
    new = query_of(understood, text)
    names = ("excluded_topics", *EXCLUDED_FIELDS.values())
    unwanted = {name: getattr(new, name) for name in names if name != "excluded_regions"}
    return lay_over(query, PatentQuery(limit=query.limit, **unwanted)) if any(unwanted.values()) else None


def _means(what: str, shown: str) -> bool:
    """Whether 去掉广州 means the chip 广东省广州市, and 去掉有效和发明 both of them."""
    without_inventor = what.replace("发明人", "")
    return len(what) > 1 and (what in shown or any(part in without_inventor for part in shown.split("、")))


def _widened(query: PatentQuery, place: str) -> PatentQuery | None:
    """放宽到全省, 放宽到广东省, 放宽到全国."""
    levels = region_levels(query.region) if query.region else []
    if not levels:
        return None
    if "全国" in place:
        return without(query, "region")
    wider = [level for level in levels[:-1] if place in level or (place in {"全省", "全市"} and level[-1] == place[-1])]
    return replace(query, region=wider[-1], offset=0) if wider else None


def looser(query: PatentQuery) -> list[tuple[str, str, PatentQuery]]:
    """Ways to ask for less: how it reads, what to tap or type for it, the query. The least painful first."""
    ways = []
    for name in FILTERS:
        # Giving up what was not applied brings nothing.
        if name == "trade_modes" or not chip(query, name):
            continue
        levels = region_levels(query.region) if name == "region" and query.region else []
        if len(levels) > 1:
            province = levels[0]
            ways.append((f"放宽到{province}", f"放宽到{province}", replace(query, region=province, offset=0)))
        ways.append((way_out(query, name), way_out(query, name), without(query, name)))
    if len(ways) > 1:
        ways.append(("不限条件", "去掉全部条件", without_any(query)))
    # A list of everything there is answers nothing.
    return [way for way in ways if not narrows_nothing(way[2])]


def looser_totals(search: PatentSearch, query: PatentQuery) -> list[tuple[str, str, int]]:
    """Ways to ask for less that bring something: how it reads, what to tap or type for it, how many there are."""
    counted: list[tuple[str, str, int]] = []
    for words, text, slimmer in looser(query):
        total = search.count(slimmer)
        # The same number again would offer a wider condition that brings nothing more.
        if total and all(total != other for _, _, other in counted):
            counted.append((words, text, total))
    return counted


def way_out(query: PatentQuery, name: str) -> str:
    """What to type or tap to be rid of a condition."""
    shown = wanted_chip(query, name)
    if name == "region" and shown:
        return f"不限{(split_region(shown) or [shown])[-1]}"
    if name == "excluded_topics" and len(shown) <= LONGEST_SHOWN:
        return f"去掉“{shown}”"
    if name in ("dates", "inventor", "ipc") or len(shown) > 6 or not shown:
        return WAYS_OUT[name]
    return f"不限{shown}"
