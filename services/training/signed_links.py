"""Addresses that open without a login, because they were signed for one thing: a booking's calendar file, the way into
its live stream, the screen with the code at the door. All stop working by the session's own times."""

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.config import Settings
from core.errors import NotFound
from models import Booking, CourseSession, User
from services.training.timetable import get_session

CALENDAR_PATH = "/bookings/calendar.ics"
JOIN_PATH = "/bookings/join"
# So long after the end a calendar may still ask for the file, and somebody late reads that it is over.
LASTS = timedelta(days=1)
GONE = "链接不对或已经过期。"
CALENDAR, JOIN, SCREEN = "booking-calendar", "booking-join", "door-screen"


def make_calendar_link(secret_key: str, base_url: str, booking: Booking) -> str:
    """The caller has been through the booking's door."""
    # In the query, not in the path: paths are logged.
    return f"{base_url.rstrip('/')}{CALENDAR_PATH}?t={_sign(secret_key, CALENDAR, booking.number)}"


def open_calendar_link(session: Session, secret_key: str, token: str, now: datetime) -> Booking:
    """Raises NotFound for one that is forged or over, or whose owner is gone."""
    return _open_booking(session, _read(secret_key, CALENDAR, token), now)


def make_join_link(settings: Settings, booking: Booking) -> str | None:
    """The caller has been through the booking's door, or writes to its owner; None where no phone could open it."""
    if not settings.has_public_address:
        return None
    token = _sign(settings.secret_key.get_secret_value(), JOIN, booking.number)
    return f"{settings.public_base_url.rstrip('/')}{JOIN_PATH}?t={token}"


def open_join_link(session: Session, secret_key: str, token: str, now: datetime) -> Booking:
    """Raises NotFound for one that is forged or over, or whose owner is gone."""
    return _open_booking(session, _read(secret_key, JOIN, token), now)


def _open_booking(session: Session, number: str, now: datetime) -> Booking:
    wanted = select(Booking).join(Booking.session).join(User, User.id == Booking.user_id)
    booking = session.scalar(
        wanted.where(Booking.number == number, CourseSession.ends_at > now - LASTS, User.erased_at.is_(None)).options(
            joinedload(Booking.session).joinedload(CourseSession.course)
        )
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
