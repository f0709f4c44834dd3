"""Posts of the market: looked at when they are handed in, matched when published and each night, their owners told."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job, outbox_job
from services.events.telling import remind
from services.market import content, match_telling, matching, night, telling
from services.resources import Resources


@outbox_job
def match_post(resources: Resources, post_id: int) -> None:
    """What fits a post that was just published."""
    matching.match_post(resources.database, resources.market, post_id, resources.clock.now())


@outbox_job
def match_needs(resources: Resources, run: str, after: int = 0) -> None:
    """One portion of the night's run."""
    matching.match_needs(resources.database, resources.market, resources.clock.now(), run=run, after=after)


@outbox_job
def check_post(resources: Resources, post_id: int, version: int) -> None:
    """The words of a post that was handed in, and whether others offer the same."""
    content.check_content(
        resources.database, resources.content_check, resources.market, post_id, version, resources.clock.now()
    )


@atomic_job
def tell_post(session: Session, resources: Resources, post_id: int, version: int) -> None:
    """How a post stands now, to its owner."""
    telling.tell_owner(session, post_id, version, resources.clock.now())


@atomic_job
def tell_matches(session: Session, resources: Resources, user_id: int, run: str) -> None:
    """What was found for a person since they were told last."""
    match_telling.tell_matches(session, user_id, run, resources.clock.now())


@atomic_job
def remind_event(session: Session, resources: Resources, event_id: int) -> None:
    """Everybody who meets somebody at an event tomorrow."""
    remind(session, event_id, resources.clock.now())


@atomic_job
def recheck_posts(session: Session, resources: Resources, run: str, after: int = 0) -> None:
    """One portion of the night's look at every post."""
    night.go_on(session, run, resources.clock.now(), after=after)
