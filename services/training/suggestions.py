"""Which course comes next for somebody, and why: what follows on this one, what they get wrong in practice, the same
track."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Booking, BookingState, Course, CourseSession
from models.training import LIVE
from services.exams.progress import progress_of
from services.exams.topics import PAST_PAPERS, TOPICS
from services.training.standing import Standing, standing_of
from services.training.timetable import TRACK_NAMES, list_upcoming

BOOKABLE = (Standing.OPEN, Standing.FULL)
# A topic is weak by so many answers, of which fewer than this share were right.
LEAST_ANSWERS, WEAK_BELOW = 5, 0.6


@dataclass(frozen=True)
class Suggestion:
    """A session to come, and why it is named, as one says it."""

    held: CourseSession
    reason: str


def suggest_next(session: Session, *, user_id: int, course: Course, now: datetime) -> Suggestion | None:
    """The best reason first, then the next date; nothing that this person has been to, has booked, or lacks the
    course before it for."""
    codes = _codes_of(session, user_id)
    been, booked = codes.get(True, set()) | {course.code}, codes.get(False, set())
    open_to_them = [
        each
        for each in list_upcoming(session, now)
        if standing_of(each, now) in BOOKABLE
        and each.course.code not in been | booked
        and (each.course.follows is None or each.course.follows in been)
    ]
    for held in open_to_them:
        if held.course.follows == course.code:
            return Suggestion(held, f"它接着“{course.title}”讲")
    weak = _weak_topics(session, user_id, now) if open_to_them else []
    for topic in weak:
        for held in open_to_them:
            if any(word in f"{held.course.title} {held.course.summary}" for word in TOPICS[topic].words):
                return Suggestion(held, f"您练题时“{TOPICS[topic].name}”错得多,这门讲到")
    same = next((each for each in open_to_them if each.course.track == course.track), None)
    return Suggestion(same, f"同属“{TRACK_NAMES[course.track]}”") if same else None


def _codes_of(session: Session, user_id: int) -> dict[bool, set[str]]:
    """The courses that somebody came to (True), and those they have a place in (False)."""
    rows = session.execute(
        select(Booking.state, Course.code)
        .join(CourseSession, CourseSession.id == Booking.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(Booking.user_id == user_id, Booking.state.in_(LIVE))
    ).all()
    codes: dict[bool, set[str]] = {}
    for state, code in rows:
        # Who missed it may still want it.
        if state != BookingState.ABSENT:
            codes.setdefault(state == BookingState.ATTENDED, set()).add(code)
    return codes


def _weak_topics(session: Session, user_id: int, now: datetime) -> list[str]:
    """The weakest first."""
    shares = {
        each.topic: each.right / each.answers
        for each in progress_of(session, user_id=user_id, now=now)
        if each.answers >= LEAST_ANSWERS and each.topic in TOPICS and each.topic != PAST_PAPERS
    }
    return sorted((topic for topic, share in shares.items() if share < WEAK_BELOW), key=lambda topic: shares[topic])
