"""A case or task that left somebody's hands while its page was open: they hear where it is, not that there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from console.sessions import looking
from core.errors import AppError, Conflict, NotFound
from models import Staff
from services.resources import Resources


@contextmanager
def saying_why_gone(
    resources: Resources, why: Callable[[Session, Staff], str], problem: AppError | None = None
) -> Iterator[None]:
    """Inside, a NotFound becomes a Conflict that says why it is gone, for those who may know (`why` is "" for others).

    `problem` is what a step was refused for before its page was built anew: it was said to somebody who could read the
    case then, and is still truer than that there is no such case.
    """
    try:
        yield
    except NotFound:
        with looking(resources) as (reader, staff):
            words = why(reader, staff)
        if words:
            raise Conflict(words) from None
        if problem is not None:
            raise problem from None
        raise
