"""Searches that an owner keeps: saved by a word after a list, listed by number, run again, deleted after a yes."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, patents
from bot.skills.patent_filters import PAGE_SIZE
from bot.skills.patent_text import shortened
from bot.skills.saved_search_words import (
    CONFIRMS,
    KEEPS,
    LISTS,
    LONGEST,
    REMOVES,
    REMOVES_SOME,
    RUNS,
    SAVES,
    SAVES_IN_A_WORD,
    place_of,
)
from core.clock import china_date
from core.errors import InvalidInput, NotFound, UpstreamUnavailable
from core.i18n import chinese_date
from models import Conversation, SavedSearch
from nlp.patent_query_form import lasting
from services.saved_searches import (
    Look,
    SavedSearchesFull,
    delete_saved_search,
    find_saved_search,
    list_saved_searches,
    note_look,
    query_of,
    save_search,
)

NAME = "saved_searches"
KIND = "saved_searches"
REMOVAL = "saved_search_removal"
LONGEST_NAME = 60
LONGEST_TITLE = 16
MOST_CHOICES = 3

NOTHING_TO_SAVE = "现在没有检索可以保存。先搜一次,比如“找石墨烯散热膜的有效发明专利”,再说“保存这个检索”。"
NOTHING_SAVED = "还没有保存的检索。先搜一次,比如“找石墨烯散热膜的有效发明专利”,再说“保存这个检索”。"
GONE = "这个检索已经删掉了。"
MINE_CHOICE = Choice("我保存的检索", "我保存的检索")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for what is said about saved searches; None where the sentence is about something else."""
    if len(text) > LONGEST:
        return None
    plain = context.resources.understander.plain(text)
    answer = _choose_answer(context, plain)
    if answer is not None:
        return answer
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_list)
    if SAVES.fullmatch(plain) or (SAVES_IN_A_WORD.fullmatch(plain) and _was_searching(context)):
        return Skill(NAME, save)
    if REMOVES_SOME.fullmatch(plain):
        return Skill(NAME, ask_which)
    return _choose_in_list(context, plain) if _has_list(context) else _choose_without_list(context, plain)


def _choose_answer(context: TurnContext, plain: str) -> Skill | None:
    """The answer to 要删除…吗, which counts only straight after it: a later 好 must not delete anything."""
    pending = context.memory.get("pending") or {}
    if pending.get("kind") != REMOVAL or context.memory.get("last_skill") != NAME:
        return None
    act = context.understanding.act if context.understanding.intent is None else None
    if CONFIRMS.fullmatch(plain) or act == "affirm":
        return Skill(NAME, remove)
    return Skill(NAME, keep) if KEEPS.fullmatch(plain) or act in {"deny", "cancel"} else None


def _choose_in_list(context: TurnContext, plain: str) -> Skill | None:
    unwanted = place_of(REMOVES, plain)
    if unwanted is not None:
        return Skill(NAME, lambda given: ask_back(given, unwanted))
    understood = context.understanding
    ordinal = understood.slots.get("ordinal") if understood.act == "select_item" else None
    wanted = ordinal if isinstance(ordinal, int) else place_of(RUNS, plain)
    if wanted is not None:
        return Skill(NAME, lambda given: run(given, wanted))
    if understood.intent is None and understood.act in {"next_page", "previous_page"}:
        by = PAGE_SIZE if understood.act == "next_page" else -PAGE_SIZE
        return Skill(NAME, lambda given: show_list(given, by=by))
    return None


def _choose_without_list(context: TurnContext, plain: str) -> Skill | None:
    """删除第2个 with another list on the table: of all that we list, only saved searches can be deleted."""
    match = REMOVES.fullmatch(plain)
    if match is None or not (match["verb"] or "").startswith("删"):
        return None
    return Skill(NAME, ask_which) if list_saved_searches(context.session, user_id=context.user_id) else None


def _has_list(context: TurnContext) -> bool:
    return (context.memory.get("list") or {}).get("kind") == KIND


def _was_searching(context: TurnContext) -> bool:
    return patents.remembered_query(context) is not None and context.memory.get("last_skill") == "patent_search"


def save(context: TurnContext) -> Reply:
    """The search of the list on the table."""
    shown = patents.remembered_query(context)
    if shown is None:
        return Reply(NOTHING_TO_SAVE)
    query = lasting(shown)
    try:
        total = context.resources.patent_search.count(query)
    except UpstreamUnavailable:
        return patents.unavailable()

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            saved = save_search(session, user_id=conversation.user_id, query=query, total=total, now=context.now)
        except (SavedSearchesFull, InvalidInput) as refusal:
            return Reply(refusal.message, choices=(MINE_CHOICE,))
        name = shortened(saved.search.name, LONGEST_NAME)
        if not saved.is_new:
            return Reply(f"这个检索保存过了:{name}。现在有{total}件。", choices=(MINE_CHOICE,))
        hint = "以后说“我保存的检索”就能再查,会告诉您比上次多几件。要有新的就告诉您,说“关注这个检索,每周告诉我”。"
        return Reply(f"已保存:{name}。现在有{total}件。\n{hint}", choices=(MINE_CHOICE,), memory={"pending": None})

    return Reply("", on_commit=commit)


def show_list(context: TurnContext, *, by: int | None = None) -> Reply:
    """What is saved, the newest first; `by` moves from the page on the table."""
    offset = 0 if by is None else int((context.memory.get("list") or {}).get("offset", 0)) + by
    rows = list_saved_searches(context.session, user_id=context.user_id)
    if offset < 0:
        return Reply("已经是第一页了。")
    if by is not None and offset >= len(rows):
        return Reply("后面没有了。")
    return _listed(rows, offset=offset)


def ask_which(context: TurnContext) -> Reply:
    """One at a time and by its number, so that nothing goes by mistake."""
    rows = list_saved_searches(context.session, user_id=context.user_id)
    return _listed(rows, head="要删哪一个?一次删一个,说“删除第几个”。" if rows else "")


def run(context: TurnContext, place: int) -> Reply:
    """The first page of a saved search, and how many more there are than when its owner last looked."""
    search = _chosen(context, place)
    if search is None:
        return _no_such(context)
    query = replace(query_of(search), limit=PAGE_SIZE)
    try:
        total = context.resources.patent_search.count(query)
    except UpstreamUnavailable:
        return patents.unavailable()
    reply = patents.show(replace(context, text=search.name), query, is_refined=True)
    if reply.is_miss:
        return reply
    public_id = search.public_id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            look = note_look(session, user_id=conversation.user_id, public_id=public_id, total=total, now=context.now)
        except NotFound:  # deleted in the mini-program meanwhile; what was found may still be read
            return reply
        head = f"{shortened(search.name, LONGEST_NAME)},{_compared(look)}。"
        return replace(reply, text=f"{head}\n{reply.text}")

    return Reply("", on_commit=commit)


def ask_back(context: TurnContext, place: int) -> Reply:
    """By its name, since a number is easily mistaken."""
    search = _chosen(context, place)
    if search is None:
        return _no_such(context)
    return Reply(
        f"要删除这个检索吗?\n{shortened(search.name, LONGEST_NAME)}\n删了找不回来,要用得重新保存。",
        choices=(Choice("删除", "删除"), Choice("留着", "留着")),
        memory={"pending": {"kind": REMOVAL, "id": search.public_id}},
    )


def remove(context: TurnContext) -> Reply:
    """Asked and confirmed; what is left is shown with its new numbers."""
    public_id = str((context.memory.get("pending") or {}).get("id"))

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            name = delete_saved_search(session, user_id=conversation.user_id, public_id=public_id)
            head = f"已删除:{shortened(name, LONGEST_NAME)}。"
        except NotFound:
            head = GONE
        return _listed(list_saved_searches(session, user_id=conversation.user_id), head=head)

    return Reply("", on_commit=commit)


def keep(context: TurnContext) -> Reply:
    return Reply("好,留着。", choices=(MINE_CHOICE,), memory={"pending": None})


def _chosen(context: TurnContext, place: int) -> SavedSearch | None:
    """The saved search at a place of the page on the table, as it is now."""
    ids = list((context.memory.get("list") or {}).get("ids") or [])
    if place == 0 or place > len(ids) or not ids:
        return None
    return find_saved_search(
        context.session, user_id=context.user_id, public_id=str(ids[place - 1 if place > 0 else place])
    )


def _no_such(context: TurnContext) -> Reply:
    rows = list_saved_searches(context.session, user_id=context.user_id)
    return _listed(rows, head="没有这个编号,下面是现在保存的。" if rows else "")


def _listed(rows: Sequence[SavedSearch], *, offset: int = 0, head: str = "") -> Reply:
    """One page, numbered, and remembered so that a number means a search."""
    if not rows:
        nothing = f"{head}\n现在没有保存的检索了。" if head else NOTHING_SAVED
        return Reply(nothing, memory={"list": None, "pending": None})
    page = rows[offset : offset + PAGE_SIZE]
    more = len(rows) > offset + PAGE_SIZE
    first = f"保存的检索,共{len(rows)}个:" if offset == 0 else f"保存的检索,第{offset + 1}个起,共{len(rows)}个:"
    lines = [*([head] if head else []), first]
    lines += [f"{place}. {_line(search)}" for place, search in enumerate(page, start=1)]
    lines.append(
        "回复数字再查一次,“第1个每周告诉我”有新的就说,“删除第1个”不再保留" + (",“下一页”继续。" if more else "。")
    )
    taps = [
        Choice(f"第{place}个", shortened(search.name, LONGEST_TITLE - 2)) for place, search in enumerate(page, start=1)
    ]
    next_one = [Choice("下一页", "下一页")] if more else []
    return Reply(
        "\n".join(lines),
        choices=(*taps[: MOST_CHOICES - len(next_one)], *next_one),
        memory={
            "list": {"kind": KIND, "ids": [search.public_id for search in page], "offset": offset},
            "subject": None,
            "pending": None,
        },
    )


def _line(search: SavedSearch) -> str:
    looked_on = chinese_date(china_date(search.last_looked_at))
    return f"{shortened(search.name, LONGEST_NAME)} · {looked_on}看有{search.last_total}件"


def _compared(look: Look) -> str:
    on = chinese_date(china_date(look.previous_at))
    if look.difference == 0:
        return f"件数和上次一样(上次是{on}看的)"
    change = f"多{look.difference}件" if look.difference > 0 else f"少{-look.difference}件"
    return f"比上次{change}(上次是{on}看的)"
