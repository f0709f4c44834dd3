"""One's own offers and needs in chat: put out from custody, listed, withdrawn, renewed, handed in."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows.posting import DISCLOSES, MINE, begin_with, hand_in
from bot.flows.posting_replies import ALL_THE_SAME, NEUTRALLY
from bot.flows.posting_words import LEAVES_OUT, NEUTRAL, PUBLISHES_ALL_THE_SAME
from bot.replies import Choice, Reply
from bot.skills import Skill, market_promises, open_licences
from bot.skills.custody_changes import right_at
from bot.skills.custody_words import BARE_PLACE, END, OURS, POLITE, Said, said
from bot.skills.market_board import BOARD, SHOWN, WANTED, browse_on, shortened, show_board_post, table_of
from core.errors import AppError
from core.i18n import chinese_date
from models import Conversation, CustodyRight, MarketPost, PostSide, PostState, RightKind, User
from nlp.market.disclosure import without_details
from nlp.market.posts import Mode
from nlp.market.trade_facts import Verdict
from services.custody.portfolio import find_by_numbers, list_rights
from services.custody.wording import named
from services.market.access import get_own_post
from services.market.anonymity import make_neutral, quote_of, said_quote
from services.market.checks import signs_of
from services.market.findings import read_findings, said_signs
from services.market.own import list_live_posts
from services.market.posting import PostForm, change_post, renew_post, withdraw_post
from services.market.promises import count_promises
from services.market.wording import SIDES, called, said_state, said_terms

NAME = "market"
OWN = "market_own"
WITHDRAW, ONE, GIVES_AWAY = "market_withdraw", "market_one", "market_gives_away"
MOST_FINDINGS = 2
LONGEST = 40
RENEWED = timedelta(days=180)
LISTS = re.compile(
    f"{POLITE}(?:看看?|查看?|打开)?{OURS}?的?(?:供需|供给|需求|挂牌|(?:发布|发|挂)(?:过|了|出去)?的(?:供需|供给|需求|专利))"
    f"(?:清单|列表|有哪些|有几条|怎么样了|到哪了)?{END}"
)
IS_OURS = re.compile("我|公司|名下")
# 挂出去, 挂出去第2个, 把CN…挂出去: what is left without the number and the place.
PUTS_OUT = re.compile(f"{POLITE}(?:把)?(?:它|这[件个])?(?:专利)?的?(?:一键)?(?:挂出去|挂牌|挂上去|上架|挂上){END}")
WITHDRAWS = re.compile(f"{POLITE}(?:把)?(?:它|这条)?(?:撤下|撤掉|撤回|下架|撤)(?:来)?{END}")
RENEWS = re.compile(f"{POLITE}(?:把)?(?:它|这条)?(?:续期|延期|续展示|再挂半年|再挂){END}")
HANDS_IN = re.compile(f"{POLITE}(?:把)?(?:它|这条)?(?:交审核|提交|重新提交|再交|交){END}")
INTENTS = ("supply_post", "demand_post", "market_browse")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words that mean something only beside a list of posts, or of what one has in custody."""
    if not text or len(text) > LONGEST:
        return None
    plain = context.plain.strip(" 。.!?")
    pending = context.memory.get("pending") or {}
    if (warned := _choose_when_warned(plain, str(pending.get("kind")), str(pending.get("id")))) is not None:
        return warned
    if LISTS.fullmatch(plain) and IS_OURS.search(plain):
        return Skill(NAME, show_own)
    if (wish := open_licences.asks(context, plain)) is not None:
        public_id = _at(context, None)
        return Skill(NAME, lambda given: open_licences.show_declaration(given, wish, public_id))
    words = said(plain)
    if PUTS_OUT.fullmatch(words.rest):
        return _choose_to_put_out(context, words)
    if (guarded := market_promises.choose(context, words.rest, _on_board(context, words.place))) is not None:
        return guarded
    return _choose_in_list(context, plain, words)


def _choose_when_warned(plain: str, kind: str, public_id: str) -> Skill | None:
    """The answer to what was said of a post before it was handed in."""
    publishes = PUBLISHES_ALL_THE_SAME.fullmatch(plain) is not None
    if kind == GIVES_AWAY and publishes:
        return Skill(NAME, partial(_hand_in, public_id=public_id, accepts=False, was_warned=True))
    if kind == GIVES_AWAY and NEUTRAL.fullmatch(plain):
        return Skill(NAME, partial(_hand_in_neutrally, public_id=public_id))
    if kind == DISCLOSES and publishes:
        return Skill(NAME, partial(publish_all_the_same, public_id=public_id))
    return Skill(NAME, _leave_out) if kind == DISCLOSES and LEAVES_OUT.fullmatch(plain) else None


def _on_board(context: TurnContext, place: int | None) -> str | None:
    table = context.memory.get("list") or {}
    return _at(context, place) if table.get("kind") == BOARD and place is not None else None


def _choose_to_put_out(context: TurnContext, words: Said) -> Skill | None:
    if words.numbers:
        return Skill(NAME, lambda given: put_out(given, list(words.numbers)))
    if words.place is not None and (right := right_at(context, words.place)) is not None:
        return Skill(NAME, lambda given: put_out(given, [right.number]))
    return Skill(NAME, ask_which)


def _choose_in_list(context: TurnContext, plain: str, words: Said) -> Skill | None:
    table = context.memory.get("list") or {}
    kind = table.get("kind")
    if kind not in {OWN, BOARD}:
        return None
    act = context.understanding.act if context.understanding.intent is None else None
    if act in {"next_page", "previous_page"}:
        by = SHOWN if act == "next_page" else -SHOWN
        if kind == BOARD:
            return Skill(NAME, lambda given: browse_on(given, by))
        return Skill(NAME, partial(show_own, offset=int(table.get("offset") or 0) + by))
    bare = BARE_PLACE.fullmatch(plain)
    place = int(bare["place"]) if bare else words.place
    public_id = _at(context, place)
    if place is not None and public_id is None and (bare or not words.rest):
        return Skill(NAME, lambda _: Reply(f"这份清单上没有第{place}条。", choices=(MINE,)))
    if bare or (place is not None and not words.rest):
        shown = show_own_post if kind == OWN else show_board_post
        return Skill(NAME, partial(shown, public_id=str(public_id)))
    if kind != OWN or public_id is None:
        return None
    for pattern, answer in ((WITHDRAWS, ask_to_withdraw), (RENEWS, renew), (HANDS_IN, hand_in_own)):
        if pattern.fullmatch(words.rest):
            return Skill(NAME, partial(answer, public_id=public_id))
    return None


def _at(context: TurnContext, place: int | None) -> str | None:
    """The post at a place of the list; without a place the one that was looked at last, or the only one."""
    ids = list((context.memory.get("list") or {}).get("ids") or [])
    if place is not None:
        return str(ids[place - 1]) if 1 <= place <= len(ids) else None
    pending = context.memory.get("pending") or {}
    if pending.get("kind") == ONE:
        return str(pending.get("id"))
    return str(ids[0]) if len(ids) == 1 else None


def put_out(context: TurnContext, numbers: list[str]) -> Reply:
    """One tap from custody, or numbers of a right that is not there yet."""
    kept = find_by_numbers(context.session, user_id=context.user_id, numbers=numbers)
    return begin_with(context, [right.number for right in kept] or numbers)


def ask_which(context: TurnContext) -> Reply:
    """挂出去, with several in custody; the only one is taken at once."""
    page = list_rights(
        context.session, user_id=context.user_id, today=context.today, kind=RightKind.PATENT, limit=SHOWN
    )
    rights: list[CustodyRight] = [each.right for each in page.items]
    if len(rights) <= 1:
        return begin_with(context, [right.number for right in rights])
    lines = [f"{place}. {named(right)}" for place, right in enumerate(rights, start=1)]
    table = {"kind": "custody", "ids": [right.public_id for right in rights], "offset": 0}
    text = "\n".join(["挂哪一件?说“挂出去第1个”,或者带号码说。", *lines])
    return Reply(text, choices=(Choice("挂出去第1个", "挂第1个"),), memory={"list": table, "pending": None})


def show_own(context: TurnContext, *, offset: int = 0) -> Reply:
    """What asks for something first, page by page."""
    page = list_live_posts(context.session, context.user_id, offset=max(offset, 0), limit=SHOWN)
    shown = page.items
    if not shown and offset > 0:
        return Reply("后面没有了。", choices=(MINE,))
    if offset < 0:
        return Reply("已经是第一页了。", choices=(MINE,))
    if not shown:
        text = "您还没发过供需。有专利要转让、许可,或者要找技术,直接说。"
        return Reply(text, choices=(Choice("我有专利想转让", "发供给"), WANTED))
    lines = [f"共{page.total}条:"]
    for place, post in enumerate(shown, start=1):
        lines.append(f"{place}. {SIDES[PostSide(post.side)]} {called(post)} · {said_state(post, context.today)}")
    more = page.next_offset is not None
    lines.append("回复数字看一条,“撤下第1个”撤下" + (",“下一页”继续。" if more else "。"))
    choices = (Choice("第1个", "看第1条"), *((Choice("下一页", "下一页"),) if more else ()))
    return Reply("\n".join(lines), choices=choices, memory=table_of(OWN, shown, offset=offset))


def show_own_post(context: TurnContext, *, public_id: str) -> Reply:
    """One of them: how it stands, what keeps it, what is to be proved."""
    try:
        post = get_own_post(context.session, context.user_id, public_id)
    except AppError as refusal:
        return Reply(refusal.message, choices=(MINE,))
    lines = [
        f"{SIDES[PostSide(post.side)]} {called(post)} · {said_state(post, context.today)}",
        shortened(post.text),
        said_terms(post),
        f"没通过:{post.review_note}" if post.state == PostState.REFUSED and post.review_note else "",
        *(each.said for each in read_findings(post)[:MOST_FINDINGS] if each.verdict is not Verdict.PASSED),
    ]
    if post.signs and not post.accepts_disclosure:
        lines.append(said_signs(post.signs))
    if post.details:
        lines.append(f"附了保密资料,{count_promises(context.session, post)}人同意保密约定后看过。")
    memory = {"pending": {"kind": ONE, "id": post.public_id}}
    return Reply("\n".join(line for line in lines if line), choices=(*_ways(post), MINE), memory=memory)


def _ways(post: MarketPost) -> tuple[Choice, ...]:
    if Mode.OPEN_LICENCE in post.modes and post.rights and post.state == PostState.PUBLISHED:
        return (Choice("开放许可声明", "声明草稿"), Choice("续期", "续半年"), Choice("撤下", "撤下"))
    if post.state in {PostState.DRAFT, PostState.REFUSED}:
        return (Choice("交审核", "交审核"), Choice("撤下", "撤下"))
    if post.state in {PostState.PUBLISHED, PostState.EXPIRED}:
        return (Choice("续期", "续半年"), Choice("撤下", "撤下"))
    return (Choice("撤下", "撤下"),)


def ask_to_withdraw(context: TurnContext, *, public_id: str) -> Reply:
    """Asked back once: it does not come back by itself."""
    try:
        post = get_own_post(context.session, context.user_id, public_id)
    except AppError as refusal:
        return Reply(refusal.message, choices=(MINE,))
    return Reply(
        f"要撤下“{called(post)}”吗?撤下就不再展示,要再挂得重新发。",
        choices=(Choice("好", "撤下"), Choice("算了", "留着")),
        memory={"pending": {"kind": WITHDRAW, "id": public_id}},
    )


def withdraw_confirmed(context: TurnContext) -> Reply:
    """好, after 要撤下吗."""
    public_id = str((context.memory.get("pending") or {}).get("id"))

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            user = session.get_one(User, conversation.user_id)
            post = withdraw_post(session, user, public_id, context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        return Reply(f"撤下了:{called(post)}。", choices=(MINE,), memory={"pending": None, "list": None})

    return Reply("", on_commit=commit)


def renew(context: TurnContext, *, public_id: str) -> Reply:
    """Half a year more."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        until = context.today + RENEWED
        try:
            with session.begin_nested():
                user = session.get_one(User, conversation.user_id)
                post = renew_post(session, user, public_id, until, context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        text = f"续了:{called(post)},展示到{chinese_date(until)}。"
        if post.state == PostState.REVIEW:
            text = f"{called(post)}续到{chinese_date(until)},企业信用受限,专员看过再展示。"
        return Reply(text, choices=(MINE,), memory={"pending": None})

    return Reply("", on_commit=commit)


def hand_in_own(context: TurnContext, *, public_id: str) -> Reply:
    """交审核, of a draft or of what was refused."""
    return _hand_in(context, public_id, accepts=False)


def publish_all_the_same(context: TurnContext, *, public_id: str) -> Reply:
    """照发, after the warning."""
    return _hand_in(context, public_id, accepts=True, was_warned=True)


def _hand_in_neutrally(context: TurnContext, *, public_id: str) -> Reply:
    """改成中性的说法, after it was said that the text gives its owner away."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        user = session.get_one(User, conversation.user_id)
        try:
            with session.begin_nested():
                post = make_neutral(session, user, get_own_post(session, user.id, public_id, lock=True), context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        reply = hand_in(session, user, post, context)
        return replace(reply, text=f"改成了:{post.text}\n{reply.text}")

    return Reply("", on_commit=commit)


def _hand_in(context: TurnContext, public_id: str, *, accepts: bool, was_warned: bool = False) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            post = get_own_post(session, conversation.user_id, public_id, lock=True)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        if not was_warned and (quote := quote_of(session, post)):
            kept = {"pending": {"kind": GIVES_AWAY, "id": post.public_id}}
            text = f"这条匿名,但{said_quote(quote)}。要怎么发?"
            return Reply(text, choices=(NEUTRALLY, ALL_THE_SAME, MINE), memory=kept)
        user = session.get_one(User, conversation.user_id)
        return hand_in(session, user, post, context, accepts_disclosure=accepts)

    return Reply("", on_commit=commit)


def _leave_out(context: TurnContext) -> Reply:
    """去掉细节再发: the sentences that tell too much go, if enough is left."""
    public_id = str((context.memory.get("pending") or {}).get("id"))

    def commit(session: Session, conversation: Conversation) -> Reply:
        user = session.get_one(User, conversation.user_id)
        try:
            post = get_own_post(session, user.id, public_id, lock=True)
            # Where the signs stand is counted with the title before the text.
            whole = without_details(f"{post.title}\n{post.text}", signs_of(post))
            text = whole.removeprefix(post.title).strip()
            form = PostForm(**{name: getattr(post, name) for name in PostForm.model_fields} | {"text": text})
            with session.begin_nested():
                post = change_post(session, user, public_id, form, context.now, version=post.version)
        except (AppError, ValueError):
            said_short = "去掉以后剩下的太少了。换个说法:写效果和用途,重新发一条。"
            return Reply(said_short, choices=(MINE,), memory={"pending": None})
        return hand_in(session, user, post, context)

    return Reply("", on_commit=commit)
