"""What time does to a deal: unanswered it ends, a licence's record is counted down to, a right that lapses is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.outbox import OutboxRow
from models import Deal, DealEvent, DealState, LegalStatus, Role, StaffNotification
from services.deals import clock_work
from services.deals.contract import ContractForm, sign_contract
from services.deals.ending import Reason
from services.job_names import JobName
from tests.support.deals import agree, confirm_all, make_scene, settle
from tests.support.rights import make_right
from tests.support.staff import make_staff


def look(database: Database, deal_id: int, clock: FixedClock) -> None:
    """As the schedule and the job do; twice is once."""
    with database.unit_of_work() as session:
        clock_work.request_looks(session, clock.now())
        for _ in range(2):
            clock_work.look_at_deal(session, deal_id, clock.now())


def test_a_question_without_an_answer_is_brought_to_mind_once_and_ends(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        deal_id = make_scene(session, clock.now()).deal.id
    states = []
    for _ in range(20):
        clock.advance(timedelta(days=1))
        look(database, deal_id, clock)
        with database.reading() as session:
            states.append(session.get_one(Deal, deal_id).state)
    assert states.index(DealState.DECLINED) == 14
    with database.reading() as session:
        deal = session.get_one(Deal, deal_id)
        assert deal.end_reason == Reason.NO_ANSWER
        assert all(party.contact_phone is None for party in deal.parties)
        told_of = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.TELL_DEAL)).all()
        # Asked, reminded once, and both hear that it is over.
        assert len(told_of) == 4


def test_the_record_of_a_licence_is_counted_down_to_and_a_day_that_was_missed_is_made_up_for(
    database: Database, clock: FixedClock
) -> None:
    signed_on = china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        scene = make_scene(session, clock.now())
        agree(session, scene, clock.now())
        settle(session, scene, clock.now())
        confirm_all(session, scene, broker, clock.now())
        form = ContractForm(signed_on=signed_on, effective_on=signed_on)
        sign_contract(session, broker, scene.deal.number, form, clock.now())
        deal_id, last = scene.deal.id, scene.deal.register_by
    assert last is not None
    said: list[int] = []
    for day in range(1, (last - signed_on).days + 10):
        clock.advance(timedelta(days=1))
        left = (last - china_date(clock.now())).days
        if left == 30:
            continue  # no worker that day
        look(database, deal_id, clock)
        with database.reading() as session:
            kinds = session.scalars(select(DealEvent.kind).where(DealEvent.deal_id == deal_id)).all()
        if kinds.count("registration_due") > len(said):
            said.append(left)
        assert day < 200
    assert said == [60, 29, 15, 7, 3, 1, 0, -1, -8]


def test_a_right_that_lapses_on_the_way_is_told_to_both_and_the_broker_once(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as session:
        broker = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        right = make_right(session, clock.now())
        scene = make_scene(session, clock.now(), rights=[right.publication_number])
        agree(session, scene, clock.now())
        deal_id = scene.deal.id
        right.legal_status = LegalStatus.LAPSED
    for _ in range(3):
        clock.advance(timedelta(days=1))
        look(database, deal_id, clock)
    with database.reading() as session:
        kinds = session.scalars(select(DealEvent.kind).where(DealEvent.deal_id == deal_id)).all()
        notices = session.scalars(select(StaffNotification.text).where(StaffNotification.staff_id == broker.id)).all()
    assert kinds.count("barrier") == 1
    assert sum("终止" in text for text in notices) == 1


def test_supervisors_hear_once_of_each_deal_that_nobody_took_however_many_wait(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_work, "PORTION", 1)
    with database.unit_of_work() as session:
        for _ in range(2):
            make_staff(session, clock.now(), role=Role.SUPERVISOR)
        for _ in range(2):
            agree(session, make_scene(session, clock.now()), clock.now())
    heard = []
    for _ in range(4):
        with database.unit_of_work() as session:
            heard.append(clock_work.escalate_unbrokered(session, clock.now()))
        clock.advance(timedelta(days=7 if not any(heard) else 1))
    assert heard == [0, 1, 1, 0]
