"""The training desk after a session: verdicts, questions, certificates, figures, and what to teach next."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Booking, Certificate, Course, Message, Miss, User
from services.training.by_hand import walk_in
from services.training.callers import forget_caller, forget_old_callers
from services.training.certificate_making import make_certificate
from services.training.certificates import issue_certificate
from services.training.feedback import rate_session, remark
from services.training.live_questions import ask_in_session
from tests.support.people import make_identity
from tests.support.staff import make_staff
from tests.support.training import make_attended, make_booking, make_course, make_session
from tests.support.upkeep import ask


@pytest.fixture
def booking(database, clock) -> Booking:
    """Somebody came, was satisfied and asked the speaker something."""
    with database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True)
        made = make_booking(session, make_session(session, clock.now(), course=course), clock.now())
        make_attended(session, made, clock.now())
        rate_session(session, booking_id=made.id, score=3, now=clock.now())
        remark(session, booking_id=made.id, text="例子再多些", now=clock.now())
        ask_in_session(
            session, session_id=made.session_id, user_id=made.user_id, text="质押期间还能许可吗", now=clock.now()
        )
        assert made.session.public_id
        return made


@pytest.fixture
def certificate(database, clock, booking) -> Certificate:
    with database.unit_of_work() as session:
        return issue_certificate(session, booking_id=booking.id, holder="王小朋", now=clock.now())


def test_one_page_shows_verdicts_words_questions_and_certificates(trainer, booking, certificate) -> None:
    page = trainer.get(f"/console/training/{booking.session.public_id}/after").text
    for words in ("例子再多些", "质押期间还能许可吗", certificate.number, "王小朋", "有效"):
        assert words in page
    assert "课后" in trainer.get(f"/console/training/{booking.session.public_id}").text


def test_revoking_needs_a_reason_and_is_told(trainer, database, booking, certificate) -> None:
    base = f"/console/training/{booking.session.public_id}"
    trainer.get(f"{base}/after")
    path = f"{base}/certificates/{certificate.number}/revoke"
    refused = trainer.post(path, {"reason": " "})
    assert refused.status_code == 422 and "写一句原因" in refused.text
    done = trainer.post(path, {"reason": "姓名写错"})
    assert done.status_code == 303
    page = trainer.get(done.location).text
    assert "已撤销" in page and "姓名写错" in page and "撤销这份证书" not in page
    assert "撤销证书 · 周宁" in trainer.get(base).text
    with database.reading() as session:
        assert any("已撤销:姓名写错" in text for text in session.scalars(select(Message.text)))
    assert trainer.post(f"{base}/certificates/ZS261123-22222222/revoke", {"reason": "错"}).status_code == 404


def test_who_has_no_account_gets_a_certificate_from_staff_to_print(trainer, app, database, clock, booking) -> None:
    with database.unit_of_work() as session:
        staff = make_staff(session, clock.now(), skills=["training"])
        course = make_course(session, clock.now(), gives_certificate=True)
        held = make_session(session, clock.now(), course=course, starts_at=clock.now() + timedelta(hours=1))
        came = walk_in(
            session, staff=staff, public_id=held.public_id, name="李芳", phone="13900139000", seats=1, now=clock.now()
        )
        make_attended(session, came, clock.now())
        base = f"/console/training/{held.public_id}"
    page = trainer.get(f"{base}/after").text
    assert "没有微信的人" in page and came.number in page and 'value="李芳"' in page
    assert "满一年" in page  # what becomes of it with them: services/training/callers.py
    # Who has an account asks in chat: not offered, and refused.
    theirs = f"/console/training/{booking.session.public_id}"
    assert "没有微信的人" not in trainer.get(f"{theirs}/after").text
    refused = trainer.post(f"{theirs}/certificates/given", {"booking": booking.id, "holder": "王小朋"})
    assert refused.status_code == 409 and "他有微信账号" in refused.text
    odd = trainer.post(f"{base}/certificates/given", {"booking": came.id, "holder": "李芳1"})
    assert odd.status_code == 422 and 'value="李芳1"' in odd.text

    given = trainer.post(f"{base}/certificates/given", {"booking": came.id, "holder": "李芳"})

    assert given.status_code == 303 and "正在制作" in trainer.get(given.location).text
    with database.reading() as session:
        made = session.scalars(select(Certificate)).one()
    path = f"{base}/certificates/{made.id}/file"
    assert trainer.get(path).status_code == 409
    assert make_certificate(
        database, app.extensions["resources"].files, clock, base_url="https://zhiqiao.example", certificate_id=made.id
    )
    page = trainer.get(f"{base}/after").text
    assert path in page and "没有微信的人" not in page and "代开证书 · 周宁" in trainer.get(base).text
    with database.unit_of_work() as session:
        year_later = held.ends_at + timedelta(days=366)
        # Who they are is forgotten, once; what was printed still proves true.
        assert [forget_old_callers(session, year_later) for _ in range(2)] == [1, 0]
        person = session.get_one(User, came.user_id)
        assert person.phone is None and person.display_name is None
    assert "is-good" in app.test_client().get(f"/certificates/{made.number}").text
    opened = trainer.get(path)
    assert opened.status_code == 303 and opened.location.startswith("/files/certificates?t=")
    assert trainer.client.get(opened.location).data.startswith(b"%PDF")
    assert trainer.get(f"{theirs}/certificates/{made.id}/file").status_code == 404
    # And who asks takes all of it away.
    with database.unit_of_work() as session:
        forget_caller(session, staff=staff, public_id=held.public_id, booking_id=came.id, now=clock.now())
    assert app.test_client().get(f"/certificates/{made.number}").status_code == 404


def test_who_was_forgotten_is_given_no_certificate(trainer, database, clock) -> None:
    """Nobody would ever delete the name on it: who is erased is not erased again."""
    with database.unit_of_work() as session:
        staff = make_staff(session, clock.now(), skills=["training"])
        course = make_course(session, clock.now(), gives_certificate=True)
        held = make_session(session, clock.now(), course=course, starts_at=clock.now() + timedelta(hours=1))
        came = walk_in(
            session, staff=staff, public_id=held.public_id, name="李芳", phone="13900139000", seats=1, now=clock.now()
        )
        make_attended(session, came, clock.now())
        base = f"/console/training/{held.public_id}"
    assert "没有微信的人" in trainer.get(f"{base}/after").text
    with database.unit_of_work() as session:
        forget_caller(session, staff=staff, public_id=held.public_id, booking_id=came.id, now=clock.now())

    assert "没有微信的人" not in trainer.get(f"{base}/after").text
    refused = trainer.post(f"{base}/certificates/given", {"booking": came.id, "holder": "李芳"})

    assert refused.status_code == 409 and "已经删除" in refused.text
    with database.reading() as session:
        assert session.scalars(select(Certificate)).all() == []


def test_whether_a_course_gives_certificates_is_said_here_or_when_it_is_written(trainer, database, booking) -> None:
    path = f"/console/training/{booking.session.public_id}"
    assert "不再发证书" in trainer.get(f"{path}/after").text
    assert trainer.post(f"{path}/certificates", {"gives": "no"}).status_code == 303
    assert "这门课程发证书" in trainer.get(f"{path}/after").text
    course = {"title": "商标异议实务", "track": "enforcement", "summary": "异议怎么提。", "audience": "法务"}
    assert trainer.post("/console/training/courses/new", {**course, "gives_certificate": "yes"}).status_code == 303
    with database.reading() as session:
        gives = dict(session.execute(select(Course.title, Course.gives_certificate)).all())
    assert gives == {"专利质押融资实务": False, "商标异议实务": True}


def test_figures_by_course_region_and_firm_and_as_a_table(trainer, clock, booking) -> None:
    clock.advance(timedelta(minutes=1))
    page = trainer.get("/console/training/figures").text
    assert "专利质押融资实务" in page and "100%" in page and "合计" in page
    assert "广东省广州市" in trainer.get("/console/training/figures?by=region").text
    assert "个人" in trainer.get("/console/training/figures?by=firm").text
    table = trainer.get("/console/training/figures.csv?by=region&first=2026-11-01&last=2026-11-30")
    assert table.headers["Content-Disposition"] == 'attachment; filename="training-region-2026-11-01-2026-11-30.csv"'
    assert table.data.decode("utf-8-sig").splitlines()[1] == "广东省广州市,1,1,1,100%,1,1,100%"
    assert "这段时间没有结束的场次" in trainer.get("/console/training/figures?first=2025-01-01&last=2025-02-01").text


@pytest.mark.parametrize(
    "query", ["first=x", "first=2026-12-02&last=2026-12-01", "first=0001-01-01", "by=x&last=9999-12-31"]
)
def test_a_period_that_is_none_is_said(trainer, query) -> None:
    answer = trainer.get(f"/console/training/figures?{query}")
    assert answer.status_code in {200, 422}
    assert trainer.get(f"/console/training/figures.csv?{query}").status_code in {200, 422}


def test_unanswered_questions_become_a_course(trainer, database, clock) -> None:
    assert "没有答不上的问题" in trainer.get("/console/training/wishes").text
    with database.unit_of_work() as session:
        who = make_identity(session, clock.now())
        first = ask(session, who, "数据知识产权怎么登记", clock.now())
        ask(session, who, "数据知识产权登记去哪办", clock.now())
        for miss in session.scalars(select(Miss)):
            miss.cluster, miss.closeness = first.id, 0.9
        make_session(session, clock.now(), course=make_course(session, clock.now(), title="数据知识产权怎么登记"))
    page = trainer.get("/console/training/wishes").text
    assert "数据知识产权登记去哪办" in page and "2<small>次" in page and "已有" in page
    form = trainer.get("/console/training/courses/new?summary=回答这些问题:数据知识产权怎么登记").text
    assert "回答这些问题:数据知识产权怎么登记</textarea>" in form
