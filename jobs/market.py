"""Matches of the market: of a new post, and each night of every need."""

from jobs.runtime import outbox_job
from services.market import matching
from services.resources import Resources


@outbox_job
def match_post(resources: Resources, post_id: int) -> None:
    """What fits a post that was just published."""
    matching.match_post(resources.database, resources.market, post_id, resources.clock.now())


@outbox_job
def match_needs(resources: Resources, run: str, after: int = 0) -> None:
    """One portion of the night's run."""
    matching.match_needs(resources.database, resources.market, resources.clock.now(), run=run, after=after)
