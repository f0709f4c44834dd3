"""Questions asked while a session goes on: shown at the desk for the speaker, and kept for the knowledge upkeep."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput
from models import Booking, BookingState, CourseSession, MissKind, SessionQuestion
from services.knowledge_upkeep.misses import record_miss, redact
from services.training.session_form import one_line

# Questions come after the last word too.
STILL_ASKED = timedelta(hours=1)
LONGEST_QUESTION, MOST_OF_ONE = 200, 20
SHOWN = 100
SEATED = (BookingState.BOOKED, BookingState.ATTENDED)


def find_running(session: Session, *, user_id: int, now: datetime) -> CourseSession | None:
    """The session going on now at which this person has a seat."""
    running = (
        select(CourseSession)
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(
            Booking.user_id == user_id,
            Booking.state.in_(SEATED),
            CourseSession.cancelled_at.is_(None),
            CourseSession.starts_at <= now,
            CourseSession.ends_at > now - STILL_ASKED,
        )
        .options(joinedload(CourseSession.course))
    )
    return session.scalar(running.order_by(CourseSession.starts_at.desc()).limit(1))


def check_running(booking: Booking, now: datetime) -> None:
    """Raises Conflict unless the speaker may be asked now with this booking."""
    held = booking.session
    if booking.state not in SEATED or held.cancelled_at is not None:
        raise Conflict("有名额的人才能向讲师提问。")
    if not held.starts_at <= now < held.ends_at + STILL_ASKED:
        raise Conflict("开始后到结束后一小时内可以提问。")


def ask_in_session(session: Session, *, session_id: int, user_id: int, text: str, now: datetime) -> SessionQuestion:
    """Keep it, with what names a person taken out; the same question of the same person is one.

    The caller knows that this person has a seat. Raises InvalidInput, Conflict.
    """
    text = one_line(text)
    if not text or len(text) > LONGEST_QUESTION:
        raise InvalidInput(f"问题写1到{LONGEST_QUESTION}个字。", fields={"text": f"1到{LONGEST_QUESTION}个字"})
    shown = redact(session, text, user_id=user_id)[:LONGEST_QUESTION]
    asked = session.scalars(
        select(SessionQuestion).where(SessionQuestion.session_id == session_id, SessionQuestion.user_id == user_id)
    ).all()
    for each in asked:
        if each.text == shown:
            return each
    if len(asked) >= MOST_OF_ONE:
        raise Conflict(f"这一场您已经提了{MOST_OF_ONE}个问题,讲师会按顺序看。")
    row = SessionQuestion(session_id=session_id, user_id=user_id, text=shown, asked_at=now)
    session.add(row)
    region = session.get_one(CourseSession, session_id).region
    record_miss(session, user_id=user_id, kind=MissKind.LIVE, text=text, region=region, now=now)
    session.flush()
    return row


def list_questions(session: Session, session_id: int) -> Sequence[SessionQuestion]:
    """In the order of asking."""
    of_session = select(SessionQuestion).where(SessionQuestion.session_id == session_id)
    return session.scalars(of_session.order_by(SessionQuestion.id).limit(SHOWN)).all()
