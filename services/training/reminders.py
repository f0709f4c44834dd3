"""Reminders a day and an hour before: each once, however often somebody looks."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Booking, BookingState, CourseSession
from services.job_names import JobName, request_job

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Who booked a moment ago knows when it is.
JUST_BOOKED = timedelta(hours=2)
PORTION = 200


def request_reminders(session: Session, now: datetime) -> int:
    """Ask for a reminder to everybody whose session comes near; answers how many in this portion.

    Marked in the same transaction: whoever is asked for is marked, and nobody is asked for twice. Of a session that is
    near already only the hour's reminder goes out.
    """
    return _request(session, now, "hour", HOUR, timedelta(0)) + _request(session, now, "day", DAY, HOUR)


def _request(session: Session, now: datetime, what: str, before: timedelta, later_than: timedelta) -> int:
    mark = Booking.reminded_hour_at if what == "hour" else Booking.reminded_day_at
    due = session.scalars(
        select(Booking)
        .join(Booking.session)
        .where(
            Booking.state == BookingState.BOOKED,
            mark.is_(None),
            Booking.conversation_id.is_not(None),
            CourseSession.cancelled_at.is_(None),
            CourseSession.starts_at > now + later_than,
            CourseSession.starts_at <= now + before,
        )
        .order_by(Booking.id)
        .limit(PORTION)
        .with_for_update(of=Booking, skip_locked=True)
    ).all()
    for booking in due:
        setattr(booking, mark.key, now)
        if now - booking.created_at >= (JUST_BOOKED if what == "day" else timedelta(0)):
            request_job(
                session, JobName.TELL_BOOKING, key=f"{booking.id}-{booking.version}-{what}", now=now,
                booking_id=booking.id, what=what,
            )  # fmt: skip
    session.flush()
    return len(due)
