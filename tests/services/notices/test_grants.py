"""The ledger of grants: what WeChat and the mini-program tell in any order is one count, and never one too high."""

import random
import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from models import SubscriptionGrant
from services.notices.grants import (
    list_left,
    note_change,
    note_popup,
    report_accepted,
    return_grant,
    take_grant,
    zero_grants,
)
from tests.support.people import make_identity

TEMPLATE = "TPL-deadline"


class Grants:
    """One person's grants of one template, as the product and as WeChat keep them."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.unit_of_work() as session:
            self.identity_id = make_identity(session, clock.now()).id

    def popup(self, key: str, *answers: str) -> None:
        listed = [{"template_id": TEMPLATE, "status": answer} for answer in answers]
        with self.database.unit_of_work() as session:
            now = self.clock.now()
            note_popup(session, identity_id=self.identity_id, answers=listed, key=f"{self.identity_id}-{key}", now=now)

    def report(self) -> None:
        with self.database.unit_of_work() as session:
            report_accepted(
                session, identity_id=self.identity_id, template_ids=[TEMPLATE, TEMPLATE], now=self.clock.now()
            )

    def take(self) -> int | None:
        with self.database.unit_of_work() as session:
            return take_grant(session, identity_id=self.identity_id, template_id=TEMPLATE)

    def give_back(self, taken: int) -> None:
        with self.database.unit_of_work() as session:
            return_grant(session, identity_id=self.identity_id, template_id=TEMPLATE, taken=taken)

    def zero(self) -> None:
        with self.database.unit_of_work() as session:
            zero_grants(session, identity_id=self.identity_id, template_id=TEMPLATE, now=self.clock.now())

    def left(self) -> int:
        with self.database.reading() as session:
            return list_left(session, [self.identity_id]).get((self.identity_id, TEMPLATE), 0)


@pytest.fixture
def grants(database: Database, clock: FixedClock) -> Grants:
    return Grants(database, clock)


def test_checklist_46_three_acceptances_are_three_sends_and_a_fourth_has_none(grants: Grants) -> None:
    for number in range(3):
        grants.popup(f"push-{number}", "accept")
        grants.popup(f"push-{number}", "accept")  # WeChat's retry

    assert [grants.take() is not None for _ in range(4)] == [True, True, True, False]


def test_checklist_47_a_refusal_grants_nothing_and_takes_nothing_back(grants: Grants) -> None:
    grants.popup("first", "accept")
    grants.popup("second", "reject")
    assert grants.left() == 1


def test_checklist_48_switched_off_in_the_settings_nothing_is_left_even_of_what_is_told_late(grants: Grants) -> None:
    grants.report()
    grants.popup("first", "accept")
    grants.report()  # its event is still under way
    with grants.database.unit_of_work() as session:
        answers = [{"template_id": TEMPLATE, "status": "reject"}]
        note_change(session, identity_id=grants.identity_id, answers=answers, now=grants.clock.now())
    grants.popup("second", "accept")
    assert grants.left() == 0
    grants.popup("third", "accept")
    assert grants.left() == 1


def test_what_was_taken_before_all_was_taken_back_is_not_given_back(grants: Grants) -> None:
    grants.popup("first", "accept")
    taken = grants.take()
    assert taken is not None
    grants.zero()
    grants.give_back(taken)
    assert grants.left() == 0


STEPS = st.lists(st.sampled_from(["popup", "repeat", "report", "take", "give_back", "zero"]), max_size=16)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_in_any_order_the_ledger_is_the_larger_of_both_counts_less_what_was_sent(sqlite_grants, steps) -> None:
    """Against a model that keeps plain numbers."""
    grants = sqlite_grants()
    confirmed = reported = used = 0
    held: list[tuple[int, int]] = []
    zeroed = 0
    for number, step in enumerate(steps):
        match step:
            case "popup":
                grants.popup(f"{number}", "accept")
                confirmed += 1
            case "repeat":
                grants.popup("once", "accept")
                confirmed += "repeat" not in steps[:number]
            case "report":
                grants.report()
                reported += 1
            case "take":
                taken = grants.take()
                assert (taken is not None) == (max(confirmed, reported) > used)
                if taken is not None:
                    used += 1
                    held.append((taken, zeroed))
            case "give_back" if held:
                taken, of = held.pop()
                grants.give_back(taken)
                used -= of == zeroed
            case "zero" if confirmed or reported:
                grants.zero()
                used, zeroed = max(confirmed, reported), zeroed + 1
        assert grants.left() == max(confirmed, reported) - used


@pytest.fixture(scope="module")
def sqlite_grants(tmp_path_factory):
    """Each time another person in one database: a hypothesis example needs no database of its own."""
    from datetime import UTC, datetime

    from core.db import Base

    database = Database(f"sqlite:///{tmp_path_factory.mktemp('grants') / 'grants.db'}")
    Base.metadata.create_all(database.engine)
    clock = FixedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    yield lambda: Grants(database, clock)
    database.engine.dispose()


@pytest.mark.parametrize("seed", [1, 2])
def test_checklist_49_many_at_once_never_send_more_than_was_granted_and_lose_none(grants: Grants, seed: int) -> None:
    """Four threads grant and send at once; WeChat itself counts what it was granted before it tells us."""
    granted, sent, guard = Counter[str](), Counter[str](), threading.Lock()
    failures: list[BaseException] = []

    def act(number: int) -> None:
        dice = random.Random(seed * 10 + number)
        try:
            for turn in range(12):
                if dice.random() < 0.5:
                    with guard:
                        granted["all"] += 1
                    grants.popup(f"{number}-{turn}", "accept")
                elif grants.take() is not None:
                    with guard:
                        sent["all"] += 1
                        assert sent["all"] <= granted["all"], "WeChat would answer 43101"
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    while grants.take() is not None:
        sent["all"] += 1
    assert sent["all"] == granted["all"] > 0
    with grants.database.reading() as session:
        row = session.scalars(select(SubscriptionGrant)).one()
        assert row.left_count == 0
