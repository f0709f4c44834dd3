"""What was found for one's own posts, in chat: the list by post, one whole, 想谈第2个, 第2个不相关 and why. A place
means the message about matches where that was the last thing said, else the list on the table."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, deal_changes
from bot.skills.match_words import (
    DISMISSES,
    DISMISSES_ONE,
    LISTS,
    REASONS,
    SHOWS,
    WANTS,
    WANTS_ONE,
    read_reason,
)
from core.errors import AppError
from models import Conversation, FeedbackVerdict, Notice, PostSide, PostState
from nlp.market.subject_text import without_figures
from nlp.slots.numerals import read_number
from services.market.access import get_own_match
from services.market.feedback import Reason, give_feedback
from services.market.match_words import LIST, said_missing, said_reasons, said_side
from services.market.own import OwnMatch, list_matches
from services.market.told import find_told, is_last_said
from services.market.wording import called_by_subject, said_terms_to_other
from services.notices.reading import dismiss

NAME, DEALS = "matches", "deals"
KIND = "matches"
ONE, WHY = "match_one", "match_why"
SHOWN, LONGEST, LONGEST_TEXT = 5, 24, 80
MINE = Choice(LIST, LIST)
POSTS = Choice("我的供需", "我的供需")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words about matches; None where they are about something else."""
    if not text or len(text) > LONGEST:
        return None
    plain = context.plain.strip(" 。.!?")
    pending = context.memory.get("pending") or {}
    reason = read_reason(plain) if _asked_just_now(context, WHY) else None
    if reason is not None:
        return Skill(NAME, partial(note_reason, public_id=str(pending.get("id")), reason=reason))
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_list)
    if _turns_page(context):
        return Skill(NAME, show_next if context.understanding.act == "next_page" else show_before)
    return _choose_one(context, plain) or _choose_place(context, plain)


def _asked_just_now(context: TurnContext, kind: str) -> bool:
    pending = context.memory.get("pending") or {}
    return pending.get("kind") == kind and context.memory.get("last_skill") == NAME


def _turns_page(context: TurnContext) -> bool:
    if not _is_on_table(context) or context.understanding.intent is not None:
        return False
    return context.understanding.act in {"next_page", "previous_page"}


def _is_on_table(context: TurnContext) -> bool:
    return (context.memory.get("list") or {}).get("kind") == KIND


def _choose_one(context: TurnContext, plain: str) -> Skill | None:
    """想谈, 不相关 without a place: of the one that was looked at last, or that a message was about."""
    wants, dismisses = WANTS_ONE.fullmatch(plain), DISMISSES_ONE.fullmatch(plain)
    if wants is None and dismisses is None:
        return None
    pending = context.memory.get("pending") or {}
    if _asked_just_now(context, ONE):
        return _to_talk(str(pending.get("id"))) if wants else _to_dismiss(str(pending.get("id")))
    told = find_told(context.session, context.user_id, context.now)
    if told is None or not is_last_said(context.session, told[0]):
        return None
    ids = [each.match.public_id for each in told[1]]
    if len(ids) > 1:
        return Skill(NAME, partial(ask_which, ids=ids, wants=wants is not None))
    return _to_talk(ids[0]) if wants else _to_dismiss(ids[0], told[0])


def _choose_place(context: TurnContext, plain: str) -> Skill | None:
    """看第2个, 想谈第2个, 第2个不相关."""
    shows, wants, dismisses = SHOWS.fullmatch(plain), WANTS.fullmatch(plain), DISMISSES.fullmatch(plain)
    found = dismisses or wants or shows
    if found is None:
        return None
    ids = _ids(context, is_sure=shows is None)
    if not ids:
        return None
    groups = found.groupdict()
    place = int(read_number(next(said for said in groups.values() if said)) or 0)
    if not 1 <= place <= len(ids):
        return Skill(NAME, lambda _: Reply(f"这里没有第{place}个。", choices=(MINE,)))
    public_id = ids[place - 1]
    if dismisses:
        return _to_dismiss(public_id)
    if wants:
        return _to_talk(public_id)
    return Skill(NAME, partial(show_one, public_id=public_id, ids=ids))


def _ids(context: TurnContext, *, is_sure: bool) -> list[str]:
    """What places mean now. `is_sure`: only a match or a post of the board can be meant, so that a message about
    matches counts though something else was said since."""
    told = find_told(context.session, context.user_id, context.now)
    named = [each.match.public_id for each in told[1]] if told is not None else []
    if told is not None and is_last_said(context.session, told[0]):
        return named
    if _is_on_table(context):
        return [str(each) for each in (context.memory.get("list") or {}).get("ids") or []]
    other = (context.memory.get("list") or {}).get("kind")
    return named if is_sure and other != "market_board" else []


def _to_talk(public_id: str) -> Skill:
    # Under the name of deals, which hears the contact that it asks for.
    return Skill(DEALS, lambda given: deal_changes.enquire_about(given, {"match": public_id}))


def _to_dismiss(public_id: str, notice: Notice | None = None) -> Skill:
    notice_id = notice.public_id if notice is not None else None
    return Skill(NAME, partial(dismiss_one, public_id=public_id, notice_id=notice_id))


def show_list(context: TurnContext) -> Reply:
    """By post, that with the best match first; under each what its owner could add."""
    return _show(context, 0)


def show_next(context: TurnContext) -> Reply:
    return _show(context, int((context.memory.get("list") or {}).get("offset") or 0) + SHOWN)


def show_before(context: TurnContext) -> Reply:
    return _show(context, int((context.memory.get("list") or {}).get("offset") or 0) - SHOWN)


def _show(context: TurnContext, offset: int) -> Reply:
    if offset < 0:
        return Reply("已经是第一页了。")
    found = _by_post(list_matches(context.session, context.user_id, today=context.today))
    if not found:
        text = "还没有对得上的。发一条供给或需求,展示后马上找,每晚再找一遍。"
        return Reply(text, choices=(POSTS,), memory={"pending": None})
    shown = found[offset : offset + SHOWN]
    if not shown:
        return Reply("后面没有了。", choices=(MINE,))
    lines = [f"共{len(found)}条对接,好的在前:"]
    for place, each in enumerate(shown, start=1):
        if place == 1 or shown[place - 2].mine.id != each.mine.id:
            lines.append(_head(each, shown))
        lines.append(f"{place}. {said_side(each)} {called_by_subject(each.theirs)}:{said_reasons(each)}{_asked(each)}")
    lines.append("“看第1个”看详情,“想谈第1个”问对方,“第1个不相关”不再出现。")
    more = (Choice("下一页", "下一页"),) if offset + SHOWN < len(found) else ()
    kept = {"kind": KIND, "ids": [each.match.public_id for each in shown], "offset": offset}
    return Reply(
        "\n".join(lines),
        choices=(Choice("看第1个", "看第1个"), Choice("想谈第1个", "想谈第1个"), *more),
        memory={"list": kept, "pending": None, "subject": None},
    )


def _head(each: OwnMatch, shown: Sequence[OwnMatch]) -> str:
    """Of one's own post, with what it could say that any of its matches lacks."""
    missing = [words for other in shown if other.mine.id == each.mine.id for words in said_missing(other)]
    return f"对“{called_by_subject(each.mine)}”{f'({missing[0]},补上更准)' if missing else ''}:"


def _asked(each: OwnMatch) -> str:
    said = each.feedback.verdict if each.feedback is not None else None
    return " · 有意" if said == FeedbackVerdict.INTERESTED else ""


def _by_post(found: Sequence[OwnMatch]) -> list[OwnMatch]:
    order = list(dict.fromkeys(each.mine.id for each in found))
    return sorted(found, key=lambda each: order.index(each.mine.id))


def show_one(context: TurnContext, *, public_id: str, ids: list[str]) -> Reply:
    """What the other post says, without a figure to bargain by, and why it fits; nobody is named."""
    try:
        match, side = get_own_match(context.session, context.user_id, public_id)
    except AppError as refusal:
        return Reply(refusal.message, choices=(MINE,))
    each = OwnMatch(match, side, None)
    if PostState(each.theirs.state) is not PostState.PUBLISHED or each.theirs.until < context.today:
        return Reply("对方这条已经不展示了。", choices=(MINE,))
    text = without_figures(each.theirs.text)
    place = ids.index(public_id) + 1
    lines = [
        f"{said_side(each)} {called_by_subject(each.theirs)}",
        text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…",
        said_terms_to_other(each.theirs),
        f"对得上:{said_reasons(each, at_most=len(match.reasons))}。",
        f"要谈:{'、'.join(match.to_talk)}。" if match.to_talk else "",
        f"您补上会更准:{'、'.join(said_missing(each))}。" if said_missing(each) else "",
        f"对方没写:{'、'.join(_missing_there(each))}。" if _missing_there(each) else "",
    ]
    return Reply(
        "\n".join(line for line in lines if line),
        choices=(Choice(f"想谈第{place}个", f"想谈第{place}个"), Choice(f"第{place}个不相关", "不相关"), MINE),
        memory={"list": _table(context, ids), "pending": {"kind": ONE, "id": public_id}, "subject": None},
    )


def _missing_there(each: OwnMatch) -> list[str]:
    other = PostSide.OFFER if each.side is PostSide.NEED else PostSide.NEED
    return [words.removesuffix("没写") for side, words in each.match.missing if side == other.value]


def _table(context: TurnContext, ids: list[str]) -> dict[str, object]:
    kept = context.memory.get("list") or {}
    if kept.get("kind") == KIND and kept.get("ids") == ids:
        return dict(kept)
    return {"kind": KIND, "ids": ids, "offset": 0}


def ask_which(context: TurnContext, *, ids: list[str], wants: bool) -> Reply:
    """想谈, 不相关 after a message about several."""
    said = "想谈第{}个" if wants else "第{}个不相关"
    choices = tuple(Choice(said.format(place), said.format(place)) for place in range(1, len(ids) + 1))
    return Reply("哪一个?", choices=choices[:3], memory={"list": _table(context, ids), "pending": None})


def dismiss_one(context: TurnContext, *, public_id: str, notice_id: str | None = None) -> Reply:
    """It does not come again; why is asked for afterwards, since nobody has to say it."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            give_feedback(session, conversation.user_id, public_id, FeedbackVerdict.DISMISSED, context.now)
            if notice_id is not None:
                dismiss(session, conversation.user_id, notice_id, context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        lines = ["好,这条不再出现。哪里不合适?说一声,找得更准:"]
        lines += [f"{place}. {words}" for place, words in enumerate(REASONS.values(), start=1)]
        asked = tuple(Choice(REASONS[each], REASONS[each]) for each in (Reason.SUBJECT, Reason.PRICE, Reason.OVER))
        return Reply("\n".join(lines), choices=asked, memory={"pending": {"kind": WHY, "id": public_id}})

    return Reply("", on_commit=commit)


def note_reason(context: TurnContext, *, public_id: str, reason: Reason) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            give_feedback(
                session, conversation.user_id, public_id, FeedbackVerdict.DISMISSED, context.now, reason=reason
            )
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        return Reply(f"记下了:{REASONS[reason]}。", choices=(MINE,), memory={"pending": None})

    return Reply("", on_commit=commit)
