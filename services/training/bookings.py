"""Bookings as their owner sees them: the one door to them, those of a person, two at the same hour."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, NotFound
from models import Booking, BookingState, CourseSession
from models.training import OPEN

STATE_NAMES = {
    BookingState.BOOKED: "已报名",
    BookingState.OFFERED: "有名额,等您确认",
    BookingState.WAITING: "候补中",
    BookingState.CANCELLED: "已取消",
    BookingState.LAPSED: "名额已过期",
    BookingState.ATTENDED: "已参加",
    BookingState.ABSENT: "未到场",
}
SHOWN = 20


class Overlapping(Conflict):
    """Another booking of this person is at the same hour; booking all the same is theirs to say."""

    code = "overlapping"

    def __init__(self, other: Booking) -> None:
        super().__init__(f"您同一时间已经报了“{other.session.course.title}”,单号{other.number}。")


def get_own_booking(session: Session, *, user_id: int, number: str) -> Booking:
    """The one door to a booking: only its owner's. A stranger's and a missing one raise the same NotFound."""
    found = session.scalar(_with_session().where(Booking.number == number, Booking.user_id == user_id))
    if found is None:
        raise NotFound("没有找到这个报名。")
    return found


def list_own_bookings(session: Session, *, user_id: int, now: datetime) -> Sequence[Booking]:
    """Those of sessions to come that may still be given up, the next session first."""
    wanted = _with_session().where(
        Booking.user_id == user_id,
        Booking.state.in_(OPEN),
        CourseSession.starts_at > now,
        CourseSession.cancelled_at.is_(None),
    )
    return session.scalars(wanted.order_by(CourseSession.starts_at, Booking.id).limit(SHOWN)).all()


def list_current_bookings(session: Session, *, user_id: int, now: datetime) -> Sequence[Booking]:
    """Those of sessions to come and of those that go on, come or not yet."""
    wanted = _with_session().where(
        Booking.user_id == user_id,
        Booking.state.in_((*OPEN, BookingState.ATTENDED)),
        CourseSession.ends_at > now,
        CourseSession.cancelled_at.is_(None),
    )
    return session.scalars(wanted.order_by(CourseSession.starts_at, Booking.id).limit(SHOWN)).all()


def can_give_up(booking: Booking, now: datetime) -> bool:
    return booking.state in OPEN and now < booking.session.starts_at


def list_all_own_bookings(session: Session, *, user_id: int, before: int | None, limit: int) -> Sequence[Booking]:
    """Over or not, the latest booked first; `before` is the id of the last one seen."""
    wanted = _with_session().where(Booking.user_id == user_id)
    if before is not None:
        wanted = wanted.where(Booking.id < before)
    return session.scalars(wanted.order_by(Booking.id.desc()).limit(limit)).all()


def has_come(session: Session, *, user_id: int) -> bool:
    """Whether somebody was ever checked in at a session."""
    came = select(Booking.id).where(Booking.user_id == user_id, Booking.state == BookingState.ATTENDED)
    return session.scalar(came.limit(1)) is not None


def find_overlapping(session: Session, *, user_id: int, held: CourseSession) -> Booking | None:
    """Another booking of this person at the same hour."""
    wanted = _with_session().where(
        Booking.user_id == user_id,
        Booking.state.in_(OPEN),
        Booking.session_id != held.id,
        CourseSession.cancelled_at.is_(None),
        CourseSession.starts_at < held.ends_at,
        CourseSession.ends_at > held.starts_at,
    )
    return session.scalar(wanted.order_by(CourseSession.starts_at).limit(1))


def _with_session() -> Select[Booking]:
    join = select(Booking).join(Booking.session)
    return join.options(joinedload(Booking.session).joinedload(CourseSession.course))
