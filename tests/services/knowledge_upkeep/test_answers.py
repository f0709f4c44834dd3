"""Curated answers: one writes, another approves; nothing that makes other answers worse is published."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, UpstreamUnavailable
from core.outbox import OutboxRow
from models import (
    AnswerState,
    AuditEntry,
    Author,
    CuratedAnswer,
    Document,
    EvaluationRun,
    Passage,
    Role,
    Staff,
    User,
)
from services.cases import accept_case
from services.job_names import JobName
from services.knowledge_upkeep.answers import (
    draft_blank,
    draft_from_reply,
    find_run,
    get_answer,
    list_answers,
    reject_answer,
    save_answer,
    submit_answer,
    withdraw_answer,
)
from services.knowledge_upkeep.publication import approve_answer, evaluate_answer, retire_answer
from services.permissions import Action, get_desk
from services.privacy import erase_user
from services.staff_messages import add_note, reply_to_user
from tests.support.people import make_message
from tests.support.staff import make_case, make_staff
from tests.support.upkeep import CONTENT, WORSE, KnownComparison, write_answer


@pytest.fixture
def people(database: Database, clock: FixedClock) -> dict[str, Staff]:
    with database.unit_of_work() as session:
        return {
            "author": make_staff(session, clock.now(), display_name="陈敏"),
            "stranger": make_staff(session, clock.now(), display_name="李强"),
            "supervisor": make_staff(session, clock.now(), display_name="王芳", role=Role.SUPERVISOR),
            "administrator": make_staff(session, clock.now(), display_name="赵磊", role=Role.ADMINISTRATOR),
        }


@pytest.fixture
def answer_id(database: Database, clock: FixedClock, people: dict[str, Staff]) -> int:
    """An answer in review."""
    with database.unit_of_work() as session:
        return write_answer(session, people["author"], clock.now()).id


def approve(database: Database, clock: FixedClock, staff: Staff, answer_id: int, evaluation: KnownComparison) -> str:
    """Approve and let the job run; answers the state afterwards."""
    with database.unit_of_work() as session:
        version = session.get_one(CuratedAnswer, answer_id).version
        run_id = approve_answer(session, staff=staff, answer_id=answer_id, version=version, now=clock.now()).id
    evaluate_answer(database, evaluation, run_id=run_id, now=clock.now())
    with database.reading() as session:
        return session.get_one(CuratedAnswer, answer_id).state


def jobs(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxRow.job_name).order_by(OutboxRow.id)))


def test_an_approved_answer_that_makes_nothing_worse_becomes_a_guide(database, clock, people, answer_id) -> None:
    assert approve(database, clock, people["supervisor"], answer_id, KnownComparison()) == AnswerState.PUBLISHED

    with database.reading() as session:
        document = session.scalars(select(Document).where(Document.key == f"curated-{answer_id}")).one()
        version, passage = document.versions[0], session.scalars(select(Passage)).one()
        assert (document.kind, document.title, document.region) == ("guide", CONTENT.question, CONTENT.region)
        assert (version.source, version.valid_from, version.valid_to) == (CONTENT.source, CONTENT.valid_from, None)
        assert passage.text == CONTENT.text
        assert passage.questions == [CONTENT.question, *CONTENT.other_questions]
        assert session.get_one(CuratedAnswer, answer_id).document_id == document.id
    assert jobs(database) == [JobName.EVALUATE_ANSWER, JobName.INDEX_PASSAGES]


def test_a_drop_blocks_publishing_and_names_the_questions(database, clock, people, answer_id) -> None:
    state = approve(database, clock, people["supervisor"], answer_id, KnownComparison(worse=[WORSE]))

    assert state == AnswerState.IN_REVIEW
    with database.reading() as session:
        run = find_run(session, answer_id)
        assert (run.state, run.worse_count, run.worse[0]["question"]) == ("blocked", 1, WORSE.question)
        assert [run.scores[0]["before"], run.scores[0]["after"]] == [9, 8]
        assert session.get_one(CuratedAnswer, answer_id).approved_by_id is None
        assert session.scalars(select(Document)).all() == []


def test_what_could_not_be_measured_is_not_published_and_may_be_tried_again(database, clock, people, answer_id) -> None:
    failing = KnownComparison(error=UpstreamUnavailable())

    assert approve(database, clock, people["supervisor"], answer_id, failing) == AnswerState.IN_REVIEW
    assert approve(database, clock, people["supervisor"], answer_id, KnownComparison()) == AnswerState.PUBLISHED


def test_while_the_index_is_written_the_job_comes_again(database, clock, people, answer_id) -> None:
    with pytest.raises(Conflict):
        approve(database, clock, people["supervisor"], answer_id, KnownComparison(error=Conflict()))

    with database.reading() as session:
        run = find_run(session, answer_id)
    evaluate_answer(database, KnownComparison(), run_id=run.id, now=clock.now())
    evaluate_answer(database, KnownComparison(worse=[WORSE]), run_id=run.id, now=clock.now())
    with database.reading() as session:
        assert session.get_one(CuratedAnswer, answer_id).state == AnswerState.PUBLISHED, (
            "a repeated job changes nothing"
        )


def test_an_answer_that_holds_later_is_measured_as_of_its_first_day(database, clock, people) -> None:
    with database.unit_of_work() as session:
        content = replace(CONTENT, valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31))
        answer_id = write_answer(session, people["author"], clock.now(), content=content).id
    evaluation = KnownComparison()

    approve(database, clock, people["supervisor"], answer_id, evaluation)

    assert evaluation.asked == [([f"curated-{answer_id}"], date(2027, 1, 1))]


def test_what_was_taken_back_while_it_was_measured_is_not_published(database, clock, people, answer_id) -> None:
    with database.unit_of_work() as session:
        version = session.get_one(CuratedAnswer, answer_id).version
        run = approve_answer(session, staff=people["supervisor"], answer_id=answer_id, version=version, now=clock.now())
        with pytest.raises(Conflict):
            approve_answer(
                session, staff=people["administrator"], answer_id=answer_id, version=version, now=clock.now()
            )
        withdraw_answer(session, staff=people["author"], answer_id=answer_id, now=clock.now())

    evaluate_answer(database, KnownComparison(), run_id=run.id, now=clock.now())

    with database.reading() as session:
        assert session.get_one(CuratedAnswer, answer_id).state == AnswerState.DRAFT
        assert session.get_one(EvaluationRun, run.id).state == "stale"


def test_nobody_approves_words_of_their_own(database, clock, people) -> None:
    with database.unit_of_work() as session:
        answer = write_answer(session, people["supervisor"], clock.now())
        with pytest.raises(Forbidden):
            approve_answer(
                session, staff=people["supervisor"], answer_id=answer.id, version=answer.version, now=clock.now()
            )
        approve_answer(
            session, staff=people["administrator"], answer_id=answer.id, version=answer.version, now=clock.now()
        )


def test_who_changes_the_words_last_is_their_author(database, clock, people) -> None:
    with database.unit_of_work() as session:
        answer = write_answer(session, people["author"], clock.now(), submitted=False)
        save_answer(
            session, staff=people["supervisor"], answer_id=answer.id, content=CONTENT, version=answer.version,
            now=clock.now(),
        )  # fmt: skip
        submit_answer(session, staff=people["supervisor"], answer_id=answer.id, now=clock.now())

        with pytest.raises(Forbidden):
            approve_answer(
                session, staff=people["supervisor"], answer_id=answer.id, version=answer.version, now=clock.now()
            )


def test_an_agent_approves_nothing_and_sees_no_draft_of_a_colleague(database, clock, people, answer_id) -> None:
    with database.unit_of_work() as session:
        with pytest.raises(NotFound):
            get_answer(session, people["stranger"], answer_id)
        with pytest.raises(Forbidden):
            get_answer(session, people["author"], answer_id, Action.REVIEW_ANSWER)
        assert list_answers(session, people["stranger"])[0] == []
        assert len(list_answers(session, people["author"])[0]) == 1
        assert len(list_answers(session, people["supervisor"], state=AnswerState.IN_REVIEW)[0]) == 1
    approve(database, clock, people["supervisor"], answer_id, KnownComparison())
    with database.reading() as session:
        assert get_answer(session, people["stranger"], answer_id).question == CONTENT.question


def test_what_was_changed_since_it_was_read_is_not_approved(database, clock, people, answer_id) -> None:
    with database.unit_of_work() as session, pytest.raises(Conflict):
        approve_answer(session, staff=people["supervisor"], answer_id=answer_id, version=1, now=clock.now())


def test_two_who_write_at_once_do_not_lose_each_others_words(database, clock, people) -> None:
    with database.unit_of_work() as session:
        answer = write_answer(session, people["author"], clock.now(), submitted=False)
        with pytest.raises(Conflict):
            save_answer(
                session, staff=people["author"], answer_id=answer.id, content=CONTENT, version=1, now=clock.now()
            )


def test_a_rejected_answer_says_why_and_can_be_written_anew(database, clock, people, answer_id) -> None:
    with database.unit_of_work() as session:
        with pytest.raises(InvalidInput):
            reject_answer(session, staff=people["supervisor"], answer_id=answer_id, note=" ", now=clock.now())
        answer = reject_answer(
            session, staff=people["supervisor"], answer_id=answer_id, note="来源要写文号", now=clock.now()
        )
        assert (answer.state, answer.review_note) == (AnswerState.REJECTED, "来源要写文号")
        save_answer(
            session, staff=people["author"], answer_id=answer_id, content=CONTENT, version=answer.version,
            now=clock.now(),
        )  # fmt: skip
        assert answer.state == AnswerState.DRAFT


@pytest.mark.parametrize("name", ["question", "text", "source", "valid_from"])
def test_what_is_incomplete_is_not_handed_in(database, clock, people, name: str) -> None:
    content = replace(CONTENT, **{name: None if name == "valid_from" else " "})
    with database.unit_of_work() as session, pytest.raises(InvalidInput) as refusal:
        write_answer(session, people["author"], clock.now(), content=content)

    assert set(refusal.value.fields) == {name}


def test_dates_the_wrong_way_round_and_over_are_refused(database, clock, people) -> None:
    for valid_to in (date(2025, 12, 31), date(2026, 11, 22)):
        with database.unit_of_work() as session, pytest.raises(InvalidInput) as refusal:
            write_answer(session, people["author"], clock.now(), content=replace(CONTENT, valid_to=valid_to))
        assert set(refusal.value.fields) == {"valid_to"}


def test_a_retired_answer_holds_no_longer_than_yesterday(database, clock, people, answer_id) -> None:
    approve(database, clock, people["supervisor"], answer_id, KnownComparison())
    with database.unit_of_work() as session, pytest.raises(Forbidden):
        retire_answer(session, staff=people["stranger"], answer_id=answer_id, now=clock.now())
    clock.advance(timedelta(days=3))
    with database.unit_of_work() as session:
        retire_answer(session, staff=people["author"], answer_id=answer_id, note="政策到期", now=clock.now())

    with database.reading() as session:
        document = session.scalars(select(Document)).one()
        assert document.versions[0].valid_to == date(2026, 11, 25)
        assert session.scalars(select(Passage.change_serial)).all() == [2], "the index must hear of it"
        assert session.get_one(CuratedAnswer, answer_id).state == AnswerState.RETIRED
    assert jobs(database)[-1] == JobName.INDEX_PASSAGES


def test_every_step_is_in_the_log(database, clock, people, answer_id) -> None:
    approve(database, clock, people["supervisor"], answer_id, KnownComparison(worse=[WORSE]))
    approve(database, clock, people["administrator"], answer_id, KnownComparison())
    with database.unit_of_work() as session:
        retire_answer(session, staff=people["author"], answer_id=answer_id, now=clock.now())

    with database.reading() as session:
        rows = session.execute(select(AuditEntry.action, AuditEntry.staff_id, AuditEntry.target)).all()
    ids = {name: person.id for name, person in people.items()}
    assert [(row.action, row.staff_id) for row in rows] == [
        ("answer_drafted", ids["author"]),
        ("answer_saved", ids["author"]),
        ("answer_submitted", ids["author"]),
        ("answer_approved", ids["supervisor"]),
        ("answer_blocked", None),
        ("answer_approved", ids["administrator"]),
        ("answer_published", ids["administrator"]),
        ("answer_retired", ids["author"]),
    ]
    assert {row.target for row in rows} == {f"answer:{answer_id}"}


@pytest.fixture
def reply(database: Database, clock: FixedClock, people: dict[str, Staff]):
    """A user asked with a name and a phone; the author replied; answers (desk, message id, user id)."""
    with database.unit_of_work() as session:
        case = make_case(session, clock.now(), topic="general", question="我叫王小明,南沙贴息能补多少")
        conversation = case.conversation
        accept_case(session, staff=people["author"], case_id=case.id, now=clock.now())
        make_message(session, conversation, clock.now(), text="电话13912345678,快点", author=Author.USER)
        sent = reply_to_user(
            session, staff=people["author"], conversation_id=conversation.id, text="王小明您好,补50%。", now=clock.now()
        )
        desk = get_desk(session, people["author"], conversation.public_id)
        return desk, sent.id, conversation.user_id


def test_one_click_makes_a_draft_of_a_reply_without_names_and_twice_is_one(database, clock, people, reply) -> None:
    desk, message_id, _ = reply
    with database.unit_of_work() as session:
        made = [
            draft_from_reply(session, staff=people["author"], desk=desk, message_id=message_id, now=clock.now())
            for _ in range(2)
        ]

    assert made[0] is made[1]
    assert (made[0].question, made[0].text) == ("电话〔电话〕,快点", "〔姓名〕您好,补50%。")
    assert (made[0].region, made[0].valid_from, made[0].owner_id) == (
        "广东省广州市", date(2026, 11, 23), people["author"].id,
    )  # fmt: skip


def test_only_a_reply_of_that_conversation_becomes_a_draft(database, clock, people, reply) -> None:
    desk, _, _ = reply
    with database.unit_of_work() as session:
        conversation_id = desk.conversation.id
        note = add_note(session, staff=people["author"], conversation_id=conversation_id, text="内部", now=clock.now())
        other = make_case(session, clock.now())
        for message_id in (note.id, other.conversation_id + 10_000):
            with pytest.raises(NotFound):
                draft_from_reply(session, staff=people["author"], desk=desk, message_id=message_id, now=clock.now())


def test_an_erased_persons_drafts_go_and_published_answers_stay_without_their_trace(
    database, clock, people, reply
) -> None:
    desk, message_id, user_id = reply
    with database.unit_of_work() as session:
        draft = draft_from_reply(session, staff=people["author"], desk=desk, message_id=message_id, now=clock.now())
        published = write_answer(session, people["author"], clock.now())
    approve(database, clock, people["supervisor"], published.id, KnownComparison())
    with database.unit_of_work() as session:
        second = make_message(session, desk.conversation, clock.now(), text="另一条", author=Author.STAFF)
        session.get_one(CuratedAnswer, published.id).message_id = second.id
        erase_user(session, session.get_one(User, user_id), clock.now())

    with database.reading() as session:
        assert session.get(CuratedAnswer, draft.id) is None
        assert session.get_one(CuratedAnswer, published.id).message_id is None


def test_a_blank_draft_is_empty_but_for_its_question(database, clock, people) -> None:
    with database.unit_of_work() as session:
        answer = draft_blank(session, staff=people["author"], question="南沙贴息", now=clock.now())

        assert (answer.question, answer.text, answer.state) == ("南沙贴息", "", AnswerState.DRAFT)
