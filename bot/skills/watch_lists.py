"""What is watched, as a list by number: shown, told more or less often, ended; one patent of a summary dismissed."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import patents
from bot.skills.notices import SETTINGS_CHOICE
from bot.skills.patent_filters import PAGE_SIZE
from bot.skills.patent_text import shortened
from core.errors import NotFound
from models import Conversation, Notice, Patent, Turn, TurnState, Watch, WatchKind
from nlp.types import PatentQuery
from services import watching
from services.notices.preferences import PACE_NAMES, Pace, preferences_of
from services.notices.reading import dismiss, dismiss_patent, find_last_told
from services.notices.telling import PATENTS, WATCH

KIND = "watches"
LONGEST_NAME = 60
MOST_CHOICES = 3
KIND_NAMES = {
    WatchKind.PATENT: "专利", WatchKind.APPLICANT: "申请人", WatchKind.IPC: "分类", WatchKind.SEARCH: "检索",
}  # fmt: skip
MINE_CHOICE = Choice("我的关注", "我的关注")
WHAT = (
    "要关注什么?可以是一件专利、一个申请人、一个分类或一句话,比如“关注CN112345678B”“关注华为技术有限公司”"
    "“关注H01M 10”“关注石墨烯散热膜的有效专利,每周告诉我”。"
)
NOTHING = f"还没有关注什么。{WHAT.partition('?')[2]}"


def show_list(context: TurnContext, *, by: int | None = None) -> Reply:
    """What is watched, the newest first; `by` moves from the page on the table."""
    offset = 0 if by is None else int((context.memory.get("list") or {}).get("offset", 0)) + by
    rows = watching.list_watches(context.session, context.user_id)
    if offset < 0:
        return Reply("已经是第一页了。")
    if by is not None and offset >= len(rows):
        return Reply("后面没有了。")
    return listed(context.session, rows, context, offset=offset)


def show_one(context: TurnContext, place: int) -> Reply:
    """What a watch finds now; of one patent its page."""
    row = _chosen(context, place)
    if row is None:
        return _no_such(context)
    if row.kind == WatchKind.PATENT:
        return patents.show(context, PatentQuery(number=row.name, limit=PAGE_SIZE), is_refined=True)
    return patents.show(
        replace(context, text=row.name), replace(watching.query_of(row), limit=PAGE_SIZE), is_refined=True
    )


def change(context: TurnContext, place: int, pace: Pace) -> Reply:
    """How often it is told."""
    row = _chosen(context, place)
    if row is None:
        return _no_such(context)
    return change_of(context, row.public_id, pace)


def change_of(context: TurnContext, public_id: str, pace: Pace) -> Reply:
    """How often this one is told."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            changed = watching.change_pace(session, conversation.user_id, public_id, pace, context.now)
        except NotFound as gone:
            return Reply(gone.message, choices=(MINE_CHOICE,))
        name = named(changed, demonstrations(session, [changed]))
        head = f"改好了:{name},{often_of(session, changed, context)}。"
        return Reply(head, choices=(MINE_CHOICE,))

    return Reply("", on_commit=commit)


def end(context: TurnContext, place: int) -> Reply:
    """Watched no more: the one of that place, of the page on the table or else of the list as it is now."""
    row = _chosen(context, place)
    return _no_such(context, "说“取消关注第几个”。") if row is None else end_of(context, row.public_id)


def end_last_told(context: TurnContext) -> Reply:
    """取消这个关注: the one that was just begun or told; which one is asked where that is not clear."""
    ids = ids_on_table(context)
    told = last_summary(context)
    # What was begun before the summary is not what is meant by the tap below the summary.
    if told is not None and is_last_said(context, told):
        return end_of(context, str(told.facts[WATCH]))
    if len(ids) == 1:
        return end_of(context, str(ids[0]))
    if told is not None and not ids:
        return end_of(context, str(told.facts[WATCH]))
    return _no_such(context, "取消哪一个?说“取消关注第几个”。")


def is_last_said(context: TurnContext, told: Notice) -> bool:
    """Whether nothing was asked and answered since."""
    answered = select(func.max(Turn.message_id)).where(
        Turn.conversation_id == context.conversation_id, Turn.state == TurnState.DONE
    )
    return told.message_id is not None and told.message_id > (context.session.scalar(answered) or 0)


def end_of(context: TurnContext, public_id: str) -> Reply:
    """This one watched no more."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            name = watching.end_watch(session, conversation.user_id, public_id)
            head = f"不再关注:{shortened(name, LONGEST_NAME)}。"
        except NotFound as gone:
            head = gone.message
        rows = watching.list_watches(session, conversation.user_id)
        return listed(session, rows, context, head=head) if rows else Reply(head, memory={"list": None})

    return Reply("", on_commit=commit)


def dismiss_one(context: TurnContext, told: Notice, place: int) -> Reply:
    """第2件不相关, after a summary of several."""
    numbers, public_id = list(told.facts[PATENTS]), told.public_id
    if not 0 < place <= len(numbers):
        return Reply(f"刚才说的只有{len(numbers)}件,第几件不相关?")
    number = str(numbers[place - 1])
    table = {"kind": KIND, "ids": [str(told.facts[WATCH])], "offset": 0}
    is_demo = number in demonstration_numbers(context.session, [number])

    def commit(session: Session, conversation: Conversation) -> Reply:
        if len(numbers) == 1:
            dismiss(session, conversation.user_id, public_id, context.now)
        else:
            dismiss_patent(session, conversation.user_id, public_id, number, context.now)
        return Reply(
            f"好,{number}{'(演示数据)' if is_demo else ''}不再提醒。整个关注都不要,就说“取消这个关注”。",
            choices=(Choice("取消", "取消这个关注"),),
            memory={"list": table},
        )

    return Reply("", on_commit=commit)


def last_summary(context: TurnContext) -> Notice | None:
    """The notice of a watch that was told last, if it was told by itself."""
    told = find_last_told(context.session, context.user_id, context.now)
    return told[0] if len(told) == 1 and told[0].facts.get(WATCH) and told[0].facts.get(PATENTS) else None


def has_list(context: TurnContext) -> bool:
    return (context.memory.get("list") or {}).get("kind") == KIND


def ids_on_table(context: TurnContext) -> list[str]:
    return [str(each) for each in context.memory["list"].get("ids") or []] if has_list(context) else []


def _chosen(context: TurnContext, place: int) -> Watch | None:
    rows = {row.public_id: row for row in watching.list_watches(context.session, context.user_id)}
    ids = ids_on_table(context) if has_list(context) else list(rows)
    if place == 0 or place > len(ids) or not ids:
        return None
    return rows.get(ids[place - 1 if place > 0 else place])


def _no_such(context: TurnContext, head: str = "没有这个编号,下面是现在关注的。") -> Reply:
    rows = watching.list_watches(context.session, context.user_id)
    return listed(context.session, rows, context, head=head if rows else "")


def often_of(session: Session, row: Watch, context: TurnContext) -> str:
    return PACE_NAMES[watching.pace_of(row, preferences_of(session, row.user_id, context.now))]


def listed(session: Session, rows: Sequence[Watch], context: TurnContext, *, offset: int = 0, head: str = "") -> Reply:
    """One page, numbered, and remembered so that a number means a watch."""
    if not rows:
        return Reply(NOTHING, memory={"list": None, "pending": None})
    page = rows[offset : offset + PAGE_SIZE]
    demo = demonstrations(session, page)
    more = len(rows) > offset + PAGE_SIZE
    lines = [*([head] if head else []), f"在关注的共{len(rows)}个:"]
    lines += [
        f"{place}. {KIND_NAMES[WatchKind(row.kind)]} · {named(row, demo)} · {often_of(session, row, context)}"
        for place, row in enumerate(page, start=1)
    ]
    lines.append("回复数字看现在有哪些,“第1个改成每月”“取消关注第1个”都行" + (",“下一页”继续。" if more else "。"))
    taps = [Choice(f"第{place}个", shortened(row.name, 14)) for place, row in enumerate(page, start=1)]
    return Reply(
        "\n".join(lines),
        choices=(*taps[: MOST_CHOICES - 1], Choice("下一页", "下一页") if more else SETTINGS_CHOICE),
        memory={
            "list": {"kind": KIND, "ids": [row.public_id for row in page], "offset": offset},
            "subject": None,
            "pending": None,
        },
    )


def named(row: Watch, demo: Collection[str]) -> str:
    """What is watched, in short."""
    return f"{shortened(row.name, LONGEST_NAME)}{'(演示数据)' if row.name in demo else ''}"


def demonstrations(session: Session, rows: Sequence[Watch]) -> set[str]:
    """The numbers of those that are patents of our demonstration."""
    return demonstration_numbers(session, [row.name for row in rows if row.kind == WatchKind.PATENT])


def demonstration_numbers(session: Session, numbers: Sequence[str]) -> set[str]:
    """Those of these patents."""
    is_demo = select(Patent.publication_number).where(Patent.publication_number.in_(numbers), Patent.is_demo)
    return set(session.scalars(is_demo))
