"""What who came said of a session, as the desk reads it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from models import Booking, BookingState
from services.training.feedback import SCORE_NAMES

SHOWN = 50


def count_verdicts(session: Session, session_id: int) -> dict[int, int]:
    """How many gave each score, the best first; scores that nobody gave are 0."""
    rows = session.execute(
        select(Booking.satisfaction, func.count()).where(_rated(session_id)).group_by(Booking.satisfaction)
    )
    return dict.fromkeys(SCORE_NAMES, 0) | {int(row[0] or 0): row[1] for row in rows}


def list_remarks(session: Session, session_id: int) -> Sequence[Booking]:
    """Verdicts with words, the latest first; who said it is nobody's business here."""
    worded = select(Booking).where(_rated(session_id), Booking.remark.is_not(None))
    return session.scalars(worded.order_by(Booking.rated_at.desc(), Booking.id.desc()).limit(SHOWN)).all()


def _rated(session_id: int) -> ColumnElement[bool]:
    return and_(
        Booking.session_id == session_id,
        Booking.state == BookingState.ATTENDED,
        Booking.satisfaction.is_not(None),
    )
