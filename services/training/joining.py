"""Attendance online: who opens their own link to the live stream while it runs is checked in by it.

The address of the stream can be passed on; the link says whose seat it is. Opening the page changes nothing, since
WeChat and others look at addresses before anybody taps them: it is the button on it that checks in.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict
from models import Booking, BookingState, CourseSession
from services.training.attendance import OPENS_BEFORE, take_in
from services.training.seats import lock_booking

WHY_NOT = {
    BookingState.OFFERED: "这个名额您还没确认。请在微信里回复“接受名额”,再打开这个链接。",
    BookingState.WAITING: "您还在候补。有名额空出来,会在微信里告诉您。",
    BookingState.CANCELLED: "这个报名已经取消了。",
    BookingState.LAPSED: "留给您的名额已经过期了。",
}


def why_no_way_in(held: CourseSession, booking: Booking, now: datetime) -> str | None:
    """What somebody with this booking reads instead of the way into the stream; None where it is open."""
    if held.cancelled_at is not None:
        return "这一场已经取消。"
    if (why := WHY_NOT.get(BookingState(booking.state))) is not None:
        return why
    if now >= held.ends_at:
        return "这一场已经结束。资料和回放,在微信里说“我的培训资料”。"
    if held.live_url is None:
        return "观看地址还没有定,定了会在微信里通知您。" if held.is_online else "这一场没有直播,请到现场参加。"
    if now < held.starts_at - OPENS_BEFORE:
        return "还没到时间。开始前2小时起,从这个链接进直播。"
    return None


def join_online(session: Session, booking: Booking, now: datetime) -> Booking:
    """Check in who watches; twice is once. Raises Conflict with what they read instead."""
    held = lock_booking(session, booking)
    if (why := why_no_way_in(held, booking, now)) is not None:
        raise Conflict(why)
    return take_in(session, None, held, booking, now)
