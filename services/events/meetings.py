"""The timetable of an event, made from the matches of the market, and what came of each meeting."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import (
    EventMeeting,
    EventState,
    FeedbackVerdict,
    MarketFeedback,
    MarketMatch,
    MarketPost,
    MatchingEvent,
    MeetingOutcome,
    Staff,
)
from services.audit import record_action
from services.deals.introducing import introduce, may_introduce
from services.events.access import NO_MEETING, get_event_to_run, list_entries, list_meetings
from services.events.arranging import Pair, Placed, arrange
from services.events.telling import owners_of, tell_timetables
from services.events.view import is_standing
from services.job_names import JobName, request_job
from services.market.access import find_owner_of

log = get_logger(__name__)

# Both are reminded so long before it begins.
REMINDED_BEFORE = timedelta(days=1)


def arrange_meetings(session: Session, staff: Staff, public_id: str, now: datetime, *, version: int) -> int:
    """Make the timetable, or fit in who came later: what stands and can be held stays at its time. Whoever has another
    timetable than before is told. Answers how many meetings there are. Raises Forbidden, NotFound, Conflict."""
    event = get_event_to_run(session, staff, public_id, version=version, lock=True)
    if event.state == EventState.CANCELLED or event.starts_at <= now:
        raise Conflict("活动取消或开始了,不能再排。")
    possible = {pair.key: pair for pair in _possible(session, event)}
    before = list_meetings(session, event)
    told_before = owners_of(session, before)
    kept = [each for each in before if (each.need_id, each.offer_id) in possible]
    for meeting in before:
        if meeting not in kept:
            session.delete(meeting)
    session.flush()
    standing = [Placed(possible[each.need_id, each.offer_id], each.slot, each.table) for each in kept]
    added = arrange(possible.values(), slots=event.slots, tables=event.tables, standing=standing)
    for placed in added:
        need_id, offer_id = placed.pair.key
        session.add(
            EventMeeting(
                event_id=event.id, need_id=need_id, offer_id=offer_id, slot=placed.slot, table=placed.table
            )
        )  # fmt: skip
    event.state, event.version = EventState.ARRANGED, event.version + 1
    session.flush()
    after = list_meetings(session, event)
    tell_timetables(session, event, before=told_before, after=owners_of(session, after), now=now)
    delay = max(event.starts_at - REMINDED_BEFORE - now, timedelta(0))
    if delay:
        request_job(session, JobName.REMIND_EVENT, key=f"event-{event.id}", now=now, delay=delay, event_id=event.id)
    target = f"event:{event.public_id}"
    record_action(session, staff=staff, action="event_arranged", target=target, now=now, meetings=len(after))
    log.info("matching_event_arranged", event_id=event.id, meetings=len(after), added=len(added))
    return len(after)


def record_outcome(
    session: Session, staff: Staff, public_id: str, meeting_id: int, outcome: MeetingOutcome, now: datetime
) -> EventMeeting:
    """What the desk writes down once the meeting has begun. Where both go on talking a deal waits for both to agree:
    nobody sees whom they met before that. What was said at the table stays true though a post was withdrawn meanwhile:
    then it is written down without a deal. Raises Forbidden, NotFound, InvalidInput, Conflict."""
    event = get_event_to_run(session, staff, public_id, lock=True)
    meeting = session.get(EventMeeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None or meeting.event_id != event.id:
        raise NotFound(NO_MEETING)
    if event.state != EventState.ARRANGED or event.slot_at(meeting.slot) > now:
        raise Conflict("这场会谈还没开始。")
    if meeting.outcome == outcome and (outcome != MeetingOutcome.TALKS or meeting.deal_id is not None):
        return meeting
    if meeting.deal_id is not None:
        raise Conflict("已经开了交易,在交易里接着办。")
    if outcome not in set(MeetingOutcome):
        raise InvalidInput("请选一个结果。")
    if outcome == MeetingOutcome.TALKS and may_introduce(session, need_id=meeting.need_id, offer_id=meeting.offer_id):
        meeting.deal_id = introduce(session, need_id=meeting.need_id, offer_id=meeting.offer_id, now=now).id
    meeting.outcome, meeting.decided_by_id, meeting.decided_at = outcome, staff.id, now
    session.flush()
    target = f"event:{event.public_id}"
    record_action(
        session, staff=staff, action=f"event_meeting_{outcome}", target=target, now=now, meeting=meeting.id
    )  # fmt: skip
    return meeting


def _possible(session: Session, event: MatchingEvent) -> Iterable[Pair]:
    """Matches of which both posts take part and are on the market on the day, which neither side dismissed, between
    two who are not the same."""
    ids = [entry.post_id for entry in list_entries(session, event)]
    dismissed = exists().where(
        MarketFeedback.match_id == MarketMatch.id, MarketFeedback.verdict == FeedbackVerdict.DISMISSED,
        MarketFeedback.ended_at.is_(None),
    )  # fmt: skip
    matches: Sequence[MarketMatch] = session.scalars(
        select(MarketMatch)
        .where(MarketMatch.need_id.in_(ids), MarketMatch.offer_id.in_(ids), ~dismissed)
        .options(joinedload(MarketMatch.need), joinedload(MarketMatch.offer))
    ).all()
    people: dict[int, frozenset[str]] = {}
    for match in matches:
        for post in (match.need, match.offer):
            if post.id not in people:
                people[post.id] = _people_of(session, post)
        need, offer = people[match.need_id], people[match.offer_id]
        is_there = is_standing(match.need, event) and is_standing(match.offer, event)
        if is_there and need and offer and not need & offer:
            yield Pair((match.need_id, match.offer_id), match.score, need | offer)


def _people_of(session: Session, post: MarketPost) -> frozenset[str]:
    """Whoever comes for a post, and their company: neither can be at two tables. Empty where nobody does."""
    owner = find_owner_of(session, post)
    if owner is None:
        return frozenset()
    company = {f"company-{post.company_id}"} if post.company_id is not None else set[str]()
    return frozenset({f"user-{owner}"} | company)
