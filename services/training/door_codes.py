"""Checking in by oneself: the screen at the door shows a code that changes, and whoever types it was there.

A code is made from the app's secret, the session and the half-minute. It is no secret that lasts: it says that somebody
has just seen the screen. Six digits can be guessed, so that wrong ones are counted.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import AppError, Conflict, InvalidInput, RateLimited
from core.logs import get_logger
from models import Booking, BookingState, CourseSession
from models.training import LIVE
from services.training.attendance import OPENS_BEFORE, take_in
from services.training.seats import lock_booking

log = get_logger(__name__)

STEP_SECONDS, DIGITS = 30, 6
# Who reads the screen in the last second still has time to type.
STEPS_BACK = 1
MOST_WRONG, FORGIVEN_AFTER = 5, timedelta(minutes=10)
WHY_NOT = {
    BookingState.OFFERED: "这个名额您还没确认,先说“接受名额”再签到。",
    BookingState.WAITING: "您还在候补,没有名额。请到签到台问一下有没有空位。",
}


class WrongCode(InvalidInput):
    code = "wrong_code"
    default_message = "签到码不对,或者已经换了。请看屏幕上现在的6位数字。"


@dataclass(frozen=True)
class Shown:
    """A code, and how long it is the one on the screen."""

    code: str
    seconds_left: int


@dataclass(frozen=True)
class Tried:
    """What came of a code: the booking that is checked in, or why not. A refusal is to be raised after the commit,
    since a wrong code is counted in the same transaction."""

    booking: Booking | None
    refusal: AppError | None = None


def shown_code(secret_key: str, public_id: str, now: datetime) -> Shown:
    seconds = int(now.timestamp())
    return Shown(_code(secret_key, public_id, seconds // STEP_SECONDS), STEP_SECONDS - seconds % STEP_SECONDS)


def is_right(secret_key: str, public_id: str, typed: str, now: datetime) -> bool:
    step = int(now.timestamp()) // STEP_SECONDS
    codes = [_code(secret_key, public_id, step - back) for back in range(STEPS_BACK + 1)]
    return any(hmac.compare_digest(each.encode(), typed.encode()) for each in codes)


def check_in_by_code(
    session: Session, secret_key: str, *, user_id: int, typed: str, now: datetime, public_id: str | None = None
) -> Tried:
    """Check a person in at the session whose screen they look at; only sessions that they have booked are tried."""
    open_now = _list_open(session, user_id, public_id, now)
    if not open_now:
        return Tried(None, Conflict("现在没有在签到的、您报了名的培训。开始前2小时起可以签到。"))
    # Whoever tries many at once waits here: the first row counts for all of them.
    counter = open_now[0]
    lock_booking(session, counter)
    if counter.wrong_code_at is not None and now - counter.wrong_code_at >= FORGIVEN_AFTER:
        counter.wrong_code_count, counter.wrong_code_at = 0, None
    if counter.wrong_code_count >= MOST_WRONG:
        return Tried(None, RateLimited("试的次数太多了。10分钟后再试,或请工作人员给您签到。"))
    meant = next((each for each in open_now if is_right(secret_key, each.session.public_id, typed, now)), None)
    if meant is None:
        counter.wrong_code_count += 1
        counter.wrong_code_at = counter.wrong_code_at or now
        session.flush()
        log.info("wrong_door_code", booking=counter.number, count=counter.wrong_code_count)
        return Tried(None, WrongCode())
    held = lock_booking(session, meant)
    if (why := WHY_NOT.get(BookingState(meant.state))) is not None:
        return Tried(None, Conflict(why))
    return Tried(take_in(session, None, held, meant, now))


def _list_open(session: Session, user_id: int, public_id: str | None, now: datetime) -> list[Booking]:
    wanted = (
        select(Booking)
        .join(Booking.session)
        .where(
            Booking.user_id == user_id,
            Booking.state.in_(LIVE),
            CourseSession.cancelled_at.is_(None),
            CourseSession.starts_at <= now + OPENS_BEFORE,
            CourseSession.ends_at > now,
        )
    )
    if public_id is not None:
        wanted = wanted.where(CourseSession.public_id == public_id)
    return list(session.scalars(wanted.order_by(Booking.session_id)).all())


def _code(secret_key: str, public_id: str, step: int) -> str:
    mac = hmac.new(secret_key.encode(), f"door-code:{public_id}:{step}".encode(), sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}d}"
