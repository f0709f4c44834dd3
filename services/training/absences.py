"""Who twice booked, did not come and said nothing: scarce seats go to others first, until a day.

The rule is fair to both sides: it counts only what somebody could have cancelled by themselves, and what staff have not
excused; a seat that nobody else wants is theirs like anybody's; and it ends by itself.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date
from models import Booking, BookingState, CourseSession
from services.job_names import JobName, request_rescues

LIMIT, WITHIN = 2, timedelta(days=180)
# With less than this part of the seats left, seats are scarce.
SCARCE_PART = 5
# From then on whoever is held back is in line like everybody, at its end.
LAST_DAY = timedelta(days=1)
OFFER_EVERY = timedelta(minutes=5)
FOLLOWS = "名额不多的场次先排候补,开始前一天还有名额再按顺序给"
RULE = f"{WITHIN.days}天里有{LIMIT}次报了名没来、也没取消,{FOLLOWS}。"


def find_held_back_until(session: Session, user_id: int, now: datetime) -> datetime | None:
    """Until when the rule holds for somebody; None where it does not."""
    ends = session.scalars(
        _counted(user_id, now).with_only_columns(CourseSession.ends_at).order_by(CourseSession.ends_at.desc())
    ).all()
    return ends[LIMIT - 1] + WITHIN if len(ends) >= LIMIT else None


def list_counted(session: Session, user_id: int, now: datetime) -> list[Booking]:
    """The absences that count now, the oldest first."""
    return list(session.scalars(_counted(user_id, now).order_by(Booking.id)).all())


def is_scarce(held: CourseSession, seats: int) -> bool:
    """Whether few seats would be left after these."""
    return (held.capacity - held.taken - seats) * SCARCE_PART < held.capacity


def said_held_back(until: datetime) -> str:
    """Why somebody is held back, until when, and what they may still hope for."""
    day = chinese_date(china_date(until))
    return f"您{WITHIN.days}天里有{LIMIT}次报了名没来,{day}前{FOLLOWS}您"


def offer_to_held_back(session: Session, now: datetime) -> int:
    """On the last day, ask for free seats to be offered to who was held back; answers at how many sessions."""
    due = (
        select(CourseSession.id)
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(
            Booking.state == BookingState.WAITING,
            Booking.is_held_back.is_(True),
            CourseSession.cancelled_at.is_(None),
            CourseSession.taken < CourseSession.capacity,
            CourseSession.starts_at > now,
            CourseSession.starts_at <= now + LAST_DAY,
        )
    )
    found = session.scalars(due.distinct()).all()
    asks = {f"last-day-{number}": {"session_id": number} for number in found}
    request_rescues(session, JobName.LAPSE_OFFERS, asks, every=OFFER_EVERY, now=now)
    return len(found)


def _counted(user_id: int, now: datetime) -> Select[Booking]:
    join = select(Booking).join(CourseSession, CourseSession.id == Booking.session_id)
    return join.where(
        Booking.user_id == user_id,
        Booking.state == BookingState.ABSENT,
        Booking.excused_at.is_(None),
        Booking.conversation_id.is_not(None),
        CourseSession.ends_at > now - WITHIN,
    )
