"""What the service starts with: the calendar and the quick replies as their files say, and what was taken."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from core.yaml_text import read_yaml
from models import CalendarDay, QuickReply
from services.reference_data import (
    fingerprint,
    is_loaded,
    load_calendar_days,
    load_quick_replies,
    remember_loaded,
)
from services.topics import SKILL_NAMES
from tests.conftest import ROOT

HOLIDAYS = ROOT / "data" / "calendar" / "holidays.yaml"
REPLIES = ROOT / "data" / "quick_replies.yaml"


def test_a_new_notice_replaces_its_year_and_no_other(database: Database, tmp_path: Path) -> None:
    notice = tmp_path / "notice.yaml"
    day = {"kind": "holiday", "name": "元旦", "source": "通知", "checked_at": date(2026, 11, 22), "confidence": "V"}
    with database.unit_of_work() as session:
        load_calendar_days(session, HOLIDAYS)
        days_of_2026 = session.scalar(
            select(func.count()).select_from(CalendarDay).where(CalendarDay.day < date(2027, 1, 1))
        )

    notice.write_text(yaml.safe_dump([{"date": date(2027, 1, 4), **day}]), encoding="utf-8")
    with database.unit_of_work() as session:
        load_calendar_days(session, notice)

    with database.reading() as session:
        days = session.scalars(select(CalendarDay.day).order_by(CalendarDay.day)).all()
    assert [found for found in days if found.year == 2027] == [date(2027, 1, 4)]
    assert len([found for found in days if found.year == 2026]) == days_of_2026


def test_a_quick_reply_that_staff_changed_is_left_as_it_is(database: Database) -> None:
    with database.unit_of_work() as session:
        added = load_quick_replies(session, REPLIES)
        session.scalars(select(QuickReply).where(QuickReply.title == "已收到")).one().text = "我们的说法"

    with database.unit_of_work() as session:
        assert load_quick_replies(session, REPLIES) == 0

    with database.reading() as session:
        assert session.scalar(select(QuickReply.text).where(QuickReply.title == "已收到")) == "我们的说法"
        assert session.scalar(select(func.count()).select_from(QuickReply)) == added


def test_every_quick_reply_fits_its_column_and_belongs_to_a_desk() -> None:
    entries = read_yaml(REPLIES)

    assert len({entry["title"] for entry in entries}) == len(entries) >= 10
    assert all(len(entry["title"]) <= 40 and len(entry["text"]) <= 300 for entry in entries)
    assert {entry["topic"] for entry in entries} <= SKILL_NAMES.keys()


@pytest.mark.parametrize("change", ["content", "name", "new file"])
def test_a_fingerprint_tells_every_change(tmp_path: Path, change: str) -> None:
    (tmp_path / "a.md").write_text("one")
    before = fingerprint([tmp_path])
    assert fingerprint([tmp_path]) == before

    if change == "content":
        (tmp_path / "a.md").write_text("two")
    elif change == "name":
        (tmp_path / "a.md").rename(tmp_path / "b.md")
    else:
        (tmp_path / "c.md").write_text("")

    assert fingerprint([tmp_path]) != before


def test_a_database_remembers_the_last_state_it_took(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        for state in ("one", "two"):
            remember_loaded(session, "guides", state, now=clock.now())

    with database.reading() as session:
        assert is_loaded(session, "guides", "two")
        assert not is_loaded(session, "guides", "one")
        assert not is_loaded(session, "samples", "two")
