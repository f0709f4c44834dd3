"""Bookings that staff write down: whoever has an account is that person, everybody holds seats like all others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, InvalidInput
from models import Booking, BookingState, CourseSession, Message, OutboxRow, User
from services.training.absences import list_counted
from services.training.attendance import mark_absent
from services.training.broadcasts import count_recipients, send_portion, write_broadcast
from services.training.by_hand import accept_by_hand, book_by_hand, cancel_by_hand, read_phone, walk_in
from services.training.callers import forget_caller, forget_old_callers, take_over_bookings
from services.training.notices import tell_booking
from services.training.reminders import request_reminders
from tests.support.people import make_conversation, make_identity
from tests.support.training import make_booking, make_session

PHONE = "13800138000"


@pytest.fixture
def desk(database, clock, staff, held):
    """Takes a step of the desk at this session, in a unit of work of its own."""

    def take(step, **given):
        with database.unit_of_work() as session:
            booking = step(session, staff=staff, public_id=held.public_id, now=clock.now(), **given)
            return booking.id, booking.state

    return take


def taken(database, held) -> int:
    with database.reading() as session:
        return session.get_one(CourseSession, held.id).taken


def asked_for(database, what: str) -> list[int]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.training.tell_booking")).all()
        return [row.arguments["booking_id"] for row in rows if row.arguments["what"] == what]


def test_somebody_without_an_account_is_booked_by_name_and_number(database, clock, held, desk) -> None:
    mine, state = desk(book_by_hand, name=" 王 小明 ", phone="138 0013 8000", seats=1)
    assert state == "booked" and taken(database, held) == 1
    with database.reading() as session:
        booking = session.get_one(Booking, mine)
        assert (booking.user.display_name, booking.user.phone) == ("王 小明", PHONE)
        assert booking.conversation_id is None and booking.channel == "desk"
    with pytest.raises(Conflict, match="已经报过"):
        desk(book_by_hand, name="王小明", phone="+86 138-0013-8000", seats=1)
    assert taken(database, held) == 1


def test_who_has_an_account_with_this_number_is_that_person_and_is_told(database, clock, held, desk) -> None:
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        conversation.user.phone, conversation.user.phone_verified_at = PHONE, clock.now()
    mine, _ = desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    with database.unit_of_work() as session:
        booking = session.get_one(Booking, mine)
        assert (booking.user_id, booking.conversation_id) == (conversation.user_id, conversation.id)
        assert session.scalar(select(func.count()).select_from(User)) == 1
        assert asked_for(database, "by_hand") == [mine]
        assert tell_booking(session, mine, "by_hand", clock.now())
        assert "培训专员给您报上了:专利质押融资实务" in session.scalars(select(Message.text)).one()


def test_a_number_that_was_only_typed_into_a_form_is_nobodys(database, clock, held, desk) -> None:
    """Whoever writes a stranger's number into a form must not be told, nor be booked, in their stead."""
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        conversation.user.phone = PHONE
    mine, _ = desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    with pytest.raises(Conflict, match="已经报过"):
        desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    with database.reading() as session:
        booking = session.get_one(Booking, mine)
        assert booking.user_id != conversation.user_id and booking.conversation_id is None
        assert session.scalar(select(func.count()).select_from(User)) == 2


def test_of_two_accounts_with_one_number_the_one_that_is_booked_is_meant(database, clock, held, desk) -> None:
    with database.unit_of_work() as session:
        booking = make_booking(session, held, clock.now())
        booking.user.phone, booking.user.phone_verified_at = PHONE, clock.now()
        later = make_conversation(session, make_identity(session, clock.now()), clock.now() + timedelta(hours=1))
        later.user.phone, later.user.phone_verified_at = PHONE, clock.now()
    with pytest.raises(Conflict, match=booking.number):
        desk(book_by_hand, name="王小明", phone=PHONE, seats=1)


def test_a_full_session_takes_nobody_by_hand_past_the_line(database, clock, held, desk) -> None:
    with database.unit_of_work() as session:
        bookings = [make_booking(session, held, clock.now()) for _ in range(3)]
    mine, state = desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    assert state == "waiting" and taken(database, held) == 2
    for first in bookings[:2]:
        desk(cancel_by_hand, booking_id=first.id)
    assert asked_for(database, "cancelled_by_hand") == [each.id for each in bookings[:2]]
    with database.reading() as session:
        assert session.get_one(Booking, bookings[2].id).state == session.get_one(Booking, mine).state == "offered"
    assert desk(accept_by_hand, booking_id=mine) == desk(accept_by_hand, booking_id=mine) == (mine, "booked")
    assert taken(database, held) == 2


def test_nobody_is_written_to_who_has_no_conversation(database, clock, held, desk) -> None:
    mine, _ = desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    with database.unit_of_work() as session:
        assert not tell_booking(session, mine, "by_hand", clock.now())
        assert count_recipients(session, held.id, ("booked",)) == 0
        row = write_broadcast(session, session_id=held.id, text="请带电脑。", states=("booked",), now=clock.now())
        assert send_portion(session, row.id, clock.now()) == 0
        assert request_reminders(session, held.starts_at - timedelta(minutes=30)) == 0
        assert session.scalars(select(Message)).all() == []


def test_who_walks_in_is_checked_in_on_a_free_seat_and_never_on_one_that_is_not_there(
    database, clock, held, desk
) -> None:
    with pytest.raises(Conflict, match="开始前2小时"):
        desk(walk_in, name="王小明", phone=PHONE, seats=1)
    clock.set(held.starts_at - timedelta(minutes=30))
    assert desk(walk_in, name="王小明", phone=PHONE, seats=1)[1] == "attended"
    assert desk(walk_in, name="王小明", phone=PHONE, seats=1)[1] == "attended"
    assert taken(database, held) == 1
    with pytest.raises(Conflict, match="只剩1个名额"):
        desk(walk_in, name="李芳", phone="0757-83380000", seats=2)
    clock.set(held.starts_at + timedelta(minutes=5))
    assert desk(walk_in, name="李芳", phone="075783380000", seats=1)[1] == "attended"
    with pytest.raises(Conflict, match="满了"):
        desk(walk_in, name="赵亮", phone="13900139000", seats=1)
    with pytest.raises(Conflict, match="签到页"):
        desk(book_by_hand, name="赵亮", phone="13900139000", seats=1)
    assert taken(database, held) == 2
    clock.set(held.ends_at)
    with pytest.raises(Conflict, match="已经结束"):
        desk(walk_in, name="赵亮", phone="13900139000", seats=1)


def test_who_waits_goes_before_who_walks_in_until_the_last_offer_then_who_is_here_does(
    database, clock, held, desk
) -> None:
    with database.unit_of_work() as session:
        make_booking(session, held, clock.now())
        group = make_booking(session, held, clock.now(), seats=2)
        waits = make_booking(session, held, clock.now())
        waits.user.phone, waits.user.phone_verified_at = PHONE, clock.now()
        assert group.state == waits.state == "waiting"
    clock.set(held.starts_at - timedelta(minutes=90))
    with pytest.raises(Conflict, match="还有人候补"):
        desk(walk_in, name="赵亮", phone="13900139000", seats=1)
    clock.set(held.starts_at - timedelta(minutes=59))
    assert desk(walk_in, name="王小明", phone=PHONE, seats=1) == (waits.id, "attended")
    assert taken(database, held) == 2


def test_who_comes_with_an_offer_sits_on_the_seat_that_is_held(database, clock, held, desk) -> None:
    with database.unit_of_work() as session:
        first, _, third = [make_booking(session, held, clock.now()) for _ in range(3)]
        third.user.phone, third.user.phone_verified_at = PHONE, clock.now()
    clock.set(held.starts_at - timedelta(minutes=70))
    desk(cancel_by_hand, booking_id=first.id)
    assert desk(walk_in, name="王小明", phone=PHONE, seats=1) == (third.id, "attended")
    assert taken(database, held) == 2


def test_a_number_that_is_sent_several_times_at_once_is_one_person_on_one_seat(database, clock, held, desk) -> None:
    clock.set(held.starts_at - timedelta(minutes=30))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: desk(walk_in, name="王小明", phone=PHONE, seats=1), range(4)))
    assert len(set(found)) == 1 and taken(database, held) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize("given", [
    {"name": "", "phone": PHONE}, {"name": "王小明", "phone": ""}, {"name": "王小明", "phone": "12345"},
    {"name": "王" * 21, "phone": PHONE}, {"name": "王小明", "phone": PHONE, "seats": 0},
    {"name": "王小明", "phone": PHONE, "seats": 11},
])  # fmt: skip
def test_what_is_typed_wrong_is_refused_and_nobody_is_made(database, held, desk, given) -> None:
    with pytest.raises(InvalidInput):
        desk(book_by_hand, **{"seats": 1, **given})
    with database.reading() as session:
        assert session.scalars(select(User)).all() == []


def test_a_number_is_read_however_it_is_typed() -> None:
    for typed in ("13800138000", "138 0013 8000", "+86 138-0013-8000", "0086-13800138000"):
        assert read_phone(typed) == PHONE, typed
    for typed in ("0757-83380000", "(0757)83380000", "075783380000"):
        assert read_phone(typed) == "0757-83380000", typed
    assert read_phone("02081234567") == "020-81234567"
    for typed in ("", "1380013800", "138001380001", "abc", "83380000"):
        assert read_phone(typed) is None, typed


def test_who_has_no_account_is_forgotten_on_request_or_a_year_after_the_last_session(
    database, clock, staff, held, desk
) -> None:
    mine, _ = desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    with database.unit_of_work() as session:
        known = make_booking(session, held, clock.now())
    with pytest.raises(Conflict, match="他有账号"):
        desk(forget_caller, booking_id=known.id)
    desk(forget_caller, booking_id=mine)
    with database.reading() as session:
        booking = session.get_one(Booking, mine)
        assert (booking.user.phone, booking.user.display_name, booking.state) == (None, None, "cancelled")
    assert taken(database, held) == 1
    desk(book_by_hand, name="李芳", phone="13900139000", seats=1)
    year_later = held.ends_at + timedelta(days=365)
    for at, count in ((year_later - timedelta(seconds=1), 0), (year_later, 1)):
        with database.unit_of_work() as session:
            assert forget_old_callers(session, at) == count
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User).where(User.phone.is_not(None))) == 0
        assert session.get_one(User, known.user_id).erased_at is None


def test_bookings_move_to_the_account_that_proves_to_have_the_number(database, clock, staff, held, desk) -> None:
    with database.unit_of_work() as session:
        missed = make_session(session, clock.now(), starts_at=clock.now() + timedelta(hours=1))
        own = make_booking(session, held, clock.now())
        identity, conversation = own.conversation.identity, own.conversation_id
        book_by_hand(
            session, staff=staff, public_id=missed.public_id, name="王小明", phone=PHONE, seats=1, now=clock.now()
        )
    twice, state = desk(book_by_hand, name="王小明", phone=PHONE, seats=1)
    assert state == "booked" and taken(database, held) == 2
    with database.unit_of_work() as session:
        other = make_session(session, clock.now(), starts_at=clock.now() + timedelta(days=2))
        line = book_by_hand(
            session, staff=staff, public_id=other.public_id, name="王小明", phone=PHONE, seats=2, now=clock.now()
        )
    clock.set(missed.ends_at)
    with database.unit_of_work() as session:
        assert mark_absent(session, staff=staff, public_id=missed.public_id, now=clock.now()) == 1

    for count in (3, 0):
        with database.unit_of_work() as session:
            assert take_over_bookings(session, session.merge(identity), PHONE, clock.now()) == count

    with database.reading() as session:
        rows = session.scalars(select(Booking).order_by(Booking.id)).all()
        assert {each.user_id for each in rows} == {own.user_id}
        live = {each.id: each.conversation_id for each in rows if each.state == BookingState.BOOKED}
        assert live == {own.id: conversation, line.id: conversation}, "of two at one session one stays"
        assert list_counted(session, own.user_id, clock.now()) == [], "nobody could call that off here"
        assert session.scalars(select(User.phone)).all() == [None, None]
    assert taken(database, held) == 1
    assert asked_for(database, "by_hand")[-1] == line.id and twice not in live
