"""Offers beside each other, for whoever chooses among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from models import MarketPost, PostSide
from services.market.access import get_board_post

LEAST, MOST = 2, 4
COMPARED = ("modes", "amount", "regions", "right_kinds", "right_state", "classes", "until")


@dataclass(frozen=True)
class Comparison:
    """`differs` are the names of what is not the same in all; `cheapest` those with the lowest price that is named,
    None where no two name one."""

    posts: Sequence[MarketPost]
    differs: Sequence[str]
    cheapest: Sequence[str] | None


def compare_offers(session: Session, ids: Sequence[str], today: date) -> Comparison:
    """In the order in which they were named. Raises InvalidInput, for what is not on the market too."""
    wanted = list(dict.fromkeys(ids))
    if not LEAST <= len(wanted) <= MOST:
        raise InvalidInput(f"一次比{LEAST}到{MOST}条。", fields={"ids": f"{LEAST}到{MOST}条"})
    try:
        posts = [get_board_post(session, public_id, today) for public_id in wanted]
    except NotFound as missing:
        raise InvalidInput("有的已经不在展示。", fields={"ids": missing.message}) from None
    if any(post.side != PostSide.OFFER for post in posts):
        raise InvalidInput("只比供给。", fields={"ids": "有的是需求"})
    differs = [name for name in COMPARED if any(getattr(post, name) != getattr(posts[0], name) for post in posts)]
    priced = [post for post in posts if post.amount is not None]
    lowest = min((post.amount for post in priced if post.amount is not None), default=None)
    cheapest = [post.public_id for post in priced if post.amount == lowest] if len(priced) > 1 else None
    return Comparison(posts, differs, cheapest)
