"""What a change of a session means to those who have booked: one notice with the old and the new, reminders and offers
that fit the new time, and no seats where it is called off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Booking, BookingState, CourseSession, SessionBroadcast
from models.training import OPEN
from services.training.broadcasts import SEATED, write_broadcast
from services.training.reminders import DAY, HOUR
from services.training.seats import ask_for_lapse, leave
from services.training.timetable import said_place, said_time

MINE = "我的报名"
CONCERNED = (*OPEN, BookingState.ATTENDED)


@dataclass(frozen=True)
class Announced:
    """What those who booked were told of a session."""

    time: str
    place: str
    speaker: str
    link: str | None


def announced(held: CourseSession) -> Announced:
    return Announced(said_time(held), said_place(held), held.speaker, held.live_url if held.is_online else None)


def tell_changes(
    session: Session, held: CourseSession, before: Announced, *, staff_id: int, now: datetime
) -> SessionBroadcast | None:
    """One notice to everybody concerned, where there is something that they should know.

    Where it is seen live is for those with a seat.
    """
    after, title = announced(held), held.course.title
    parts = [
        f"{name}从{old}{verb}{new}"
        for name, verb, old, new in (
            ("时间", "改到", before.time, after.time),
            ("地点", "改到", before.place, after.place),
            ("讲师", "换成", before.speaker, after.speaker),
        )
        if old != new
    ]
    link = None
    if held.is_online and after.link != before.link:
        # One text for all: each one's own link is where they read of their booking.
        link = f"观看地址{'换了' if before.link else '有了'},说“{MINE}”拿进直播的链接。"
        link = link if after.link else "原来的观看地址不用了。"
    if parts:
        way_out = "来不了请说“取消报名”。" if held.starts_at > now else ""
        text = f"“{title}”有变动:{';'.join(parts)}。{way_out}"
        return write_broadcast(
            session, session_id=held.id, text=text, seat_text=link, states=CONCERNED, staff_id=staff_id, now=now
        )
    if link is None:
        return None
    text = f"“{title}”({after.time}){link}"
    return write_broadcast(session, session_id=held.id, text=text, states=SEATED, staff_id=staff_id, now=now)


def remind_anew(session: Session, held: CourseSession, now: datetime) -> None:
    """The time has moved: who was reminded of the old one is reminded of the new one when it comes near.

    Not of what the notice of the change has said this very day or hour. The version goes on, since a reminder is asked
    for once for each.
    """
    values = {
        "reminded_day_at": now if held.starts_at <= now + DAY else None,
        "reminded_hour_at": now if held.starts_at <= now + HOUR else None,
        "version": Booking.version + 1,
    }
    session.execute(
        update(Booking).where(Booking.session_id == held.id, Booking.state == BookingState.BOOKED).values(values)
    )


def call_off(session: Session, held: CourseSession, now: datetime) -> int:
    """The session is not held: everybody's seats, offers and places in line are gone with it; answers how many.

    `held` is locked and marked as cancelled, so that nothing is offered any more.
    """
    everybody = (
        select(Booking)
        .where(Booking.session_id == held.id, Booking.state.in_((*OPEN, BookingState.ATTENDED)))
        .order_by(Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    gone = session.scalars(everybody).all()
    for booking in gone:
        leave(held, booking, BookingState.CANCELLED, now)
    session.flush()
    return len(gone)


def keep_offers_before_start(session: Session, held: CourseSession, now: datetime) -> None:
    """The session begins earlier than it was to: no offer is open longer than until then. `held` is locked."""
    late = select(Booking).where(
        Booking.session_id == held.id, Booking.state == BookingState.OFFERED, Booking.offer_until > held.starts_at
    )
    for booking in session.scalars(late).all():
        booking.offer_until, booking.version = held.starts_at, booking.version + 1
        ask_for_lapse(session, booking, now)
    session.flush()
