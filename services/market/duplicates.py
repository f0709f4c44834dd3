"""Posts of different owners that are the same: one right offered twice, one text under two names. Reviewers see them;
nothing is refused for it, since a right may be offered by an owner and by whom they asked to sell it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models import MarketPost, MarketPostRight, PostSide, PostState
from nlp.market.likeness import NEAR, shared_share
from services.market.memory import MarketMemory, as_post

ON_THE_WAY = (PostState.REVIEW, PostState.PUBLISHED, PostState.SUSPENDED)
# So many of the nearest in subject are read letter by letter, and so many that wait for review.
LOOKED_AT, WAITING = 60, 200
MOST_KEPT = 10


def find_duplicates(session: Session, memory: MarketMemory, post: MarketPost) -> list[dict[str, Any]]:
    """The same right, then near texts, the nearest first. Reads only; takes up what the market's memory lacks."""
    same = _same_right(session, post) if post.side == PostSide.OFFER else []
    found: dict[str, dict[str, Any]] = {each: {"id": each, "kind": "right", "share": 1.0} for each in same}
    text = _text(post)
    near = [(shared_share(text, _text(other)), other.public_id) for other in _candidates(session, memory, post)]
    for share, public_id in sorted(near, reverse=True):
        if share >= NEAR and public_id not in found:
            found[public_id] = {"id": public_id, "kind": "text", "share": round(share, 2)}
    return list(found.values())[:MOST_KEPT]


def list_duplicates(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[tuple[MarketPost, Mapping[str, Any]]]:
    """The posts behind what was kept, those that are still there."""
    wanted = select(MarketPost).where(MarketPost.public_id.in_([row["id"] for row in rows]))
    posts = {post.public_id: post for post in session.scalars(wanted)}
    return [(posts[row["id"]], row) for row in rows if row["id"] in posts]


def _same_right(session: Session, post: MarketPost) -> Sequence[str]:
    mine, theirs = aliased(MarketPostRight), aliased(MarketPostRight)
    wanted = (
        select(MarketPost.public_id)
        .join(theirs, theirs.post_id == MarketPost.id)
        .join(mine, mine.key == theirs.key)
        .where(mine.post_id == post.id, *_of_others(post))
        .distinct()
        .limit(MOST_KEPT)
    )
    return session.scalars(wanted).all()


def _candidates(session: Session, memory: MarketMemory, post: MarketPost) -> list[MarketPost]:
    """Those that come near in subject, and those that wait for review beside it, which memory does not have."""
    memory.look(session)
    side, plain = PostSide(post.side), as_post(post)
    nearest = memory.index(side).nearest(plain, memory.vector(plain, side))
    ids = [memory.index(side).posts[number].post_id for number in nearest.numbers[:LOOKED_AT]]
    waiting = (
        select(MarketPost.id)
        .where(MarketPost.state == PostState.REVIEW, MarketPost.side == post.side)
        .order_by(MarketPost.id.desc())
        .limit(WAITING)
    )
    ids += session.scalars(waiting).all()
    return list(session.scalars(select(MarketPost).where(MarketPost.id.in_(ids), *_of_others(post))))


def _of_others(post: MarketPost) -> list[Any]:
    """A colleague's is the same owner's."""
    others = [MarketPost.id != post.id, MarketPost.user_id != post.user_id, MarketPost.state.in_(ON_THE_WAY)]
    if post.company_id is not None:
        others.append(MarketPost.company_id.is_(None) | (MarketPost.company_id != post.company_id))
    return others


def _text(post: MarketPost) -> str:
    return f"{post.title}{post.text}"
