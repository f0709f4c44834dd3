"""The market's night as one chain of jobs: the rules asked about every post, portion by portion, then the matches. Each
portion is one transaction that asks for the next, so that a chain that is cut off goes on where it was."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import china_date
from services.job_names import JobName, request_job
from services.market.checks import recheck_posts
from services.market.matching import request_night

# Posts a job: short enough that a new post never waits long behind the night's run.
PORTION = 100


def begin_night(session: Session, now: datetime) -> None:
    """Ask for tonight's chain; the outbox keeps it to one a day."""
    _ask(session, china_date(now).isoformat(), 0, now)


def go_on(session: Session, run: str, now: datetime, *, after: int) -> None:
    """One portion; after the last one the matches are asked for, of what is still on the market then."""
    last = recheck_posts(session, now, after=after, at_most=PORTION)
    if last is None:
        request_night(session, now)
    else:
        _ask(session, run, last, now)


def _ask(session: Session, run: str, after: int, now: datetime) -> None:
    request_job(session, JobName.RECHECK_POSTS, key=f"market-recheck-{run}-{after}", now=now, run=run, after=after)
