"""What keepers of rights are told: what is due, and what changed in the records."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job
from services.custody import reminders, status_changes
from services.resources import Resources


@atomic_job
def remind_keeper(session: Session, resources: Resources, user_id: int) -> None:
    """Everything that is to be told today, in one message."""
    reminders.remind_keeper(session, user_id, resources.clock.now())


@atomic_job
def tell_right_changed(session: Session, resources: Resources, right_id: int, event_id: int) -> None:
    """What an import changed, unless it has changed again."""
    status_changes.tell_change(session, right_id, event_id, resources.clock.now())
