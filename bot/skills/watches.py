"""What an owner watches: begun by a sentence, listed by number, told more or less often, ended."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, patents, watch_talk
from bot.skills.patent_details import listed_numbers, subject_number
from bot.skills.patent_filters import PAGE_SIZE, narrows_nothing, query_of
from bot.skills.watch_lists import (
    KIND,
    KIND_NAMES,
    MINE_CHOICE,
    WHAT,
    change,
    demonstrations,
    dismiss_one,
    end,
    end_last_told,
    has_list,
    ids_on_table,
    last_summary,
    named,
    often_of,
    show_list,
    show_one,
)
from bot.skills.watch_words import (
    ASKS_NOW,
    CHANGES,
    CHANGES_IT,
    CLASS,
    DISMISSES,
    FOLLOWS,
    LONGEST,
    MINE,
    ONE_NUMBER,
    OTHERS,
    OURS,
    OWNER,
    OWNER_ENDS,
    PLACE,
    REMOVES,
    SOMEBODY,
    SOMEBODY_NAMED,
    STOPS,
    STOPS_SOME,
    TELLS_LATER,
    THIS_CLASS,
    THIS_OWNER,
    THIS_PATENT,
    THIS_SEARCH,
    pace_named,
    place_of,
    read_pace,
)
from core.errors import Conflict, InvalidInput
from models import Conversation, Watch, WatchKind
from nlp.patent_numbers import find_numbers
from nlp.patent_query_form import lasting, read_form
from nlp.types import PatentQuery
from services import watching
from services.custody.access import company_of
from services.notices.preferences import Pace
from services.patents import find_patent
from services.saved_searches import find_saved_search

NAME = "watches"
SAVED = "saved_searches"
Begin = Callable[[Session, int, Pace | None], Watch]


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for what is said about watching; None where the sentence is about something else."""
    if len(text) > LONGEST:
        return None
    plain = context.resources.understander.plain(text)
    if MINE.fullmatch(plain):
        return Skill(NAME, show_list)
    stopped = place_of(STOPS, plain)
    if stopped is None and has_list(context):
        stopped = place_of(REMOVES, plain)
    if stopped is not None:
        return Skill(NAME, lambda given: end(given, stopped))
    if STOPS_SOME.fullmatch(plain):
        return Skill(NAME, end_last_told)
    place = place_of(DISMISSES, plain)
    if place is not None and (told := last_summary(context)) is not None:
        return Skill(NAME, lambda given: dismiss_one(given, told, place))
    if has_list(context) and (skill := _choose_in_list(context, plain)) is not None:
        return skill
    if (skill := watch_talk.choose(context, plain)) is not None:
        return skill
    if (context.memory.get("list") or {}).get("kind") == SAVED and (changed := CHANGES.fullmatch(plain)) is not None:
        return Skill(NAME, lambda given: follow_saved(given, place_of(CHANGES, plain) or 0, pace_named(changed)))
    return _choose_follow(context, plain)


def _choose_follow(context: TurnContext, plain: str) -> Skill | None:
    what, pace = read_pace(plain)
    match = FOLLOWS.fullmatch(what)
    if match is None:
        return None
    is_ours = OURS.fullmatch(match["what"]) is not None
    if is_ours or SOMEBODY.fullmatch(match["what"]):
        own = company_of(context.session, context.user_id) if is_ours else None
        if own is None:
            return Skill(NAME, ask_whom)
        name = own.name
        return Skill(NAME, lambda given: follow(given, _of(given, WatchKind.APPLICANT, name), pace))
    begin = _named(context, match["what"])
    return Skill(NAME, lambda given: follow(given, begin, pace)) if begin is not None else None


def _choose_in_list(context: TurnContext, plain: str) -> Skill | None:
    changed = CHANGES.fullmatch(plain) or (CHANGES_IT.fullmatch(plain) if len(ids_on_table(context)) == 1 else None)
    if changed is not None:
        place, pace = place_of(CHANGES, plain), pace_named(changed)
        return Skill(NAME, lambda given: change(given, place or 1, pace))
    understood = context.understanding
    ordinal = understood.slots.get("ordinal") if understood.act == "select_item" else None
    if isinstance(ordinal, int):
        return Skill(NAME, lambda given: show_one(given, ordinal))
    if understood.intent is None and understood.act in {"next_page", "previous_page"}:
        by = PAGE_SIZE if understood.act == "next_page" else -PAGE_SIZE
        return Skill(NAME, lambda given: show_list(given, by=by))
    return None


def _named(context: TurnContext, what: str) -> Begin | None:
    """What 关注… names; None where that is nothing to watch."""
    if OTHERS.search(what):
        return None
    if THIS_SEARCH.fullmatch(what):
        return _of_query(patents.remembered_query(context), context)
    if THIS_CLASS.fullmatch(what):
        return _of(context, WatchKind.IPC, _class_at_hand(context))
    if THIS_OWNER.fullmatch(what):
        return _of(context, WatchKind.APPLICANT, _owner_at_hand(context))
    if (number := _number_named(context, what)) is not None:
        return _of(context, WatchKind.PATENT, number)
    if (code := CLASS.fullmatch(what)) is not None:
        return _of(context, WatchKind.IPC, code["code"])
    if (owner := OWNER.fullmatch(what)) is not None or OWNER_ENDS.fullmatch(what):
        return _of(context, WatchKind.APPLICANT, owner["name"] if owner else what)
    said = replace(context, text=f"找{what}")
    is_search = said.understanding.intent == "patent_search" or context.understanding.intent == "patent_watch"
    return _of_query(query_of(said.understanding, said.text), context) if is_search else None


def _number_named(context: TurnContext, what: str) -> str | None:
    if THIS_PATENT.fullmatch(what):
        return subject_number(context)
    place, listed = place_of(PLACE, what), listed_numbers(context)
    if place is not None and 0 < place <= len(listed):
        return listed[place - 1]
    numbers = find_numbers(what)
    return numbers[0].normal if len(numbers) == 1 and ONE_NUMBER.fullmatch(what) else None


def _class_at_hand(context: TurnContext) -> str | None:
    """The class of the list on the table, or of the patent that is talked about."""
    query = patents.remembered_query(context)
    if query is not None and query.ipc:
        return query.ipc
    patent = find_patent(context.session, subject_number(context) or "")
    return patent.ipc_codes[0][:4] if patent is not None and patent.ipc_codes else None


def _owner_at_hand(context: TurnContext) -> str | None:
    query = patents.remembered_query(context)
    patent = find_patent(context.session, subject_number(context) or "")
    if patent is not None and (owners := watching.owners_of(patent)):
        return owners[0]
    return query.applicant if query is not None else None


def _of(context: TurnContext, kind: WatchKind, name: str | None) -> Begin | None:
    if name is None:
        return None
    return lambda session, user_id, pace: watching.watch(session, user_id, kind, name, context.now, pace=pace)


def _of_query(shown: PatentQuery | None, context: TurnContext) -> Begin | None:
    if shown is None or narrows_nothing(shown):
        return None
    # 新专利 says what a watch tells of anyhow.
    query = replace(lasting(shown), sort="relevance")
    if query.applicant and query == PatentQuery(applicant=query.applicant):
        return _of(context, WatchKind.APPLICANT, query.applicant)
    if query.ipc and query == PatentQuery(ipc=query.ipc):
        return _of(context, WatchKind.IPC, query.ipc)
    return lambda session, user_id, pace: watching.watch_search(session, user_id, query, context.now, pace=pace)


def follow_said(context: TurnContext) -> Reply:
    """帮我盯着大疆的新专利, 硅基负极这块有新申请就通知我: heard by the language layer as the wish to watch."""
    plain, pace = read_pace(context.plain)
    if SOMEBODY_NAMED.match(plain):
        return ask_whom(context)
    numbers, query = find_numbers(context.text), query_of(context.understanding, plain)
    if ASKS_NOW.search(plain) and not TELLS_LATER.search(plain) and not narrows_nothing(query):
        return patents.show(context, replace(query, sort="newest", limit=PAGE_SIZE), is_refined=True)
    number = numbers[0].normal if numbers else subject_number(context) if narrows_nothing(query) else None
    return follow(context, _of(context, WatchKind.PATENT, number) or _of_query(query, context), pace)


def follow_saved(context: TurnContext, place: int, pace: Pace) -> Reply:
    """第2个改成每周, said of the searches that one keeps."""
    ids = list(context.memory["list"].get("ids") or [])
    public_id = ids[place - 1 if place > 0 else place] if 0 < place <= len(ids) or (place < 0 and ids) else ""
    search = find_saved_search(context.session, user_id=context.user_id, public_id=str(public_id))
    if search is None:
        return Reply("没有这个编号。说“我保存的检索”再看一遍。")
    return follow(context, _of_query(read_form(search.query), context), pace)


def ask_whom(context: TurnContext) -> Reply:
    """关注竞争对手, 关注我们公司 of somebody who has none on file: no applicant is called that."""
    return Reply(
        "关注哪一家?带上公司全名说,比如“关注华为技术有限公司”,有新公开的专利就告诉您。", choices=(MINE_CHOICE,)
    )


def follow(context: TurnContext, begin: Begin | None, pace: Pace | None) -> Reply:
    """Watched from now on, or what can be watched."""
    if begin is None:
        return Reply(WHAT, choices=(MINE_CHOICE, Choice("转人工", "转人工")))

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            row = begin(session, conversation.user_id, pace)
        except InvalidInput as refusal:
            return Reply("。".join(refusal.fields.values()) or refusal.message, choices=(MINE_CHOICE,))
        except Conflict as refusal:
            return Reply(refusal.message, choices=(MINE_CHOICE,))
        what = f"{KIND_NAMES[WatchKind(row.kind)]}“{named(row, demonstrations(session, [row]))}”"
        if row.pace == Pace.OFF:
            return Reply(f"记下了:{what},先不提醒。", choices=(MINE_CHOICE,))
        often = often_of(session, row, context)
        news = "法律状态和权利人变了" if row.kind == WatchKind.PATENT else "有新公开的"
        since = "从现在起算。" if row.kind == WatchKind.PATENT else "从现在起算,后来授权、转让才符合的也说。"
        return Reply(
            f"关注了:{what}。{news}就告诉您,{often}。\n{since}要改说“改成每月”,不要了说“取消这个关注”。",
            choices=(Choice("改成每周", "改成每周"), Choice("改成每月", "改成每月"), MINE_CHOICE),
            memory={"list": {"kind": KIND, "ids": [row.public_id], "offset": 0}, "pending": None},
        )

    return Reply("", on_commit=commit)
