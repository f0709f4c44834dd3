"""Lists of patents: searched, narrowed, loosened, paged; what to give up when nothing is found."""

import re
from dataclasses import replace
from datetime import date

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import portfolio
from bot.skills.guidance import nothing_to_page
from bot.skills.patent_filters import (
    FILTERS,
    PAGE_SIZE,
    changed_in_parts,
    chip,
    chips,
    dropped,
    from_memory,
    goes_on,
    laid_over,
    left_out,
    looser_totals,
    narrows_nothing,
    query_of,
    to_memory,
    way_out,
    without,
)
from bot.skills.patent_text import list_text, pages_of
from core.errors import UpstreamUnavailable
from nlp.slots.numerals import read_number
from nlp.types import PatentQuery
from services.patent_widening import search_list
from services.patent_words import not_applied, wish_to_buy
from services.patents import PatentResults, search_patents

UNAVAILABLE = "专利库这会儿打不开。稍后再查,或说“转人工”。"
WHAT_TO_FIND = "要找哪方面的专利?说技术、申请人或专利号都行,比如“找石墨烯散热膜的有效发明专利”。"
NO_DATA = "库里还没有专利数据,现在查不了。要请专员帮您检索吗?回复“好”就转。"
# The conditions of the list are remembered as a query. The language layer needs to know only that a search is under
# way, so that 只看有效的 goes on with it.
SEARCH_UNDER_WAY = "找专利"
MOST_CHOICES = 3
PAGE = re.compile(
    r"(?:到|去|看|翻到|跳到)?(?:第\s*(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})\s*页|(?P<first>首页)|(?P<last>末页|最后一页))"
)


def search(context: TurnContext) -> Reply:
    """The first page for a sentence."""
    query = query_of(context.understanding, context.text)
    return Reply(f"{not_applied(query)}{WHAT_TO_FIND}") if narrows_nothing(query) else show(context, query)


def search_portfolio(context: TurnContext) -> Reply:
    """比亚迪的专利布局, 我们公司有多少专利: all that an applicant holds."""
    asked = portfolio.asked_applicant(context, context.text.strip(" 。.!?"))
    applicant = asked or portfolio.own_company(context)
    return show(context, portfolio.query_for(applicant)) if applicant else Reply(portfolio.WHICH_COMPANY)


def refine(context: TurnContext) -> Reply:
    """只看有效的, 那实用新型呢, 换成深圳: the list on the table with one thing changed."""
    remembered = remembered_query(context)
    if remembered is None:
        return search(context)
    changed = change_in_parts(context) or laid_over(remembered, context.understanding, context.text)
    return show(context, changed, is_refined=True)


def change_in_parts(context: TurnContext) -> PatentQuery | None:
    """The list on the table as a sentence changes it that drops one thing and says another; None for any other."""
    remembered = remembered_query(context)
    if remembered is None:
        return None
    return changed_in_parts(remembered, context.text, lambda said: replace(context, text=said).understanding)


def refines(context: TurnContext) -> bool:
    """Whether the sentence goes on with the list on the table, rather than beginning another."""
    return remembered_query(context) is not None and goes_on(context.understanding, context.text)


def loosen(context: TurnContext) -> Reply:
    """去掉广州, 不限时间, 放宽到广东省: drops the conditions that were named."""
    remembered = remembered_query(context)
    if remembered is None:
        return nothing_to_page(context)
    slimmer = dropped(remembered, context.text) or left_out(remembered, context.understanding, context.text)
    if slimmer is not None:
        return show(context, slimmer, is_refined=True)
    if not chips(remembered):
        return Reply("现在没有加条件,列表就是全部结果。要缩小可以说“只看有效的”或“2020年以后的”。")
    return Reply(f"现在的条件是:{chips(remembered)}。要去掉哪一个?", choices=_ways_out(remembered, MOST_CHOICES))


def accept_looser(context: TurnContext) -> Reply:
    """好, after we said what to give up."""
    remembered, pending = remembered_query(context), context.memory.get("pending") or {}
    slimmer = dropped(remembered, str(pending.get("text"))) if remembered is not None else None
    return nothing_to_page(context) if slimmer is None else show(context, slimmer, is_refined=True)


def next_page(context: TurnContext) -> Reply:
    return _move(context, +PAGE_SIZE)


def previous_page(context: TurnContext) -> Reply:
    """The page before; from one patent, back to its list."""
    return show_again(context) if context.memory.get("last_skill") == "patent_detail" else _move(context, -PAGE_SIZE)


def show_again(context: TurnContext) -> Reply:
    """The page that was on the table."""
    return _move(context, 0)


def is_page_number(text: str) -> bool:
    return bool(PAGE.fullmatch(text))


def go_to_page(context: TurnContext) -> Reply:
    """第3页, 首页, 最后一页."""
    query, match = remembered_query(context), PAGE.fullmatch(context.text.strip(" 。.!?"))
    if query is None or match is None:
        return nothing_to_page(context)
    try:
        total = search_patents(context.session, context.resources.patent_search, query, today=context.today).total
    except UpstreamUnavailable:
        return unavailable()
    last = max(pages_of(total), 1)
    page = 1 if match["first"] else last if match["last"] else int(read_number(match["number"]) or 1)
    if not 1 <= page <= last:
        return Reply(f"一共{last}页,没有第{page}页。")
    return show(context, replace(query, offset=(page - 1) * PAGE_SIZE))


def unavailable() -> Reply:
    return Reply(UNAVAILABLE, choices=(Choice("转人工", "转人工"),), is_miss=True)


def remembered_query(context: TurnContext) -> PatentQuery | None:
    """The query of the list on the table."""
    listed = context.memory.get("list") or {}
    return from_memory(listed["query"]) if listed.get("kind") == "patents" else None


def show(context: TurnContext, query: PatentQuery, *, is_refined: bool = False) -> Reply:
    """One page of a query, or what to give up where it finds nothing."""
    try:
        search = context.resources.patent_search
        query, results = search_list(context.session, search, query, today=context.today)
        if not results.items:
            return _nothing_found(context, query, results, is_refined=is_refined)
    except UpstreamUnavailable:
        return unavailable()
    reply = Reply(
        list_text(query, results),
        choices=_list_choices(query, results),
        memory={
            **_list_memory(query, [item.publication_number for item in results.items]),
            "subject": None,
            "pending": None,
        },
    )
    held = portfolio.find_portfolio(context, query) if portfolio.is_whole(query) and not is_refined else None
    return reply if held is None else portfolio.opened_by(reply, held, context)


def _list_memory(query: PatentQuery, numbers: list[str]) -> dict[str, object]:
    return {
        "list": {"kind": "patents", "query": to_memory(query), "numbers": numbers},
        "last_search_text": SEARCH_UNDER_WAY,
        "topic": "patent",
    }


def _list_choices(query: PatentQuery, results: PatentResults) -> tuple[Choice, ...]:
    next_one = (Choice("下一页", "下一页"),) if results.next_offset is not None else ()
    ask_person = _ask_person(query)
    return next_one + ask_person + _ways_out(query, MOST_CHOICES - len(next_one + ask_person))


def _ask_person(query: PatentQuery) -> tuple[Choice, ...]:
    """Who can tell what the list could not be narrowed by."""
    modes = {*query.trade_modes, *query.excluded_trade_modes}
    if not modes:
        return ()
    return (Choice("转人工", "转人工"),) if "pledge" in modes else (Choice(wish_to_buy(query), "登记需求"),)


def _ways_out(query: PatentQuery, most: int) -> tuple[Choice, ...]:
    ways = [way_out(query, name) for name in FILTERS if chip(query, name) and not narrows_nothing(without(query, name))]
    return tuple(Choice(way, way) for way in ways[:most])


def _nothing_found(context: TurnContext, query: PatentQuery, results: PatentResults, *, is_refined: bool) -> Reply:
    """Say which condition to give up, and how many there would be."""
    offer = {"kind": "handoff", "topic": "patent", "question": context.text}
    if results.data_date == date.min:
        return Reply(NO_DATA, choices=(Choice("好", "请专员检索"),), memory={"pending": offer, "topic": "patent"})
    memory = {**_list_memory(query, []), "subject": None}
    found = looser_totals(context.resources.patent_search, query)[:MOST_CHOICES]
    if found:
        offers = ",".join(f"{words}有{total}件" for words, _, total in found)
        choices = tuple(Choice(text, words) for words, text, _ in found)
        question = "要看吗?" if len(found) == 1 else "要看哪个?"
        text = "\n".join(
            line
            for line in (f"没有符合的专利,条件:{chips(query)}。", not_applied(query), f"{offers}。{question}")
            if line
        )
        pending = {"kind": "loosen", "text": found[0][1]}
        return Reply(text, choices=choices, memory={**memory, "pending": pending})
    about = f"“{_spoken(query.topic)}”的" if query.topic else f"“{chips(query)}”的"
    return Reply(
        f"库里没有{about}专利。{not_applied(query)}换个说法试试,比如用技术名称代替产品名;也可以请专员检索,回复“好”就转。",
        choices=(Choice("好", "请专员检索"),),
        memory={**memory, "pending": offer},
        is_miss=not is_refined,
    )


def _spoken(topic: str) -> str:
    """The subject's words as one says them: no spaces between Chinese words."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", topic)[:30]


def _move(context: TurnContext, by: int) -> Reply:
    query = remembered_query(context)
    if query is None:
        return nothing_to_page(context)
    moved = replace(query, offset=query.offset + by)
    if moved.offset < 0:
        return Reply("已经是第一页了。回复数字看详情,或说“只看有效的”缩小范围。")
    try:
        results = search_patents(context.session, context.resources.patent_search, moved, today=context.today)
    except UpstreamUnavailable:
        return unavailable()
    if not results.items:
        return Reply("后面没有了。要换条件可以直接说,比如“只看有效的”。", choices=_ways_out(query, MOST_CHOICES))
    return show(context, moved)
