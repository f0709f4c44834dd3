"""Replay and materials: for those who came, who are told once when they appear."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Booking, BookingState, CourseSession, SessionBroadcast
from services.training.broadcasts import count_recipients, write_broadcast
from services.training.notices import MATERIALS, has_materials

SHOWN, READ = 5, 50
CAME = (BookingState.ATTENDED,)


def list_own_materials(session: Session, *, user_id: int) -> list[CourseSession]:
    """Sessions that this person came to and that have something to see or read, the latest first."""
    came = (
        select(CourseSession)
        .join(Booking, Booking.session_id == CourseSession.id)
        .where(Booking.user_id == user_id, Booking.state == BookingState.ATTENDED)
        .options(joinedload(CourseSession.course))
        .order_by(CourseSession.starts_at.desc(), CourseSession.id.desc())
        .limit(READ)
    )
    found: Sequence[CourseSession] = session.scalars(came).all()
    return [each for each in found if has_materials(each)][:SHOWN]


def tell_materials(session: Session, held: CourseSession, *, staff_id: int, now: datetime) -> SessionBroadcast | None:
    """There is something to see or read now, and the session is over: who came hears it, once a session.

    `held` is locked. Who was there while it was still going on reads it in the question how it was.
    """
    if held.ends_at > now or held.materials_told_at is not None or not has_materials(held):
        return None
    if not count_recipients(session, held.id, CAME):
        return None
    held.materials_told_at = now
    what = "回放" if held.replay_url and not held.materials else "资料" if not held.replay_url else "资料和回放"
    text = f"您参加的“{held.course.title}”有{what}了,说“{MATERIALS}”就能看。"
    return write_broadcast(session, session_id=held.id, text=text, states=CAME, staff_id=staff_id, now=now)
