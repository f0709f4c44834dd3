"""What people think of matches, and what that teaches: a pair that was dismissed does not come again, posts that are
answered rise a little, those that are dismissed by many sink, and nobody's post takes everything."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.logs import get_logger
from models import FeedbackVerdict, MarketFeedback, MarketMatch, MarketPost, Notice, PostSide
from services.market.access import get_own_match

log = get_logger(__name__)

# Far below anything that is shown.
NEVER = -9.0
# What everybody's word about a post weighs at most, in the figure of nearness; few words count less.
STANDING_SHARE, DOUBT = 0.06, 4
# A post may be in so many matches of a week before others of its kind go first; twice as many cost CROWDING.
FAIR_SHARE, CROWDING = 10, 0.12
WEEK = timedelta(days=7)


class Reason(StrEnum):
    """Why a match was dismissed. What was wrong with the pair says nothing about the post."""

    SUBJECT = "subject"
    PRICE = "price"
    MODE = "mode"
    REGION = "region"
    OVER = "over"


def give_feedback(
    session: Session,
    user_id: int,
    public_id: str,
    verdict: FeedbackVerdict,
    now: datetime,
    *,
    reason: Reason | None = None,
) -> MarketFeedback:
    """有兴趣 or 不相关, once for each side; the last word counts. Raises NotFound, InvalidInput."""
    if reason is not None and verdict is not FeedbackVerdict.DISMISSED:
        raise InvalidInput
    match, side = get_own_match(session, user_id, public_id)
    # One at a time for each match, so that two taps are one row.
    session.get(MarketMatch, match.id, with_for_update=True)
    given = session.scalar(
        select(MarketFeedback).where(MarketFeedback.match_id == match.id, MarketFeedback.side == side)
    )
    if given is None:
        given = MarketFeedback(match_id=match.id, side=side)
        session.add(given)
    given.verdict, given.reason, given.given_at, given.ended_at = verdict, reason, now, None
    given.about = _mark(match.offer if side is PostSide.NEED else match.need, reason)
    session.flush()
    log.info("market_feedback", match_id=match.id, side=side, verdict=verdict)
    return given


def end_dismissals(session: Session, post: MarketPost, now: datetime) -> int:
    """A post is published: whoever dismissed it when it said something else may be shown and told of it again. Answers
    how many such words ended."""
    is_offer = post.side == PostSide.OFFER
    mine = MarketMatch.offer_id if is_offer else MarketMatch.need_id
    wanted = (
        select(MarketFeedback)
        .join(MarketFeedback.match)
        .where(
            mine == post.id, MarketFeedback.side != post.side, MarketFeedback.ended_at.is_(None),
            MarketFeedback.verdict == FeedbackVerdict.DISMISSED, MarketFeedback.about.is_not(None),
        )
        .order_by(MarketFeedback.match_id)
    )  # fmt: skip
    # In the order of who gives a word: the match before what is said of it.
    ids = [each.match_id for each in session.scalars(wanted)]
    matches = select(MarketMatch).where(MarketMatch.id.in_(ids)).order_by(MarketMatch.id).with_for_update()
    session.scalars(matches.execution_options(populate_existing=True)).all()
    said = session.scalars(wanted.execution_options(populate_existing=True)).all()
    ended = [each for each in said if each.about != _mark(post, Reason(each.reason) if each.reason else None)]
    for each in ended:
        each.ended_at = now
        told = each.match.need_told if is_offer else each.match.offer_told
        # Or what was dismissed as a message would keep the match from being told anew.
        session.execute(update(Notice).where(Notice.key == told).values(subject=None))
        if told is not None:
            # What it quoted is still found when whoever wrote the post is erased.
            each.match.told_before = [*each.match.told_before, told]
        if is_offer:
            each.match.need_told = each.match.need_place = None
        else:
            each.match.offer_told = each.match.offer_place = None
    session.flush()
    return len(ended)


def _mark(post: MarketPost, reason: Reason | None) -> str:
    """Of what a post says, as far as somebody who dismisses it for this reason minds: its words, and for a price, a way
    or a place that too."""
    terms = {Reason.PRICE: post.amount, Reason.MODE: sorted(post.modes), Reason.REGION: post.regions}
    said = ("".join(f"{post.title}{post.text}".split()), terms.get(reason) if reason is not None else None)
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


class Learnt:
    """What feedback and the matches of the last week say about the posts of one side, read once for many askers."""

    def __init__(self, session: Session, side: PostSide, now: datetime) -> None:
        """`side` is that of the posts which are ranked."""
        self._side = side
        self._session = session
        self._standing = self._read_standing()
        self._pairs = self._read_pairs(now)
        self._week = Counter(post_id for post_id, _ in self._pairs)

    def about(self, asking: MarketPost) -> dict[int, float]:
        """What to add for each post by id when this one asks."""
        learnt: dict[int, float] = defaultdict(float, self._standing)
        for post_id, count in self._week.items():
            # Who has it already keeps it: the crowd is before those who come.
            if count > FAIR_SHARE and (post_id, asking.id) not in self._pairs:
                learnt[post_id] -= CROWDING * math.log2(count / FAIR_SHARE)
        for post_id in self._dismissed(asking):
            learnt[post_id] = NEVER
        return dict(learnt)

    def note(self, post_id: int, *, of: int) -> None:
        """It is matched with this one; a pair that was known is counted already."""
        if (post_id, of) not in self._pairs:
            self._pairs.add((post_id, of))
            self._week[post_id] += 1

    def _read_standing(self) -> Mapping[int, float]:
        ranked = MarketMatch.offer_id if self._side is PostSide.OFFER else MarketMatch.need_id
        said: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        rows = self._session.execute(
            select(ranked, MarketFeedback.verdict, func.count())
            .join(MarketFeedback, MarketFeedback.match_id == MarketMatch.id)
            .where(
                MarketFeedback.side != self._side,
                MarketFeedback.ended_at.is_(None),
                (MarketFeedback.reason.is_(None)) | (MarketFeedback.reason == Reason.OVER),
            )
            .group_by(ranked, MarketFeedback.verdict)
        )
        for post_id, verdict, count in rows:
            said[post_id][verdict == FeedbackVerdict.INTERESTED] += count
        return {
            post_id: STANDING_SHARE * (liked - disliked) / (liked + disliked + DOUBT)
            for post_id, (disliked, liked) in said.items()
        }

    def _read_pairs(self, now: datetime) -> set[tuple[int, int]]:
        """Post and asking post of each match of the last week."""
        pair = (MarketMatch.offer_id, MarketMatch.need_id)
        if self._side is PostSide.NEED:
            pair = (MarketMatch.need_id, MarketMatch.offer_id)
        rows = self._session.execute(select(*pair).where(MarketMatch.found_at > now - WEEK))
        return {(post_id, asking) for post_id, asking in rows}

    def _dismissed(self, asking: MarketPost) -> set[int]:
        """Pairs that either side does not want."""
        asks, ranked = MarketMatch.need_id, MarketMatch.offer_id
        if self._side is PostSide.NEED:
            asks, ranked = ranked, asks
        wanted = (
            select(ranked)
            .join(MarketFeedback, MarketFeedback.match_id == MarketMatch.id)
            .where(
                asks == asking.id,
                MarketFeedback.verdict == FeedbackVerdict.DISMISSED,
                MarketFeedback.ended_at.is_(None),
            )
        )
        return set(self._session.scalars(wanted))
