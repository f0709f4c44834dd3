"""The desk changes and calls off sessions: whoever is concerned hears once, nobody loses a seat by it unasked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, Forbidden, InvalidInput
from models import AuditEntry, Booking, CourseSession, Message, OutboxRow, Role, SessionBroadcast, Track
from services.training.broadcasts import send_portion
from services.training.desk import (
    AUDIENCES,
    cancel_session,
    change_session,
    create_course,
    create_session,
    list_courses,
    write_to,
)
from services.training.reminders import request_reminders
from services.training.seats import OfferGone, accept_offer, cancel
from services.training.session_form import CourseContent, SessionContent
from tests.support.staff import make_staff
from tests.support.training import make_booking, make_course

COURSE = CourseContent("商标异议实务", Track.ENFORCEMENT, "异议怎么提,证据怎么备。", "法务、市场人员")


def content_of(held: CourseSession, **changes) -> SessionContent:
    """What the desk's form shows of it, with these changes."""
    same = {
        name: getattr(held, name)
        for name in SessionContent.__dataclass_fields__
        if name not in {"place", "region", "live_url", "replay_url", "materials"}
    }
    texts = {name: getattr(held, name) or "" for name in ("place", "region", "live_url", "replay_url")}
    return replace(SessionContent(**same, **texts, materials=held.materials), **changes)


def change(database, clock, staff, held, *, version: int | None = None, **changes) -> SessionBroadcast | None:
    with database.unit_of_work() as session:
        now = session.get_one(CourseSession, held.id)
        return change_session(
            session, staff=staff, public_id=held.public_id, content=content_of(now, **changes),
            version=version or now.version, now=clock.now(),
        )  # fmt: skip


def send(database, clock, told: SessionBroadcast) -> list[tuple[int, str]]:
    """(conversation, text) of everybody who gets it."""
    with database.unit_of_work() as session:
        before = session.scalar(select(func.max(Message.id))) or 0
        send_portion(session, told.id, clock.now())
        rows = session.execute(
            select(Message.conversation_id, Message.text).where(Message.id > before).order_by(Message.id)
        )
        return [(row[0], row[1]) for row in rows]


def book(database, clock, held, count: int) -> list[Booking]:
    with database.unit_of_work() as session:
        return [make_booking(session, held, clock.now()) for _ in range(count)]


def state_of(database, booking: Booking) -> str:
    with database.reading() as session:
        return session.get_one(Booking, booking.id).state


def test_a_change_of_time_and_place_tells_everybody_concerned_once_with_old_and_new(
    database, clock, staff, held
) -> None:
    bookings = book(database, clock, held, 4)
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, bookings[3].id), clock.now())

    told = change(
        database, clock, staff, held, starts_at=held.starts_at + timedelta(days=1),
        ends_at=held.ends_at + timedelta(days=1), place="演示大厦5楼",
    )  # fmt: skip

    sent = send(database, clock, told)
    assert [each for each, _ in sent] == [each.conversation_id for each in bookings[:3]]
    assert {text for _, text in sent} == {
        "“专利质押融资实务”有变动:时间从11月30日周一10:00到12:00改到12月1日周二10:00到12:00;"
        "地点从演示大厦3楼改到演示大厦5楼。来不了请说“取消报名”。"
    }
    assert send(database, clock, told) == []


def test_that_it_is_seen_live_elsewhere_is_told_to_those_with_a_seat_alone(database, clock, staff, held) -> None:
    bookings = book(database, clock, held, 3)
    first = change(database, clock, staff, held, is_online=True, live_url="https://live.example/1")
    sent = dict(send(database, clock, first))

    told = change(database, clock, staff, held, live_url="https://live.example/2")

    where = "观看地址有了,说“我的报名”拿进直播的链接。"
    assert [where in sent[each.conversation_id] for each in bookings] == [True, True, False]
    assert "地点从演示大厦3楼改到线上" in sent[bookings[2].conversation_id]
    again = send(database, clock, told)
    assert [each for each, _ in again] == [each.conversation_id for each in bookings[:2]]
    assert all(text.endswith("观看地址换了,说“我的报名”拿进直播的链接。") for _, text in again)


def test_what_nobody_needs_to_know_is_told_to_nobody_and_the_same_again_is_no_change(
    database, clock, staff, held
) -> None:
    book(database, clock, held, 1)
    materials = [{"title": "讲义", "url": "https://files.example/1.pdf"}]
    assert change(database, clock, staff, held, materials=materials, price_fen=9950) is None
    assert change(database, clock, staff, held) is None
    with database.reading() as session:
        row = session.get_one(CourseSession, held.id)
        assert (row.version, row.materials, row.price_fen) == (2, materials, 9950)
        assert session.scalars(select(AuditEntry.action)).all() == ["session_changed"]


def test_more_seats_go_to_the_line_in_order_and_never_below_those_taken(database, clock, staff, held) -> None:
    bookings = book(database, clock, held, 4)
    change(database, clock, staff, held, capacity=3)
    assert [state_of(database, each) for each in bookings] == ["booked", "booked", "offered", "waiting"]
    with pytest.raises(InvalidInput, match="已经有3个名额有人") as refusal:
        change(database, clock, staff, held, capacity=2)
    assert refusal.value.fields == {"capacity": "不能少于3"}


def test_an_old_page_overwrites_nothing(database, clock, staff, held) -> None:
    change(database, clock, staff, held, speaker="演示讲师乙")
    with pytest.raises(Conflict, match="同事刚改过"):
        change(database, clock, staff, held, version=1, speaker="演示讲师丙")


def test_a_session_moved_away_reminds_again_when_it_comes_near(database, clock, staff, held) -> None:
    mine = book(database, clock, held, 1)[0]

    def asked() -> list[str]:
        with database.unit_of_work() as session:
            request_reminders(session, clock.now())
            rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.training.tell_booking"))
            return [row.arguments["what"] for row in rows if row.arguments["booking_id"] == mine.id]

    clock.set(held.starts_at - timedelta(hours=20))
    assert asked() == ["day"]
    later = timedelta(days=3)
    change(database, clock, staff, held, starts_at=held.starts_at + later, ends_at=held.ends_at + later)
    assert asked() == ["day"]
    clock.set(held.starts_at + later - timedelta(hours=20))
    assert asked() == ["day", "day"]


def test_a_session_moved_to_the_same_day_is_not_reminded_of_twice(database, clock, staff, held) -> None:
    book(database, clock, held, 1)
    clock.advance(timedelta(hours=3))
    soon = clock.now() + timedelta(hours=5)
    change(
        database, clock, staff, held, starts_at=soon, ends_at=soon + timedelta(hours=2), enrolment_closes_at=soon,
        cancel_until=soon,
    )  # fmt: skip
    with database.unit_of_work() as session:
        assert request_reminders(session, clock.now()) == 0


def test_an_offer_ends_when_a_session_that_was_moved_forward_begins(database, clock, staff, held) -> None:
    bookings = book(database, clock, held, 3)
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, bookings[0].id), clock.now())
    soon = clock.now() + timedelta(hours=3)
    change(
        database, clock, staff, held, starts_at=soon, ends_at=soon + timedelta(hours=2), enrolment_closes_at=soon,
        cancel_until=soon,
    )  # fmt: skip
    clock.set(soon)
    with database.unit_of_work() as session, pytest.raises(OfferGone):
        accept_offer(session, session.get_one(Booking, bookings[2].id), clock.now())


def test_calling_off_cancels_every_booking_and_tells_those_who_had_not_left_before(
    database, clock, staff, held
) -> None:
    bookings = book(database, clock, held, 4)
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, bookings[0].id), clock.now())
    clock.advance(timedelta(minutes=1))
    cancel_it = {"staff": staff, "public_id": held.public_id, "version": 1, "now": clock.now()}
    with database.unit_of_work() as session:
        with pytest.raises(InvalidInput, match="写一句原因"):
            cancel_session(session, reason=" ", **cancel_it)
        told = cancel_session(session, reason="讲师临时有事。", **cancel_it)

    assert {state_of(database, each) for each in bookings} == {"cancelled"}
    sent = send(database, clock, told)
    assert [each for each, _ in sent] == [each.conversation_id for each in bookings[1:]]
    assert sent[0][1] == (
        "“专利质押融资实务”(11月30日周一10:00到12:00)取消了:讲师临时有事。看别的场次请说“最近有什么培训”。"
    )
    with database.reading() as session:
        assert session.get_one(CourseSession, held.id).taken == 0
    with pytest.raises(Conflict, match="已经取消,不能再改"):
        change(database, clock, staff, held, speaker="演示讲师乙")


def test_once_it_has_begun_it_stays_and_after_the_end_only_what_is_left_behind_changes(
    database, clock, staff, held
) -> None:
    book(database, clock, held, 1)
    clock.set(held.starts_at + timedelta(minutes=1))
    with database.unit_of_work() as session, pytest.raises(Conflict, match="已经开始,不能取消"):
        cancel_session(session, staff=staff, public_id=held.public_id, reason="没人来", version=1, now=clock.now())
    with pytest.raises(InvalidInput) as refusal:
        change(database, clock, staff, held, starts_at=held.starts_at + timedelta(minutes=30))
    assert "已经开始" in refusal.value.fields["starts_at"]
    clock.set(held.ends_at)
    with pytest.raises(Conflict, match="只能改回放和资料"):
        change(database, clock, staff, held, speaker="演示讲师乙")
    assert change(database, clock, staff, held, replay_url="https://replay.example/1") is None


def test_a_message_goes_to_as_many_as_were_agreed_to_and_once(database, clock, staff, held) -> None:
    bookings = book(database, clock, held, 3)

    def write(confirmed: int | None, audience: str = "seats") -> int | None:
        with database.unit_of_work() as session:
            return write_to(
                session, staff=staff, public_id=held.public_id, audience=audience, text="请带电脑。",
                confirmed=confirmed, now=clock.now(),
            )  # fmt: skip

    assert write(None) == 2 and write(1) == 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SessionBroadcast)) == 0
    assert write(2) is None
    with pytest.raises(Conflict, match="刚发过"):
        write(2)
    assert write(1, "line") is None
    with database.reading() as session:
        first = session.scalars(select(SessionBroadcast).order_by(SessionBroadcast.id)).first()
    assert [text for _, text in send(database, clock, first)] == ["关于“专利质押融资实务”:\n请带电脑。"] * 2
    assert set(AUDIENCES) == {"all", "seats", "line"} and len(bookings) == 3


def test_a_course_and_its_session_are_made_by_those_who_run_training(database, clock, staff, held) -> None:
    with database.unit_of_work() as session:
        course = create_course(session, staff=staff, content=COURSE, now=clock.now())
        made = create_session(
            session, staff=staff, course_id=course.id, content=content_of(held, place="佛山演示中心 201"),
            now=clock.now(),
        )  # fmt: skip
        assert (made.course.title, made.place, made.taken) == ("商标异议实务", "佛山演示中心 201", 0)
        with pytest.raises(Conflict, match="已经有这门课程"):
            create_course(session, staff=staff, content=COURSE, now=clock.now())
        with pytest.raises(InvalidInput, match="先选课程"):
            create_session(session, staff=staff, course_id=10**6, content=content_of(held), now=clock.now())


@pytest.mark.parametrize(
    ("skills", "role", "may"),
    [
        (["training"], Role.AGENT, True), (["general"], Role.AGENT, True), ([], Role.AGENT, True),
        (["patent"], Role.AGENT, False), (["patent"], Role.SUPERVISOR, True), ([], Role.PARTNER, False),
    ],
)  # fmt: skip
def test_who_runs_training(database, clock, skills, role, may) -> None:
    with database.unit_of_work() as session:
        make_course(session, clock.now())
        person = make_staff(session, clock.now(), skills=skills, role=role)
        if may:
            assert len(list_courses(session, person)) == 1
        else:
            with pytest.raises(Forbidden):
                list_courses(session, person)


WRONG = [
    ({"ends_at": timedelta(0)}, "ends_at"),
    ({"starts_at": timedelta(days=-8)}, "starts_at"),
    ({"starts_at": timedelta(days=4 * 365)}, "starts_at"),
    ({"enrolment_closes_at": timedelta(minutes=1)}, "enrolment_closes_at"),
    ({"cancel_until": timedelta(minutes=1)}, "cancel_until"),
    ({"enrolment_opens_at": timedelta(0)}, "enrolment_opens_at"),
    ({"place": " "}, "place"),
    ({"speaker": ""}, "speaker"),
    ({"capacity": None}, "capacity"),
    ({"capacity": 0}, "capacity"),
    ({"price_fen": None}, "price"),
    ({"live_url": "javascript:alert(1)"}, "live_url"),
    ({"replay_url": "https://a b"}, "replay_url"),
    ({"latitude": 23.1}, "longitude"),
    ({"latitude": 91.0, "longitude": 113.0}, "latitude"),
    ({"materials": [{"title": "", "url": "https://files.example"}]}, "materials"),
    ({"starts_at": None}, "starts_at"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_what_cannot_be_is_refused_by_its_field(database, clock, staff, held, wrong, field) -> None:
    changes = {name: held.starts_at + value if isinstance(value, timedelta) else value for name, value in wrong.items()}
    with pytest.raises(InvalidInput) as refusal:
        change(database, clock, staff, held, **changes)
    assert field in refusal.value.fields
