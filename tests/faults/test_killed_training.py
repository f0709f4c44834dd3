"""`kill -9` between the offer of a seat and its acceptance, and during a message to everybody: nobody twice, nobody
left out, no seat lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import Database
from models import Booking, BookingState, Conversation, CourseSession, WeChatIdentity
from services.job_names import JobName, request_job
from services.training.broadcasts import write_broadcast
from services.training.seats import book, cancel
from tests.faults.conftest import find_lost, virtual_now
from tests.faults.scene import App, Scene, Trap
from tests.support.stack import Stack
from tests.support.training import make_session

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
NewTrap = Callable[[str], Trap]
OFFERED, TO_ALL = "不要回复“不要名额”", "教室改到5楼。"
SOON = timedelta(minutes=10)


@pytest.fixture
def scenes(new_scene: Callable[[App], Scene]) -> list[Scene]:
    """Three people who have just written, so that they can be written to."""
    people = [new_scene("official") for _ in range(3)]
    for each in people:
        each.say("帮助")
        each.settle()
    return people


@pytest.fixture
def bookings(stack: Stack, database: Database, scenes: list[Scene]) -> list[int]:
    """Of one seat: the first person has it, the others wait."""
    now = virtual_now(stack)
    with database.unit_of_work() as session:
        held = make_session(session, now, capacity=1)
        made = []
        for each in scenes:
            theirs = select(Conversation).join(WeChatIdentity).where(WeChatIdentity.openid == each.openid)
            conversation = session.scalars(theirs).one()
            made.append(book(session, session_id=held.id, conversation=conversation, channel="chat", now=now))
        return [booking.id for booking in made]


def states(database: Database, bookings: list[int]) -> list[str]:
    with database.reading() as session:
        return [session.get_one(Booking, each).state for each in bookings]


def taken(database: Database, booking: int) -> int:
    with database.reading() as session:
        held = session.get_one(CourseSession, session.get_one(Booking, booking).session_id)
        return held.taken


def times_told(scene: Scene, words: str) -> int:
    return sum(words in text for text in scene.said())


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_offer_whose_teller_dies_is_told_once_and_can_be_taken(
    stack: Stack, database: Database, scenes: list[Scene], bookings: list[int], trap: NewTrap, when: str
) -> None:
    worker = trap("worker-cases")
    worker.set(when, "booking told")
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, bookings[0]), virtual_now(stack))
    worker.mend()
    find_lost(stack, database, "training")

    second = scenes[1]
    second.until(lambda: times_told(second, OFFERED))
    second.say("接受名额")
    second.until(lambda: times_told(second, "报上了"))

    assert states(database, bookings) == ["cancelled", "booked", "waiting"]
    assert (times_told(second, OFFERED), times_told(scenes[2], OFFERED), taken(database, bookings[1])) == (1, 0, 1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_offer_that_nobody_takes_moves_on_once_though_its_worker_dies(
    stack: Stack, database: Database, scenes: list[Scene], bookings: list[int], trap: NewTrap, when: str
) -> None:
    with database.unit_of_work() as session:
        now = virtual_now(stack)
        cancel(session, session.get_one(Booking, bookings[0]), now)
        # Ends in minutes instead of hours: the clock is other tests' too, and staff's day is short.
        offer = session.get_one(Booking, bookings[1])
        offer.offer_until = now + SOON
        request_job(
            session, JobName.LAPSE_OFFERS, key=f"{offer.number}-soon", now=now, delay=SOON,
            session_id=offer.session_id,
        )  # fmt: skip
    scenes[1].until(lambda: times_told(scenes[1], OFFERED))
    worker = trap("worker-cases")
    worker.set(when, "lapse job")

    stack.move_clock(advance_seconds=SOON.total_seconds())
    worker.mend()
    find_lost(stack, database, "training")

    scenes[2].until(lambda: times_told(scenes[2], OFFERED))
    scenes[1].until(lambda: times_told(scenes[1], "没有再留"))
    assert states(database, bookings) == ["cancelled", "lapsed", "offered"]
    assert (times_told(scenes[2], OFFERED), times_told(scenes[1], "没有再留"), taken(database, bookings[2])) == (
        1,
        1,
        1,
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_message_to_everybody_reaches_each_once_though_its_worker_dies(
    stack: Stack, database: Database, scenes: list[Scene], bookings: list[int], trap: NewTrap, when: str
) -> None:
    worker = trap("worker-index")
    worker.set(when, "broadcast job")
    with database.unit_of_work() as session:
        session_id = session.get_one(Booking, bookings[0]).session_id
        everybody = [BookingState.BOOKED, BookingState.WAITING]
        write_broadcast(session, session_id=session_id, text=TO_ALL, states=everybody, now=virtual_now(stack))
    worker.mend()
    find_lost(stack, database, "training")

    for each in scenes:
        each.until(lambda each=each: times_told(each, TO_ALL))
    assert [times_told(each, TO_ALL) for each in scenes] == [1, 1, 1]
