"""The board in chat: what others offer and seek, page by page, one post whole."""

import re
from collections.abc import Sequence

from bot.context import TurnContext
from bot.replies import Choice, Reply
from core.errors import AppError
from core.i18n import chinese_date
from models import MarketPost, PostSide
from nlp.segmenter import default_segmenter
from services.credit.record import kept_deals_shown
from services.credit.wording import said_kept_deals
from services.market.access import get_board_post
from services.market.board import BoardQuery, search_board
from services.market.quick_terms import quick_terms_of, said_quick_terms
from services.market.wording import SIDES, called_by_others, owner_called, said_terms

BOARD = "market_board"
SHOWN, SHOWN_TEXT = 5, 80
WANTED = Choice("我想求购技术", "发需求")
TO_PERSON = Choice("转人工", "找专员")


def browse(context: TurnContext) -> Reply:
    """看看有什么专利在卖, by what the sentence says."""
    slots = context.understanding.slots
    side = PostSide.NEED if re.search("需求|求购|有人要", context.plain) else PostSide.OFFER
    query = {"words": str(slots.get("topic") or ""), "side": side.value, "region": str(slots.get("region") or "")}
    return _show_board(context, query, 0)


def browse_on(context: TurnContext, by: int) -> Reply:
    """The next page, or the one before."""
    table = context.memory.get("list") or {}
    if table.get("session"):
        return Reply("就这几条。", choices=(WANTED,))
    offset = int(table.get("offset") or 0) + by
    if offset < 0:
        return Reply("已经是第一页了。")
    return _show_board(context, dict(table.get("query") or {}), offset)


def _show_board(context: TurnContext, query: dict[str, str], offset: int) -> Reply:
    side = PostSide(query.get("side") or PostSide.OFFER)
    wanted = BoardQuery(words=query.get("words") or "", side=side, region=query.get("region") or "")
    page = search_board(
        context.session, default_segmenter(), wanted, user_id=context.user_id, today=context.today, offset=offset,
        limit=SHOWN,
    )  # fmt: skip
    about = f"“{wanted.words}”的" if wanted.words else ""
    if not page.items:
        other = SIDES[PostSide.NEED if side is PostSide.OFFER else PostSide.OFFER]
        text = f"没有{about}{SIDES[side]}在展示。可以发一条{other},以后有的会列在对接里。"
        if offset:
            text = "后面没有了。"
        return Reply(text, choices=(WANTED, TO_PERSON), memory={"pending": None})
    lines = [f"{about}{SIDES[side]}在展示的共{page.total}条:"]
    for place, post in enumerate(page.items, start=1):
        lines.append(f"{place}. " + " · ".join(part for part in (called_by_others(post), said_terms(post)) if part))
    more = page.next_offset is not None
    lines.append("回复数字看一条" + (",“下一页”继续。" if more else "。"))
    choices = (Choice("第1个", "看第1条"), *((Choice("下一页", "下一页"),) if more else ()), WANTED)
    memory = table_of(BOARD, page.items, offset=offset, query=query)
    return Reply("\n".join(lines), choices=choices, memory=memory)


def show_board_post(context: TurnContext, *, public_id: str) -> Reply:
    """One post as everybody reads it, and how one asks whose it is to talk."""
    try:
        post = get_board_post(context.session, public_id, context.today)
    except AppError as refusal:
        return Reply(refusal.message, choices=(WANTED,))
    lines = [f"{SIDES[PostSide(post.side)]} {called_by_others(post)}", shortened(post.text), said_terms(post)]
    rights = "" if post.is_anonymous or not post.rights else f" · {'、'.join(post.rights[:2])}"
    kept = kept_deals_shown(context.session, [post], context.today).get(post.id)
    trust = f" · {said_kept_deals(kept)}" if kept else ""
    lines.append(f"{owner_called(post)}{trust}{rights} · 展示到{chinese_date(post.until)}")
    ids = list((context.memory.get("list") or {}).get("ids") or [])
    asks = f"想谈第{ids.index(public_id) + 1}个" if public_id in ids else ""
    if asks:
        lines.append(f"想谈说“{asks}”:先问对方,双方都同意才互看联系方式。")
    takes = f"接受标准条款第{ids.index(public_id) + 1}个" if asks and (terms := quick_terms_of(post)) else ""
    if takes and terms is not None and post.amount is not None:
        lines.append(f"快速许可:{said_quick_terms(terms, post.amount)}。照单接受说“{takes}”,直接谈成。")
    guarded = f"看保密资料第{ids.index(public_id) + 1}个" if post.details and public_id in ids else ""
    if guarded:
        lines.append(f"有保密资料,说“{guarded}”,同意保密约定就能看。")
    choices = (*((Choice(takes, "照单接受"),) if takes else ()), *((Choice(asks, "想谈"),) if asks else ()))
    choices = (*choices, Choice(guarded, "看保密资料") if guarded else TO_PERSON)
    return Reply("\n".join(line for line in lines if line), choices=choices, memory={"pending": None})


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"


def table_of(kind: str, posts: Sequence[MarketPost], **more: object) -> dict[str, object]:
    """What is remembered of a list that was shown."""
    kept = {"kind": kind, "ids": [post.public_id for post in posts], "offset": 0, **more}
    return {"list": kept, "pending": None, "subject": None}
