"""Both sides of a match are told of it, each once: whatever is new for a person in one message, the best few by name.

The message is written when it is due by the person's own pace, from what holds then: a post that has left the market
meanwhile is not named. It answers posts of their own, so nothing is chosen for them by what we know of them besides
(PIPL art. 24).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from core.clock import china_date
from core.logs import get_logger
from models import (
    Deal,
    FeedbackVerdict,
    MarketFeedback,
    MarketMatch,
    MarketPost,
    Membership,
    MemberState,
    Notice,
    NoticeState,
    PostSide,
    PostState,
    Topic,
)
from services.job_names import JobName, request_job
from services.market.access import find_owner_of, owned_by
from services.market.match_words import MATCHES, Words, words_of
from services.market.own import OwnMatch
from services.notices.facts import Fact
from services.notices.preferences import Preferences, preferences_of
from services.notices.standing import Room
from services.notices.telling import LONGEST_TITLE, tell

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
    found = _standing(session, user_id, None, now)
    if not found:
        return 0
    key = f"{MATCHES}{run}"
    words = words_of(found[:NAMED], count=len(found))
    if _tell(session, user_id, key, words, found, now) is None:
        return 0
    _mark_told(found, key)
    session.flush()
    log.info("market_matches_told", user_id=user_id, count=len(found), named=len(found[:NAMED]))
    return len(found)


def _lock_waiting(session: Session, user_id: int) -> None:
    """What waits to be written of matches, before anybody locks the notices: who answers a match locks it first."""
    waiting = select(Notice.key).where(
        Notice.user_id == user_id, Notice.state == NoticeState.WAITING, Notice.key.startswith(MATCHES)
    )
    keys = session.scalars(waiting).all()
    if keys:
        named = or_(MarketMatch.need_told.in_(keys), MarketMatch.offer_told.in_(keys))
        session.scalars(select(MarketMatch).where(named).order_by(MarketMatch.id).with_for_update()).all()


def _holds(session: Session, notice: Notice, now: datetime) -> bool:
    """A notice that waited for a summary, for somebody's hours or for another day names what is left of its matches by
    now; False where nothing is. What is no notice of matches stays as it is."""
    if not notice.key.startswith(MATCHES):
        return True
    found = _standing(session, notice.user_id, notice.key, now)
    _forget_the_others(session, found, notice.key)
    if not found:
        # What it quotes of others could not be found any more when one of them is erased.
        notice.text, notice.facts = "", {}
        return False
    words = words_of(found[:NAMED], count=len(found))
    if words.text != notice.text:
        notice.title, notice.text, notice.choices = words.title[:LONGEST_TITLE], words.text, list(words.choices)
        facts: dict[str, str] = {str(fact): said for fact, said in words.facts.items()}
        notice.facts, notice.subject = {Fact.TITLE: words.title, **facts}, _subject(found)
        _mark_told(found, notice.key)
        session.flush()
    return True


ROOM = Room(_holds, _lock_waiting)


def _forget_the_others(session: Session, found: Sequence[OwnMatch], key: str) -> None:
    """Nobody was told of them, so that they are news again where they come back."""
    left = {(each.match.id, each.side) for each in found}
    told = select(MarketMatch).where(or_(MarketMatch.need_told == key, MarketMatch.offer_told == key))
    for match in session.scalars(told):
        if match.need_told == key and (match.id, PostSide.NEED) not in left:
            match.need_told = match.need_place = None
        if match.offer_told == key and (match.id, PostSide.OFFER) not in left:
            match.offer_told = match.offer_place = None
    session.flush()


def _mark_told(found: Sequence[OwnMatch], key: str) -> None:
    for place, each in enumerate(found, start=1):
        shown = place if place <= NAMED else None
        if each.side is PostSide.NEED:
            each.match.need_told, each.match.need_place = key, shown
        else:
            each.match.offer_told, each.match.offer_place = key, shown


def _tell(
    session: Session, user_id: int, key: str, words: Words, found: Sequence[OwnMatch], now: datetime
) -> object | None:
    return tell(
        session, user_id=user_id, topic=Topic.OPPORTUNITY, key=key, title=words.title, text=words.text,
        facts=words.facts, choices=words.choices, subject=_subject(found), now=now,
    )  # fmt: skip


def _subject(found: Sequence[OwnMatch]) -> str | None:
    """不相关 to a message about one match dismisses that match."""
    return f"match:{found[0].match.public_id}" if len(found) == 1 else None


def _standing(session: Session, user_id: int, told: str | None, now: datetime) -> list[OwnMatch]:
    """Near matches of posts that are this person's to hear of, told by the notice of this key (None: not told yet),
    both still on the market, which nobody has answered and nobody talks about yet; the best first, locked."""
    need, offer, today = aliased(MarketPost), aliased(MarketPost), china_date(now)
    is_need = and_(MarketMatch.need_told == told, _hears_of(user_id, need), _unanswered(PostSide.NEED))
    is_offer = and_(MarketMatch.offer_told == told, _hears_of(user_id, offer), _unanswered(PostSide.OFFER))
    talks = exists().where(Deal.need_post_id == MarketMatch.need_id, Deal.offer_post_id == MarketMatch.offer_id)
    wanted = (
        select(MarketMatch, is_need)
        .join(need, MarketMatch.need)
        .join(offer, MarketMatch.offer)
        .options(contains_eager(MarketMatch.need.of_type(need)), contains_eager(MarketMatch.offer.of_type(offer)))
        .where(or_(is_need, is_offer), MarketMatch.score >= PUSHED, ~talks)
        .where(need.state == PostState.PUBLISHED, offer.state == PostState.PUBLISHED)
        .where(need.until >= today, offer.until >= today)
    )
    best = wanted.with_only_columns(MarketMatch.id).order_by(MarketMatch.score.desc(), MarketMatch.id)
    ids = session.scalars(best.limit(MOST_AT_ONCE)).all()
    # Locked in the order in which everybody locks them, or two would wait for each other for ever.
    locked = wanted.where(MarketMatch.id.in_(ids)).order_by(MarketMatch.id).with_for_update(of=MarketMatch)
    rows = session.execute(locked.execution_options(populate_existing=True)).all()
    rows = sorted(rows, key=lambda row: (-row[0].score, row[0].id))
    found = [OwnMatch(match, PostSide.NEED if is_mine else PostSide.OFFER, None) for match, is_mine in rows]
    # Once more: what was said while the lock was waited for.
    answered = _answered(session, [each.match.id for each in found])
    return [
        each
        for each in found
        if (each.match.id, each.side) not in answered and find_owner_of(session, each.mine) == user_id
    ]


def _hears_of(user_id: int, post: type[MarketPost]) -> ColumnElement[bool]:
    """Whose post it is to hear of: its writer's, and of whoever runs the company only where the writer left it."""
    is_there = exists().where(
        Membership.user_id == post.user_id,
        Membership.company_id == post.company_id,
        Membership.state == MemberState.ACTIVE,
    )
    return and_(owned_by(user_id, post), or_(post.user_id == user_id, ~is_there))


def _unanswered(side: PostSide) -> ColumnElement[bool]:
    """Nobody dismissed it, and this side has said nothing of it."""
    is_said = or_(MarketFeedback.verdict == FeedbackVerdict.DISMISSED, MarketFeedback.side == side)
    return ~exists().where(MarketFeedback.match_id == MarketMatch.id, MarketFeedback.ended_at.is_(None), is_said)


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
