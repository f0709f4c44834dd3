"""What has done its service is forgotten by the clock: a turn after a week, a notification after a quarter."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from models import Message, StaffNotification, Turn, TurnState
from services import retention
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

    assert forget_old_rows(database, now) == {"turns": 2, "staff_notifications": 0, "misses": 0, "saved_searches": 0}

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
