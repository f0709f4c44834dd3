"""The page of a service's case: what it shows to whom, and every step from it."""

import re

import pytest
from sqlalchemy import select

from models import Case, CaseStatus, CaseTask, Delivery, Message, Staff
from services.casework.assignment import take_case
from services.casework.clocks import check_clock, list_clocks, recount_clocks
from services.casework.messages import Entry
from services.casework.moves import Mover, move_case
from services.casework.notes import add_case_note
from services.casework.tasks import list_tasks
from services.catalogue.model import Party
from tests.support.casework import RECOMMEND, make_institution, make_service_case
from tests.support.dated_data import make_record

FORM = {"answer-bank": "演示银行南沙支行", "answer-reason": "接受发明专利质押", "answer-is_register_clear": "yes"}


@pytest.fixture
def number(database, clock, people) -> str:
    """A case that the agent has taken."""
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now())
        take_case(session, staff=session.get(Staff, people["agent"].id), case_id=case.id, now=clock.now())
        return case.number


def stored(database, number: str) -> Case:
    with database.reading() as session:
        return session.scalars(select(Case).where(Case.number == number)).one()


def version_on(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page)[1]


def recommend(database, clock, number: str) -> dict[str, str]:
    """The case goes to the parties; task key to public id."""
    with database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        mover = Mover(staff=session.get(Staff, case.assignee_id))
        move_case(session, case_id=case.id, to="recommended", mover=mover, answers=RECOMMEND, now=clock.now())
        return {task.key: task.public_id for task in list_tasks(session, case.id)}


def test_the_page_says_who_has_it_until_when_and_what_to_do_next(number, signed_in):
    page = signed_in("agent").get(f"/console/cases/{number}").get_data(as_text=True)
    assert '<li class="step-now" aria-current="step">待预审</li><li class="step-ahead">评担险贷</li>' in page

    for words in (
        "您在办待预审",
        "到期。下一步:通过预审",
        "300万元",
        "12个月",
        "日常周转",
        "13800138000",
        "企业在公众号提交",
    ):
        assert words in page
    assert "民法典" in page and "陈敏接单" in page


def test_what_is_personal_is_for_the_handler_alone(number, signed_in):
    page = signed_in("supervisor").get(f"/console/cases/{number}").get_data(as_text=True)
    assert "13800138000" not in page and "接单后可见" in page


def test_a_move_keeps_its_answers_and_the_page_shows_what_is_missing_next(database, number, signed_in):
    browser = signed_in("agent")
    version = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    move = {"to": "recommended", "version": version, **FORM}

    answers = [browser.post(f"/console/cases/{number}/move", move).status_code for _ in range(2)]

    assert answers == [303, 303]
    page = browser.get(f"/console/cases/{number}").get_data(as_text=True)
    assert "待预审 → 评担险贷 · 陈敏" in page and "还差银行审批" in page and "演示银行南沙支行" in page
    assert stored(database, number).stage == "recommended"
    with database.reading() as session:
        assert session.scalars(select(Message.text).where(Message.case_id.is_not(None))).all().__len__() == 1


def test_a_refused_answer_is_named_and_nothing_typed_is_lost(database, clock, number, signed_in):
    public_id = recommend(database, clock, number)["review"]
    browser = signed_in("agent")
    browser.get(f"/console/cases/{number}")
    given = {"version": "1", "answer-amount": "两百万吧", "answer-rate": "4.5%", "answer-term_months": "12个月"}

    refused = browser.post(f"/console/tasks/{public_id}/report", given)
    page = refused.get_data(as_text=True)
    accepted = browser.post(f"/console/tasks/{public_id}/report", {**given, "answer-amount": "200万"})

    assert refused.status_code == 422
    assert "批准金额没看明白" in page and 'value="两百万吧"' in page and 'value="4.5%"' in page
    assert accepted.status_code == 303
    with database.reading() as session:
        result = session.scalars(select(CaseTask.result).where(CaseTask.public_id == public_id)).one()
    assert result == {"amount": 2_000_000, "rate": 4.5, "term_months": 12}


@pytest.mark.parametrize(("step", "form"), [
    ("move", {"to": "recommended", **FORM}), ("transfer", {"to": "2"}), ("move", {"to": "withdrawn"}),
])  # fmt: skip
def test_a_stale_page_gets_one_sentence_and_changes_nothing(database, number, signed_in, step, form):
    browser = signed_in("agent")
    browser.get(f"/console/cases/{number}")
    for version in ({}, {"version": "1"}, {"version": "x"}):
        response = browser.post(f"/console/cases/{number}/{step}", {**form, **version})
        assert response.status_code == 409
        page = response.get_data(as_text=True)
        assert "这一单刚被改过,请刷新后再看。" in page
    if "answer-bank" in form:
        assert form["answer-bank"] in page
    assert (stored(database, number).stage, stored(database, number).status) == ("submitted", CaseStatus.ACCEPTED)


def test_a_way_that_is_not_there_is_refused_in_words(number, signed_in):
    browser = signed_in("agent")
    version = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    for to in ("settled", "nowhere", ""):
        response = browser.post(f"/console/cases/{number}/move", {"to": to, "version": version})
        assert response.status_code == 409 and "待预审" in response.get_data(as_text=True)


def test_of_two_who_take_a_case_one_hears_who_was_quicker(database, clock, people, browse):
    from tests.support.staff import make_staff

    with database.unit_of_work() as session:
        number = make_service_case(session, clock.now()).number
        other = make_staff(session, clock.now(), display_name="何静", skills=["financing"])
    first, second = browse(), browse()
    first.log_in(people["agent"])
    second.log_in(other)
    pages = [browser.get(f"/console/cases/{number}").get_data(as_text=True) for browser in (first, second)]
    assert all("接单" in page for page in pages)

    answers = [browser.post(f"/console/cases/{number}/accept") for browser in (first, first, second)]

    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert "陈敏已经接单了" in answers[2].get_data(as_text=True)
    assert stored(database, number).assignee_id == people["agent"].id


def test_a_case_handed_on_leaves_and_a_second_click_says_where_it_is(database, people, number, signed_in):
    browser = signed_in("agent")
    version = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    form = {"to": people["supervisor"].id, "note": "等银行回话", "version": version}

    refused = browser.post(f"/console/cases/{number}/transfer", form)
    assert refused.status_code == 422 and "没有就写“无”" in refused.get_data(as_text=True)
    assert "等银行回话" in refused.get_data(as_text=True)
    form["promised"] = "周五前给银行答复"
    first = browser.post(f"/console/cases/{number}/transfer", form)
    second = browser.post(f"/console/cases/{number}/transfer", form)

    assert (first.status_code, first.location) == (303, "/console/work")
    assert second.status_code == 409 and "已经转给王芳了" in second.get_data(as_text=True)
    page = signed_in("supervisor").get(f"/console/cases/{number}").get_data(as_text=True)
    assert "陈敏转给王芳" in page and "等银行回话" in page
    handed = page[page.index("交接单") :]
    assert "周五前给银行答复" in handed and "还差营业执照" in handed and "预审," in handed


def test_a_withdrawn_case_is_taken_up_again_by_a_supervisor(database, number, signed_in):
    browser = signed_in("supervisor")
    version = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    assert browser.post(f"/console/cases/{number}/move", {"to": "withdrawn", "version": version}).status_code == 303
    page = browser.get(f"/console/cases/{number}").get_data(as_text=True)
    assert "已结束:已撤回" in page

    again = {"version": version_on(page)}
    answers = [browser.post(f"/console/cases/{number}/reopen", again).status_code for _ in range(2)]

    assert answers == [303, 409]
    assert stored(database, number).stage == "submitted"


def test_a_note_is_kept_once_and_the_owner_never_hears_of_it(database, number, signed_in):
    browser = signed_in("agent")
    version = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    note = {"text": "登记簿查过了", "form_key": "k1", "version": version}
    for _ in range(2):
        assert browser.post(f"/console/cases/{number}/note", note).status_code == 303
    assert browser.post(f"/console/cases/{number}/note", {"text": " "}).status_code == 422

    with database.reading() as session:
        notes = session.scalars(select(Message).where(Message.text == "登记簿查过了")).all()
    assert [message.is_internal for message in notes] == [True]
    assert "登记簿查过了" in browser.get(f"/console/cases/{number}").get_data(as_text=True)


def test_a_reply_goes_to_the_owner_once(database, number, signed_in):
    browser = signed_in("agent")
    version = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    reply = {"text": "材料收到了,明天联系银行。", "form_key": "k1", "version": version}
    assert [browser.post(f"/console/cases/{number}/reply", reply).status_code for _ in range(2)] == [303, 303]
    empty = browser.post(f"/console/cases/{number}/reply", {"text": " "})
    refused = browser.post(f"/console/cases/{number}/reply", {"text": "长" * 700})

    assert (empty.status_code, refused.status_code) == (422, 422)
    assert "长" * 700 in refused.get_data(as_text=True)
    with database.reading() as session:
        sent = session.scalars(select(Message.id).where(Message.text == reply["text"])).all()
        assert session.scalars(select(Delivery.message_id).where(Delivery.message_id.in_(sent))).all() == sent
    assert len(sent) == 1
    assert signed_in("supervisor").get(f"/console/cases/{number}").get_data(as_text=True).count(reply["text"]) == 1


def test_a_task_is_given_given_elsewhere_and_done_anew(database, clock, number, signed_in):
    with database.unit_of_work() as session:
        banks = [make_institution(session, clock.now(), party=Party.BANK, name=f"演示银行{n}").id for n in (1, 2)]
        valuer = make_institution(session, clock.now(), party=Party.VALUER).id
    public_id = recommend(database, clock, number)["review"]
    browser = signed_in("agent")
    page = browser.get(f"/console/cases/{number}").get_data(as_text=True)
    assert "演示银行1" in page and "给担保意见、贷款保险意见指定机构" in page

    def step(name: str, **form) -> int:
        with database.reading() as session:
            version = session.scalars(select(CaseTask.version).where(CaseTask.public_id == public_id)).one()
        return browser.post(f"/console/tasks/{public_id}/{name}", {"version": version, **form}).status_code

    assert step("give", institution=banks[1]) == 303
    assert step("give", institution=valuer) == 422
    assert step("give", institution="x") == 422
    assert browser.post(f"/console/tasks/{public_id}/give", {"institution": banks[0]}).status_code == 409
    done = {"answer-amount": "200万", "answer-rate": "4.5", "answer-term_months": "12"}
    assert step("report", **done) == 303
    assert step("report", **done) == 409
    assert step("reopen") == 303
    assert stored(database, number).stage == "recommended"


def test_my_work_has_my_cases_offers_and_tasks_without_an_institution(database, clock, people, number, signed_in):
    recommend(database, clock, number)
    with database.unit_of_work() as session:
        offered = make_service_case(session, clock.now())
        offered.status, offered.assignee_id, offered.respond_by = "offered", people["agent"].id, clock.now()
    page = signed_in("agent").get("/console/work").get_data(as_text=True)

    assert page.index(number) < page.index("等我接单") < page.index(offered.number)
    assert "专利评估" in page and "还没有银行" in page
    assert "手上没有单" in signed_in("stranger").get("/console/work").get_data(as_text=True)


def test_the_teams_load_is_for_those_who_oversee(database, number, signed_in):
    page = signed_in("supervisor").get("/console/team").get_data(as_text=True)
    row = re.search(r"<strong>陈敏</strong>.*?</tr>", page, re.S)[0]
    assert re.findall(r'class="number[^"]*">(\d+)', row) == ["1", "0", "0", "0"]
    assert signed_in("agent").get("/console/team").status_code == 403


def test_a_conversation_leads_to_its_service_cases_and_back(database, number, signed_in):
    with database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        address = f"/console/conversations/{case.conversation.public_id}"
    browser = signed_in("supervisor")
    assert f"/console/cases/{number}" in browser.get(address).get_data(as_text=True)
    assert address in browser.get(f"/console/cases/{number}").get_data(as_text=True)
    assert address not in signed_in("agent").get(f"/console/cases/{number}").get_data(as_text=True)


def test_what_is_written_on_an_older_page_is_kept_and_shown_again_beside_what_has_changed(
    database, clock, number, signed_in
):
    browser = signed_in("agent")
    before = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    with database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())

    note = browser.post(f"/console/cases/{number}/note", {"text": "等财务报表", "form_key": "k2", "version": before})

    page = note.get_data(as_text=True)
    assert note.status_code == 409 and "刚被改过" in page and "等财务报表" in page
    again = {"text": "等财务报表", "form_key": "k2", "version": version_on(page)}
    assert browser.post(f"/console/cases/{number}/note", again).status_code == 303


@pytest.mark.parametrize("step", ["reply", "accept"])
def test_a_reply_and_a_taking_on_an_older_page_are_refused(database, clock, people, browse, step):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=False)
        number = case.number
        if step == "reply":
            take_case(session, staff=session.get(Staff, people["agent"].id), case_id=case.id, now=clock.now())
    browser = browse()
    browser.log_in(people["agent"])
    before = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    with database.unit_of_work() as session:
        case_id = session.scalars(select(Case.id).where(Case.number == number)).one()
        add_case_note(session, Entry(session.get(Staff, people["supervisor"].id), case_id, "先等一等"), clock.now())

    answer = browser.post(f"/console/cases/{number}/{step}", {"text": "您好", "form_key": "k3", "version": before})

    assert answer.status_code == 409 and "刚被改过" in answer.get_data(as_text=True)


def test_a_reminder_that_comes_while_an_answer_is_typed_does_not_refuse_it(database, clock, number, signed_in):
    browser = signed_in("agent")
    before = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    with database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        row = next(each for each in list_clocks(session, case.id) if each.next_look_at)
        check_clock(session, row.id, row.next_look_at)
        assert case.version > int(before)

    answer = browser.post(f"/console/cases/{number}/reply", {"text": "您好", "form_key": "k4", "version": before})

    assert answer.status_code == 303


def test_a_clock_whose_end_moved_while_an_answer_was_typed_refuses_it(database, clock, number, signed_in):
    browser = signed_in("agent")
    before = version_on(browser.get(f"/console/cases/{number}").get_data(as_text=True))
    with database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        row = list_clocks(session, case.id)[0]
        make_record(
            session, clock.now(), kind="working_year", key="2026", name="2026年放假安排", valid_from=clock.now().date(),
            values={"year": 2026, "days_off": f"{row.due_at:%-m月%-d日} 停工"},
        )  # fmt: skip
        recount_clocks(session, change="calendar", after=0, now=clock.now())

    answer = browser.post(f"/console/cases/{number}/reply", {"text": "周一前给您", "form_key": "k5", "version": before})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "刚被改过" in page and "周一前给您" in page
    again = {"text": "周一前给您", "form_key": "k5", "version": version_on(page)}
    assert browser.post(f"/console/cases/{number}/reply", again).status_code == 303


def test_the_standard_sheet_is_printed_from_the_case_and_says_what_is_missing(number, signed_in):
    agent = signed_in("agent")
    assert f"/console/cases/{number}/sheet" in agent.get(f"/console/cases/{number}").text

    page = agent.get(f"/console/cases/{number}/sheet").text

    assert "质押融资资料表" in page and "未提供" in page and "300万元" in page
    assert "13800138000" not in page
    assert signed_in("stranger").get(f"/console/cases/{number}/sheet").status_code == 404


def test_a_supervisor_compares_handlers_and_an_agent_finds_only_their_own_figures(people, number, signed_in):
    page = signed_in("supervisor").get("/console/statistics/handlers").text
    assert "专员统计" in page and "陈敏" in page
    behind = f"handler={people['agent'].id}&amp;state=open"
    assert behind in page
    listed = signed_in("supervisor").get(f"/console/statistics/cases?{behind.replace('&amp;', '&')}").text
    assert number in listed and "陈敏 · 在办" in listed

    assert "我的统计" in (own := signed_in("agent").get("/console/statistics/handlers").text) and "陈敏</td>" in own
    other = signed_in("stranger")
    assert "陈敏</td>" not in other.get("/console/statistics/handlers").text
    assert number not in other.get(f"/console/statistics/cases?handler={people['agent'].id}").text
