"""Training in chat: what there is, a seat by a sentence, a place in line, and giving it up again."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows.form_replies import KEY
from bot.replies import Choice, Reply
from bot.skills import Skill, session_posts
from bot.skills.training_lists import (
    BOOKINGS,
    ENDS,
    MINE,
    OTHERS,
    SESSIONS,
    SHOWN,
    booking_at,
    calendar_line,
    listed,
    move,
    no_such,
    nothing_fits,
    own_list,
    session_at,
    session_named,
    state_of,
)
from bot.skills.training_questions import answered_lines, with_questions
from bot.skills.training_replies import ask_to_cancel, booked, waiting, why_ask
from bot.skills.training_words import ASKS_OWN, BOOKS, GIVES_UP, LONGEST, NAMES, REFUSES, TAKES, place_of, seats_of
from core.errors import AppError, NotFound
from models import Booking, BookingState, Conversation, CourseSession
from services.training.bookings import can_give_up, get_own_booking, list_current_bookings, list_own_bookings
from services.training.line import is_waited_for
from services.training.seats import accept_offer, book, cancel
from services.training.shown_services import shown_line
from services.training.signed_links import make_join_link
from services.training.timetable import (
    Asked,
    get_session,
    list_upcoming,
    said_place,
    said_price,
    said_seats,
    said_time,
    watch_line,
)

NAME = "training"
CONFIRMS_BOOKING = "training_booking"


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words that mean something only among sessions and bookings."""
    plain = context.plain.strip(ENDS)
    if (named := choose_named(context)) is not None:
        return named
    if len(text) > LONGEST:
        return None
    if ASKS_OWN.fullmatch(plain):
        return Skill(NAME, show_own)
    return choose_offer(context) or _choose_in_list(context, plain)


def choose_named(context: TurnContext) -> Skill | None:
    """报名12月4日的专利质押融资实务: the words that a session's page asks for, whatever else is going on."""
    named = session_named(context)
    return Skill(NAME, lambda given: _book(given, named, seats=1)) if named is not None else None


def choose_offer(context: TurnContext) -> Skill | None:
    """接受名额, 不要名额: the words that our notice asks for, whatever else is going on."""
    plain = context.plain.strip(ENDS)
    answers = ((TAKES, take), (REFUSES, refuse))
    return next((Skill(NAME, answer) for pattern, answer in answers if pattern.fullmatch(plain)), None)


def _choose_in_list(context: TurnContext, plain: str) -> Skill | None:
    table = context.memory.get("list") or {}
    if table.get("kind") == BOOKINGS:
        given_up = place_of(GIVES_UP, plain)
        if given_up is not None:
            return Skill(NAME, lambda given: ask_to_cancel_listed(given, given_up))
        seen = place_of(NAMES, plain)
        return None if seen is None else Skill(NAME, lambda given: show_booking(given, seen))
    if table.get("kind") != SESSIONS:
        return None
    act = context.understanding.act if context.understanding.intent is None else None
    if act in {"next_page", "previous_page"}:
        return Skill(NAME, lambda given: move(given, SHOWN if act == "next_page" else -SHOWN))
    wanted = place_of(BOOKS, plain)
    named = place_of(NAMES, plain)
    if wanted is None and named is not None and not table.get("seats"):
        return Skill(NAME, lambda given: show_session(given, named))
    place = named if wanted is None else wanted
    return None if place is None else Skill(NAME, lambda given: book_listed(given, place))


def browse(context: TurnContext) -> Reply:
    """Sessions to come that fit the sentence."""
    asked = _asked(context)
    found = list_upcoming(context.session, context.now, asked)
    if found:
        return listed(found, context, head=f"找到{len(found)}场培训:" if asked.is_anything else "近期的培训:")
    return nothing_fits(context)


def book_by_words(context: TurnContext) -> Reply:
    """帮我报名周五的质押融资讲座: booked at once where one session fits, a choice where several do."""
    asked, seats = _asked(context), seats_of(context.plain)
    found = list_upcoming(context.session, context.now, asked)
    if not found:
        return nothing_fits(context)
    if len(found) == 1 and asked.is_anything:
        return _book(context, found[0], seats)
    head = f"有{len(found)}场,要报哪一场?" if asked.is_anything else "要报哪一场?"
    return listed(found, context, head=head, seats=seats)


def book_listed(context: TurnContext, place: int) -> Reply:
    """报名第1个, of the list on the table."""
    held = session_at(context, place)
    if held is None:
        return no_such(context)
    return _book(context, held, int((context.memory.get("list") or {}).get("seats") or seats_of(context.plain)))


def book_confirmed(context: TurnContext) -> Reply:
    """好, after we said what speaks against it or what it costs."""
    pending = context.memory.get("pending") or {}
    held = get_session(context.session, str(pending.get("session")))
    return _book(context, held, int(pending.get("seats") or 1), is_confirmed=True)


def show_session(context: TurnContext, place: int) -> Reply:
    """One session whole."""
    held = session_at(context, place)
    if held is None:
        return no_such(context)
    seats = said_seats(held, context.now, is_waited_for=is_waited_for(context.session, held, context.now))
    lines = [
        held.course.title, f"{said_time(held)} · {said_place(held)}",
        f"{held.speaker}讲 · {said_price(held)} · {seats}",
        held.course.summary, f"适合:{held.course.audience}",
    ]  # fmt: skip
    lines += [line] if (line := shown_line(held)) else []
    posts = session_posts.line_of(context, held)
    lines += [posts] if posts else []
    if held.course.is_demonstration:
        lines.append("演示数据")
    beside = Choice(f"看第{place}场的供需", "看供需") if posts else OTHERS
    return Reply("\n".join(lines), choices=(Choice(f"报名第{place}个", "报名"), beside))


def show_own(context: TurnContext) -> Reply:
    """What this person has booked, waits for or is offered, also while it goes on."""
    rows = list_current_bookings(context.session, user_id=context.user_id, now=context.now)
    if not rows:
        return Reply("您现在没有报名的培训。", choices=(OTHERS,))
    return own_list(context, rows, f"您的报名,共{len(rows)}个:")


def show_numbered(context: TurnContext, number: str) -> Reply:
    """PX261128-0003: where it stands. A stranger's number looks like an unknown one."""
    try:
        booking = get_own_booking(context.session, user_id=context.user_id, number=number)
    except NotFound:
        return Reply(f"没有查到您名下的报名 {number}。", choices=(MINE, OTHERS))
    held = booking.session
    return Reply(
        f"{booking.number} {held.course.title}:{state_of(booking, context)},{said_time(held)}。", choices=(MINE, OTHERS)
    )


def show_booking(context: TurnContext, place: int) -> Reply:
    booking = booking_at(context, place)
    if booking is None:
        return show_own(context)
    held = booking.session
    lines = [
        f"{booking.number} {state_of(booking, context)}", held.course.title,
        f"{said_time(held)} · {said_place(held)}", f"{held.speaker}讲 · {said_price(held)}",
    ]  # fmt: skip
    if held.live_url and booking.state in {BookingState.BOOKED, BookingState.ATTENDED}:
        lines.append(watch_line(booking, make_join_link(context.resources.settings, booking)))
    lines += [line] if (line := shown_line(held)) else []
    lines += [*answered_lines(booking, context), *calendar_line(booking, context)]
    ways_out = (Choice(f"取消第{place}个", "取消报名"),) if can_give_up(booking, context.now) else ()
    return Reply("\n".join(lines), choices=(*ways_out, OTHERS))


def cancel_by_words(context: TurnContext) -> Reply:
    """那个培训我去不了了: asked back once, since a place may be hard to get again."""
    rows = list_own_bookings(context.session, user_id=context.user_id, now=context.now)
    asked = _asked(context)
    if asked.is_anything:
        fitting = {each.id for each in list_upcoming(context.session, context.now, asked)}
        rows = [each for each in rows if each.session_id in fitting] or rows
    if not rows:
        return Reply("您现在没有可以取消的报名。", choices=(OTHERS,))
    if len(rows) == 1:
        return ask_to_cancel(rows[0], context)
    return own_list(context, rows, "要取消哪一个?说“取消第几个”。")


def ask_to_cancel_listed(context: TurnContext, place: int) -> Reply:
    booking = booking_at(context, place)
    if booking is None:
        return show_own(context)
    if not can_give_up(booking, context.now):
        return Reply("这一场已经开始或者签到了,不用取消。", choices=(MINE, OTHERS))
    return ask_to_cancel(booking, context)


def cancel_confirmed(context: TurnContext) -> Reply:
    """好, after 要取消吗."""
    number = str((context.memory.get("pending") or {}).get("number"))

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            booking = get_own_booking(session, user_id=conversation.user_id, number=number)
            cancel(session, booking, context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        title = booking.session.course.title
        gone = {KEY: None} if (context.memory.get(KEY) or {}).get("number") == number else {}
        memory = {"pending": None, "list": None, **gone}
        return Reply(f"取消了:{title}。名额会给后面的人。", choices=(OTHERS,), memory=memory)

    return Reply("", on_commit=commit)


def take(context: TurnContext) -> Reply:
    """接受名额."""

    def accept(session: Session, booking: Booking) -> Reply:
        accept_offer(session, booking, context.now)
        return with_questions(booked(booking, context), booking, context)

    return _answer_offer(context, accept)


def refuse(context: TurnContext) -> Reply:
    """不要名额: it goes to who is next."""

    def decline(session: Session, booking: Booking) -> Reply:
        cancel(session, booking, context.now)
        return Reply("好,名额给后面的人了。", choices=(OTHERS,))

    return _answer_offer(context, decline)


def _answer_offer(context: TurnContext, answer: Callable[[Session, Booking], Reply]) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        rows = list_own_bookings(session, user_id=conversation.user_id, now=context.now)
        offered = next((each for each in rows if each.state == BookingState.OFFERED), None)
        if offered is None:
            return Reply("现在没有给您留着的名额。", choices=(MINE, OTHERS))
        try:
            return answer(session, offered)
        except AppError as refusal:
            return Reply(refusal.message, choices=(OTHERS,))

    return Reply("", on_commit=commit)


def _book(context: TurnContext, held: CourseSession, seats: int, *, is_confirmed: bool = False) -> Reply:
    if not is_confirmed and (why := why_ask(context, held, seats)):
        pending = {"kind": CONFIRMS_BOOKING, "session": held.public_id, "seats": seats}
        return Reply(why, choices=(Choice("好", "报名"), Choice("算了", "先不报")), memory={"pending": pending})
    session_id = held.id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            booking = book(
                session, session_id=session_id, conversation=conversation, seats=seats,
                company_id=conversation.user.company_id, channel="chat", now=context.now,
            )  # fmt: skip
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE, OTHERS), memory={"pending": None})
        if booking.state != BookingState.BOOKED:
            return waiting(session, booking)
        return with_questions(booked(booking, context), booking, context)

    return Reply("", on_commit=commit)


def _asked(context: TurnContext) -> Asked:
    slots = context.understanding.slots
    return Asked(str(slots.get("topic") or ""), _day(slots.get("date")), slots.get("region"))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
