"""Both sides of a match are told of it, each once: whatever is new for a person in one message, the best few by name.

The message is written when it is due by the person's own pace, from what holds then: a post that has left the market
meanwhile is not named. It answers posts of their own, so nothing is chosen for them by what we know of them besides
(PIPL art. 24).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from core.clock import china_date
from core.logs import get_logger
from models import Deal, FeedbackVerdict, MarketFeedback, MarketMatch, MarketPost, PostSide, PostState, Topic
from services.job_names import JobName, request_job
from services.market.access import find_owner_of, owned_by
from services.market.match_words import MATCHES, Words, words_of
from services.market.own import OwnMatch
from services.notices.preferences import Preferences, preferences_of
from services.notices.telling import tell

log = get_logger(__name__)

# From which figure on a match is pushed, and not only listed: among the needs for choosing two thirds of what is
# pushed then have a grade, of what is listed half.
PUSHED = 0.65
NAMED, MOST_AT_ONCE = 3, 50
# Written so long before a summary goes out, to be in it.
AHEAD = timedelta(minutes=10)


def ask_to_tell_of(session: Session, matches: Sequence[MarketMatch], now: datetime) -> None:
    """For whoever owns a post of these and has not been told; in the transaction that keeps the matches. All that is
    found for a person until their next message is due is one job."""
    wishes: dict[int, Preferences] = {}
    owners: dict[int, int | None] = {}
    for match in matches:
        if match.score < PUSHED:
            continue
        for post, told in ((match.need, match.need_told), (match.offer, match.offer_told)):
            if told is not None:
                continue
            if post.id not in owners:
                owners[post.id] = find_owner_of(session, post)
            owner = owners[post.id]
            if owner is not None and owner not in wishes:
                wishes[owner] = preferences_of(session, owner, now)
    for user_id, held in wishes.items():
        due_at = held.due_at(Topic.OPPORTUNITY, now, is_urgent=False)
        at = due_at - AHEAD if due_at - AHEAD > now else due_at
        run = f"{user_id}-{at:%Y%m%d%H%M%S}"
        request_job(session, JobName.TELL_MATCHES, key=run, now=now, delay=at - now, user_id=user_id, run=run)


def tell_matches(session: Session, user_id: int, run: str, now: datetime) -> int:
    """One notice for all that is new for a person; answers how many matches it counts. That they were told stands in
    the same transaction: cut off, neither is there, and run twice, nothing is left to tell."""
    found = _new_for(session, user_id, now)
    if not found:
        return 0
    named, key = found[:NAMED], f"{MATCHES}{run}"
    words = words_of(named, count=len(found))
    if _tell(session, user_id, key, words, found, now) is None:
        return 0
    for place, each in enumerate(found, start=1):
        shown = place if place <= len(named) else None
        if each.side is PostSide.NEED:
            each.match.need_told, each.match.need_place = key, shown
        else:
            each.match.offer_told, each.match.offer_place = key, shown
    session.flush()
    log.info("market_matches_told", user_id=user_id, count=len(found), named=len(named))
    return len(found)


def _tell(
    session: Session, user_id: int, key: str, words: Words, found: Sequence[OwnMatch], now: datetime
) -> object | None:
    # 不相关 to a message about one match dismisses that match.
    subject = f"match:{found[0].match.public_id}" if len(found) == 1 else None
    return tell(
        session, user_id=user_id, topic=Topic.OPPORTUNITY, key=key, title=words.title, text=words.text,
        facts=words.facts, choices=words.choices, subject=subject, now=now,
    )  # fmt: skip


def _new_for(session: Session, user_id: int, now: datetime) -> list[OwnMatch]:
    """Near matches of posts that are this person's to hear of, both still on the market, which nobody has answered and
    nobody talks about yet; the best first, locked."""
    need, offer = aliased(MarketPost), aliased(MarketPost)
    is_need, today = owned_by(user_id, need), china_date(now)
    is_new = or_(
        and_(MarketMatch.need_told.is_(None), is_need),
        and_(MarketMatch.offer_told.is_(None), owned_by(user_id, offer)),
    )
    talks = exists().where(Deal.need_post_id == MarketMatch.need_id, Deal.offer_post_id == MarketMatch.offer_id)
    rows = session.execute(
        select(MarketMatch, is_need)
        .join(need, MarketMatch.need)
        .join(offer, MarketMatch.offer)
        .options(contains_eager(MarketMatch.need.of_type(need)), contains_eager(MarketMatch.offer.of_type(offer)))
        .where(is_new, MarketMatch.score >= PUSHED, ~talks)
        .where(need.state == PostState.PUBLISHED, offer.state == PostState.PUBLISHED)
        .where(need.until >= today, offer.until >= today)
        .order_by(MarketMatch.score.desc(), MarketMatch.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=MarketMatch)
        .execution_options(populate_existing=True)
    ).all()
    found = [OwnMatch(match, PostSide.NEED if is_mine else PostSide.OFFER, None) for match, is_mine in rows]
    answered = _answered(session, [each.match.id for each in found])
    return [
        each
        for each in found
        if (each.match.id, each.side) not in answered and find_owner_of(session, each.mine) == user_id
    ]


def _answered(session: Session, match_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Match and side for which telling has no point: they said something of it themselves, or the other does not want
    it."""
    given = session.scalars(
        select(MarketFeedback).where(MarketFeedback.match_id.in_(match_ids), MarketFeedback.ended_at.is_(None))
    )
    answered = set()
    for each in given:
        sides = PostSide if each.verdict == FeedbackVerdict.DISMISSED else (each.side,)
        answered |= {(each.match_id, str(side)) for side in sides}
    return answered
