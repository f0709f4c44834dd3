"""Addresses that open without a login, because they were signed for one thing: a booking's calendar file, the screen
with the code at the door. Both stop working by the session's own times."""

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import NotFound
from models import Booking, CourseSession, User
from services.training.timetable import get_session

CALENDAR_PATH = "/bookings/calendar.ics"
# So long after the end a calendar may still ask for the file.
CALENDAR_LASTS = timedelta(days=1)
GONE = "链接不对或已经过期。"
CALENDAR, SCREEN = "booking-calendar", "door-screen"


def make_calendar_link(secret_key: str, base_url: str, booking: Booking) -> str:
    """The caller has been through the booking's door."""
    # In the query, not in the path: paths are logged.
    return f"{base_url.rstrip('/')}{CALENDAR_PATH}?t={_sign(secret_key, CALENDAR, booking.number)}"


def open_calendar_link(session: Session, secret_key: str, token: str, now: datetime) -> Booking:
    """Raises NotFound for one that is forged or over, or whose owner is gone."""
    wanted = select(Booking).join(Booking.session).join(User, User.id == Booking.user_id)
    booking = session.scalar(
        wanted.where(
            Booking.number == _read(secret_key, CALENDAR, token),
            CourseSession.ends_at > now - CALENDAR_LASTS,
            User.erased_at.is_(None),
        ).options(joinedload(Booking.session).joinedload(CourseSession.course))
    )
    if booking is None:
        raise NotFound(GONE)
    return booking


def make_screen_token(secret_key: str, held: CourseSession) -> str:
    """For a projector on which nobody is logged in; the caller may run training."""
    return _sign(secret_key, SCREEN, held.public_id)


def open_screen(session: Session, secret_key: str, public_id: str, token: str, now: datetime) -> CourseSession:
    """Raises NotFound for a token that is forged, another session's, or over with the session."""
    if _read(secret_key, SCREEN, token) != public_id:
        raise NotFound(GONE)
    held = get_session(session, public_id)
    if now >= held.ends_at or held.cancelled_at is not None:
        raise NotFound(GONE)
    return held


def _sign(secret_key: str, salt: str, value: str) -> str:
    return str(URLSafeSerializer(secret_key, salt=salt).dumps(value))


def _read(secret_key: str, salt: str, token: str) -> str:
    try:
        value = URLSafeSerializer(secret_key, salt=salt).loads(token)
    except (BadData, TypeError, ValueError):
        raise NotFound(GONE) from None
    if not isinstance(value, str):
        raise NotFound(GONE)
    return value
