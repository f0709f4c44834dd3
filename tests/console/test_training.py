"""The training desk in the console: the timetable, a session with its people, changes with their notices, the door."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA
from models import Booking, Course, CourseSession, SessionBroadcast, Staff
from services.training.seats import cancel
from tests.support.session_form import form_of
from tests.support.training import make_booking, make_session


@pytest.fixture
def held(database, clock) -> CourseSession:
    """A week from now with two seats: two have one, one waits."""
    with database.unit_of_work() as session:
        made = make_session(session, clock.now())
        for _ in range(3):
            make_booking(session, made, clock.now())
        return made


def ids(database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Booking.id).order_by(Booking.id)))


def states(database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Booking.state).order_by(Booking.id)))


def notices(database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(SessionBroadcast.text).order_by(SessionBroadcast.id)))


def test_the_timetable_shows_days_seats_and_who_waits_and_goes_by_month(trainer, held):
    page = trainer.get("/console/training").text
    assert "11月30日 周一" in page and "2 / 2个名额" in page and "候补1人" in page and "已满,可候补" in page
    assert '<rect width="100"' in page and "style=" not in page
    assert "2 / 2" in trainer.get("/console/training?month=2026-11").text
    assert "这个月还没有场次" in trainer.get("/console/training?month=2027-03").text
    for odd in ("2026-13", "0000-01", "x", "2099-12"):
        assert trainer.get(f"/console/training?month={odd}").status_code == 200


def test_a_page_of_a_session_shows_its_people_the_line_and_who_is_to_be_told(trainer, held):
    page = trainer.get(f"/console/training/{held.public_id}").text
    assert page.count("已报名</span>") == 2 and len(re.findall(r"PX\d{6}-\d{4}", page)) >= 2
    assert "会通知3人" in page and "取消这一场,通知3人" in page and "随系统装入" in page


def test_a_course_and_a_session_begin_at_the_desk(trainer, database):
    trainer.get("/console/training/courses/new")
    course = {"title": "商标异议实务", "track": "enforcement", "summary": "异议怎么提。", "audience": "法务"}
    assert trainer.post("/console/training/courses/new", {**course, "track": "x"}).status_code == 422
    answer = trainer.post("/console/training/courses/new", course)
    assert answer.status_code == 303
    page = trainer.get(answer.location).text
    assert re.search(r'<option value="\d+" selected>商标异议实务', page)
    times = dict(re.findall(r'type="datetime-local" name="(\w+)" value="([^"]+)"', page))
    with database.reading() as session:
        course_id = session.scalars(select(Course.id)).one()
    form = {**times, "course": course_id, "speaker": "演示讲师", "capacity": "30", "price": "99.5", "place": "演示大厦",
            "region": "广州", "materials": "讲义 第一版 https://files.example/1.pdf\n"}  # fmt: skip

    refused = trainer.post("/console/training/new", {**form, "capacity": "很多"})
    made = trainer.post("/console/training/new", form)

    assert refused.status_code == 422 and "讲义 第一版" in refused.text and "1到20000" in refused.text
    assert made.status_code == 303
    shown = trainer.get(made.location).text
    assert "每位99.5元" in shown and "讲义 第一版" in shown and "广东省广州市" in shown and "新建场次 · 周宁" in shown


def test_a_change_is_kept_and_everybody_is_told_of_it(trainer, database, held):
    path = f"/console/training/{held.public_id}"
    form = form_of(trainer.get(path).text)
    later = (held.starts_at + timedelta(hours=1)).astimezone(CHINA)

    same = trainer.post(path, form)
    assert same.status_code == 303 and notices(database) == []
    changed = trainer.post(path, {**form, "starts_at": f"{later:%Y-%m-%dT%H:%M}", "speaker": "演示讲师乙"})
    stale = trainer.post(path, {**form, "speaker": "演示讲师丙"})

    assert changed.status_code == 303 and "正在通知" in trainer.get(changed.location).text
    assert notices(database) == [
        "“专利质押融资实务”有变动:时间从11月30日周一10:00到12:00改到11月30日周一11:00到12:00;"
        "讲师从演示讲师换成演示讲师乙。来不了请说“取消报名”。"
    ]
    assert stale.status_code == 409 and "同事刚改过" in stale.text and "演示讲师丙" in stale.text
    assert "改场次 · 周宁" in trainer.get(path).text


def test_fewer_seats_than_taken_are_refused_and_more_go_to_the_line(trainer, database, held):
    path = f"/console/training/{held.public_id}"
    form = form_of(trainer.get(path).text)
    refused = trainer.post(path, {**form, "capacity": "1"})
    assert refused.status_code == 422 and "已经有2个名额有人" in refused.text
    assert trainer.post(path, {**form, "capacity": "3"}).status_code == 303
    assert states(database) == ["booked", "booked", "offered"]


def test_a_message_is_sent_after_a_look_at_how_many_get_it(trainer, database, held):
    path = f"/console/training/{held.public_id}/message"
    trainer.get(f"/console/training/{held.public_id}")
    form = {"audience": "seats", "text": "请带电脑。"}
    asked = trainer.post(path, form)
    assert asked.status_code == 200 and "确认发给2人" in asked.text and ">请带电脑。</textarea>" in asked.text
    assert notices(database) == []
    assert trainer.post(path, {**form, "confirmed": "2"}).status_code == 303
    assert trainer.post(path, {**form, "confirmed": "2"}).status_code == 409
    assert notices(database) == ["关于“专利质押融资实务”:\n请带电脑。"]
    for wrong in ({"audience": "x"}, {"text": " "}):
        assert trainer.post(path, {**form, **wrong}).status_code == 422


def test_calling_off_needs_a_reason_and_ends_every_booking(trainer, database, held):
    path = f"/console/training/{held.public_id}"
    trainer.get(path)
    assert trainer.post(f"{path}/cancel", {"version": "1", "reason": ""}).status_code == 422
    assert trainer.post(f"{path}/cancel", {"version": "9", "reason": "讲师有事"}).status_code == 409
    assert trainer.post(f"{path}/cancel", {"version": "1", "reason": "讲师有事"}).status_code == 303
    assert states(database) == ["cancelled"] * 3
    assert len(notices(database)) == 1 and "取消了:讲师有事。" in notices(database)[0]
    page = trainer.get(path).text
    assert "修改这一场" not in page and "取消场次 · 周宁" in page


def test_at_the_door_one_tap_checks_in_and_one_takes_it_back(trainer, database, clock, held):
    path = f"/console/training/{held.public_id}/check-in"
    first = ids(database)[0]
    assert "起可以签到" in trainer.get(path).text
    assert trainer.post(f"{path}/{first}", {"step": "in"}).status_code == 409
    clock.set(held.starts_at - timedelta(hours=1))
    with database.reading() as session:  # the desk's own login has ended by then
        trainer.log_in(session.scalars(select(Staff).where(Staff.display_name == "周宁")).one())
    page = trainer.get(path).text
    assert page.count('value="in"') == 2 and '已到 <b id="arrived">0</b>' in page

    answer = trainer.post(f"{path}/{first}?q=PX", {"step": "in"})
    assert answer.status_code == 303 and answer.location.endswith(f"/check-in?q=PX#booking-{first}")
    page = trainer.get(f"{path}?q=PX").text
    assert 'value="undo"' in page and '已到 <b id="arrived">1</b>' in page
    assert "没有找到" in trainer.get(f"{path}?q=没有这个人").text
    assert trainer.post(f"{path}/{first}", {"step": "undo"}).status_code == 303
    assert states(database) == ["booked", "booked", "waiting"]
    assert trainer.post(f"{path}/{first}", {"step": "x"}).status_code == 422
    assert trainer.post(f"{path}/{10**6}", {"step": "in"}).status_code == 404


def test_after_the_end_who_did_not_come_is_marked_and_keeps_the_seat(trainer, database, clock, held):
    path = f"/console/training/{held.public_id}"
    trainer.get(path)
    assert trainer.post(f"{path}/absent").status_code == 409
    with database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).starts_at = clock.now() - timedelta(hours=3)
        session.get_one(CourseSession, held.id).ends_at = clock.now() - timedelta(hours=1)
    assert "没到的记为未到场" in trainer.get(path).text
    assert trainer.post(f"{path}/absent").status_code == 303
    assert states(database) == ["absent", "absent", "waiting"]
    assert "2 / 2个名额" in trainer.get(path).text


def test_somebody_without_an_account_is_booked_at_the_desk_and_checked_in_at_the_door(trainer, database, clock, held):
    path = f"/console/training/{held.public_id}"
    person = {"name": "王小明", "phone": "138 0013 8000", "seats": "1"}
    trainer.get(path)
    refused = trainer.post(f"{path}/bookings", {**person, "phone": "12345", "step": "book"})
    assert refused.status_code == 422 and 'value="王小明"' in refused.text and "写手机号" in refused.text

    assert trainer.post(f"{path}/bookings", {**person, "step": "book"}).status_code == 303

    page = trainer.get(path).text
    assert "王小明" in page and "没有微信" in page and "13800138000" in page and states(database)[3] == "waiting"
    first = ids(database)[0]
    assert trainer.post(f"{path}/bookings", {"booking": first, "step": "cancel_booking"}).status_code == 303
    assert states(database) == ["cancelled", "booked", "offered", "waiting"]
    assert trainer.post(f"{path}/bookings", {"booking": ids(database)[2], "step": "accept"}).status_code == 303
    assert states(database) == ["cancelled", "booked", "booked", "waiting"]
    assert trainer.post(f"{path}/bookings", {"booking": first, "step": "excuse"}).status_code == 409
    assert trainer.post(f"{path}/bookings", {"booking": first, "step": "x"}).status_code == 422
    with database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).starts_at = clock.now() + timedelta(minutes=30)
        session.get_one(CourseSession, held.id).capacity = 3
    assert "没报名的人来了" in trainer.get(f"{path}/check-in").text
    answer = trainer.post(f"{path}/walk-ins", person)
    assert answer.status_code == 303 and answer.location.endswith(f"#booking-{ids(database)[3]}")
    assert states(database)[3] == "attended" and "王小明" in trainer.get(answer.location).text
    full = trainer.post(f"{path}/walk-ins", {**person, "phone": "13900139000"})
    assert full.status_code == 409 and "满了" in full.text


def test_an_absence_can_be_excused_on_the_page_of_the_session(trainer, database, clock, held):
    path = f"/console/training/{held.public_id}"
    with database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).starts_at = clock.now() - timedelta(hours=3)
        session.get_one(CourseSession, held.id).ends_at = clock.now() - timedelta(hours=1)
    trainer.get(path)
    trainer.post(f"{path}/absent")
    page = trainer.get(path).text
    assert page.count('value="excuse"') == 2 and "180天里有2次报了名没来" in page
    assert trainer.post(f"{path}/bookings", {"booking": ids(database)[0], "step": "excuse"}).status_code == 303
    page = trainer.get(path).text
    assert page.count('value="excuse"') == 1 and "未到场免计" in page


def test_a_tap_that_is_sent_twice_counts_once_even_after_somebody_took_it_back(trainer, database, clock, held):
    path = f"/console/training/{held.public_id}"
    with database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).starts_at = clock.now() + timedelta(hours=1)
    trainer.get(f"{path}/check-in")
    first = ids(database)[0]
    tapped = clock.now() - timedelta(minutes=20)
    tap = {"booking": first, "step": "in", "key": "a" * 32, "at": str(int(tapped.timestamp() * 1000))}

    answer = trainer.post(f"{path}/taps", tap, htmx=True)

    assert answer.get_json() == {"state": "attended", "at": "9:40", "arrived": 1, "missing": 1}
    assert trainer.post(f"{path}/taps", {**tap, "step": "undo", "key": "b" * 32}).get_json()["state"] == "booked"
    assert trainer.post(f"{path}/taps", tap).get_json()["state"] == "booked"
    assert states(database) == ["booked", "booked", "waiting"]
    again = trainer.post(f"{path}/taps", {**tap, "key": "c" * 32, "at": "99999999999999"}).get_json()
    assert (again["state"], again["at"]) == ("attended", "10:00")
    refused = trainer.post(f"{path}/taps", {**tap, "booking": ids(database)[2], "key": "d" * 32}, htmx=True)
    assert refused.status_code == 409 and "还在候补" in refused.text
    for odd in ({"key": "x"}, {"step": "x"}, {"key": ""}):
        assert trainer.post(f"{path}/taps", {**tap, **odd}).status_code == 422
    assert trainer.post(f"{path}/taps", {**tap, "booking": "x"}).status_code == 404


ROUTES = [
    # method, address, what those who run training get
    ("GET", "/console/training", 200),
    ("GET", "/console/training/new", 200),
    ("POST", "/console/training/new", 422),
    ("GET", "/console/training/courses/new", 200),
    ("POST", "/console/training/courses/new", 422),
    ("GET", "/console/training/{id}", 200),
    ("POST", "/console/training/{id}", 409),
    ("POST", "/console/training/{id}/message", 422),
    ("POST", "/console/training/{id}/cancel", 409),
    ("POST", "/console/training/{id}/absent", 409),
    ("POST", "/console/training/{id}/bookings", 422),
    ("GET", "/console/training/{id}/bookings/1/answers", 200),
    ("POST", "/console/training/{id}/bookings/1/answers", 303),
    ("POST", "/console/training/{id}/posts", 422),
    ("POST", "/console/training/{id}/walk-ins", 422),
    ("POST", "/console/training/{id}/taps", 422),
    ("GET", "/console/training/{id}/check-in", 200),
    ("POST", "/console/training/{id}/check-in/1", 422),
    ("GET", "/console/training/figures", 200),
    ("GET", "/console/training/figures.csv", 200),
    ("GET", "/console/training/wishes", 200),
    ("GET", "/console/training/{id}/after", 200),
    ("POST", "/console/training/{id}/participants.csv", 200),
    ("POST", "/console/training/{id}/certificates", 303),
    ("POST", "/console/training/{id}/certificates/given", 404),
    ("GET", "/console/training/{id}/certificates/1/file", 404),
    ("POST", "/console/training/{id}/certificates/ZS261123-22222222/revoke", 422),
]


def test_every_route_of_the_desk_is_in_the_table(app):
    served = {
        (method, _filled(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.training")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served == {(method, path) for method, path, _ in ROUTES}


def _filled(rule: str) -> str:
    rule = rule.replace("<public_id>", "{id}").replace("<certificate>", "ZS261123-22222222")
    return re.sub(r"<int:\w+>", "1", rule)


@pytest.mark.parametrize("role", ["agent", "stranger", "supervisor", "administrator"])
def test_each_role_meets_the_desk_as_it_may(signed_in, held, role):
    browser = signed_in(role)
    runs = role in {"supervisor", "administrator"}
    assert ('href="/console/training"' in browser.get("/console/").text) == runs
    for method, path, status in ROUTES:
        for public_id in (held.public_id, "doesnotexist"):
            address = path.format(id=public_id)
            answer = browser.get(address) if method == "GET" else browser.post(address)
            expected = 403 if not runs else 404 if "doesnotexist" in address else status
            assert answer.status_code == expected, (role, method, address)


def test_a_cancelled_booking_is_not_at_the_door(trainer, database, clock, held):
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, ids(database)[0]), clock.now())
    page = trainer.get(f"/console/training/{held.public_id}/check-in").text
    assert page.count('value="in"') == 1
