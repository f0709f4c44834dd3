"""One token for all processes, under races, hangs and a Redis that is gone. Real Valkey, real processes."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from adapters.wechat.errors import WeChatError
from adapters.wechat.http import new_session
from adapters.wechat.token_store import StoredToken, TokenStore
from adapters.wechat.tokens import TokenProvider, stable_token_source
from core.clock import FixedClock, SystemClock
from dev.servers import Valkey, free_port
from tests.adapters.wechat.api_server import SEND, STABLE, ApiServer, ApiState, Fault
from tests.adapters.wechat.conftest import MakeClient

# Children inherit the server's address and nothing of its threads; they exit without running pytest's own clean-up.
FORK = multiprocessing.get_context("fork")


def provider(
    api: ApiServer, connection: redis.Redis, clock: Any = None, read_timeout: float = 5, **options: float
) -> TokenProvider:
    source = stable_token_source(new_session(api.url), api.state.app_id, api.state.secret, (1, read_timeout))
    return TokenProvider(connection, api.state.app_id, source, clock or SystemClock(), **options)


def connect(valkey: Valkey) -> redis.Redis:
    return redis.Redis.from_url(valkey.url, socket_timeout=2, socket_connect_timeout=1)


@contextmanager
def child(work: Callable[[], str]) -> Iterator[Callable[[], str]]:
    """Run in a process of its own; what it answers is read with the yielded function."""
    receiving, sending = FORK.Pipe(duplex=False)

    def run() -> None:
        try:
            sending.send(work())
        except BaseException as error:
            sending.send(f"{type(error).__name__}: {error}")

    process = FORK.Process(target=run)
    process.start()
    try:
        yield lambda: str(receiving.recv()) if receiving.poll(30) else "silence"
    finally:
        process.join(timeout=10)
        if process.is_alive():
            process.kill()
            process.join()
        receiving.close()
        sending.close()


@pytest.mark.serial
def test_checklist_36_twenty_cold_processes_make_one_upstream_call(
    api: ApiServer, redis_client: redis.Redis, valkey: Valkey
) -> None:
    api.state.faults[STABLE].append(Fault(delay_seconds=0.5))
    barrier = FORK.Barrier(20)

    def work() -> str:
        barrier.wait(timeout=20)
        return provider(api, connect(valkey)).get()

    answers: list[str] = []
    with children(work, 20) as results:
        answers = [result() for result in results]

    assert set(answers) == {api.state.stable}
    assert len(api.state.calls_of(STABLE)) == 1


@contextmanager
def children(work: Callable[[], str], count: int) -> Iterator[list[Callable[[], str]]]:
    if count == 0:
        yield []
        return
    with child(work) as first, children(work, count - 1) as others:
        yield [first, *others]


def test_checklist_36_threads_of_one_process_make_one_upstream_call(api: ApiServer, redis_client: redis.Redis) -> None:
    api.state.faults[STABLE].append(Fault(delay_seconds=0.3))
    shared, answers = provider(api, redis_client), []
    threads = [threading.Thread(target=lambda: answers.append(shared.get())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [api.state.stable] * 16
    assert len(api.state.calls_of(STABLE)) == 1


def test_checklist_36_many_renewals_of_one_dead_token_are_one_call(api: ApiServer, redis_client: redis.Redis) -> None:
    shared, answers = provider(api, redis_client), []
    dead = shared.get()
    api.state.expire_tokens()
    threads = [threading.Thread(target=lambda: answers.append(shared.renew(dead))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [api.state.stable] * 12
    assert len(api.state.calls_of(STABLE)) == 2


def test_checklist_40_the_token_is_kept_until_most_of_its_life_is_over(
    api: ApiServer, redis_client: redis.Redis, clock: FixedClock
) -> None:
    first_process, second_process = provider(api, redis_client, clock), provider(api, redis_client, clock)
    first = first_process.get()
    clock.advance(timedelta(seconds=7185 * 0.79))
    assert (first_process.get(), second_process.get()) == (first, first)
    assert len(api.state.calls_of(STABLE)) == 1

    with api.state.lock:
        api.state.new_token()  # five minutes before the end stable_token gives the next one; both are valid
    clock.advance(timedelta(seconds=7185 * 0.12))

    assert second_process.get() == api.state.stable != first
    assert first_process.get() == api.state.stable
    assert len(api.state.calls_of(STABLE)) == 2


def test_checklist_40_refreshes_are_spread_between_80_and_90_percent(
    api: ApiServer, redis_client: redis.Redis, clock: FixedClock
) -> None:
    store = TokenStore(redis_client, api.state.app_id, lock_for=timedelta(seconds=5))
    shares = set()
    for _ in range(12):
        redis_client.flushall()
        provider(api, redis_client, clock).get()
        stored = store.read()
        assert stored is not None
        shares.add((stored.refresh_at - clock.now().timestamp()) / (stored.expires_at - clock.now().timestamp()))

    assert len(shares) == 12
    assert min(shares) >= 0.8
    assert max(shares) <= 0.9


def test_checklist_40_while_wechat_fails_the_old_token_serves_and_wechat_is_left_alone(
    api: ApiServer, redis_client: redis.Redis, clock: FixedClock
) -> None:
    tokens = provider(api, redis_client, clock)
    first = tokens.get()
    clock.advance(timedelta(seconds=7185 * 0.95))
    api.state.always[STABLE] = Fault(status=503)

    assert [tokens.get() for _ in range(5)] == [first] * 5
    assert len(api.state.calls_of(STABLE)) == 2


def test_checklist_40_force_refresh_is_spared(api: ApiServer, redis_client: redis.Redis) -> None:
    tokens, other = provider(api, redis_client), provider(api, redis_client)
    failing = tokens.get()

    failing = tokens.renew(failing)
    failing = other.renew(failing)
    failing = tokens.renew(failing)

    assert [call.body["force_refresh"] for call in api.state.calls_of(STABLE)] == [False, False, True, False, False]


def test_checklist_41_a_token_that_ends_during_a_call_is_replaced(
    make_client: MakeClient, state: ApiState, clock: FixedClock
) -> None:
    client = make_client()
    client.typing("oUser1")
    # By our clock it lives; by WeChat's it ended between the check and the call.
    clock.advance(timedelta(seconds=5000))
    state.faults[SEND].append(Fault(errcode=42001))
    state.expire_tokens()

    client.send("oUser1", {"kind": "text", "text": "在"})

    assert [call.query["access_token"][:7] for call in state.calls_of(SEND)] == ["TOKEN-1", "TOKEN-2"]


def test_checklist_41_an_expired_token_is_never_handed_out(
    api: ApiServer, redis_client: redis.Redis, clock: FixedClock
) -> None:
    tokens = provider(api, redis_client, clock)
    first = tokens.get()
    api.state.expire_tokens()
    clock.advance(timedelta(seconds=7185))

    assert tokens.get() == api.state.stable != first


def test_checklist_43_a_hanging_token_server_is_bounded_by_the_timeout(
    api: ApiServer, redis_client: redis.Redis
) -> None:
    api.state.always[STABLE] = Fault(delay_seconds=2)
    tokens = provider(api, redis_client, read_timeout=0.3)
    started = time.monotonic()

    with pytest.raises(WeChatError) as caught:
        tokens.get()

    assert time.monotonic() - started < 1.5
    assert caught.value.outcome == "unknown"
    assert redis_client.get(b"wechat:{wxsim0000000000a1}:token-lock") is None


def test_checklist_43_waiting_for_another_process_is_bounded(api: ApiServer, redis_client: redis.Redis) -> None:
    held = TokenStore(redis_client, api.state.app_id, lock_for=timedelta(seconds=30))
    assert held.try_lock() is not None
    started = time.monotonic()

    with pytest.raises(WeChatError) as caught:
        provider(api, redis_client, wait_seconds=0.3).get()

    assert time.monotonic() - started < 1.5
    assert caught.value.outcome == "busy"
    assert api.state.calls_of(STABLE) == []


def test_checklist_43_a_process_killed_while_it_fetches_blocks_no_one_for_long(
    api: ApiServer, redis_client: redis.Redis, valkey: Valkey
) -> None:
    api.state.faults[STABLE].append(Fault(delay_seconds=3))

    def work() -> str:
        # Killed by its own hand in the middle of the fetch, with the lock held.
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        return provider(api, connect(valkey), lock_seconds=1).get()

    with child(work):
        while not api.state.calls_of(STABLE):
            time.sleep(0.01)
        token = provider(api, redis_client, lock_seconds=1, wait_seconds=5).get()

    assert token == api.state.stable
    assert len(api.state.calls_of(STABLE)) == 2


def test_checklist_44_a_slow_refresh_does_not_overwrite_a_newer_token(
    api: ApiServer, redis_client: redis.Redis, valkey: Valkey
) -> None:
    api.state.faults[STABLE].append(Fault(delay_seconds=1.5))  # answers the token of its arrival, late

    with child(lambda: provider(api, connect(valkey), lock_seconds=0.3).get()) as slow:
        while not api.state.calls_of(STABLE):
            time.sleep(0.01)
        old = api.state.stable
        api.state.expire_tokens()
        newer = provider(api, redis_client, lock_seconds=0.3).get()  # waits until the slow one's lock is over

        assert newer != old
        assert slow() == newer  # the slow process learns of the newer token, too

    assert provider(api, redis_client).get() == newer
    assert len(api.state.calls_of(STABLE)) == 2


def test_checklist_44_the_fence_orders_writers_and_owners(redis_client: redis.Redis) -> None:
    store = TokenStore(redis_client, "wxA", lock_for=timedelta(milliseconds=50))
    slow = TokenStore(redis_client, "wxA", lock_for=timedelta(milliseconds=50))
    early = slow.try_lock()
    assert early is not None
    assert store.try_lock() is None
    time.sleep(0.08)
    late = store.try_lock()
    assert late is not None

    assert store.store(StoredToken("new", 2.0, 1.0), late)
    assert not slow.store(StoredToken("old", 2.0, 1.0), early)
    slow.unlock()  # not its lock any more

    assert store.read() == StoredToken("new", 2.0, 1.0)
    assert slow.try_lock() is None


def test_renew_asks_wechat_only_if_the_failing_token_is_still_the_stored_one(
    api: ApiServer, redis_client: redis.Redis
) -> None:
    tokens = provider(api, redis_client)
    current = tokens.get()

    assert tokens.renew("an older token") == current
    assert len(api.state.calls_of(STABLE)) == 1


@pytest.mark.parametrize("decode", [False, True])
def test_the_store_reads_with_either_kind_of_connection(api: ApiServer, valkey: Valkey, decode: bool) -> None:
    with redis.Redis.from_url(valkey.url, decode_responses=decode, socket_timeout=2) as connection:
        connection.flushall()
        assert provider(api, connection).get() == provider(api, connection).get()
    assert len(api.state.calls_of(STABLE)) == 1


def test_checklist_72_without_redis_a_process_keeps_a_token_of_its_own(api: ApiServer) -> None:
    nowhere = redis.Redis(host="127.0.0.1", port=free_port(), socket_connect_timeout=0.5, socket_timeout=0.5)
    tokens = provider(api, nowhere)

    first = tokens.get()
    assert tokens.get() == first
    api.state.expire_tokens()
    second = tokens.renew(first)

    assert second == api.state.stable != first
    assert tokens.renew(first) == second
    assert len(api.state.calls_of(STABLE)) == 2
    nowhere.close()


def test_checklist_72_redis_killed_between_two_calls_stops_nothing(api: ApiServer, tmp_path: Path) -> None:
    server = Valkey(tmp_path, free_port())
    server.start()
    connection = connect(server)
    tokens = provider(api, connection)
    try:
        first = tokens.get()
        server.kill()

        assert tokens.get() == first  # remembered: the one this process fetched last
        assert len(api.state.calls_of(STABLE)) == 1

        server.start()
        assert tokens.get() == first
    finally:
        connection.close()
        server.stop()
