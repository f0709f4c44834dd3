"""What people with a booking are told, in the conversation in which they booked, each once."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.i18n import chinese_time
from models import Author, Booking, BookingState, DeliveryReason, Message
from services.deliveries import queue_deliveries
from services.training.timetable import said_place, said_time

# What is only true as long as the booking is in that state: a notice that comes too late is not sent.
ONLY_WHILE = {"offered": BookingState.OFFERED, "lapsed": BookingState.LAPSED}


def tell_booking(session: Session, booking_id: int, what: str, now: datetime) -> bool:
    """Say what happened to a booking; answers whether there still was something to say."""
    booking = session.get(Booking, booking_id)
    if booking is None or booking.state != ONLY_WHILE[what]:
        return False
    text, choices = _offered(booking, now) if what == "offered" else _lapsed(booking)
    conversation = booking.conversation
    details = {"choices": list(choices)}
    message = Message(conversation_id=conversation.id, author=Author.SYSTEM, text=text, details=details, created_at=now)
    session.add(message)
    session.flush()
    conversation.last_message_at = now
    queue_deliveries(
        session, identity_id=conversation.identity_id, message_id=message.id,
        payloads=[{"kind": "text", "text": text}], reason=DeliveryReason.NOTICE, now=now,
    )  # fmt: skip
    return True


def _offered(booking: Booking, now: datetime) -> tuple[str, tuple[str, ...]]:
    assert booking.offer_until is not None
    seats = f"{booking.seats}个名额" if booking.seats > 1 else "名额"
    text = (
        f"您候补的“{booking.session.course.title}”有{seats}了,给您留到{chinese_time(booking.offer_until, now)}。\n"
        f"{said_time(booking.session)} · {said_place(booking.session)}\n"
        "要就回复“接受名额”,不要回复“不要名额”。过了时间会给后面的人。"
    )
    return text, ("接受名额", "不要名额")


def _lapsed(booking: Booking) -> tuple[str, tuple[str, ...]]:
    title = booking.session.course.title
    return f"给您留的“{title}”名额到时间了,已经给了后面的人。还想去可以重新排队。", ("最近有什么培训",)
