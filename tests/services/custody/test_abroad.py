"""Until when a patent can go abroad with the date of its filing here, and where that is not known."""

from datetime import date

import pytest

from models import CustodyRight
from services.custody.abroad import Window, list_abroad, look_abroad
from services.working_hours import load_calendar
from tests.support.custody import bring, make_owner

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("kind", "filed", "window", "last", "enter"),
    [
        # A Monday twelve months later, and thirty months later on a Monday that is none of ours to move.
        ("invention", date(2026, 3, 1), Window.OPEN, date(2027, 3, 1), date(2028, 9, 1)),
        # 29 November 2026 is a Sunday: the last day moves to Monday.
        ("utility_model", date(2025, 11, 29), Window.OPEN, date(2026, 11, 30), date(2028, 5, 29)),
        ("invention", date(2025, 11, 26), Window.OVER, date(2026, 11, 26), None),
        ("design", date(2026, 6, 15), Window.OPEN, date(2026, 12, 15), None),
        ("design", date(2026, 5, 25), Window.OVER, date(2026, 11, 25), None),
        ("invention", None, Window.UNKNOWN, None, None),
        (None, date(2026, 3, 1), Window.UNKNOWN, None, None),
    ],
)
def test_the_last_day_by_kind(database, kind, filed, window, last, enter):
    with database.reading() as session:
        calendar = load_calendar(session, TODAY)
    found = look_abroad(CustodyRight(kind="patent", patent_kind=kind, filed_on=filed), TODAY, calendar)
    assert (found.window, found.last_on, found.enter_by) == (window, last, enter)
    laws = {article for _, article in found.articles}
    assert ("第十九条" in laws) == (window in {Window.OPEN, Window.OVER} and kind != "design")


def test_a_mark_is_not_counted_here(database):
    with database.reading() as session:
        calendar = load_calendar(session, TODAY)
    assert look_abroad(CustodyRight(kind="trademark"), TODAY, calendar).window is Window.NONE


def test_what_can_still_go_is_first_and_nobody_elses_is_there(database, clock):
    with database.unit_of_work() as session:
        user_id = make_owner(session, clock.now()).user_id
        other = make_owner(session, clock.now()).user_id
        old, near, far = (
            bring(session, user_id, clock.now(), number=number)
            for number in ("CN202110123456.7", "CN201919212914.4", "CN112345678B")
        )
        for right, filed in ((old, date(2021, 3, 15)), (near, date(2026, 3, 2)), (far, date(2026, 9, 1))):
            right.patent_kind, right.filed_on, right.status = "invention", filed, "active"
        session.flush()
        found = list_abroad(session, user_id=user_id, today=TODAY)
        assert [each.right.id for each in found] == [near.id, far.id, old.id]
        assert list_abroad(session, user_id=other, today=TODAY) == []
