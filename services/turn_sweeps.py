"""Finding again the turns that a crash cut off."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.outbox import overdue_keys
from models import Conversation, Turn
from services.job_names import JobName, request_job
from services.turns import UNFINISHED


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
    # While the queue is away, one job waiting for a turn is enough.
    asked = {key.rpartition("-")[0] for key in overdue_keys(session, JobName.RUN_TURN, now)} if stuck else set()
    for turn in stuck:
        if f"{turn.id}-{turn.attempt_count}" in asked:
            continue
        # A new key each ten seconds: the outbox runs one key once, and a rescued turn may be cut off again.
        key = f"{turn.id}-{turn.attempt_count}-{int(now.timestamp()) // 10}"
        request_job(session, JobName.RUN_TURN, key=key, now=now, turn_id=turn.id)
    return len(stuck)
