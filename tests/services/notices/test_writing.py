"""When people are told: in their hours, gathered, not too often, only of what they want to hear of."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import InvalidInput, NotFound
from core.outbox import OutboxRow
from models import HeldBecause, Message, Notice, NoticeState, Topic
from services.notices.preferences import Pace, prefer
from services.notices.reading import dismiss, find_last_told, list_notices
from services.notices.sweeps import rescue_notices
from services.privacy import erase_user_by_id
from tests.support.notices import Reader

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)  # a Monday


@pytest.fixture
def reader(database: Database, clock: FixedClock) -> Reader:
    clock.set(TEN)
    return Reader(database, clock)


def match(reader: Reader, number: int, **details: object) -> Notice | None:
    return reader.is_told(
        f"match-{number}", topic=Topic.OPPORTUNITY, title=f"需求{number}对得上", text=f"需求{number}的全文",
        subject=f"match:{number}", is_urgent=False, **details,
    )  # fmt: skip


def wishes(reader: Reader, **said: str) -> None:
    with reader.database.unit_of_work() as session:
        prefer(session, reader.user_id, said, reader.clock.now())


def messages(reader: Reader) -> list[str]:
    with reader.database.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def notices(reader: Reader) -> dict[str, Notice]:
    with reader.database.reading() as session:
        return {row.key: row for row in session.scalars(select(Notice))}


def test_what_is_told_twice_is_told_once_and_five_at_once_are_one_message(reader: Reader) -> None:
    wishes(reader, opportunity=Pace.AT_ONCE)
    assert [match(reader, number) is not None for number in (1, 2, 2, 3, 4, 5, 6)] == [
        True, True, False, True, True, True, True,
    ]  # fmt: skip
    assert reader.writing() == 0
    reader.clock.advance(timedelta(seconds=20))
    assert reader.writing() == 6
    assert reader.writing() == 0
    (text,) = messages(reader)
    assert text.splitlines()[:2] == ["有6条新提醒:", "1. 需求1对得上"]
    assert "还有1条" in text and "需求6" not in text
    with reader.database.reading() as session:
        jobs = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.notices.write_notices")).all()
    assert len(jobs) == 1


@pytest.mark.parametrize(
    ("pace", "due"),
    [
        (None, TEN.replace(day=24, hour=9)),
        (Pace.DAILY, TEN.replace(day=24, hour=9)),
        (Pace.WEEKLY, TEN.replace(day=30, hour=9)),
    ],
)
def test_an_opportunity_waits_for_the_summary_of_the_day_or_the_week(reader: Reader, pace: str | None, due) -> None:
    if pace:
        wishes(reader, opportunity=pace)
    match(reader, 1)
    assert notices(reader)["match-1"].due_at == due
    reader.clock.set(due - timedelta(seconds=1))
    assert reader.writing() == 0
    reader.clock.set(due)
    assert reader.writing() == 1
    assert messages(reader) == ["需求1的全文"]


@pytest.mark.parametrize(
    ("hours", "now", "due"),
    [
        ("", datetime(2026, 11, 23, 23, 30, tzinfo=CHINA), datetime(2026, 11, 24, 8, 0, tzinfo=CHINA)),
        ("", datetime(2026, 11, 24, 0, 0, tzinfo=CHINA), datetime(2026, 11, 24, 8, 0, tzinfo=CHINA)),
        ("", datetime(2026, 11, 24, 7, 59, 59, tzinfo=CHINA), datetime(2026, 11, 24, 8, 0, tzinfo=CHINA)),
        # Somebody who works at night: over midnight.
        ("20:00-02:00", datetime(2026, 11, 24, 0, 0, tzinfo=CHINA), datetime(2026, 11, 24, 0, 0, tzinfo=CHINA)),
        ("20:00-02:00", datetime(2026, 11, 24, 2, 0, tzinfo=CHINA), datetime(2026, 11, 24, 20, 0, tzinfo=CHINA)),
    ],
)
def test_checklist_54_around_midnight_in_china_a_reminder_keeps_to_the_persons_hours(
    reader: Reader, hours: str, now: datetime, due: datetime
) -> None:
    wishes(reader, hours=hours)
    reader.clock.set(now)
    reader.is_told("fee")
    assert notices(reader)["fee"].due_at == due
    reader.clock.set(due)
    assert reader.writing() == 1


def test_after_three_messages_a_day_only_what_is_urgent_comes_and_the_rest_tomorrow(reader: Reader) -> None:
    wishes(reader, opportunity=Pace.AT_ONCE)
    for number in range(5):
        match(reader, number)
        reader.clock.advance(timedelta(minutes=5))
        assert reader.writing() == (1 if number < 3 else 0)
    reader.is_told("fee")
    assert reader.writing() == 1
    reader.clock.set(TEN.replace(day=24, hour=9))
    assert reader.writing() == 2
    assert len(messages(reader)) == 5


def test_what_is_off_not_agreed_to_or_dismissed_is_kept_but_not_told(reader: Reader) -> None:
    wishes(reader, course=Pace.OFF)
    reader.is_told("course", topic=Topic.COURSE)
    match(reader, 1, is_personal=True)
    match(reader, 2)
    reader.clock.set(TEN.replace(day=24, hour=9))
    assert reader.writing() == 1
    with reader.database.unit_of_work() as session:
        (told,) = find_last_told(session, reader.user_id, reader.clock.now())
        dismiss(session, reader.user_id, told.public_id, reader.clock.now())
        assert find_last_told(session, reader.user_id, reader.clock.now()) == ()
    again = reader.is_told("match-2-cheaper", topic=Topic.OPPORTUNITY, subject="match:2")
    assert again is not None
    held = {key: row.held_because for key, row in notices(reader).items() if row.state == NoticeState.HELD}
    assert held == {
        "course": HeldBecause.TURNED_OFF, "match-1": HeldBecause.NO_CONSENT, "match-2-cheaper": HeldBecause.DISMISSED,
    }  # fmt: skip
    # What was chosen for them without consent is there to be read, for who looks for it.
    with reader.database.reading() as session:
        assert "match-1" in [row.key for row in list_notices(session, reader.user_id, reader.clock.now())]


def test_consent_counts_when_it_is_told_and_ends_at_once(reader: Reader) -> None:
    wishes(reader, personal="yes")
    match(reader, 1, is_personal=True)
    wishes(reader, personal="no")
    reader.clock.set(TEN.replace(day=24, hour=9))
    assert reader.writing() == 0
    assert notices(reader)["match-1"].held_because == HeldBecause.NO_CONSENT


@pytest.mark.parametrize("said", [{"course": "often"}, {"hours": "25:00-02:00"}, {"most_a_day": "0"}, {"nothing": "1"}])
def test_a_wish_that_means_nothing_is_refused(reader: Reader, said: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        wishes(reader, **said)


def test_a_stranger_dismisses_nothing_and_the_erased_are_told_nothing(reader: Reader) -> None:
    match(reader, 1)
    kept = notices(reader)["match-1"]
    with pytest.raises(NotFound), reader.database.unit_of_work() as session:
        dismiss(session, reader.user_id + 1, kept.public_id, reader.clock.now())
    with reader.database.unit_of_work() as session:
        erase_user_by_id(session, reader.user_id, reader.clock.now())
    reader.clock.set(TEN.replace(day=24, hour=9))
    assert reader.writing() == 0
    assert reader.is_told("fee") is None
    assert [(row.title, row.key) for row in notices(reader).values()] == [("", f"erased-{kept.id}")]


def test_what_a_crash_left_unwritten_is_asked_for_again(reader: Reader) -> None:
    reader.is_told("fee")
    reader.clock.advance(timedelta(minutes=2))
    with reader.database.unit_of_work() as session:
        assert rescue_notices(session, reader.clock.now()) == 1
    assert reader.writing() == 1
    with reader.database.unit_of_work() as session:
        assert rescue_notices(session, reader.clock.now()) == 0
