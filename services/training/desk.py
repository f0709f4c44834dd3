"""The training desk: courses and sessions are written, changed and called off, and everybody concerned hears once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.ids import new_public_id
from models import Booking, BookingState, Course, CourseSession, SessionBroadcast, Staff
from services.audit import record_action
from services.permissions import Action, check_may
from services.training.broadcasts import SEATED, count_recipients, write_broadcast
from services.training.changes import (
    CONCERNED,
    announced,
    call_off,
    keep_offers_before_start,
    remind_anew,
    tell_changes,
)
from services.training.materials import tell_materials
from services.training.seats import lock_session, offer_free_seats
from services.training.session_form import (
    AFTERWARDS,
    CourseContent,
    SessionContent,
    check_course,
    check_session,
    columns_of,
    one_line,
)
from services.training.timetable import get_session, said_time

STALE = "同事刚改过这一场,请刷新后再改。"
LONGEST_REASON, LONGEST_MESSAGE = 150, 360
# The same words to the same people within this time are a second click.
TWICE = timedelta(minutes=10)
# Who a message may go to.
AUDIENCES: dict[str, tuple[BookingState, ...]] = {
    "all": CONCERNED,
    "seats": SEATED,
    "line": (BookingState.OFFERED, BookingState.WAITING),
}


def list_courses(session: Session, staff: Staff) -> Sequence[Course]:
    """By title."""
    check_may(staff, Action.RUN_TRAINING)
    return session.scalars(select(Course).order_by(Course.title, Course.id)).all()


def get_session_for(session: Session, staff: Staff, public_id: str) -> CourseSession:
    """The desk's door to a session. Raises Forbidden, NotFound."""
    check_may(staff, Action.RUN_TRAINING)
    return get_session(session, public_id)


def get_booking_for(session: Session, staff: Staff, public_id: str, booking_id: int) -> Booking:
    """A booking of a session, as the desk finds it. Raises Forbidden, NotFound."""
    held = get_session_for(session, staff, public_id)
    booking = session.get(Booking, booking_id)
    if booking is None or booking.session_id != held.id:
        raise NotFound("没有找到这个报名。")
    return booking


def create_course(session: Session, *, staff: Staff, content: CourseContent, now: datetime) -> Course:
    """Raises InvalidInput by field name, Conflict for a title that is taken."""
    courses = list_courses(session, staff)
    check_course(content, [each.code for each in courses])
    title = one_line(content.title)
    if any(each.title == title for each in courses):
        raise Conflict("已经有这门课程,直接给它排场次就行。", fields={"title": "已经有了"})
    course = Course(
        code=new_public_id(), title=title, track=content.track, summary=one_line(content.summary),
        audience=one_line(content.audience), follows=content.follows or None,
        gives_certificate=content.gives_certificate, created_at=now,
    )  # fmt: skip
    session.add(course)
    session.flush()
    record_action(session, staff=staff, action="course_created", target=f"course:{course.id}", now=now)
    return course


def create_session(
    session: Session, *, staff: Staff, course_id: int, content: SessionContent, now: datetime
) -> CourseSession:
    """Raises InvalidInput by field name."""
    check_may(staff, Action.RUN_TRAINING)
    if session.get(Course, course_id) is None:
        raise InvalidInput("请先选课程,没有就新建一门。", fields={"course": "请选一门"})
    check_session(content, None, now)
    held = CourseSession(course_id=course_id, created_at=now, **columns_of(content, None))
    session.add(held)
    session.flush()
    record_action(session, staff=staff, action="session_created", target=target_of(held), now=now)
    return held


def change_session(
    session: Session, *, staff: Staff, public_id: str, content: SessionContent, version: int, now: datetime
) -> SessionBroadcast | None:
    """Write it down; answers the notice of what changed for those who booked, None where that is nothing.

    More seats are offered to the line. Raises Conflict for an older version or a session that is over or cancelled,
    InvalidInput by field name.
    """
    held = _lock(session, staff, public_id, version)
    check_session(content, held, now)
    columns = columns_of(content, held)
    changed = {name for name, value in columns.items() if getattr(held, name) != value}
    if not changed:
        return None
    is_over = held.ends_at <= now
    if is_over and changed - AFTERWARDS:
        raise Conflict("这一场已经结束,只能改回放和资料。")
    before = announced(held)
    for name in changed:
        setattr(held, name, columns[name])
    held.version += 1
    session.flush()
    told = (
        tell_materials(session, held, staff_id=staff.id, now=now)
        if is_over
        else tell_changes(session, held, before, staff_id=staff.id, now=now)
    )
    if "starts_at" in changed:
        keep_offers_before_start(session, held, now)
        remind_anew(session, held, now)
    if "capacity" in changed:
        offer_free_seats(session, held, now)
    record_action(
        session, staff=staff, action="session_changed", target=target_of(held), now=now, fields=sorted(changed)
    )
    return told


def cancel_session(
    session: Session, *, staff: Staff, public_id: str, reason: str, version: int, now: datetime
) -> SessionBroadcast:
    """Not held: every booking is cancelled and everybody concerned reads why. Raises InvalidInput, Conflict."""
    held = _lock(session, staff, public_id, version)
    reason = one_line(reason).rstrip("。")
    if not reason or len(reason) > LONGEST_REASON:
        said = f"写一句原因,{LONGEST_REASON}个字以内,报名的人会看到。"
        raise InvalidInput(said, fields={"reason": said})
    if held.starts_at <= now:
        raise Conflict("这一场已经开始,不能取消了。")
    held.cancelled_at = now
    held.version += 1
    count = call_off(session, held, now)
    fee = "费用由培训专员和您确认。" if held.price_fen else ""
    text = f"“{held.course.title}”({said_time(held)})取消了:{reason}。{fee}看别的场次请说“最近有什么培训”。"
    told = write_broadcast(
        session, session_id=held.id, text=text, states=(BookingState.CANCELLED,), staff_id=staff.id, now=now
    )
    record_action(session, staff=staff, action="session_cancelled", target=target_of(held), now=now, bookings=count)
    return told


def write_to(
    session: Session, *, staff: Staff, public_id: str, audience: str, text: str, confirmed: int | None, now: datetime
) -> int | None:
    """A message to those who booked. `confirmed` is the number of people that was agreed to: None where it has been
    written to them; else, with nothing written, how many would get it now. Raises InvalidInput, Conflict."""
    held = lock_session(session, get_session_for(session, staff, public_id).id)
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_MESSAGE:
        raise InvalidInput(f"通知写1到{LONGEST_MESSAGE}个字。", fields={"text": f"1到{LONGEST_MESSAGE}个字"})
    if audience not in AUDIENCES:
        raise InvalidInput("请选发给谁。", fields={"audience": "请选一种"})
    if held.cancelled_at is not None:
        raise Conflict("这一场已经取消,取消时已经通知过。")
    count = count_recipients(session, held.id, AUDIENCES[audience])
    if not count:
        raise Conflict("现在没有人会收到,没有发。")
    if confirmed != count:
        return count
    whole = f"关于“{held.course.title}”:\n{text}"
    lately = select(SessionBroadcast.states).where(
        SessionBroadcast.session_id == held.id,
        SessionBroadcast.text == whole,
        SessionBroadcast.created_at > now - TWICE,
    )
    if list(AUDIENCES[audience]) in session.scalars(lately).all():
        raise Conflict("刚发过同样的通知,没有再发。")
    write_broadcast(session, session_id=held.id, text=whole, states=AUDIENCES[audience], staff_id=staff.id, now=now)
    record_action(
        session, staff=staff, action="session_message", target=target_of(held), now=now, audience=audience, people=count
    )
    return None


def target_of(held: CourseSession) -> str:
    """As the audit log names it."""
    return f"session:{held.id}"


def _lock(session: Session, staff: Staff, public_id: str, version: int) -> CourseSession:
    held = lock_session(session, get_session_for(session, staff, public_id).id)
    if held.version != version:
        raise Conflict(STALE)
    if held.cancelled_at is not None:
        raise Conflict("这一场已经取消,不能再改。")
    return held
