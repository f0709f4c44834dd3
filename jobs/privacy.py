"""Forgetting a person who asked for it."""

from jobs.runtime import outbox_job
from services import privacy
from services.resources import Resources


@outbox_job
def erase_user(resources: Resources, user_id: int) -> None:
    """Erase somebody once; a repeated job finds them erased."""
    with resources.database.unit_of_work() as session:
        privacy.erase_user_by_id(session, user_id, resources.clock.now())
