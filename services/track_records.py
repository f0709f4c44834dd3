"""What a partner or an expert made of the tasks that it was given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CaseTask, Institution, TaskState


@dataclass(frozen=True)
class TrackRecord:
    """`late` are those done after their day, and those still open past it. `took` is the median of those done."""

    given: int
    done: int
    refused: int
    open: int
    late: int
    took: timedelta | None


def track_record(session: Session, institution: Institution, now: datetime) -> TrackRecord:
    """Of all tasks that it has or had to its end; what was given to somebody else meanwhile is theirs."""
    query = select(CaseTask.state, CaseTask.created_at, CaseTask.due_at, CaseTask.ended_at)
    rows = session.execute(query.where(CaseTask.institution_id == institution.id)).all()
    done = [row for row in rows if row.state == TaskState.DONE]
    held = [row for row in rows if row.state in (TaskState.DONE, TaskState.OPEN)]
    took = [(row.ended_at - row.created_at).total_seconds() for row in done if row.ended_at is not None]
    return TrackRecord(
        given=len(rows),
        done=len(done),
        refused=sum(row.state == TaskState.REFUSED for row in rows),
        open=sum(row.state == TaskState.OPEN for row in rows),
        late=sum(row.due_at is not None and (row.ended_at or now) > row.due_at for row in held),
        took=timedelta(seconds=median(took)) if took else None,
    )
