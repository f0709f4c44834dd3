"""Figures say what happened, and each leads to the very cases that it counted."""

from datetime import timedelta

from models import CaseStatus, Role, Staff
from services.casework.assignment import hand_on, take_case
from services.casework.case_view import HIDDEN, view_case
from services.casework.handler_figures import handler_figures
from services.casework.moves import Mover, move_case, reopen_case
from services.casework.satisfaction import rate_case
from services.casework.statistics import (
    list_cases_of,
    months_back,
    province_of,
    region_figures,
    service_figures,
    with_kind,
)
from tests.support.casework import make_service_case
from tests.support.staff import make_staff


def test_each_figure_is_the_number_of_cases_behind_it(database, clock):
    with database.unit_of_work() as session:
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        cases = [make_service_case(session, clock.now(), is_taken=True) for _ in range(3)]
        clock.advance(timedelta(hours=2))
        move_case(session, case_id=cases[0].id, to="withdrawn", mover=Mover(user_id=cases[0].user_id), now=clock.now())
        refused = Mover(staff=session.get(Staff, cases[1].assignee_id))
        move_case(session, case_id=cases[1].id, to="declined", mover=refused, answers={"reason": "不在服务范围"},
                  now=clock.now())  # fmt: skip
        rate_case(session, user_id=cases[1].user_id, case_id=cases[1].id, score=2, now=clock.now())

        period = months_back(clock.now(), 1)
        (row,) = service_figures(session, boss, period)

        assert (row.filed, row.open, row.refused, row.withdrawn, row.done) == (3, 1, 1, 1, 0)
        assert (row.satisfaction, row.rated) == (2, 1)
        assert row.duration == timedelta(hours=2)
        for state in ("", "open", "refused", "withdrawn", "done", "late"):
            count = {"": row.filed}.get(state, getattr(row, state, 0))
            assert len(list_cases_of(session, boss, with_kind(period, row.kind, state))) == count
        assert region_figures(session, boss, period) == [("广东省", 3)]


def test_staff_count_only_what_they_may_read_and_partners_nothing(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        stranger = make_staff(session, clock.now(), skills=["financing"])
        partner = make_staff(session, clock.now(), role=Role.PARTNER)
        handler = session.get(Staff, case.assignee_id)
        period = months_back(clock.now(), 1)

        assert [row.filed for row in service_figures(session, handler, period)] == [1]
        assert service_figures(session, stranger, period) == []
        assert service_figures(session, partner, period) == []


def test_a_place_is_counted_by_its_province():
    assert province_of("广东省广州市南沙区") == "广东省"
    assert province_of("上海市徐汇区") == "上海市"
    assert province_of("广西壮族自治区南宁市") == "广西壮族自治区"
    assert province_of(None) == ""


def test_a_handlers_figures_count_what_they_took_what_came_of_it_and_what_it_brought(database, clock):
    with database.unit_of_work() as session:
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        cases = [make_service_case(session, clock.now(), is_taken=True) for _ in range(2)]
        first, second = (session.get_one(Staff, case.assignee_id) for case in cases)
        other = make_service_case(session, clock.now())
        take_case(session, staff=first, case_id=other.id, now=clock.now())
        hand_on(session, staff=first, case_id=other.id, to_staff_id=second.id, note="", promised="无", now=clock.now())
        take_case(session, staff=second, case_id=other.id, now=clock.now())
        cases[0].first_reply_at = clock.now() + timedelta(minutes=30)
        # More than a database's integer holds.
        cases[0].results = {"approved": {"amount": 3_000_000_000}, "disbursed": {"disbursed_on": "2026-11-23"}}
        cases[1].results = {"approved": {"amount": 5_000_000}}
        move_case(session, case_id=cases[1].id, to="withdrawn", mover=Mover(user_id=cases[1].user_id), now=clock.now())
        rate_case(session, user_id=cases[1].user_id, case_id=cases[1].id, score=3, now=clock.now())

        period = months_back(clock.now(), 1)
        rows = {row.staff_id: row for row in handler_figures(session, boss, period)}

        mine, theirs = rows[first.id], rows[second.id]
        assert (mine.taken, mine.passed_on, mine.has, mine.open, mine.brought) == (2, 1, 1, 1, 3_000_000_000)
        assert (mine.first_reply, mine.satisfaction, mine.rated) == (timedelta(minutes=30), None, 0)
        assert (theirs.taken, theirs.passed_on, theirs.has, theirs.open, theirs.withdrawn) == (2, 0, 2, 1, 1)
        assert (theirs.brought, theirs.satisfaction, theirs.first_reply) == (0, 3, None)
        for state in ("open", "withdrawn", "done", "late"):
            behind = list_cases_of(session, boss, with_kind(period, "", state, second.id))
            assert len(behind) == getattr(theirs, state)
        assert len(list_cases_of(session, boss, with_kind(period, "", "", second.id))) == theirs.has


def test_a_handler_sees_their_own_figures_alone_and_a_partner_none(database, clock):
    with database.unit_of_work() as session:
        first, _ = (make_service_case(session, clock.now(), is_taken=True) for _ in range(2))
        partner = make_staff(session, clock.now(), role=Role.PARTNER)
        handler = session.get_one(Staff, first.assignee_id)
        period = months_back(clock.now(), 1)

        assert [row.staff_id for row in handler_figures(session, handler, period)] == [handler.id]
        assert handler_figures(session, partner, period) == []


def test_an_offer_that_the_owner_ends_before_anybody_takes_it_is_nobodys_until_it_is_taken_up_again(database, clock):
    with database.unit_of_work() as session:
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        offered = make_staff(session, clock.now(), skills=["financing"])
        case = make_service_case(session, clock.now())
        assert (case.status, case.assignee_id) == (CaseStatus.OFFERED, offered.id)
        move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())
        period = months_back(clock.now(), 1)

        assert handler_figures(session, boss, period) == []
        assert list_cases_of(session, boss, with_kind(period, "", "", offered.id)) == []
        # Whoever never answered for it does not get to know whom to call.
        assert dict(view_case(session, offered, case, clock.now()).form)["联系电话"] == HIDDEN

        assert reopen_case(session, case_id=case.id, staff=boss, now=clock.now()).assignee_id == boss.id
        assert [(row.staff_id, row.taken, row.has) for row in handler_figures(session, boss, period)] == [
            (boss.id, 1, 1)
        ]
