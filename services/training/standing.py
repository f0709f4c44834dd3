"""Where a session stands, from its times and its seats; nothing but a cancellation is written down."""

from datetime import datetime
from enum import StrEnum

from core.errors import Conflict
from models import CourseSession


class Standing(StrEnum):
    """upcoming: enrolment is not open yet · open: seats are free · full: only the wait-list · closed: enrolment is over
    · started · ended · cancelled"""

    UPCOMING = "upcoming"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    STARTED = "started"
    ENDED = "ended"
    CANCELLED = "cancelled"


STANDING_NAMES = {
    Standing.UPCOMING: "报名未开始",
    Standing.OPEN: "可报名",
    Standing.FULL: "已满,可候补",
    Standing.CLOSED: "报名已截止",
    Standing.STARTED: "进行中",
    Standing.ENDED: "已结束",
    Standing.CANCELLED: "已取消",
}


def standing_of(session: CourseSession, now: datetime) -> Standing:
    """As of `now`; `full` goes by the seats taken, those that are held for an offer among them."""
    if session.cancelled_at is not None:
        return Standing.CANCELLED
    if now >= session.ends_at:
        return Standing.ENDED
    if now >= session.starts_at:
        return Standing.STARTED
    if now >= session.enrolment_closes_at:
        return Standing.CLOSED
    if now < session.enrolment_opens_at:
        return Standing.UPCOMING
    return Standing.OPEN if session.taken < session.capacity else Standing.FULL


class NotBookable(Conflict):
    """The session takes no bookings now; `message` says why and what to do."""

    code = "session_not_bookable"


def check_bookable(session: CourseSession, now: datetime) -> None:
    """Raises NotBookable unless there is a seat or a place in line to be had."""
    standing = standing_of(session, now)
    if standing not in WHY_NOT:
        return
    raise NotBookable(WHY_NOT[standing])


WHY_NOT = {
    Standing.UPCOMING: "这一场还没开放报名,开放后再来;也可以看看别的场次。",
    Standing.CLOSED: "这一场报名已经截止,可以看看别的场次。",
    Standing.STARTED: "这一场已经开始了,可以看看别的场次。",
    Standing.ENDED: "这一场已经结束了,可以看看别的场次。",
    Standing.CANCELLED: "这一场已经取消,可以看看别的场次。",
}
