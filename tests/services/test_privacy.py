"""After erasure nothing of a person is left in any table, on either database, whatever was under way."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.clock import FixedClock
from core.db import Base, Database
from core.errors import Unauthorized
from models import (
    ApiSession,
    Author,
    Case,
    CaseStatus,
    Conversation,
    Delivery,
    DeliveryReason,
    DeliveryState,
    Message,
    Platform,
    Staff,
    StaffNotification,
    Topic,
    Turn,
    TurnState,
    User,
    WeChatIdentity,
)
from nlp.types import PatentQuery
from services.case_records import lock_conversation, lock_person
from services.cases import accept_case
from services.casework.clocks import list_clocks
from services.casework.moves import Mover, move_case
from services.casework.tasks import list_tasks
from services.deliveries import queue_deliveries
from services.idempotency import claim_key, keep_answer
from services.intake import receive_question
from services.notices.telling import hush
from services.notifications import notify_user_message
from services.ports import CodeSession
from services.privacy import ask_for_erasure, erase_user, erase_user_by_id
from services.saved_searches import list_saved_searches, save_search
from services.sessions import log_in
from services.staff_messages import add_note, reply_to_user
from services.turns import hold_conversation
from tests.support.casework import RECOMMEND, make_service_case
from tests.support.people import make_identity
from tests.support.staff import make_case, make_staff
from tests.support.waiting import wait_until_somebody_waits

OPENID = "oSecretOpenid00000000000001"
UNIONID = "uSecretUnion0000000000001"
PHONE = "13912345678"
NAME = "何晓雯"
WORDS = "石墨烯散热膜的秘密配方"
SECRETS = (OPENID, UNIONID, PHONE, NAME, WORDS, "c2Vzc2lvbi1rZXk")


def everything(database: Database) -> str:
    """Every value of every table."""
    with database.reading() as session:
        rows = [
            f"{table.name}: {json.dumps([str(value) for value in row], ensure_ascii=False)}"
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    return "\n".join(rows)


@pytest.fixture
def person(database: Database, clock: FixedClock) -> int:
    """Somebody who used all there is: chat, API, a person's help; answers the user's id."""
    now = clock.now()
    with database.unit_of_work() as session:
        who = CodeSession(openid=OPENID, unionid=UNIONID, session_key="c2Vzc2lvbi1rZXk=")
        log_in(session, who=who, app_id="wxmini", now=now)
        identity = session.scalars(select(WeChatIdentity)).one()
        user = identity.user
        user.display_name, user.phone, user.region = NAME, PHONE, "广东省广州市"
        user.phone_verified_at = now
        receipt = receive_question(session, identity_id=identity.id, text=WORDS, key="first", now=now)
        conversation = session.scalars(select(Conversation)).one()
        conversation.memory = {"subject": WORDS}
        assert receipt.work is not None
        assert hold_conversation(session, receipt.work, now=now)
        session.get_one(Turn, receipt.work.lease.turn_id).state = TurnState.DONE
    with database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation)).one()
        answer = Message(conversation_id=conversation.id, author=Author.BOT, text=f"关于{WORDS}", created_at=now)
        session.add(answer)
        session.flush()
        queue_deliveries(
            session,
            identity_id=conversation.identity_id,
            message_id=answer.id,
            payloads=[{"kind": "text", "text": answer.text}],
            reason=DeliveryReason.REPLY,
            now=now,
        )
        agent = make_staff(session, now)
        case = make_case(session, now, conversation=conversation, question=WORDS)
        accept_case(session, staff=agent, case_id=case.id, now=now)
        reply_to_user(session, staff=agent, conversation_id=conversation.id, text=f"{NAME}您好", now=now)
        add_note(session, staff=agent, conversation_id=conversation.id, text=f"电话{PHONE}", now=now)
        asked = Message(conversation_id=conversation.id, author=Author.USER, text=WORDS, created_at=now)
        session.add(asked)
        session.flush()
        notify_user_message(session, conversation, asked, now)
        user_id = conversation.user_id
        save_search(session, user_id=user_id, query=PatentQuery(topic=WORDS), total=3, now=now)
    claim = claim_key(database, user_id=user_id, key="key-1234", request_hash="x", now=now)
    with database.unit_of_work() as session:
        keep_answer(session, claim, status_code=200, body={"answer": {"answer": WORDS}, "delivery_ids": []})
    return user_id


def test_nothing_of_a_person_is_left_in_any_table(database: Database, clock: FixedClock, person: int) -> None:
    before = everything(database)
    assert all(secret in before for secret in SECRETS)

    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, person), clock.now())

    after = everything(database)
    assert [(secret, line) for secret in SECRETS for line in after.splitlines() if secret in line] == []


def test_the_work_ends_and_its_numbers_remain(database: Database, clock: FixedClock, person: int) -> None:
    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, person), clock.now())

    with database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert case.number.startswith("KF")
        assert case.status == CaseStatus.CLOSED
        assert session.scalars(select(Delivery.state)).all() == [DeliveryState.EXPIRED] * 2
        assert all(session.scalars(select(ApiSession.revoked_at)))
        assert session.scalars(select(StaffNotification.read_at).where(StaffNotification.read_at.is_(None))).all() == []


def test_a_turn_that_is_running_says_nothing_afterwards(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        identity = make_identity(session, clock.now(), openid=OPENID, platform=Platform.OFFICIAL_ACCOUNT)
        receipt = receive_question(session, identity_id=identity.id, text=WORDS, key="k", now=clock.now())
        user_id = identity.user_id
    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, user_id), clock.now())

    with database.unit_of_work() as session:
        assert receipt.work is not None
        assert not hold_conversation(session, receipt.work, now=clock.now(), memory={"subject": WORDS})

    assert WORDS not in everything(database)
    with database.reading() as session:
        assert session.scalars(select(Turn.state)).all() == [TurnState.SUPPRESSED]


def test_who_asked_for_it_is_erased_a_moment_later_and_once(database: Database, clock: FixedClock, person: int) -> None:
    with database.unit_of_work() as session:
        due = ask_for_erasure(session, user_id=person, now=clock.now())
        assert ask_for_erasure(session, user_id=person, now=clock.now() + timedelta(seconds=1)) == due
    assert WORDS in everything(database)

    for _ in range(2):
        with database.unit_of_work() as session:
            erase_user_by_id(session, person, due)

    assert WORDS not in everything(database)
    with database.reading() as session:
        assert session.get_one(User, person).erased_at == due


def test_the_same_person_coming_back_is_somebody_new(database: Database, clock: FixedClock, person: int) -> None:
    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, person), clock.now())
    with database.unit_of_work() as session:
        who = CodeSession(openid=OPENID, unionid=UNIONID, session_key="c2Vzc2lvbi1rZXk=")
        log_in(session, who=who, app_id="wxmini", now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(User.id).where(User.erased_at.is_(None))).all() != [person]
        assert session.scalars(select(Staff)).one()


def test_saved_searches_go_with_the_person_and_none_is_saved_afterwards(
    database: Database, clock: FixedClock, person: int
) -> None:
    with database.unit_of_work() as session:
        assert len(list_saved_searches(session, user_id=person)) == 1
        erase_user(session, session.get_one(User, person), clock.now())

    with pytest.raises(Unauthorized), database.unit_of_work() as session:
        save_search(session, user_id=person, query=PatentQuery(topic=WORDS), total=3, now=clock.now())

    with database.reading() as session:
        assert list_saved_searches(session, user_id=person) == []


def test_a_turn_that_saves_a_search_and_the_erasing_of_its_person_do_not_wait_for_each_other(
    database: Database, clock: FixedClock, person: int
) -> None:
    now = clock.now()

    def erase() -> None:
        with database.unit_of_work() as session:
            erase_user_by_id(session, person, now)

    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as session:
            conversation_id = session.scalars(select(Conversation.id).where(Conversation.user_id == person)).first()
            lock_conversation(session, conversation_id)
            erasing = pool.submit(erase)
            wait_until_somebody_waits(database)
            save_search(session, user_id=person, query=PatentQuery(topic=WORDS), total=3, now=now)
        erasing.result(timeout=30)

    with database.reading() as session:
        assert session.get_one(User, person).erased_at is not None
        assert list_saved_searches(session, user_id=person) == []


def test_an_erased_person_s_service_cases_end_with_their_tasks_and_clocks(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=session.get(Staff, case.assignee_id)),
                  answers=RECOMMEND, now=clock.now())  # fmt: skip
        erase_user(session, session.get_one(User, case.user_id), clock.now())
        session.refresh(case)

        assert (case.status, case.form, case.results, case.next_due_at) == (CaseStatus.CLOSED, {}, {}, None)
        assert {task.state for task in list_tasks(session, case.id)} == {"cancelled"}
        assert all(row.stopped_at is not None for row in list_clocks(session, case.id))


def test_who_writes_a_row_about_a_person_does_not_wait_for_who_holds_them(
    database: Database, clock: FixedClock, person: int
) -> None:
    """An enquiry points to the person whose account is joined or forgotten at this moment. SQLite lets one write at a
    time."""
    if database.engine.dialect.name != "postgresql":
        return
    with database.unit_of_work() as holding:
        lock_person(holding, holding.get_one(User, person))
        with database.unit_of_work() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            hush(session, user_id=person, topic=Topic.WATCH, subject="watch:CN1", now=clock.now())
