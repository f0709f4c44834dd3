"""What staff do with a case, and what the bot and the user notice of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models import (
    Allowance,
    AuditEntry,
    Author,
    Case,
    CaseEvent,
    CaseStatus,
    Conversation,
    ConversationStatus,
    Delivery,
    Message,
    Role,
    Staff,
    StaffNotification,
)
from services.case_sweeps import close_idle_cases
from services.cases import accept_case, close_case, release_to_bot, take_over_conversation, transfer_case
from services.notifications import notify_user_message
from services.staff_messages import add_note, reply_to_user
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_case, make_staff


@pytest.fixture
def desk(database, clock):
    """Two agents, a supervisor, and a case offered to the first agent: (case, first, second, supervisor)."""
    with database.unit_of_work() as session:
        first = make_staff(session, clock.now(), display_name="陈敏", skills=["financing"])
        second = make_staff(session, clock.now(), display_name="李强", skills=["patent"])
        supervisor = make_staff(session, clock.now(), display_name="王芳", role=Role.SUPERVISOR, is_available=False)
        case = make_case(session, clock.now())
        session.add(
            Allowance(
                identity_id=case.conversation.identity_id,
                kind="message",
                left_count=5,
                until_at=clock.now() + timedelta(hours=48),
            )
        )
    return case, first, second, supervisor


def test_accepting_takes_the_conversation_from_the_bot(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        before = session.get(Conversation, case.conversation_id).owner_token
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        accept_case(session, staff=first, case_id=case.id, now=clock.now())

    with database.reading() as session:
        conversation = session.get(Conversation, case.conversation_id)
        events = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id)).all()
        audit = session.scalars(select(AuditEntry)).all()
    assert conversation.status == ConversationStatus.OPEN
    assert conversation.assignee_id == first.id
    assert conversation.owner_token == before + 1
    assert events.count("accepted") == 1
    assert [(entry.action, entry.target, entry.staff_id) for entry in audit] == [
        ("accepted", f"case:{case.number}", first.id)
    ]


def test_an_offered_case_is_not_another_agents_to_take(database, clock, desk):
    case, _first, second, _supervisor = desk
    with pytest.raises(NotFound), database.unit_of_work() as session:
        accept_case(session, staff=second, case_id=case.id, now=clock.now())


def test_a_supervisor_may_take_an_offered_case_and_the_agent_is_told_who(database, clock, desk):
    case, first, _second, supervisor = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=supervisor, case_id=case.id, now=clock.now())

    with pytest.raises(Conflict, match="王芳已经接单了"), database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())


def test_of_two_accepting_at_once_one_wins(database, clock, desk):
    case, *_ = desk
    with database.unit_of_work() as session:
        people = [make_staff(session, clock.now(), role=Role.SUPERVISOR, display_name=f"主管{n}") for n in range(4)]

    def accept(person: Staff) -> str:
        try:
            with database.unit_of_work() as session:
                accept_case(session, staff=person, case_id=case.id, now=clock.now())
        except Conflict as error:
            return error.message
        return "won"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(accept, people))

    assert outcomes.count("won") == 1
    with database.reading() as session:
        winner = session.get(Case, case.id).assignee.display_name
        token = session.get(Conversation, case.conversation_id).owner_token
    assert set(outcomes) == {"won", f"{winner}已经接单了。"}
    assert token == 2


def test_a_reply_is_in_the_ledger_and_keeps_the_promise(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        reply_to_user(
            session, staff=first, conversation_id=case.conversation_id, text="您好,材料清单发您。", now=clock.now()
        )

    with database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        message = session.scalars(select(Message).where(Message.author == Author.STAFF)).one()
        replied = session.get(Case, case.id).first_reply_at
    assert delivery.payload == {"kind": "text", "text": "您好,材料清单发您。"}
    assert (delivery.reason, delivery.message_id) == ("staff_reply", message.id)
    assert message.staff_id == first.id
    assert replied == clock.now()


def test_the_same_form_sent_twice_is_one_reply(database, clock, desk):
    case, first, *_ = desk

    def send(_: int) -> int:
        with database.unit_of_work() as session:
            return reply_to_user(
                session,
                staff=first,
                conversation_id=case.conversation_id,
                text="收到",
                now=clock.now(),
                form_key="form-1",
            ).id

    with ThreadPoolExecutor(3) as pool:
        ids = set(pool.map(send, range(4)))

    assert len(ids) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_replying_to_an_offered_case_takes_it(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        reply_to_user(session, staff=first, conversation_id=case.conversation_id, text="在的", now=clock.now())

    with database.reading() as session:
        assert session.get(Case, case.id).status == CaseStatus.ACCEPTED
        assert session.get(Conversation, case.conversation_id).status == ConversationStatus.OPEN


def test_only_the_holder_replies(database, clock, desk):
    case, first, _second, supervisor = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())

    with pytest.raises(Conflict, match="陈敏已经接单了"), database.unit_of_work() as session:
        reply_to_user(session, staff=supervisor, conversation_id=case.conversation_id, text="插话", now=clock.now())


@pytest.mark.parametrize("text", ["", "  \n ", "长" * 683])
def test_an_empty_or_too_long_reply_is_refused(database, clock, desk, text):
    case, first, *_ = desk
    with pytest.raises(InvalidInput), database.unit_of_work() as session:
        reply_to_user(session, staff=first, conversation_id=case.conversation_id, text=text, now=clock.now())


def test_a_note_never_reaches_the_user(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        add_note(session, staff=first, conversation_id=case.conversation_id, text="客户很急", now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(Message.is_internal).where(Message.text == "客户很急")).one()
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_a_transfer_is_an_offer_to_the_colleague_who_must_accept(database, clock, desk):
    case, first, second, _supervisor = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        transfer_case(
            session, staff=first, case_id=case.id, to_staff_id=second.id, now=clock.now(), note="问的是专利权属"
        )

    with database.reading() as session:
        moved = session.get(Case, case.id)
        conversation = session.get(Conversation, case.conversation_id)
        note = session.scalars(select(Message).where(Message.is_internal)).one()
        kinds = session.scalars(select(StaffNotification.kind).where(StaffNotification.staff_id == second.id)).all()
    assert (moved.status, moved.assignee_id) == (CaseStatus.OFFERED, second.id)
    assert (conversation.status, conversation.assignee_id) == (ConversationStatus.OPEN, second.id)
    assert note.text == "转给李强:问的是专利权属"
    assert kinds == ["transfer"]


def test_what_is_not_mine_i_cannot_transfer_or_close(database, clock, desk):
    case, first, second, _supervisor = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())

    for step in (
        lambda session: close_case(session, staff=second, case_id=case.id, now=clock.now()),
        lambda session: transfer_case(
            session, staff=second, case_id=case.id, to_staff_id=first.id, now=clock.now(), note=""
        ),
    ):
        with pytest.raises(NotFound), database.unit_of_work() as session:
            step(session)


def test_an_escalated_case_may_be_read_and_taken_but_not_closed_by_a_matching_agent(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        found = session.get(Case, case.id)
        found.status, found.assignee_id, found.respond_by = CaseStatus.ESCALATED, None, None

    with pytest.raises(Forbidden), database.unit_of_work() as session:
        close_case(session, staff=first, case_id=case.id, now=clock.now())
    with database.unit_of_work() as session:
        assert accept_case(session, staff=first, case_id=case.id, now=clock.now()).assignee_id == first.id


def test_closing_gives_the_conversation_back_and_says_so_in_one_line(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        session.get(Conversation, case.conversation_id).memory = {"list": {"kind": "patents"}, "region": "广东省"}
    with database.unit_of_work() as session:
        close_case(session, staff=first, case_id=case.id, now=clock.now())
        close_case(session, staff=first, case_id=case.id, now=clock.now())

    with database.reading() as session:
        conversation = session.get(Conversation, case.conversation_id)
        texts = [row.payload["text"] for row in session.scalars(select(Delivery))]
    assert conversation.status == ConversationStatus.RESOLVED
    assert conversation.assignee_id is None
    assert conversation.owner_token == 3
    assert conversation.memory == {"region": "广东省"}
    assert texts == [f"单号 {case.number} 已办结。再有问题直接说。"]


def test_the_last_allowance_is_not_spent_on_a_good_bye(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        session.get(Allowance, (case.conversation.identity_id, "message")).left_count = 1
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        close_case(session, staff=first, case_id=case.id, now=clock.now())

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_giving_back_to_the_bot_is_silent(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        release_to_bot(session, staff=first, case_id=case.id, now=clock.now())

    with database.reading() as session:
        assert session.get(Conversation, case.conversation_id).status == ConversationStatus.PENDING
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_a_supervisor_steps_into_a_conversation_without_a_case(database, clock, desk):
    *_, supervisor = desk
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        case = take_over_conversation(session, staff=supervisor, conversation_id=conversation.id, now=clock.now())

    assert (case.status, case.assignee_id) == (CaseStatus.ACCEPTED, supervisor.id)
    with database.reading() as session:
        assert session.get(Conversation, conversation.id).status == ConversationStatus.OPEN


def test_an_agent_cannot_step_into_a_strangers_conversation(database, clock, desk):
    _case, first, *_ = desk
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())

    with pytest.raises(NotFound), database.unit_of_work() as session:
        take_over_conversation(session, staff=first, conversation_id=conversation.id, now=clock.now())


def test_a_users_message_is_told_once_to_the_holder(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        accept_case(session, staff=first, case_id=case.id, now=clock.now())
        conversation = session.get(Conversation, case.conversation_id)
        message = make_message(session, conversation, clock.now(), text="还有一个问题", author=Author.USER)
        notify_user_message(session, conversation, message, clock.now())
        notify_user_message(session, conversation, message, clock.now())
        rows = session.scalars(select(StaffNotification).where(StaffNotification.kind == "user_message")).all()

    assert [(row.staff_id, row.text) for row in rows] == [
        (first.id, f"微信用户{conversation.user_id:04d}:还有一个问题")
    ]


def test_an_answered_silent_conversation_returns_to_the_bot_but_not_one_that_waits(database, clock, desk):
    case, first, *_ = desk
    with database.unit_of_work() as session:
        reply_to_user(session, staff=first, conversation_id=case.conversation_id, text="好了", now=clock.now())
        other = make_case(session, clock.now())
        session.flush()
        other.status, other.assignee_id = CaseStatus.ACCEPTED, first.id
        other.conversation.status = ConversationStatus.OPEN
        other.first_reply_at = clock.now()
        make_message(session, other.conversation, clock.now(), text="在吗", author=Author.USER)
        other.conversation.last_user_message_at = clock.now()
    clock.advance(timedelta(hours=25))
    with database.unit_of_work() as session:
        closed = close_idle_cases(session, clock.now())

    assert closed == 1
    with database.reading() as session:
        assert session.get(Case, case.id).status == CaseStatus.CLOSED
        assert session.get(Case, other.id).status == CaseStatus.ACCEPTED
