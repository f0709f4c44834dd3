"""What is said of a booking: what speaks against it, that it is made or waits, and whether it is to be given up."""

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.training_lists import MINE, OTHERS, calendar_line
from core.i18n import chinese_time
from models import Booking, BookingState, CourseSession
from services.training.absences import find_held_back_until, said_held_back
from services.training.bookings import find_overlapping
from services.training.seats import place_in_line
from services.training.timetable import said_place, said_price, said_time

CONFIRMS_CANCELLING = "training_cancelling"


def why_ask(context: TurnContext, held: CourseSession, seats: int) -> str:
    """What somebody should know before a seat is theirs; "" for nothing."""
    other = find_overlapping(context.session, user_id=context.user_id, held=held)
    lines = []
    if other is not None:
        lines.append(f"您同一时间已经报了“{other.session.course.title}”({said_time(other.session)})。")
    if held.price_fen:
        lines.append(f"“{held.course.title}”{said_price(held)},费用由培训专员和您确认。")
    if not lines:
        return ""
    people = f",{seats}个名额" if seats > 1 else ""
    return "\n".join([*lines, f"还要报{said_time(held)}这一场吗{people}?"])


def booked(booking: Booking, context: TurnContext) -> Reply:
    """The seats are theirs: when, where, and how they are given up."""
    held = booking.session
    people = f"{booking.seats}个名额," if booking.seats > 1 else ""
    until = chinese_time(held.cancel_until, context.now)
    give_up = f"来不了请在{until}前" if held.cancel_until > context.now else "来不了请尽早"
    lines = [
        f"报上了,{people}单号{booking.number}。", held.course.title, f"{said_time(held)} · {said_place(held)}",
        f"前一天和开始前一小时提醒您。{give_up}说“取消报名”。", *calendar_line(booking, context),
    ]  # fmt: skip
    return Reply("\n".join(lines), choices=(MINE, OTHERS), memory={"pending": None, "list": None})


def waiting(session: Session, booking: Booking) -> Reply:
    """A place in line, and why."""
    place, held = place_in_line(session, booking), booking.session
    why = "前面还有人在等" if held.taken + booking.seats <= held.capacity else "名额不够了"
    why = "这一场满了" if held.taken == held.capacity else why
    if booking.is_held_back and (until := find_held_back_until(session, booking.user_id, booking.created_at)):
        why = said_held_back(until)
    text = (
        f"{why},您排在候补第{place}位,单号{booking.number}。\n"
        f"{held.course.title} · {said_time(held)}\n有名额空出来按顺序通知,能不能轮到说不准。"
    )
    return Reply(text, choices=(OTHERS, MINE), memory={"pending": None, "list": None})


def ask_to_cancel(booking: Booking, context: TurnContext) -> Reply:
    """Asked back once, with a word to who is late."""
    held = booking.session
    late = held.cancel_until <= context.now and booking.state == BookingState.BOOKED
    note = (
        f"\n已经过了{chinese_time(held.cancel_until, context.now)}的取消时间,早点说后面的人还来得及。" if late else ""
    )
    return Reply(
        f"要取消“{held.course.title}”({said_time(held)})吗?{note}",
        choices=(Choice("好", "取消报名"), Choice("算了", "留着")),
        memory={"pending": {"kind": CONFIRMS_CANCELLING, "number": booking.number}},
    )
