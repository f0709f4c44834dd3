"""One effect for one key, whatever is repeated, runs in parallel or dies half-way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from models import IdempotencyRecord
from services.idempotency import (
    Claim,
    InProgress,
    KeyReused,
    Stored,
    claim_key,
    delete_expired_keys,
    keep_answer,
    release_key,
    request_hash,
)
from tests.support.people import make_identity

ONE = request_hash("POST", "/ask", {"text": "一"})
OTHER = request_hash("POST", "/ask", {"text": "二"})


@pytest.fixture
def user_id(database: Database, clock: FixedClock) -> int:
    with database.unit_of_work() as session:
        return make_identity(session, clock.now()).user_id


def claim(
    database: Database, clock: FixedClock, user_id: int, *, request: str = ONE, key: str = "key-0001"
) -> Claim | Stored:
    return claim_key(database, user_id=user_id, key=key, request_hash=request, now=clock.now())


def keep(database: Database, taken: Claim | Stored) -> None:
    assert isinstance(taken, Claim)
    with database.unit_of_work() as session:
        keep_answer(session, taken, status_code=200, body={"answer": "好"})


def test_the_same_request_gets_the_first_answer(database: Database, clock: FixedClock, user_id: int) -> None:
    keep(database, claim(database, clock, user_id))

    assert claim(database, clock, user_id) == Stored(200, {"answer": "好"})


def test_another_request_under_the_same_key_is_refused(database: Database, clock: FixedClock, user_id: int) -> None:
    keep(database, claim(database, clock, user_id))

    with pytest.raises(KeyReused):
        claim(database, clock, user_id, request=OTHER)


def test_keys_of_two_people_do_not_meet(database: Database, clock: FixedClock, user_id: int) -> None:
    keep(database, claim(database, clock, user_id))
    with database.unit_of_work() as session:
        stranger = make_identity(session, clock.now()).user_id

    assert isinstance(claim(database, clock, stranger, request=OTHER), Claim)


def test_an_answer_is_forgotten_after_a_day(database: Database, clock: FixedClock, user_id: int) -> None:
    first = claim(database, clock, user_id)
    keep(database, first)
    clock.advance(timedelta(hours=24))

    again = claim(database, clock, user_id, request=OTHER)

    assert isinstance(first, Claim) and isinstance(again, Claim)
    assert again.effect_key != first.effect_key


def test_only_one_of_many_parallel_calls_gets_the_key(database: Database, clock: FixedClock, user_id: int) -> None:
    def attempt(_: int) -> str:
        try:
            return type(claim(database, clock, user_id)).__name__
        except InProgress:
            return "InProgress"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(attempt, range(12)))

    assert outcomes.count("Claim") == 1
    assert outcomes.count("InProgress") == 11


def test_a_dead_call_is_taken_up_with_the_same_effect_key(database: Database, clock: FixedClock, user_id: int) -> None:
    dead = claim(database, clock, user_id)
    clock.advance(timedelta(seconds=59))
    with pytest.raises(InProgress):
        claim(database, clock, user_id)
    clock.advance(timedelta(seconds=1))

    again = claim(database, clock, user_id)

    assert isinstance(dead, Claim) and isinstance(again, Claim)
    assert again.effect_key == dead.effect_key


def test_a_call_that_lost_its_claim_cannot_keep_its_effect(database: Database, clock: FixedClock, user_id: int) -> None:
    slow = claim(database, clock, user_id)
    clock.advance(timedelta(seconds=60))
    second = claim(database, clock, user_id)

    with pytest.raises(InProgress):
        keep(database, slow)

    keep(database, second)


def test_a_failed_call_leaves_the_key_free_at_once(database: Database, clock: FixedClock, user_id: int) -> None:
    failed = claim(database, clock, user_id)
    assert isinstance(failed, Claim)
    release_key(database, failed)

    again = claim(database, clock, user_id)

    assert isinstance(again, Claim)
    assert again.effect_key == failed.effect_key


def test_old_keys_are_swept(database: Database, clock: FixedClock, user_id: int) -> None:
    claim(database, clock, user_id, key="key-0001")
    clock.advance(timedelta(hours=23))
    claim(database, clock, user_id, key="key-0002")
    clock.advance(timedelta(hours=1))

    with database.unit_of_work() as session:
        delete_expired_keys(session, now=clock.now())
        assert session.scalar(select(func.count()).select_from(IdempotencyRecord)) == 1
