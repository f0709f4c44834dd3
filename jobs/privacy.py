"""Forgetting a person who asked for it."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job
from services import privacy
from services.resources import Resources


@atomic_job
def erase_user(session: Session, resources: Resources, user_id: int) -> None:
    """Erase somebody once; a repeated job finds them erased."""
    privacy.erase_user_by_id(session, user_id, resources.clock.now())
