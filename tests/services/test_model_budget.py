"""A chat model is called within each user's budget and not while it is down; without Redis not at all."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
import redis

from core.chat import Message
from core.clock import FixedClock
from core.errors import UpstreamUnavailable
from dev.servers import free_port
from services.model_budget import CircuitBreaker, MeteredChatModel, ModelBudget
from tests.support.scripted_model import ScriptedModel

ASKED: Sequence[Message] = [{"role": "user", "content": "外观专利保护多少年"}]


def metered(
    model: ScriptedModel,
    connection: redis.Redis,
    clock: FixedClock,
    *,
    calls: int = 100,
    failures: int = 2,
    open_seconds: float = 30,
    user_id: int = 1,
) -> MeteredChatModel:
    """As one process has it: nothing is shared but Redis."""
    return MeteredChatModel(
        model,
        ModelBudget(connection, clock, calls_per_day=calls),
        CircuitBreaker(connection, failures=failures, open_seconds=open_seconds),
        user_id,
    )


def fails(model: MeteredChatModel) -> bool:
    try:
        model.complete(ASKED, timeout_seconds=5)
    except UpstreamUnavailable:
        return True
    return False


def test_a_user_has_so_many_calls_a_day_over_all_processes(redis_client: redis.Redis, clock: FixedClock) -> None:
    model = ScriptedModel("好")
    one, other = (metered(model, redis_client, clock, calls=2) for _ in range(2))

    outcomes = [fails(one), fails(other), fails(one), fails(other)]

    assert outcomes == [False, False, True, True]
    assert len(model.told) == 2
    assert not one.is_available()
    assert metered(model, redis_client, clock, calls=2, user_id=2).is_available()


def test_the_budget_begins_anew_at_midnight_in_china(redis_client: redis.Redis, clock: FixedClock) -> None:
    model = metered(ScriptedModel("好"), redis_client, clock, calls=1)
    assert [fails(model), fails(model)] == [False, True]

    clock.advance(timedelta(hours=14))

    assert not fails(model)


def test_failures_in_a_row_open_the_circuit_for_every_process(redis_client: redis.Redis, clock: FixedClock) -> None:
    down = ScriptedModel("好", is_cut=True)
    one = metered(down, redis_client, clock)
    well = ScriptedModel("好")
    other = metered(well, redis_client, clock, user_id=2)

    assert fails(one) and other.is_available()
    assert fails(one) and not other.is_available()

    assert fails(other) and well.told == []


def test_a_success_between_failures_starts_the_count_again(redis_client: redis.Redis, clock: FixedClock) -> None:
    down, well = (metered(ScriptedModel("好", is_cut=is_cut), redis_client, clock) for is_cut in (True, False))

    assert fails(down) and not fails(well) and fails(down)

    assert well.is_available()


def test_half_open_lets_one_call_through_and_closes_when_it_is_well(
    redis_client: redis.Redis, clock: FixedClock
) -> None:
    down = metered(ScriptedModel("好", is_cut=True), redis_client, clock, open_seconds=0.2)
    assert fails(down) and fails(down)
    time.sleep(0.3)
    breaker = CircuitBreaker(redis_client, failures=2, open_seconds=0.2)

    allowed = [breaker.allow() for _ in range(3)]
    breaker.succeeded()

    assert allowed == [True, False, False]
    assert breaker.allow() and breaker.allow()


def test_half_open_opens_again_at_the_first_failure(redis_client: redis.Redis, clock: FixedClock) -> None:
    down = metered(ScriptedModel("好", is_cut=True), redis_client, clock, failures=5, open_seconds=0.2)
    for _ in range(5):
        fails(down)
    time.sleep(0.3)
    assert down.is_available()

    fails(down)

    assert not down.is_available()


def test_a_probe_that_died_with_its_process_does_not_keep_the_circuit_open(redis_client: redis.Redis) -> None:
    breaker = CircuitBreaker(redis_client, failures=1, open_seconds=0.1, probe_seconds=0.2)
    breaker.failed()
    time.sleep(0.15)
    assert breaker.allow() and not breaker.allow()

    time.sleep(0.25)

    assert breaker.allow()


@pytest.mark.parametrize("calls", [0, 100])
def test_without_redis_or_budget_there_is_no_model(calls: int, redis_client: redis.Redis, clock: FixedClock) -> None:
    nowhere = redis.Redis(port=free_port(), socket_connect_timeout=0.2)
    model = ScriptedModel("好")
    without = metered(model, nowhere if calls else redis_client, clock, calls=calls)

    assert not without.is_available()
    assert fails(without)
    assert model.told == []
