"""Who comes to a session, with what they answered, as a table to take along."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import CHINA
from models import Booking, BookingState, Staff
from models.training import HOLDS_SEATS
from services.audit import record_action
from services.notifications import user_label
from services.training.bookings import STATE_NAMES
from services.training.desk import get_session_for, target_of
from services.training.questions import shown_answers
from services.training.sheets import as_csv

HEADINGS = ("单号", "姓名", "企业", "名额", "状态", "报名时间")
# As many as a session may have seats (session_form.py).
MOST_ROWS = 20_000


def participants_as_csv(session: Session, *, staff: Staff, public_id: str, now: datetime) -> str:
    """Those with seats, in the order of booking, a column for each question. Who took it along is written down."""
    held = get_session_for(session, staff, public_id)
    wanted = (
        select(Booking)
        .where(Booking.session_id == held.id, Booking.state.in_(HOLDS_SEATS))
        .options(joinedload(Booking.user), joinedload(Booking.company))
        .order_by(Booking.id)
        .limit(MOST_ROWS)
    )
    labels = [str(each["label"]) for each in held.questions]
    rows: list[list[str | int | None]] = [[*HEADINGS, *labels]]
    for booking in session.scalars(wanted):
        answers = dict(shown_answers(held, booking))
        rows.append(
            [
                booking.number, user_label(booking.user), booking.company.name if booking.company else None,
                booking.seats, STATE_NAMES[BookingState(booking.state)],
                f"{booking.created_at.astimezone(CHINA):%Y-%m-%d %H:%M}", *(answers.get(label) for label in labels),
            ]
        )  # fmt: skip
    record_action(
        session, staff=staff, action="participants_exported", target=target_of(held), now=now, people=len(rows) - 1
    )
    return as_csv(rows)
