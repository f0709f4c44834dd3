"""What has done its service is forgotten by the clock: a turn after a week, a notification after a quarter."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from models import Message, Notice, StaffNotification, Topic, Turn, TurnState
from services import retention
from services.notices.telling import hush, tell
from services.notices.writing import write_due
from services.retention import forget_old_rows
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_staff


@pytest.fixture
def conversation(database: Database, clock: FixedClock):
    with database.unit_of_work() as session:
        return make_conversation(session, make_identity(session, clock.now()), clock.now())


def add_turn(database: Database, conversation, at, state: TurnState, number: int = 0) -> None:
    with database.unit_of_work() as session:
        message = make_message(session, conversation, at, text="石墨烯", author="user")
        session.add(
            Turn(
                dedupe_key=f"{at}-{state}-{number}",
                conversation_id=conversation.id,
                message_id=message.id,
                inbound={"text": "石墨烯"},
                state=state,
                owner_token=1,
                created_at=at,
            )
        )


def count(database: Database, model) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_finished_turn_is_forgotten_after_a_week_and_its_message_stays(database, clock, conversation) -> None:
    now = clock.now()
    add_turn(database, conversation, now - timedelta(days=8), TurnState.DONE)
    add_turn(database, conversation, now - timedelta(days=8), TurnState.FOR_STAFF)
    add_turn(database, conversation, now - timedelta(days=8), TurnState.QUEUED)
    add_turn(database, conversation, now - timedelta(days=6), TurnState.DONE)

    assert forget_old_rows(database, now) == {
        "turns": 2, "staff_notifications": 0, "misses": 0, "notice_words": 0, "patent_changes": 0,
        "benefit_plans": 0, "credit_events": 0, "saved_searches": 0,
    }  # fmt: skip

    with database.reading() as session:
        assert session.scalars(select(Turn.state).order_by(Turn.id)).all() == [TurnState.QUEUED, TurnState.DONE]
    assert count(database, Message) == 4


def test_many_are_forgotten_in_short_transactions(database, clock, conversation, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(8):
        add_turn(database, conversation, clock.now() - timedelta(days=8), TurnState.DONE, number)

    assert forget_old_rows(database, clock.now())["turns"] == 8
    assert count(database, Turn) == 0


def test_a_notification_is_forgotten_after_a_quarter(database, clock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        staff = make_staff(session, now)
        for days in (91, 89):
            session.add(
                StaffNotification(
                    key=f"{days}", staff_id=staff.id, kind="transfer", text="…", created_at=now - timedelta(days=days)
                )
            )

    assert forget_old_rows(database, now)["staff_notifications"] == 1
    assert count(database, StaffNotification) == 1


def test_a_notice_loses_its_words_after_a_quarter_and_is_still_told_once(
    database, clock, conversation, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)

    def told(key: str) -> Notice | None:
        with database.unit_of_work() as session:
            return tell(
                session, user_id=conversation.user_id, topic=Topic.DEADLINE, key=key, title="年费到期",
                text="CN112345678B的年费到期。", is_urgent=True, now=clock.now(),
            )  # fmt: skip

    for number in range(3):
        told(f"fee-{number}")
    with database.unit_of_work() as session:
        hush(session, user_id=conversation.user_id, topic=Topic.WATCH, subject="watch:CN1", now=clock.now())
        assert write_due(session, conversation.user_id, clock.now()) == 3
    told("fee-3")  # never written: it waits
    assert forget_old_rows(database, clock.now() + timedelta(days=89))["notice_words"] == 0
    clock.advance(timedelta(days=91))
    told("fee-4")
    assert forget_old_rows(database, clock.now())["notice_words"] == 5
    assert forget_old_rows(database, clock.now())["notice_words"] == 0
    with database.reading() as session:
        texts = {row.key: (row.text, row.facts) for row in session.scalars(select(Notice))}
    assert texts["fee-0"] == texts["fee-2"] == ("", {})
    assert texts["fee-3"][0] and texts["fee-4"][0]
    assert told("fee-0") is None
