"""What who came says of a session: asked once, said in two taps, with a word besides from who wants to."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import CHINA
from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Booking, BookingState, CourseSession
from services.casework.satisfaction import VERDICTS
from services.job_names import JobName, request_job
from services.training.session_form import LONGEST_SESSION, one_line

log = get_logger(__name__)

SCORE_NAMES = dict(zip((3, 2, 1), VERDICTS, strict=True))
# So long after the end people are on their way; who leaves in the evening is asked the morning after.
ASKED_AFTER = timedelta(hours=1)
DAY_BEGINS, DAY_ENDS = 9, 21
# Nobody is asked about what is this long over, and nobody's verdict is taken for one that is.
ASKED_WITHIN, RATED_WITHIN = timedelta(days=7), timedelta(days=14)
LONGEST_REMARK = 200
PORTION = 200


def request_feedback(session: Session, now: datetime) -> int:
    """Ask for the question to everybody who came and was not asked yet; answers how many in this portion.

    Marked in the same transaction, so that nobody is asked twice.
    """
    if not DAY_BEGINS <= now.astimezone(CHINA).hour < DAY_ENDS:
        return 0
    due = session.scalars(
        select(Booking)
        .join(Booking.session)
        .where(
            Booking.state == BookingState.ATTENDED,
            Booking.feedback_asked_at.is_(None),
            Booking.satisfaction.is_(None),
            Booking.conversation_id.is_not(None),
            CourseSession.cancelled_at.is_(None),
            CourseSession.starts_at > now - ASKED_WITHIN - LONGEST_SESSION,
            CourseSession.ends_at > now - ASKED_WITHIN,
            CourseSession.ends_at <= now - ASKED_AFTER,
        )
        .order_by(Booking.id)
        .limit(PORTION)
        .with_for_update(of=Booking, skip_locked=True)
    ).all()
    for booking in due:
        booking.feedback_asked_at = now
        request_job(
            session, JobName.TELL_BOOKING, key=f"{booking.id}-feedback", now=now, booking_id=booking.id, what="feedback"
        )
    session.flush()
    return len(due)


def find_asked(session: Session, *, user_id: int, now: datetime) -> Booking | None:
    """The session that this person was asked about last, as long as a verdict may be about it."""
    asked = (
        select(Booking)
        .where(
            Booking.user_id == user_id,
            Booking.state == BookingState.ATTENDED,
            Booking.feedback_asked_at > now - RATED_WITHIN,
        )
        .options(joinedload(Booking.session).joinedload(CourseSession.course))
    )
    return session.scalar(asked.order_by(Booking.feedback_asked_at.desc(), Booking.id.desc()).limit(1))


def rate_session(session: Session, *, booking_id: int, score: int, now: datetime) -> Booking:
    """1 not good, 2 all right, 3 good; the last word counts. Raises Conflict, InvalidInput.

    The caller has been through the booking's door.
    """
    if score not in SCORE_NAMES:
        raise InvalidInput("评价只能是1、2、3。", fields={"score": "只能是1、2、3。"})
    booking = _lock_attended(session, booking_id, now)
    booking.satisfaction, booking.rated_at = score, now
    session.flush()
    log.info("session_rated", booking=booking.number, score=score)
    return booking


def remark(session: Session, *, booking_id: int, text: str, now: datetime) -> Booking:
    """A word besides the verdict; the last one counts. Raises Conflict, InvalidInput."""
    text = one_line(text)
    if not text or len(text) > LONGEST_REMARK:
        raise InvalidInput(f"意见写1到{LONGEST_REMARK}个字。", fields={"remark": f"1到{LONGEST_REMARK}个字"})
    booking = _lock_attended(session, booking_id, now)
    booking.remark = text
    session.flush()
    return booking


def _lock_attended(session: Session, booking_id: int, now: datetime) -> Booking:
    session.flush()
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking.state != BookingState.ATTENDED:
        raise Conflict("签到参加过的人才能评价。")
    if now < booking.session.ends_at:
        raise Conflict("这一场还没结束,结束后再评。")
    return booking
