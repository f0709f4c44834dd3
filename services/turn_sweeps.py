"""Finding again the turns that a crash cut off."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Conversation, Turn
from services.job_names import JobName, request_rescues
from services.turns import UNFINISHED

RESCUE_EVERY = timedelta(seconds=10)


def list_stuck_turns(session: Session, *, now: datetime, limit: int = 200) -> list[Turn]:
    """Turns that nobody works on any more: waiting too long, or their lease ran out."""
    return list(
        session.scalars(
            select(Turn)
            .join(Conversation, Conversation.id == Turn.conversation_id)
            .where(
                Turn.state.in_(UNFINISHED),
                Turn.created_at < now - timedelta(seconds=6),
                (Conversation.lease_until.is_(None)) | (Conversation.lease_until <= now),
            )
            .order_by(Turn.id)
            .limit(limit)
        )
    )


def rescue_stuck_turns(session: Session, *, now: datetime) -> int:
    """Ask for a job for every turn that a crash cut off; answers how many."""
    stuck = list_stuck_turns(session, now=now)
    asks = {f"{turn.id}-{turn.attempt_count}": {"turn_id": turn.id} for turn in stuck}
    request_rescues(session, JobName.RUN_TURN, asks, every=RESCUE_EVERY, now=now)
    return len(stuck)
