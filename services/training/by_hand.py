"""Bookings that staff write down for somebody: on the telephone, or for who stands at the door without one.

A telephone number that WeChat has said to be an account's means that person; one that was only typed into a form may be
a stranger's and means nobody. Anybody else becomes a person without an account: a name and a number, who holds seats
like all others and whom only the telephone reaches.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from models import Booking, BookingState, Conversation, CourseSession, Staff, User, WeChatIdentity
from services.audit import record_action
from services.case_records import lock_person
from services.training.attendance import OPENS_BEFORE, take_in
from services.training.callers import HAS_ACCOUNT
from services.training.desk import get_booking_for, get_session_for
from services.training.questions import write_down_answers
from services.training.seats import (
    LAST_OFFER,
    accept_offer,
    cancel,
    find_live_booking,
    has_room,
    lock_booking,
    lock_session,
    reserve,
    set_state,
    tell,
)
from services.training.session_form import one_line

CHANNEL = "desk"
LONGEST_NAME = 20
PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?[2-8]\d{6,7}", re.ASCII)
BEFORE_A_PHONE = re.compile(r"^(?:\+|00)86")
OVER = "这一场已经结束。"
CALLED_OFF = "这一场已经取消。"


@dataclass(frozen=True)
class Wanted:
    """Who is to come: a name and a number, and whose number that is where somebody has it."""

    name: str
    number: str
    person: User | None
    conversation: Conversation | None

    @property
    def conversation_id(self) -> int | None:
        return self.conversation.id if self.conversation is not None else None


def book_by_hand(
    session: Session, *, staff: Staff, public_id: str, name: str, phone: str, seats: int, now: datetime
) -> Booking:
    """Seats or a place in line until the session starts, whether or not enrolment is open.

    Raises InvalidInput by field name, Conflict (AlreadyBooked among them).
    """
    found = get_session_for(session, staff, public_id)
    wanted = _find(session, found, name, phone)
    held = lock_session(session, found.id)
    _check_is_on(held, now)
    if now >= held.starts_at:
        raise Conflict("已经开始了。人到了现场,请在签到页登记。")
    person = _get_or_create(session, wanted, now)
    booking = reserve(
        session, held, user_id=person.id, conversation_id=wanted.conversation_id,
        company_id=person.company_id, seats=seats, channel=CHANNEL, now=now,
    )  # fmt: skip
    _note(session, staff, booking, "booked_by_hand", now)
    tell(session, booking, "by_hand", now)
    return booking


def walk_in(
    session: Session, *, staff: Staff, public_id: str, name: str, phone: str, seats: int, now: datetime
) -> Booking:
    """Somebody is here: checked in on their booking, from their place in line, or on seats that are free.

    Until the last offer before the start those who wait go first; afterwards whoever is here does. Raises InvalidInput
    by field name, Conflict.
    """
    found = get_session_for(session, staff, public_id)
    wanted = _find(session, found, name, phone)
    held = lock_session(session, found.id)
    _check_is_on(held, now)
    if now < held.starts_at - OPENS_BEFORE:
        raise Conflict("开始前2小时起可以签到。现在可以先代报名。")
    person = _get_or_create(session, wanted, now)
    booking = find_live_booking(session, session_id=held.id, user_id=person.id)
    if booking is None:
        _check_room(session, held, seats, now)
        booking = reserve(
            session, held, user_id=person.id, conversation_id=wanted.conversation_id,
            company_id=person.company_id, seats=seats, channel=CHANNEL, now=now, takes_line=True,
        )  # fmt: skip
        _note(session, staff, booking, "walked_in", now)
        return take_in(session, staff, held, booking, now)
    lock_booking(session, booking)
    if booking.state == BookingState.WAITING:
        _check_room(session, held, booking.seats, now)
        held.taken += booking.seats
        set_state(booking, BookingState.BOOKED, now)
    elif booking.state == BookingState.OFFERED:
        set_state(booking, BookingState.BOOKED, now)  # the seats are theirs already
    return take_in(session, staff, held, booking, now)


def accept_by_hand(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """They said yes on the telephone. Raises NotFound, OfferGone."""
    booking = get_booking_for(session, staff, public_id, booking_id)
    was = booking.state
    accept_offer(session, booking, now)
    if was != booking.state:
        _note(session, staff, booking, "offer_accepted_by_hand", now)
        tell(session, booking, "by_hand", now)
    return booking


def answer_by_hand(
    session: Session, *, staff: Staff, public_id: str, booking_id: int, answers: Mapping[str, Any], now: datetime
) -> Booking:
    """What they said to the organiser's questions on the telephone. Raises NotFound, InvalidInput, Conflict."""
    booking = get_booking_for(session, staff, public_id, booking_id)
    write_down_answers(session, booking, answers, now)
    _note(session, staff, booking, "answered_by_hand", now)
    return booking


def cancel_by_hand(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """They said that they do not come. Raises NotFound, Conflict."""
    booking = get_booking_for(session, staff, public_id, booking_id)
    cancel(session, booking, now)
    _note(session, staff, booking, "cancelled_by_hand", now)
    tell(session, booking, "cancelled_by_hand", now)
    return booking


def read_phone(text: str) -> str | None:
    """As accounts keep it: the digits of a mobile, area code and number with a hyphen; None for anything else."""
    plain = BEFORE_A_PHONE.sub("", re.sub(r"[\s()()]", "", text)).replace("—", "-")
    if not plain.startswith("0"):
        plain = plain.replace("-", "")
    if PHONE.fullmatch(plain) is None:
        return None
    if plain.startswith("1") or "-" in plain:
        return plain
    area = 3 if plain.startswith(("010", "02")) else 4
    return f"{plain[:area]}-{plain[area:]}"


def _find(session: Session, held: CourseSession, name: str, phone: str) -> Wanted:
    """Whoever has this number, with the conversation in which they are told. All are locked, and before any session
    is: a turn takes conversation, person and session in that order. Raises InvalidInput."""
    name, number = one_line(name), read_phone(phone)
    problems = {}
    if not 1 <= len(name) <= LONGEST_NAME:
        problems["name"] = f"1到{LONGEST_NAME}个字"
    if number is None:
        problems["phone"] = "写手机号,或带区号的座机"
    if number is None or problems:
        raise InvalidInput("请写姓名和电话。", fields=problems)
    for each in _with_number(session, number):
        lock_person(session, each)
    known = {each.id: each for each in _with_number(session, number)}
    if not known:
        return Wanted(name, number, None, None)
    conversation = session.scalars(
        select(Conversation)
        .join(WeChatIdentity, WeChatIdentity.id == Conversation.identity_id)
        .where(Conversation.user_id.in_(known))
        .order_by(WeChatIdentity.is_subscribed.desc(), Conversation.last_message_at.desc())
    ).first()
    booked = [each for each in known if find_live_booking(session, session_id=held.id, user_id=each) is not None]
    person = known[booked[0]] if booked else conversation.user if conversation else known[min(known)]
    return Wanted(name, number, person, conversation if conversation and conversation.user_id == person.id else None)


def _get_or_create(session: Session, wanted: Wanted, now: datetime) -> User:
    """The session is locked: a number that a colleague typed while we waited for it is somebody now."""
    person = wanted.person or next(iter(_with_number(session, wanted.number)), None)
    if person is None:
        person = User(phone=wanted.number, created_at=now)
        session.add(person)
    if person.display_name is None:
        person.display_name = wanted.name
    session.flush()
    return person


def _with_number(session: Session, number: str) -> Sequence[User]:
    """Accounts that proved it, and who was booked by it before and has no account."""
    is_theirs = or_(User.phone_verified_at.is_not(None), ~HAS_ACCOUNT)
    wanted = select(User).where(User.phone == number, User.erased_at.is_(None), is_theirs)
    return session.scalars(wanted.order_by(User.id).execution_options(populate_existing=True)).all()


def _check_is_on(held: CourseSession, now: datetime) -> None:
    if held.cancelled_at is not None:
        raise Conflict(CALLED_OFF)
    if now >= held.ends_at:
        raise Conflict(OVER)


def _check_room(session: Session, held: CourseSession, seats: int, now: datetime) -> None:
    """Raises Conflict where the seats are not free, or are somebody else's to be offered first."""
    if held.taken + seats > held.capacity:
        free = held.capacity - held.taken
        left = f"只剩{free}个名额" if free else "满了"
        raise Conflict(f"这一场{left},没有登记。现场还坐得下,先在“修改这一场”里加名额。")
    if now < held.starts_at - LAST_OFFER and not has_room(session, held, seats, now):
        raise Conflict("前面还有人候补,名额先问他们。开始前1小时起,谁到场给谁。")


def _note(session: Session, staff: Staff, booking: Booking, action: str, now: datetime) -> None:
    record_action(session, staff=staff, action=action, target=f"booking:{booking.number}", now=now)
