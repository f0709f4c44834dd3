"""Turns of one conversation run one after the other, however close together their messages come in."""

import threading
import time

from sqlalchemy import select, text, update

from adapters.wechat.push import Push
from core.clock import FixedClock
from core.db import Database
from models import Author, Conversation, DeliveryReason, Message, Platform, Turn, TurnState
from services.deliveries import queue_deliveries
from services.intake import Receipt, receive_push
from tests.support.people import make_message

WAIT_SECONDS = 10


def take_in(database: Database, clock: FixedClock, words: str, msg_id: str) -> Receipt:
    push = Push(to_user="gh_1", openid="oTurns", created_at=1, kind="text", msg_id=msg_id, text=words)
    with database.unit_of_work() as session:
        return receive_push(
            session, push, app_id="wx1", platform=Platform.OFFICIAL_ACCOUNT, text=words, now=clock.now()
        )


def has_lock_waiter(database: Database) -> bool:
    """Whether somebody on PostgreSQL waits for a lock."""
    with database.engine.connect() as connection:
        return bool(connection.scalar(text("select count(*) from pg_locks where not granted")))


def test_a_message_that_waited_for_the_row_of_its_conversation_sees_the_turn_that_was_written_meanwhile(
    database: Database, clock: FixedClock
) -> None:
    """PostgreSQL looks again only at the locked row when the wait is over: what else the query saw is from before."""
    now = clock.now()
    take_in(database, clock, "年费怎么缴", "1")
    with database.unit_of_work() as session:
        session.execute(update(Turn).values(state=TurnState.DONE, done_at=now))
        session.execute(update(Conversation).values(lease_token=None, lease_until=None))
    receipts: list[Receipt] = []
    asking = threading.Thread(target=lambda: receipts.append(take_in(database, clock, "还有别的吗", "3")))
    with database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation).with_for_update()).one()
        asking.start()
        if not database.is_sqlite:
            deadline = time.monotonic() + WAIT_SECONDS
            while not has_lock_waiter(database):
                assert time.monotonic() < deadline, "the second message never waited"
                time.sleep(0.01)
        # What the web process leaves when the one before ends between two messages: a turn that waits, and no lease.
        message = Message(
            conversation_id=conversation.id, author=Author.USER, kind="text", text="可以减免吗", created_at=now
        )
        session.add(message)
        session.flush()
        session.add(
            Turn(
                dedupe_key="second", conversation_id=conversation.id, message_id=message.id, inbound={}, owner_token=0,
                state=TurnState.QUEUED, attempt_count=0, created_at=now,
            )
        )  # fmt: skip
    asking.join(WAIT_SECONDS)

    with database.reading() as session:
        states = [turn.state for turn in session.scalars(select(Turn).order_by(Turn.id))]
    assert states == [TurnState.DONE, TurnState.QUEUED, TurnState.QUEUED]
    assert [receipt.work for receipt in receipts] == [None]


def test_a_message_that_waited_for_the_row_of_its_conversation_knows_of_the_answer_that_is_still_to_be_sent(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    take_in(database, clock, "年费怎么缴", "1")
    receipts: list[Receipt] = []
    asking = threading.Thread(target=lambda: receipts.append(take_in(database, clock, "还有别的吗", "2")))
    with database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation).with_for_update()).one()
        asking.start()
        if not database.is_sqlite:
            deadline = time.monotonic() + WAIT_SECONDS
            while not has_lock_waiter(database):
                assert time.monotonic() < deadline, "the second message never waited"
                time.sleep(0.01)
        # What a turn leaves that ended too late for its request: done, its lease given back, its answer to be sent.
        session.execute(update(Turn).values(state=TurnState.DONE, done_at=now))
        conversation.lease_token = conversation.lease_until = None
        queue_deliveries(
            session,
            identity_id=conversation.identity_id,
            message_id=make_message(session, conversation, now).id,
            payloads=[{"kind": "text", "text": "好的。"}],
            reason=DeliveryReason.REPLY,
            now=now,
        )
    asking.join(WAIT_SECONDS)

    (receipt,) = receipts
    assert receipt.work is not None and receipt.work.follows_unsent
