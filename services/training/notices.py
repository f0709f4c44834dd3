"""What people with a booking are told, in the conversation in which they booked, each once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_time
from models import Author, Booking, BookingState, Conversation, CourseSession, DeliveryReason, Message, Topic
from services.casework.satisfaction import VERDICTS
from services.deliveries import queue_deliveries
from services.notices.facts import Fact, said_day, said_moment
from services.notices.telling import attach
from services.taps import with_taps
from services.training.absences import RULE, find_held_back_until, said_held_back
from services.training.questions import list_unanswered
from services.training.timetable import said_place, said_time, watch_line

# What is only true as long as the booking is in that state: a notice that comes too late is not sent.
ONLY_WHILE = {
    "offered": (BookingState.OFFERED,),
    "lapsed": (BookingState.LAPSED,),
    "day": (BookingState.BOOKED,),
    "hour": (BookingState.BOOKED,),
    "by_hand": (BookingState.BOOKED, BookingState.WAITING),
    "cancelled_by_hand": (BookingState.CANCELLED,),
    "absent": (BookingState.ABSENT,),
    "feedback": (BookingState.ATTENDED,),
}
# All else is of no use to anybody once the session has begun.
AFTERWARDS = {"absent", "feedback"}
# In the five characters that a template has for it.
STATES = {
    "offered": "有名额了", "lapsed": "名额过期", "day": "即将开课", "hour": "即将开课", "by_hand": "已登记",
    "cancelled_by_hand": "已取消",
}  # fmt: skip
GIVE_UP, PERSON = "取消报名", "转人工"
MATERIALS, CERTIFICATE = "我的培训资料", "领证书"


def no_link(_: Booking) -> None:
    return None


def tell_booking(
    session: Session, booking_id: int, what: str, now: datetime, *, join_link: Callable[[Booking], str | None] = no_link
) -> bool:
    """Say what happened to a booking; answers whether there still was something to say.

    `join_link` gives the way into its live stream, where phones can open one.
    """
    booking = session.get(Booking, booking_id)
    if booking is None or booking.conversation is None or booking.state not in ONLY_WHILE[what]:
        return False
    if what not in AFTERWARDS and now >= booking.session.starts_at:
        return False
    if what in IN_OTHER_WORDS:
        text, choices = IN_OTHER_WORDS[what](session, booking, now)
    else:
        text, choices = _words(booking, what, now, join_link)
    if text:
        message = say(session, booking.conversation, text, now, choices=choices)
        held = booking.session
        facts = {
            Fact.NUMBER: booking.number, Fact.STATE: STATES.get(what, "有新消息"), Fact.DETAIL: text,
            Fact.DAY: said_day(china_date(held.starts_at)), Fact.TIME: said_moment(held.starts_at),
        }  # fmt: skip
        # Of a session that they booked themselves: no summary, cap or quiet hour holds it back.
        attach(
            session, message, user_id=booking.user_id, topic=Topic.COURSE, title=held.course.title, facts=facts
        )  # fmt: skip
    return bool(text)


def say(
    session: Session, conversation: Conversation, text: str, now: datetime, *, choices: Sequence[str] = ()
) -> Message:
    """By way of the delivery ledger."""
    message = Message(
        conversation_id=conversation.id,
        author=Author.SYSTEM,
        text=text,
        details={"choices": list(choices)} if choices else {},
        created_at=now,
    )
    session.add(message)
    session.flush()
    conversation.last_message_at = now
    queue_deliveries(
        session, identity_id=conversation.identity_id, message_id=message.id,
        payloads=[{"kind": "text", "text": with_taps(text, choices)}], reason=DeliveryReason.NOTICE, now=now,
    )  # fmt: skip
    return message


def _words(
    booking: Booking, what: str, now: datetime, join_link: Callable[[Booking], str | None]
) -> tuple[str, tuple[str, ...]]:
    held, title = booking.session, booking.session.course.title
    if what == "offered":
        assert booking.offer_until is not None
        seats = f"{booking.seats}个名额" if booking.seats > 1 else "名额"
        return (
            f"您候补的“{title}”有{seats}了,给您留到{chinese_time(booking.offer_until, now)}。\n"
            f"{said_time(held)} · {said_place(held)}\n"
            "要就回复“接受名额”,不要回复“不要名额”。过了时间会给后面的人。"
        ), ("接受名额", "不要名额")
    if what == "lapsed":
        return f"给您留的“{title}”名额到时间了,没有再留。还能报名的话,可以重新排队。", ("最近有什么培训",)
    where = watch_line(booking, join_link(booking)) if held.is_online and held.live_url else said_place(held)
    if what == "day":
        when = chinese_time(held.starts_at, now)
        where += _still_asked(booking)
        return f"{when}有您报的“{title}”。\n{where}\n来不了请说“{GIVE_UP}”,名额给后面的人。", (GIVE_UP,)
    return f"您报的“{title}”{chinese_time(held.starts_at, now)}开始。\n{where}", ()


def _still_asked(booking: Booking) -> str:
    """A line on what the organiser still wants to know; "" for nothing."""
    left = len(list_unanswered(booking))
    return f"\n主办方还有{left}个问题,说“补答问题”就答。" if left else ""


def _by_hand(session: Session, booking: Booking, now: datetime) -> tuple[str, tuple[str, ...]]:
    held, title = booking.session, booking.session.course.title
    seats = f",{booking.seats}个名额" if booking.seats > 1 else ""
    did = "报上了" if booking.state == BookingState.BOOKED else "排了候补,有名额按顺序通知"
    text = f"培训专员给您{did}:{title}{seats},单号{booking.number}。\n{said_time(held)} · {said_place(held)}"
    text += _still_asked(booking) if booking.state == BookingState.BOOKED else ""
    return f"{text}\n不是您要的,或者来不了,请说“{GIVE_UP}”。", (GIVE_UP,)


def _cancelled_by_hand(session: Session, booking: Booking, now: datetime) -> tuple[str, tuple[str, ...]]:
    held, title = booking.session, booking.session.course.title
    return f"培训专员把您的报名取消了:{title}({said_time(held)}),单号{booking.number}。有误请说“{PERSON}”。", (PERSON,)


def _absent(session: Session, booking: Booking, now: datetime) -> tuple[str, tuple[str, ...]]:
    """What was written down, what follows from it, and how to set it right. Nothing where it does not count."""
    if booking.excused_at is not None:
        return "", ()
    until = find_held_back_until(session, booking.user_id, now)
    follows = RULE if until is None else f"{said_held_back(until)}。"
    text = f"“{booking.session.course.title}”您报了名没有来,也没取消。\n{follows}\n"
    return f"{text}来不了提前说“{GIVE_UP}”就不算。这次记错了请说“{PERSON}”。", (PERSON,)


def _feedback(session: Session, booking: Booking, now: datetime) -> tuple[str, tuple[str, ...]]:
    """How it was, and what there is to have. Nothing where they have said so already."""
    if booking.satisfaction is not None:
        return "", ()
    held = booking.session
    lines = [f"您参加的“{held.course.title}”怎么样?回复“满意”“一般”或“不满意”。"]
    if has_materials(held):
        lines.append(f"资料和回放请说“{MATERIALS}”。")
    if held.course.gives_certificate:
        lines.append(f"结业证书请说“{CERTIFICATE}”。")
    return "\n".join(lines), VERDICTS


def has_materials(held: CourseSession) -> bool:
    """Whether there is something for who came to see or read."""
    return bool(held.replay_url or held.materials)


IN_OTHER_WORDS: Mapping[str, Callable[[Session, Booking, datetime], tuple[str, tuple[str, ...]]]] = {
    "by_hand": _by_hand,
    "cancelled_by_hand": _cancelled_by_hand,
    "absent": _absent,
    "feedback": _feedback,
}
