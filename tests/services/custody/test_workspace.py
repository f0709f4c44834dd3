"""A university's departments: from the columns of a table, what each costs, reductions for all of one at once."""

import io
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import InvalidInput
from models import CustodyRight, FeeReduction, MemberRole, PatentKind
from services.custody import workspace
from services.custody.adding import add_rights
from services.custody.portfolio import list_rights
from services.custody.spreadsheets import read_sheet
from services.custody.workspace import Changed, list_departments, set_reduction
from tests.support.custody import NUMBER, bring, join, make_owner
from tests.support.rights import make_right

TABLE = (
    "专利号,院系,发明人,专利类型,申请日\r\n"
    f"{NUMBER},材料学院,王某;李某,,\r\n"
    "CN111000001B,材料学院,赵某、钱某,发明,2020-05-06\r\n"
    "CN111000002B,,,发明,2020-05-06\r\n"
)


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    return clock.now()


def bring_table(session: Session, user_id: int, now: datetime) -> list[CustodyRight]:
    make_right(session, now, inventors=["孙某"])
    sheet = read_sheet(io.BytesIO(TABLE.encode()))
    added = add_rights(session, user_id=user_id, wanted=sheet.wanted, now=now)
    assert not added.refused
    return added.rights


def test_departments_and_inventors_come_from_the_table_and_our_records_know_inventors_better(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        rights = bring_table(session, make_owner(session, now).user_id, now)

        assert [(each.department, each.inventors) for each in rights] == [
            ("材料学院", ["孙某"]), ("材料学院", ["赵某", "钱某"]), (None, []),
        ]  # fmt: skip


def test_each_department_is_told_what_it_has_and_costs_and_can_be_looked_at_alone(
    database: Database, now: datetime
) -> None:
    today = china_date(now)
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        bring_table(session, owner.user_id, now)
        bring(session, owner.user_id, now, number="CN111000003B", department="材料学院")

        materials, none = list_departments(session, user_id=owner.user_id, today=today)

        assert (materials.name, materials.rights, materials.patents, materials.unknown) == ("材料学院", 3, 3, 1)
        assert (none.name, none.rights) == ("", 1)
        assert (materials.cost or 0) > (none.cost or 0) > 0 and materials.next_due_on is not None
        for name, count in (("材料学院", 3), ("", 1), ("别的学院", 0)):
            assert list_rights(session, user_id=owner.user_id, today=today, department=name).total == count


def test_a_departments_reductions_are_set_at_once_for_what_one_decides_over(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        runner, member = make_owner(session, now), make_owner(session, now)
        join(session, runner.user_id, now)
        join(session, member.user_id, now, role=MemberRole.MEMBER)
        for serial, keeper in ((1, runner), (2, member), (3, member)):
            bring(
                session, keeper.user_id, now, number=f"CN11100000{serial}B", department="材料学院",
                patent_kind=PatentKind.INVENTION, filed_on=date(2021, 5, 6),
            )  # fmt: skip
        before = list_departments(session, user_id=runner.user_id, today=china_date(now))[0].cost
        assert before is not None

        def say(user_id: int) -> Changed:
            return set_reduction(
                session, user_id=user_id, department="材料学院", reduction=FeeReduction.SINGLE, now=now
            )

        assert say(member.user_id) == Changed(changed=2, same=0, refused=1)
        assert say(runner.user_id) == Changed(changed=1, same=2, refused=0)
        assert say(runner.user_id) == Changed(changed=0, same=3, refused=0)
        after = list_departments(session, user_id=runner.user_id, today=china_date(now))[0]
        assert after.reduced == 3 and after.cost is not None and after.cost < before


def test_a_department_larger_than_one_call_is_done_by_the_next(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "MOST_CHANGED", 2)
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        for serial in range(3):
            bring(session, owner.user_id, now, number=f"CN11100000{serial}B", department="材料学院")

        for wanted in (Changed(2, 0, 0), Changed(1, 2, 0), Changed(0, 3, 0)):
            done = set_reduction(
                session, user_id=owner.user_id, department="材料学院", reduction=FeeReduction.SINGLE, now=now
            )
            assert done == wanted


def test_costs_are_not_counted_while_somebody_waits_for_too_many(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "MOST_COUNTED", 2)
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        bring_table(session, owner.user_id, now)

        found = list_departments(session, user_id=owner.user_id, today=china_date(now))

        assert [(each.rights, each.cost) for each in found] == [(2, None), (1, None)]


def test_a_department_that_there_is_not_is_said(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        bring(session, owner.user_id, now, department="材料学院")
        stranger = make_owner(session, now)

        for user_id, name in ((owner.user_id, "化学学院"), (stranger.user_id, "材料学院")):
            with pytest.raises(InvalidInput):
                set_reduction(session, user_id=user_id, department=name, reduction=FeeReduction.JOINT, now=now)
