"""WeChat's limits on what we may send, mirrored per user (checklist 24 to 28, our side)."""

import threading
from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.db import Database
from models import AllowanceKind
from services.allowances import (
    ACTION_GRANT,
    MESSAGE_GRANT,
    close_allowances,
    open_allowance,
    return_allowance,
    take_allowance,
    view_allowance,
)
from tests.support.people import make_identity


@pytest.fixture
def identity_id(database: Database, clock: FixedClock) -> int:
    with database.unit_of_work() as session:
        return make_identity(session, clock.now()).id


def _open(database: Database, clock: FixedClock, identity_id: int, kind: AllowanceKind) -> None:
    grant = MESSAGE_GRANT if kind is AllowanceKind.MESSAGE else ACTION_GRANT
    with database.unit_of_work() as session:
        open_allowance(session, identity_id=identity_id, kind=kind, grant=grant, now=clock.now())


def _take(database: Database, clock: FixedClock, identity_id: int, *, keep_last: bool = False) -> str | None:
    with database.unit_of_work() as session:
        return take_allowance(session, identity_id=identity_id, now=clock.now(), keep_last=keep_last)


def test_checklist_24_the_sixth_message_after_one_user_message_is_not_covered(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)

    taken = [_take(database, clock, identity_id) for _ in range(6)]

    assert taken == ["message"] * 5 + [None]


def test_checklist_25_nothing_is_covered_one_second_after_48_hours(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)

    clock.advance(timedelta(hours=48) - timedelta(seconds=1))
    assert _take(database, clock, identity_id) == "message"
    clock.advance(timedelta(seconds=2))
    assert _take(database, clock, identity_id) is None


def test_checklist_26_a_click_covers_three_messages_within_a_minute(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.ACTION)

    assert [_take(database, clock, identity_id) for _ in range(4)] == ["action"] * 3 + [None]
    _open(database, clock, identity_id, AllowanceKind.ACTION)
    clock.advance(timedelta(seconds=61))
    assert _take(database, clock, identity_id) is None


def test_checklist_27_a_message_at_47_hours_gives_five_again(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)
    for _ in range(4):
        _take(database, clock, identity_id)
    clock.advance(timedelta(hours=47))

    _open(database, clock, identity_id, AllowanceKind.MESSAGE)

    with database.reading() as session:
        view = view_allowance(session, identity_id=identity_id, now=clock.now())
    assert view.left_count == 5
    assert view.until_at == clock.now() + timedelta(hours=48)


def test_a_click_on_top_of_a_message_does_not_add_up(database: Database, clock: FixedClock, identity_id: int) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)
    _open(database, clock, identity_id, AllowanceKind.ACTION)

    taken = [_take(database, clock, identity_id) for _ in range(6)]

    assert len([kind for kind in taken if kind]) == 5


def test_checklist_28_nothing_is_left_after_the_user_has_gone(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)

    with database.unit_of_work() as session:
        close_allowances(session, identity_id=identity_id)

    assert _take(database, clock, identity_id) is None
    with database.reading() as session:
        assert view_allowance(session, identity_id=identity_id, now=clock.now()).until_at is None


def test_checklist_35_a_notice_leaves_the_last_message_for_a_person(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)

    notices = [_take(database, clock, identity_id, keep_last=True) for _ in range(5)]

    assert notices == ["message"] * 4 + [None]
    assert _take(database, clock, identity_id) == "message"


def test_checklist_34_two_workers_compete_for_the_last_message_and_one_gets_it(
    database: Database, clock: FixedClock, identity_id: int
) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)
    for _ in range(4):
        _take(database, clock, identity_id)
    start = threading.Barrier(2)
    results: list[str | None] = []

    def compete() -> None:
        start.wait()
        results.append(_take(database, clock, identity_id))

    threads = [threading.Thread(target=compete) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results, key=str) == [None, "message"]


def test_a_message_that_wechat_refused_is_given_back(database: Database, clock: FixedClock, identity_id: int) -> None:
    _open(database, clock, identity_id, AllowanceKind.MESSAGE)
    _take(database, clock, identity_id)

    with database.unit_of_work() as session:
        return_allowance(session, identity_id=identity_id, now=clock.now())

    with database.reading() as session:
        assert view_allowance(session, identity_id=identity_id, now=clock.now()).left_count == 5
