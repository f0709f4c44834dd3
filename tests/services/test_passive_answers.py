"""What was answered is recorded as sent, together where many answers end at once."""

import threading

from sqlalchemy import event

from core.clock import FixedClock
from core.db import Database
from models import Delivery, DeliveryChannel, DeliveryReason, DeliveryState
from services.deliveries import queue_deliveries
from services.passive_answers import PassiveAnswers
from tests.support.people import make_conversation, make_identity, make_message

COUNT = 12


def write_answers(database: Database, clock: FixedClock) -> list[int]:
    with database.unit_of_work() as session:
        identity = make_identity(session, clock.now())
        conversation = make_conversation(session, identity, clock.now())
        return [
            queue_deliveries(
                session,
                identity_id=identity.id,
                message_id=make_message(session, conversation, clock.now()).id,
                payloads=[{"kind": "text", "text": "好的。"}],
                reason=DeliveryReason.REPLY,
                now=clock.now(),
                first_channel=DeliveryChannel.PASSIVE,
            )[0].delivery_id
            for _ in range(COUNT)
        ]


def test_answers_that_end_while_the_database_is_busy_are_recorded_in_few_transactions(
    database: Database, clock: FixedClock
) -> None:
    ids = write_answers(database, clock)
    answers = PassiveAnswers(database)
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda _connection: commits.append(1))
    threads = [threading.Thread(target=answers.confirm, args=(number, {}, clock.now())) for number in ids]

    if database.is_sqlite:
        with database.unit_of_work():
            for thread in threads:
                thread.start()
            for thread in threads[1:]:
                thread.join()  # one leads and waits for the database; the others have left their number with it
        commits.clear()
    else:
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        rows = [session.get_one(Delivery, number) for number in ids]
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert {row.sent_at for row in rows} == {clock.now()}
    assert len(commits) == 1 if database.is_sqlite else len(commits) <= COUNT


def test_after_a_failure_the_next_answer_is_recorded_again(database: Database, clock: FixedClock) -> None:
    first, second, *_ = write_answers(database, clock)
    answers = PassiveAnswers(database)

    def refuse(_connection: object) -> None:
        event.remove(database.engine, "begin", refuse)
        raise ConnectionError

    event.listen(database.engine, "begin", refuse)
    try:
        answers.confirm(first, {}, clock.now())
    except ConnectionError:
        pass
    else:
        raise AssertionError("the failure was swallowed")
    answers.confirm(second, {}, clock.now())

    with database.reading() as session:
        assert session.get_one(Delivery, first).state == DeliveryState.QUEUED
        assert session.get_one(Delivery, second).state == DeliveryState.SENT
