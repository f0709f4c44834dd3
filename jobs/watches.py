"""What imports brought of what people watch, portion by portion."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job, outbox_job
from services import watch_changes, watch_looks
from services.resources import Resources


@atomic_job
def tell_watchers(session: Session, resources: Resources, first: int, last: int, after: int) -> None:
    """A portion of those who watch the patents that changed."""
    watch_changes.tell_watchers(session, first, last, after, resources.clock.now())


@outbox_job
def look_at_watches(resources: Resources, after: int) -> None:
    """A portion of the watched applicants, classes and searches that are due."""
    watch_looks.look_at_portion(resources.database, resources.patent_search, after, resources.clock.now())
