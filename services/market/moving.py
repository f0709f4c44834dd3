"""A post from one state to another."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict
from models import MarketPost, PostState
from services.job_names import JobName, request_job


def move(post: MarketPost, state: PostState, now: datetime) -> None:
    post.state, post.changed_at, post.version = state, now, post.version + 1


def expect_state(post: MarketPost, *states: PostState) -> None:
    """Raises Conflict where it is in none of these."""
    if post.state not in states:
        raise Conflict("这条的状态变了,请刷新后再看。")


def ask_for_matches(session: Session, post: MarketPost, now: datetime) -> None:
    request_job(session, JobName.MATCH_POST, key=f"market-post-{post.id}-{post.version}", now=now, post_id=post.id)


def ask_for_checks(session: Session, post: MarketPost, now: datetime) -> None:
    """What takes long: the words by WeChat's check, and like posts of others."""
    key = f"market-check-{post.id}-{post.version}"
    request_job(session, JobName.CHECK_POST, key=key, now=now, post_id=post.id, version=post.version)
