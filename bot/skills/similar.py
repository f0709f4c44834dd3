"""Patents like the one that was looked at, or like one that is named: asked for, paged, left again."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, patent_details, patents
from bot.skills.patent_filters import (
    PAGE_SIZE,
    chips,
    dropped,
    drops,
    from_memory,
    goes_on,
    lay_over,
    query_of,
    to_memory,
)
from bot.skills.patent_text import DEMO, heading
from core.errors import UpstreamUnavailable
from core.i18n import chinese_date
from models import Patent
from nlp.ipc import normalise_ipc
from nlp.patent_numbers import find_numbers
from nlp.similar_requests import read_similar_request
from nlp.slots.contacts import find_ordinal
from nlp.types import PatentQuery
from services.patent_words import not_applied
from services.patents import find_patent
from services.similar_patents import (
    SUBCLASS_LENGTH,
    SimilarPatent,
    SimilarResults,
    find_similar_patents,
    name_class,
)

LIST_KIND = "similar"
LONGEST_MOVE = 16
MOST_CHOICES = 3
EVERYTHING = PatentQuery(limit=PAGE_SIZE)
ALL_CONDITIONS = "去掉全部条件"
ORDERS = {"relevance": "最像的在前", "newest": "新的在前", "oldest": "早的在前"}

BACK = re.compile(r"(?:返回|回到|退回|回)(?:一下)?(?:刚才|上面|上一个|上次|之前|原来)?的?(?:列表|搜索结果)")
WHICH_OF_LIST = "要找跟哪一件相似的?回复比如“和第1个相似的”。"
WHICH = "要找跟哪件专利相似的?报专利号(如 CN112345678B),或先搜索再说“和第2个相似的”。"


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for a sentence that asks for similar patents or moves within their list; None for any other."""
    request = read_similar_request(text)
    if request is not None and (request.names_patents or _has_patent_at_hand(context)):
        return SIMILAR
    if _listed(context) is None or len(text) > LONGEST_MOVE:
        return None
    if BACK.fullmatch(text):
        return BACK_TO_LIST
    if _changed(context, text) is not None:
        return NARROW
    understood = context.understanding
    return MOVES.get(str(understood.act)) if understood.intent is None else None


def show(context: TurnContext) -> Reply:
    """The first page of what is like the patent that the sentence means."""
    numbers, listed = find_numbers(context.text), patent_details.listed_numbers(context)
    place = None if numbers else find_ordinal(context.text)
    if numbers:
        patent = find_patent(context.session, numbers[0].normal)
    elif place is not None:
        index = place.value - 1 if place.value > 0 else place.value
        patent = find_patent(context.session, listed[index]) if -len(listed) <= index < len(listed) else None
    else:
        number = patent_details.subject_number(context) or (listed[0] if len(listed) == 1 else None)
        patent = find_patent(context.session, number) if number else None
    if patent is not None:
        return _page(context, patent, EVERYTHING)
    if numbers or place is not None:
        # Says what is wrong with the number, or how long the list is.
        return patent_details.detail(context)
    ways = tuple(Choice(f"和第{each}个相似的", f"和第{each}个相似的") for each in range(1, len(listed) + 1))
    return Reply(WHICH_OF_LIST if listed else WHICH, choices=ways[:MOST_CHOICES])


def next_page(context: TurnContext) -> Reply:
    return _move(context, +PAGE_SIZE)


def previous_page(context: TurnContext) -> Reply:
    """The page before; from one patent, back to the list of similar ones."""
    return _move(context, 0 if context.memory.get("last_skill") == "patent_detail" else -PAGE_SIZE)


def narrow(context: TurnContext) -> Reply:
    """只看有效的, 最新的, 不限有效: the list on the table with one condition changed."""
    changed = _changed(context, context.text)
    patent = find_patent(context.session, str((_listed(context) or {}).get("number")))
    return _page(context, patent, changed) if patent is not None and changed is not None else Reply(WHICH)


def back_to_list(context: TurnContext) -> Reply:
    """From one patent to the list of similar ones; from that list to the search before it."""
    before = (_listed(context) or {}).get("before")
    if context.memory.get("last_skill") == "patent_detail" or not before:
        return _move(context, 0)
    return patents.show_again(replace(context, memory={**context.memory, "list": before}))


SIMILAR = Skill("patent_search", show)
BACK_TO_LIST = Skill("patent_search", back_to_list)
NARROW = Skill("patent_search", narrow)
MOVES = {
    "next_page": Skill("patent_search", next_page),
    "previous_page": Skill("patent_search", previous_page),
}


def _has_patent_at_hand(context: TurnContext) -> bool:
    kind = (context.memory.get("list") or {}).get("kind")
    return patent_details.subject_number(context) is not None or kind in {"patents", LIST_KIND}


def _listed(context: TurnContext) -> Mapping[str, Any] | None:
    """The list of similar patents on the table."""
    listed: Mapping[str, Any] = context.memory.get("list") or {}
    return listed if listed.get("kind") == LIST_KIND else None


def _within(context: TurnContext) -> PatentQuery:
    """The conditions of the list on the table, and where its page begins."""
    return from_memory((_listed(context) or {}).get("query") or {})


def _changed(context: TurnContext, text: str) -> PatentQuery | None:
    """The conditions of the list after a sentence about them; None where it is about something else."""
    if drops(text):
        return dropped(_within(context), text)
    if context.memory.get("last_skill") == "patent_detail" or not goes_on(context.understanding, text):
        return None
    new = query_of(context.understanding, text)
    return None if new.topic or new.excluded_topics else lay_over(_within(context), new)


def _move(context: TurnContext, by: int) -> Reply:
    within = _within(context)
    moved = replace(within, offset=within.offset + by)
    if moved.offset < 0:
        return Reply("已经是第一页了。回复数字看详情,或说“只看有效的”缩小范围。")
    patent = find_patent(context.session, str((_listed(context) or {}).get("number")))
    return _page(context, patent, moved) if patent is not None else Reply(WHICH)


def _page(context: TurnContext, patent: Patent, within: PatentQuery) -> Reply:
    try:
        found = _find(context, patent, within)
        if not found.items:
            return _nothing_similar(context, patent, within)
    except UpstreamUnavailable:
        return patents.unavailable()
    page = found.items[within.offset : within.offset + PAGE_SIZE]
    back = (Choice("返回列表", "返回列表"),) if _list_before(context) else ()
    if not page:
        return Reply("后面没有了。要换条件可以直接说,比如“只看有效的”。", choices=back)
    has_more = within.offset + len(page) < len(found.items)
    more = (Choice("下一页", "下一页"),) if has_more else ()
    loosen = (Choice(ALL_CONDITIONS, "不限条件"),) if chips(within) else ()
    return Reply(
        _list_text(patent, within, page, len(found.items), found.data_date),
        choices=(*more, *loosen, *back)[:MOST_CHOICES],
        memory=_memory(context, patent, within, page),
    )


def _find(context: TurnContext, patent: Patent, within: PatentQuery) -> SimilarResults:
    similar = context.resources.similar_patents
    return find_similar_patents(context.session, similar, patent, within=within, today=context.today)


def _memory(
    context: TurnContext, patent: Patent, within: PatentQuery, page: tuple[SimilarPatent, ...]
) -> dict[str, object]:
    return {
        "list": {
            "kind": LIST_KIND,
            "number": patent.publication_number,
            "query": to_memory(within),
            "numbers": [each.summary.publication_number for each in page],
            "before": _list_before(context),
        },
        "subject": {"kind": "patent", "number": patent.publication_number},
        "last_search_text": patents.SEARCH_UNDER_WAY,
        "topic": "patent",
        "pending": None,
    }


def _list_before(context: TurnContext) -> Mapping[str, Any] | None:
    """The search that was on the table before any list of similar patents."""
    listed = context.memory.get("list") or {}
    found = listed if listed.get("kind") == "patents" else listed.get("before")
    return found or None


def _list_text(
    patent: Patent, within: PatentQuery, page: tuple[SimilarPatent, ...], total: int, data_date: date
) -> str:
    conditions = f",条件:{chips(within)}" if chips(within) else ""
    last = within.offset + len(page)
    found = f"找到{total}件和“{heading(patent)}”相似的{conditions},{ORDERS[within.sort]}。"
    further = f"第{within.offset + 1}到{last}件,共{total}件,和“{heading(patent)}”相似{conditions}。"
    lines = [further if within.offset else found]
    if not_applied(within) and not within.offset:
        lines.append(not_applied(within))
    lines += [_line(place, each) for place, each in enumerate(page, start=1)]
    number = "回复1看详情" if len(page) == 1 else "回复数字看详情"
    more = ",“下一页”继续" if last < total else ""
    lines.append(f"{number}{more}。数据截至{chinese_date(data_date)}。")
    return "\n".join(lines)


def _line(place: int, similar: SimilarPatent) -> str:
    item = similar.summary
    owner = item.applicants[0] if item.applicants else "申请人不详"
    parts = [item.title, item.publication_number, owner, item.status_text, similar.reason]
    return f"{place}. " + " · ".join([*parts, DEMO] if item.is_demo else parts)


def _nothing_similar(context: TurnContext, patent: Patent, within: PatentQuery) -> Reply:
    """Say so, and offer what there is without the conditions, else what is of its class, and a person."""
    total = len(_find(context, patent, EVERYTHING).items) if chips(within) else 0
    if total:
        return Reply(
            f"相似的里没有符合的,条件:{chips(within)}。\n不限条件有{total}件。",
            choices=(Choice(ALL_CONDITIONS, "不限条件"),),
            memory=_memory(context, patent, within, ()),
        )
    subclass = next((symbol[:SUBCLASS_LENGTH] for code in patent.ipc_codes if (symbol := normalise_ipc(code))), None)
    others = context.resources.patent_search.count(PatentQuery(ipc=subclass)) - 1 if subclass else 0
    of_class = f"同属{name_class(subclass)}的还有{others}件。" if subclass and others > 0 else ""
    choices = (Choice(f"找{subclass}类的专利", "看同分类的"),) if others > 0 else ()
    return Reply(
        f"库里没有和“{heading(patent)}”明显相似的专利。{of_class}\n也可以请专员做一次检索,回复“好”就转。",
        choices=(*choices, Choice("好", "请专员检索")),
        memory={
            "subject": {"kind": "patent", "number": patent.publication_number},
            "topic": "patent",
            "pending": {
                "kind": "handoff",
                "topic": "patent",
                "question": f"找和{patent.publication_number}相似的专利",
            },
        },
    )
