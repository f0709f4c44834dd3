"""Matches found and kept: of one post as soon as it is published, of every need each night."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import Database
from core.logs import get_logger
from models import MarketMatch, MarketPost, PostSide, PostState
from nlp.market.matching import Match, Matcher
from services.job_names import JobName, request_job
from services.market.feedback import NEVER, Learnt
from services.market.match_telling import ask_to_tell_of
from services.market.memory import MarketMemory, as_post

log = get_logger(__name__)

# So many of a post's matches are kept.
KEPT = 10
# Needs a job: short enough that a new post never waits long behind the night's run.
PORTION = 200
OTHER = {PostSide.NEED: PostSide.OFFER, PostSide.OFFER: PostSide.NEED}


def match_post(database: Database, memory: MarketMemory, post_id: int, now: datetime) -> int:
    """Find what fits a published post; answers how many. One that is no longer published has none."""
    with database.reading() as session:
        memory.look(session)
        post = session.get(MarketPost, post_id)
        if post is None or post.state != PostState.PUBLISHED:
            return 0
        found = _find(session, memory, post, Learnt(session, OTHER[PostSide(post.side)], now), now)
    with database.unit_of_work() as session:
        kept = _keep(session, post_id, found, now)
        ask_to_tell_of(session, kept, now)
        return len(kept)


def match_needs(database: Database, memory: MarketMemory, now: datetime, *, run: str, after: int = 0) -> int:
    """One portion of the night's run, which asks for the next; answers how many matches there were.

    What takes long is done outside of any transaction that writes.
    """
    if after == 0:
        memory.forget()
    found: dict[int, list[Match]] = {}
    with database.reading() as session:
        memory.look(session)
        if after == 0:
            memory.forget_vectors_of_the_gone()
        needs = session.scalars(
            select(MarketPost)
            .where(MarketPost.side == PostSide.NEED, MarketPost.state == PostState.PUBLISHED, MarketPost.id > after)
            .order_by(MarketPost.id)
            .limit(PORTION)
        ).all()
        learnt = Learnt(session, PostSide.OFFER, now)
        for need in needs:
            found[need.id] = _find(session, memory, need, learnt, now)
            for match in found[need.id]:
                learnt.note(match.post_id, of=need.id)
    kept: list[MarketMatch] = []
    with database.unit_of_work() as session:
        for need_id, matches in found.items():
            kept += _keep(session, need_id, matches, now)
        ask_to_tell_of(session, kept, now)
        if len(found) == PORTION:
            last = max(found)
            request_job(session, JobName.MATCH_NEEDS, key=f"market-night-{run}-{last}", now=now, run=run, after=last)
    log.info("market_matched", needs=len(found), matches=len(kept), after=after)
    return len(kept)


def request_night(session: Session, now: datetime) -> None:
    """Ask for tonight's run; the outbox keeps it to one a day."""
    run = china_date(now).isoformat()
    request_job(session, JobName.MATCH_NEEDS, key=f"market-night-{run}-0", now=now, run=run)


def _find(session: Session, memory: MarketMemory, post: MarketPost, learnt: Learnt, now: datetime) -> list[Match]:
    side = PostSide(post.side)
    matcher = Matcher(memory.index(OTHER[side]), memory.segmenter, seeking=side is PostSide.NEED)
    plain = as_post(post)
    # One's own posts would take the places of others': whoever offers much in a field seeks in it too.
    taught = {**learnt.about(post), **dict.fromkeys(_own_posts(session, post), NEVER)}
    found = matcher.match(plain, memory.vector(plain, side), on=china_date(now), limit=KEPT, learnt=taught)
    return [match for match in found if match.is_close]


def _own_posts(session: Session, post: MarketPost) -> Sequence[int]:
    """The published posts of the other side that are from the same person or firm."""
    is_own: ColumnElement[bool] = MarketPost.user_id == post.user_id
    if post.company_id is not None:
        is_own = or_(is_own, MarketPost.company_id == post.company_id)
    published = MarketPost.state == PostState.PUBLISHED
    return session.scalars(
        select(MarketPost.id).where(is_own, published, MarketPost.side == OTHER[PostSide(post.side)])
    ).all()


def _keep(session: Session, post_id: int, matches: Sequence[Match], now: datetime) -> list[MarketMatch]:
    """Rows for what still holds: a match that was known is brought up to date."""
    post = session.get(MarketPost, post_id)
    if post is None or post.state != PostState.PUBLISHED:
        return []
    others, known, kept = _others(session, post, matches), _known(session, post, matches), []
    for match in matches:
        if match.post_id not in others:
            continue
        row = known.get(match.post_id)
        if row is None:
            ids = (post.id, match.post_id) if post.side == PostSide.NEED else (match.post_id, post.id)
            row = MarketMatch(need_id=ids[0], offer_id=ids[1], found_at=now)
            session.add(row)
        row.score, row.changed_at = match.score, now
        row.section = (others[match.post_id] if post.side == PostSide.NEED else post).section
        row.reasons, row.to_talk, row.missing = list(match.reasons), list(match.to_talk), list(match.missing)
        kept.append(row)
    session.flush()
    return kept


def _others(session: Session, post: MarketPost, matches: Sequence[Match]) -> dict[int, MarketPost]:
    """Whose posts still are on the market and not one's own, nor the own firm's."""
    rows = session.scalars(
        select(MarketPost).where(
            MarketPost.id.in_([match.post_id for match in matches]), MarketPost.state == PostState.PUBLISHED
        )
    )
    return {
        row.id: row
        for row in rows
        if row.user_id != post.user_id and (row.company_id is None or row.company_id != post.company_id)
    }


def _known(session: Session, post: MarketPost, matches: Sequence[Match]) -> dict[int, MarketMatch]:
    mine, theirs = MarketMatch.need_id, MarketMatch.offer_id
    if post.side == PostSide.OFFER:
        mine, theirs = theirs, mine
    rows = session.scalars(select(MarketMatch).where(mine == post.id, theirs.in_([match.post_id for match in matches])))
    return {row.offer_id if post.side == PostSide.NEED else row.need_id: row for row in rows}
