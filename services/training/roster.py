"""What the desk looks at: the timetable with its figures, who comes to a session, and who waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from models import Booking, BookingState, CourseSession, Staff, User
from models.training import HOLDS_SEATS
from services.permissions import Action, check_may
from services.training.standing import Standing, standing_of

MOST_SESSIONS = 200
A_PAGE = 100
# Who is at the door, in the order of the list.
AT_THE_DOOR = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.ABSENT)


@dataclass(frozen=True)
class Planned:
    """A session with where it stands and how many people wait for it."""

    held: CourseSession
    standing: Standing
    waiting: int

    @property
    def percent(self) -> int:
        return round(100 * self.held.taken / self.held.capacity)


def list_planned(
    session: Session, staff: Staff, *, ends_after: datetime, starts_before: datetime | None, now: datetime
) -> list[Planned]:
    """By start, those that are cancelled among them."""
    check_may(staff, Action.RUN_TRAINING)
    wanted = select(CourseSession).where(CourseSession.ends_at > ends_after)
    if starts_before is not None:
        wanted = wanted.where(CourseSession.starts_at < starts_before)
    ordered = wanted.options(joinedload(CourseSession.course)).order_by(CourseSession.starts_at, CourseSession.id)
    found = session.scalars(ordered.limit(MOST_SESSIONS)).all()
    counted = (
        select(Booking.session_id, func.count())
        .where(Booking.session_id.in_([each.id for each in found]), Booking.state == BookingState.WAITING)
        .group_by(Booking.session_id)
    )
    waiting: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    return [Planned(each, standing_of(each, now), waiting.get(each.id, 0)) for each in found]


def count_states(session: Session, session_id: int) -> dict[BookingState, int]:
    """How many bookings of a session are in each state; states without any are 0."""
    rows = session.execute(
        select(Booking.state, func.count()).where(Booking.session_id == session_id).group_by(Booking.state)
    )
    return dict.fromkeys(BookingState, 0) | {BookingState(row[0]): row[1] for row in rows}


def list_participants(
    session: Session,
    session_id: int,
    *,
    states: Sequence[BookingState] = HOLDS_SEATS,
    text: str = "",
    page: int = 0,
) -> tuple[Sequence[Booking], bool]:
    """One page in the order of booking, and whether there are more. `text` is part of a name, a phone or a number."""
    wanted = select(Booking).where(Booking.session_id == session_id, Booking.state.in_(states))
    if text:
        parts = (User.display_name, User.phone, Booking.number)
        wanted = wanted.join(Booking.user).where(or_(*(part.icontains(text, autoescape=True) for part in parts)))
    wanted = wanted.options(joinedload(Booking.user), joinedload(Booking.company)).order_by(Booking.id)
    rows = session.scalars(wanted.offset(page * A_PAGE).limit(A_PAGE + 1)).all()
    return rows[:A_PAGE], len(rows) > A_PAGE


def list_line(session: Session, session_id: int) -> Sequence[Booking]:
    """Who waits, next one first, as far as a page shows."""
    wanted = select(Booking).where(Booking.session_id == session_id, Booking.state == BookingState.WAITING)
    return session.scalars(wanted.options(joinedload(Booking.user)).order_by(Booking.id).limit(A_PAGE)).all()
