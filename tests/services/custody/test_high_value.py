"""Which patents count as of high value by our data: only what holds however it is counted is said to hold."""

from datetime import date

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from models import CustodyRight, LegalStatus
from services.custody.high_value import Condition, Known, definition_on, list_valued, value_right
from tests.support.custody import make_owner
from tests.support.deals import keep_rights

TODAY = date(2026, 11, 23)


def right(filed: date | None, granted: date | None, **fields) -> CustodyRight:
    values = {"kind": "patent", "patent_kind": "invention", "status": LegalStatus.ACTIVE, **fields}
    return CustodyRight(filed_on=filed, granted_on=granted, **values)


@pytest.mark.parametrize(
    ("filed", "granted", "known"),
    [
        (date(2012, 1, 1), date(2016, 11, 22), Known.MET),
        (date(2012, 1, 1), date(2016, 11, 23), Known.UNKNOWN),
        (None, date(2016, 2, 29), Known.MET),
        (date(2016, 11, 22), date(2019, 1, 1), Known.UNKNOWN),
        (date(2016, 11, 23), date(2019, 1, 1), Known.UNMET),
        (None, None, Known.UNKNOWN),
    ],
)
def test_ten_years_hold_where_they_hold_from_the_grant_and_are_open_between_grant_and_filing(
    filed: date | None, granted: date | None, known: Known
) -> None:
    valued = value_right(right(filed, granted), TODAY)
    assert valued is not None
    assert (valued.known[Condition.MAINTAINED], valued.is_high) == (known, known is Known.MET)
    others = {condition: each for condition, each in valued.known.items() if condition is not Condition.MAINTAINED}
    assert set(others.values()) == {Known.UNKNOWN} and len(others) == 4


@pytest.mark.parametrize(
    "fields",
    [{"kind": "trademark"}, {"patent_kind": "utility_model"}, {"status": LegalStatus.LAPSED}, {"status": "pending"}],
)
def test_only_inventions_in_force_are_counted(fields: dict[str, str]) -> None:
    assert value_right(right(date(2000, 1, 1), date(2001, 1, 1), **fields), TODAY) is None


def test_those_that_count_come_first_and_nobody_elses_do(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        owner, other = make_owner(session, now), make_owner(session, now)
        keep_rights(session, owner.user_id, ["CN112345678B", "CN112345679B"], now)
        session.flush()
        first, second = session.scalars(select(CustodyRight).order_by(CustodyRight.id)).all()
        second.granted_on = today.replace(year=today.year - 11)
        session.flush()
        found = list_valued(session, user_id=owner.user_id, today=today)
        assert [each.right.id for each in found] == [second.id, first.id]
        assert list_valued(session, user_id=other.user_id, today=today) == []


def test_the_definition_names_five_conditions_and_how_sure_it_is() -> None:
    definition = definition_on(TODAY)
    assert set(definition.conditions) == set(Condition) and "二手资料" in definition.source
