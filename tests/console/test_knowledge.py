"""The knowledge pages, used by their own buttons; each role sees and does what is its own."""

import re

import pytest
from sqlalchemy import select

from core.outbox import OutboxRow
from models import (
    AnswerFeedback,
    AnswerState,
    Author,
    CuratedAnswer,
    Document,
    EvaluationRun,
    Message,
    Verdict,
)
from services.cases import accept_case
from services.job_names import JobName
from services.knowledge_upkeep.evaluation import Worse
from services.knowledge_upkeep.feedback import rate_answer
from services.knowledge_upkeep.publication import evaluate_answer
from services.knowledge_upkeep.sorting import sort_misses
from services.staff_messages import add_note, reply_to_user
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_case
from tests.support.upkeep import CONTENT, WORSE, KnownComparison, WordEmbedder, ask, write_answer

FORM = {
    "question": CONTENT.question,
    "other_questions": "\n".join(CONTENT.other_questions),
    "text": CONTENT.text,
    "source": CONTENT.source,
    "region": CONTENT.region,
    "valid_from": "2026-01-01",
    "valid_to": "",
}
PAGES = [
    "/console/knowledge",
    "/console/knowledge/answers",
    "/console/knowledge/documents",
    "/console/knowledge/feedback",
]


def only_answer(database) -> CuratedAnswer:
    with database.reading() as session:
        return session.scalars(select(CuratedAnswer)).one()


@pytest.fixture
def reply(database, clock, people) -> tuple[str, int]:
    """A reply of the agent's, with a note beside it: (conversation, message)."""
    with database.unit_of_work() as session:
        case = make_case(session, clock.now(), question="南沙贴息能补多少")
        accept_case(session, staff=people["agent"], case_id=case.id, now=clock.now())
        conversation = case.conversation
        sent = reply_to_user(
            session, staff=people["agent"], conversation_id=conversation.id, text="补50%。", now=clock.now()
        )
        add_note(session, staff=people["agent"], conversation_id=conversation.id, text="内部的话", now=clock.now())
        return conversation.public_id, sent.id


@pytest.fixture
def in_review(database, clock, people) -> int:
    with database.unit_of_work() as session:
        return write_answer(session, people["agent"], clock.now()).id


def test_empty_pages_say_what_will_appear(signed_in) -> None:
    browser = signed_in("agent")

    for path, words in zip(PAGES, ["没有答不上的问题", "还没有人工答案", "还没有资料", "还没有评价"], strict=True):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert words in page.text
        assert page.text.count('aria-current="true"') >= 1


def test_one_click_under_a_reply_makes_a_draft_that_another_click_finds(database, signed_in, reply) -> None:
    public_id, message_id = reply
    browser = signed_in("agent")
    page = browser.get(f"/console/conversations/{public_id}")
    addresses = re.findall(rf'action="(/console/conversations/{public_id}/messages/\d+/answer)"', page.text)
    assert addresses == [f"/console/conversations/{public_id}/messages/{message_id}/answer"], "replies, not notes"

    first, second = (browser.post(addresses[0]) for _ in range(2))

    assert first.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    page = browser.get(first.headers["Location"])
    assert "南沙贴息能补多少" in page.text
    assert "补50%。" in page.text
    assert public_id in page.text


def test_a_stranger_makes_no_draft_of_what_they_may_not_read(signed_in, reply) -> None:
    public_id, message_id = reply
    browser = signed_in("stranger")

    assert browser.post(f"/console/conversations/{public_id}/messages/{message_id}/answer").status_code == 404


def test_from_an_empty_page_to_everybodys_answer(database, clock, signed_in) -> None:
    agent, supervisor = signed_in("agent"), signed_in("supervisor")
    agent.get("/console/knowledge/answers")
    address = agent.post("/console/knowledge/answers").headers["Location"]
    agent.get(address)

    incomplete = agent.post(address, {**FORM, "version": "1", "source": "", "step": "submit"})
    assert incomplete.status_code == 422
    assert "来源没写" in incomplete.text
    assert CONTENT.text in incomplete.text
    assert agent.post(address, {**FORM, "version": "2", "step": "submit"}).status_code == 303
    assert only_answer(database).state == AnswerState.IN_REVIEW

    assert 'badge-count" title="等着审">1<' in supervisor.get("/console/knowledge/answers?state=in_review").text
    assert "批准并发布" in supervisor.get(address).text
    assert supervisor.post(f"{address}/approve", {"version": "3"}).status_code == 303
    assert "正在评估" in supervisor.get(address).text
    part = supervisor.get(f"{address}/run", headers={"HX-Request": "true"})
    assert "正在评估" in part.text and "<html" not in part.text

    with database.reading() as session:
        run_id = session.scalars(select(EvaluationRun.id)).one()
        assert JobName.EVALUATE_ANSWER in session.scalars(select(OutboxRow.job_name)).all()
    evaluate_answer(database, KnownComparison(), run_id=run_id, now=clock.now())
    assert supervisor.get(f"{address}/run").headers["HX-Refresh"] == "true"
    page = signed_in("stranger").get(address).text
    assert "已发布" in page
    assert "撤回修改" not in page and "下线" not in page


def test_a_drop_is_shown_with_the_questions_that_got_worse(database, clock, signed_in, in_review) -> None:
    supervisor = signed_in("supervisor")
    address = f"/console/knowledge/answers/{in_review}"
    supervisor.get(address)
    supervisor.post(f"{address}/approve", {"version": str(only_answer(database).version)})
    with database.reading() as session:
        run_id = session.scalars(select(EvaluationRun.id)).one()
    evaluate_answer(database, KnownComparison(worse=[WORSE]), run_id=run_id, now=clock.now())

    page = supervisor.get(address).text

    assert "1个问题变差了" in page
    assert WORSE.question in page
    assert "会变成《转让费用》" in page
    assert "批准并发布" in page, "it may be tried again"


def test_a_notice_leads_to_the_answer_and_is_read_by_opening_it(signed_in, in_review) -> None:
    supervisor, administrator = signed_in("supervisor"), signed_in("administrator")
    address = f"/console/knowledge/answers/{in_review}"

    page = supervisor.get("/console/notifications").text

    assert f'<a href="{address}">有一条人工答案等您审:{CONTENT.question}</a>' in page
    assert 'class="is-new"' in page
    supervisor.get(address)
    assert 'class="is-new"' not in supervisor.get("/console/notifications").text
    assert 'class="is-new"' in administrator.get("/console/notifications").text, "another's look is not theirs"


def test_a_lost_question_of_law_and_a_missing_file_are_named(database, clock, signed_in, in_review) -> None:
    supervisor = signed_in("supervisor")
    address = f"/console/knowledge/answers/{in_review}"
    lost = Worse("articles", "开锁神器能批专利吗", "《专利法》第五条", "《专利法》第五条", "《开锁工具》")
    for comparison, words in (
        (KnownComparison(worse=[lost]), ["1个问题变差了", "该依据《专利法》第五条,会变成《开锁工具》"]),
        (KnownComparison(is_missing=True), ["少了题目文件", "法律问题<br><small>题目文件不在</small>"]),
    ):
        supervisor.get(address)
        supervisor.post(f"{address}/approve", {"version": str(only_answer(database).version)})
        with database.reading() as session:
            run_id = session.scalars(select(EvaluationRun.id).order_by(EvaluationRun.id.desc())).first()
        evaluate_answer(database, comparison, run_id=run_id, now=clock.now())

        page = supervisor.get(address).text

        for each in words:
            assert each in page
        assert only_answer(database).state == AnswerState.IN_REVIEW


def test_the_author_finds_no_button_to_approve_and_the_address_refuses(database, clock, people, signed_in) -> None:
    with database.unit_of_work() as session:
        answer_id = write_answer(session, people["supervisor"], clock.now()).id
    browser = signed_in("supervisor")
    address = f"/console/knowledge/answers/{answer_id}"

    assert "批准并发布" not in browser.get(address).text
    assert browser.post(f"{address}/approve", {"version": "2"}).status_code == 403
    assert "批准并发布" in signed_in("administrator").get(address).text


def test_a_draft_looks_missing_to_a_colleague(signed_in, in_review) -> None:
    browser = signed_in("stranger")
    browser.get("/console/knowledge")
    address = f"/console/knowledge/answers/{in_review}"

    assert browser.get(address).status_code == 404
    assert CONTENT.question not in browser.get("/console/knowledge/answers").text
    for step in ("", "/withdraw", "/approve", "/reject", "/retire"):
        assert browser.post(address + step, {"version": "2", "note": "x"}).status_code == 404, step
    assert browser.get("/console/knowledge/answers/99999").status_code == 404


def test_sent_back_with_a_reason_it_is_written_anew(database, signed_in, in_review) -> None:
    supervisor, agent = signed_in("supervisor"), signed_in("agent")
    address = f"/console/knowledge/answers/{in_review}"
    supervisor.get(address)
    assert supervisor.post(f"{address}/reject", {"note": "来源要写文号"}).status_code == 303

    page = agent.get(address).text
    assert "来源要写文号" in page
    assert agent.post(address, {**FORM, "version": "2", "text": "改过了", "step": "save"}).status_code == 303
    assert (only_answer(database).state, only_answer(database).text) == (AnswerState.DRAFT, "改过了")


def test_a_wrong_date_loses_nothing_that_was_typed(database, signed_in) -> None:
    browser = signed_in("agent")
    browser.get("/console/knowledge")
    address = browser.post("/console/knowledge/answers").headers["Location"]
    browser.get(address)

    refused = browser.post(address, {**FORM, "version": "1", "valid_from": "明天", "step": "save"})

    assert refused.status_code == 422
    assert CONTENT.text in refused.text


def test_misses_are_sorted_by_a_button_read_and_answered(database, clock, signed_in) -> None:
    with database.unit_of_work() as session:
        for text in ("南沙补贴多少钱", "南沙补贴多少费", "菜谱怎么写好"):
            ask(session, make_identity(session, clock.now()), text, clock.now())
    browser = signed_in("agent")
    assert "有3条问题等着归类" in browser.get("/console/knowledge").text
    for _ in range(2):
        assert browser.post("/console/knowledge/misses/sort").status_code == 303
    with database.reading() as session:
        assert session.scalars(select(OutboxRow.job_name)).all() == [JobName.SORT_MISSES], "two clicks are one job"
    sort_misses(database, WordEmbedder(), now=clock.now())

    page = browser.get("/console/knowledge").text
    first, second = re.findall(r'href="(/console/knowledge/misses/\d+)"', page)
    assert "南沙补贴多少" in browser.get(first).text
    address = browser.post(f"{first}/answer").headers["Location"]
    assert "南沙补贴多少" in browser.get(address).text
    assert "在写" in browser.get(first).text
    assert browser.post(f"{second}/set-aside").status_code == 303
    assert "菜谱" not in browser.get("/console/knowledge").text
    assert browser.get(second).status_code == 404


def test_documents_are_checked_by_supervisors_only(database, clock, people, signed_in, in_review) -> None:
    supervisor = signed_in("supervisor")
    address = f"/console/knowledge/answers/{in_review}"
    supervisor.get(address)
    supervisor.post(f"{address}/approve", {"version": "2"})
    with database.reading() as session:
        run_id = session.scalars(select(EvaluationRun.id)).one()
    evaluate_answer(database, KnownComparison(), run_id=run_id, now=clock.now())
    with database.reading() as session:
        check = f"/console/knowledge/documents/{session.scalars(select(Document.id)).one()}/check"

    assert "核对过了" in supervisor.get("/console/knowledge/documents").text
    assert supervisor.post(check, {"checked_on": "2027-01-01"}).status_code == 422
    assert supervisor.post(check, {"checked_on": "2026-11-23", "note": "与官网一致"}).status_code == 303
    assert "王芳" in supervisor.get("/console/knowledge/documents").text
    agent = signed_in("agent")
    assert "核对过了" not in agent.get("/console/knowledge/documents").text
    assert agent.post(check, {"checked_on": "2026-11-23"}).status_code == 403
    assert "没有找到" in agent.get("/console/knowledge/documents?q=没有的").text


def test_feedback_shows_the_answer_as_it_was_and_leads_to_a_better_one(database, clock, signed_in) -> None:
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        make_message(session, conversation, clock.now(), text="电话13912345678,外观几年", author=Author.USER)
        citation = {"document": "专利法", "label": "第四十二条", "passage": "外观设计专利权的期限为十五年"}
        answer = Message(
            conversation_id=conversation.id, author=Author.BOT, text="外观15年。", created_at=clock.now(),
            details={"skill": "policy", "citations": [citation]},
        )  # fmt: skip
        session.add(answer)
        session.flush()
        user_id = conversation.user_id
        rate_answer(session, message_id=answer.id, user_id=user_id, verdict=Verdict.USELESS, now=clock.now())
    browser = signed_in("agent")

    page = browser.get("/console/knowledge/feedback").text

    assert "电话〔电话〕,外观几年" in page and "13912345678" not in page
    assert "外观15年。" in page and "外观设计专利权的期限为十五年" in page
    assert browser.get("/console/knowledge/feedback?document=专利法").status_code == 200
    browser.post("/console/knowledge/answers", {"question": "外观几年"})
    assert only_answer(database).question == "外观几年"
    with database.reading() as session:
        assert session.scalars(select(AnswerFeedback.document)).all() == ["专利法"]


def test_the_log_names_the_steps_in_words(signed_in, in_review) -> None:
    page = signed_in("supervisor").get("/console/audit").text

    for words in ("起草答案", "改答案", "提交答案审核", f"答案 {in_review}"):
        assert words in page


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=99999999999", "state=nothing", "q=%25", "document=%25"])
def test_odd_questions_to_the_pages_are_no_error(signed_in, query: str) -> None:
    browser = signed_in("agent")

    for path in PAGES:
        assert browser.get(f"{path}?{query}").status_code == 200, path
