"""A wish for a person becomes one case with a number, a promise and a package."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import NotFound
from core.outbox import OutboxRow
from models import Allowance, Author, CalendarDay, Case, CaseStatus, Company, ConversationStatus, HandoffReason, Role
from services.handoffs import Handoff, open_handoff, withdraw_handoff
from services.job_names import JobName
from services.notifications import list_notifications
from services.permissions import get_desk
from services.routing import escalate
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_case, make_staff


def ask(session, conversation, now, **overrides) -> Handoff:
    details = {"reason": HandoffReason.REQUESTED, "topic": "financing", "region": None, "question": "转人工"}
    return open_handoff(session, conversation=conversation, now=now, **{**details, **overrides})


@pytest.fixture
def conversation(database: Database, clock: FixedClock):
    with database.unit_of_work() as session:
        return make_conversation(session, make_identity(session, clock.now()), clock.now())


def test_during_the_day_the_user_gets_a_number_and_one_hour(database, clock, conversation):
    with database.unit_of_work() as session:
        handoff = ask(session, conversation, clock.now())

    assert handoff.is_new
    assert not handoff.is_off_hours
    assert handoff.text_for_user == (
        "已请专员接手。单号 KF261123-0001,今天11:00前回复您。\n前面说的都看得到,不用再讲一遍。"
    )
    with database.reading() as session:
        assert session.get(type(conversation), conversation.id).status == ConversationStatus.PENDING


def test_staff_hear_of_it_when_the_user_gets_the_number(database, clock, conversation):
    with database.unit_of_work() as session:
        agent = make_staff(session, clock.now(), skills=["financing"])
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False)
        number = ask(session, conversation, clock.now()).case.number

    with database.reading() as session:
        [told] = list_notifications(session, agent.id)
        assert told.kind == "case_assigned" and number in told.text
        assert list_notifications(session, boss.id) == []
        # The one job that is left looks whether it was accepted in time.
        assert session.scalars(select(OutboxRow.job_name)).all() == [JobName.CHECK_OFFER]


def test_where_nobody_is_at_work_the_supervisors_hear_of_it_at_once(database, clock, conversation):
    with database.unit_of_work() as session:
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False)
        number = ask(session, conversation, clock.now()).case.number

    with database.reading() as session:
        [told] = list_notifications(session, boss.id)
        assert told.kind == "case_escalated" and number in told.text


def test_the_promise_counts_only_working_time(database, clock, conversation):
    clock.set(datetime(2026, 11, 27, 17, 10, tzinfo=CHINA))  # a Friday, twenty minutes before closing
    with database.unit_of_work() as session:
        handoff = ask(session, conversation, clock.now())

    assert "下周一9:40前回复您" in handoff.text_for_user


def test_a_promised_time_is_one_that_can_be_said(database, clock, conversation):
    clock.set(datetime(2026, 11, 23, 10, 2, 41, tzinfo=CHINA))
    with database.unit_of_work() as session:
        handoff = ask(session, conversation, clock.now())

    assert "今天11:05前" in handoff.text_for_user


def test_at_night_the_notice_comes_once_a_day_and_the_promise_holds(database, clock, conversation):
    clock.set(datetime(2026, 11, 23, 20, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        first = ask(session, conversation, clock.now())
    clock.advance(timedelta(hours=1))
    with database.unit_of_work() as session:
        second = ask(session, conversation, clock.now())

    assert first.is_off_hours
    assert first.text_for_user.startswith("现在是下班时间,明天9:30前专员会回您,单号 KF261123-0001。")
    assert "下班时间" not in second.text_for_user
    assert "KF261123-0001" in second.text_for_user
    assert "明天9:30前" in second.text_for_user


def test_at_noon_it_is_a_break_not_the_end_of_the_day(database, clock, conversation):
    clock.set(datetime(2026, 11, 23, 12, 30, tzinfo=CHINA))
    with database.unit_of_work() as session:
        handoff = ask(session, conversation, clock.now())

    assert handoff.text_for_user.startswith("现在是午休时间,今天14:00前专员会回您")


def test_holidays_and_make_up_days_come_from_the_rows(database, clock, conversation):
    facts = {"source": "通知", "checked_at": date(2026, 11, 22), "confidence": "V2"}
    with database.unit_of_work() as session:
        session.add(CalendarDay(day=date(2026, 11, 23), kind="holiday", name="假日", **facts))
        session.add(CalendarDay(day=date(2026, 11, 24), kind="holiday", name="假日", **facts))
    with database.unit_of_work() as session:
        handoff = ask(session, conversation, clock.now())

    assert handoff.is_off_hours
    assert "周三9:30前" in handoff.text_for_user


def test_a_second_request_finds_the_same_case(database, clock, conversation):
    with database.unit_of_work() as session:
        first = ask(session, conversation, clock.now())
        second = ask(session, conversation, clock.now(), reason=HandoffReason.COMPLAINT)

    assert not second.is_new
    assert second.case.id == first.case.id
    assert second.text_for_user == "单号 KF261123-0001 正在安排专员,今天11:00前回复您,不用重复提交。"


def test_a_passed_promise_is_not_told_again_as_if_it_held(database, clock, conversation):
    with database.unit_of_work() as session:
        ask(session, conversation, clock.now())
    clock.advance(timedelta(hours=1, minutes=5))
    with database.unit_of_work() as session:
        again = ask(session, conversation, clock.now())

    assert "比答应的今天11:00晚了" in again.text_for_user


def test_after_a_close_a_new_case_is_opened(database, clock, conversation):
    with database.unit_of_work() as session:
        first = ask(session, conversation, clock.now()).case
        first.status, first.closed_at = CaseStatus.CLOSED, clock.now()
        second = ask(session, conversation, clock.now())

    assert second.is_new
    assert second.case.number == "KF261123-0002"


def test_the_package_tells_what_was_asked_tried_and_shown_since_the_last_close(database, clock, conversation):
    with database.unit_of_work() as session:
        company = Company(name="广州某某新材料有限公司", region="广东省广州市", created_at=clock.now())
        session.add(company)
        session.flush()
        found = session.get(type(conversation), conversation.id)
        found.user.company_id = company.id
        session.add(
            Allowance(
                identity_id=found.identity_id,
                kind="message",
                left_count=4,
                until_at=clock.now() + timedelta(hours=40),
            )
        )
        make_message(session, found, clock.now(), text="旧事", author=Author.USER)
        old = ask(session, found, clock.now()).case
        old.status, old.closed_at = CaseStatus.CLOSED, clock.now()
        clock.advance(timedelta(minutes=1))
        make_message(session, found, clock.now(), text="外观专利保护多少年", author=Author.USER)
        answer = make_message(session, found, clock.now(), text="15年,从申请日算起。")
        answer.details = {"skill": "policy", "citations": [{"document": "专利法", "label": "第四十二条"}]}
        make_message(session, found, clock.now(), text="转人工", author=Author.USER)
        package = ask(session, found, clock.now()).case.package

    assert package["questions"] == ["外观专利保护多少年", "转人工"]
    assert package["summary"] == "用户要求人工。问过:外观专利保护多少年。助手试过:法律政策问答,给出1条来源。"
    assert package["tried"][0]["answer"] == "15年,从申请日算起。"
    assert package["sources"] == [{"document": "专利法", "label": "第四十二条"}]
    assert package["company"] == "广州某某新材料有限公司"
    assert package["region"] == "广东省广州市"
    assert package["allowance"]["left_count"] == 4


def test_the_package_keeps_the_questions_and_leaves_out_what_only_steered_the_chat(database, clock, conversation):
    said = [
        ("在吗", "greeting"),
        ("外观专利保护多少年", "policy"),
        ("找石墨烯散热膜的专利", "patent_search"),
        ("下一页", "patent_search"),
        ("第2个", "patent_detail"),
        ("好的", "acknowledge"),
        ("谢谢", "chitchat"),
        ("转人工", ""),
    ]
    with database.unit_of_work() as session:
        found = session.get(type(conversation), conversation.id)
        tapped = make_message(session, found, clock.now(), text="专利年费怎么缴", author=Author.USER)
        tapped.kind = "event"
        make_message(session, found, clock.now(), text="见下").details = {"skill": "desk"}
        for text, skill in said:
            make_message(session, found, clock.now(), text=text, author=Author.USER)
            if skill:
                make_message(session, found, clock.now(), text="见下").details = {"skill": skill}
        package = ask(session, found, clock.now()).case.package

    assert package["questions"] == ["专利年费怎么缴", "外观专利保护多少年", "找石墨烯散热膜的专利", "转人工"]
    assert "问过:专利年费怎么缴;外观专利保护多少年;找石墨烯散热膜的专利。" in package["summary"]


def test_numbers_are_given_once_to_many_at_the_same_moment(database, clock):
    def open_one(_: int) -> str:
        with database.unit_of_work() as session:
            return make_case(session, clock.now()).number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(open_one, range(16)))

    assert sorted(numbers) == [f"KF261123-{serial:04d}" for serial in range(1, 17)]


def test_two_requests_at_the_same_moment_open_one_case(database, clock, conversation):
    def request(_: int) -> bool:
        with database.unit_of_work() as session:
            return ask(session, session.get(type(conversation), conversation.id), clock.now()).is_new

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(request, range(8)))

    assert opened.count(True) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_what_nobody_is_wanted_for_any_more_is_no_news_for_whoever_was_asked(database, clock, conversation):
    with database.unit_of_work() as session:
        agent = make_staff(session, clock.now(), skills=["financing"])
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False)
        case = ask(session, conversation, clock.now()).case
        assert [item.kind for item in list_notifications(session, agent.id)] == ["case_assigned"]
        escalate(session, case, clock.now(), because="nobody accepted in time")
        assert [item.kind for item in list_notifications(session, boss.id)] == ["case_escalated"]
        held = make_case(session, clock.now())

        withdraw_handoff(session, conversation=conversation, now=clock.now())

        assert [item.case_id for item in list_notifications(session, agent.id)] == [held.id]
        assert list_notifications(session, boss.id) == []


def test_whoever_was_only_asked_reads_a_conversation_no_more_once_nobody_is_wanted(database, clock, conversation):
    with database.unit_of_work() as session:
        agent = make_staff(session, clock.now(), skills=["financing"])
        ask(session, conversation, clock.now())
        assert get_desk(session, agent, conversation.public_id).case is not None

        withdraw_handoff(session, conversation=conversation, now=clock.now())

        with pytest.raises(NotFound):
            get_desk(session, agent, conversation.public_id)
