"""Letters of the office: by when they must be answered, who may say so, what is reminded of and what ends it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA, FixedClock, china_date
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from models import CustodyLetter, CustodyRight, LetterKind, LetterState, MemberRole, Message, PatentKind, RightKind
from services.custody.erasure import forget_keeper
from services.custody.leaving import end_custody
from services.custody.letter_terms import LetterDays
from services.custody.letter_wording import letter_reminder, recorded
from services.custody.letters import close_letter, extend_letter, list_letters, record_letter
from services.custody.reminders import remind_keeper, request_reminders
from services.memberships import leave_company
from tests.support.custody import bring, join, make_owner
from tests.support.rights import make_right

DESIGN = "CN202130123456.8"


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    return clock.now()


def record(
    session: Session, user_id: int, now: datetime, right: CustodyRight, kind: LetterKind, **days: object
) -> CustodyLetter:
    given = LetterDays(**days)  # type: ignore[arg-type]
    return record_letter(session, user_id=user_id, right_id=right.public_id, kind=kind, days=given, now=now).row


@pytest.mark.parametrize(
    ("kind", "days", "due_on"),
    [
        # 2026-11-20: four months are 2027-03-20, a Saturday: the Monday after it.
        (LetterKind.FIRST_ACTION, {"received_on": date(2026, 11, 20)}, date(2027, 3, 22)),
        (LetterKind.FURTHER_ACTION, {"received_on": date(2026, 11, 20)}, date(2027, 1, 20)),
        (LetterKind.CORRECTION, {"received_on": date(2026, 11, 20)}, date(2027, 1, 20)),
        (LetterKind.REGISTRATION, {"received_on": date(2026, 11, 20)}, date(2027, 1, 20)),
        (LetterKind.REFUSAL, {"received_on": date(2026, 11, 19)}, date(2027, 2, 19)),
        # An electronic letter counts as received on its day; one by post fifteen days on.
        (LetterKind.FURTHER_ACTION, {"issued_on": date(2026, 11, 10)}, date(2027, 1, 11)),
        (LetterKind.FURTHER_ACTION, {"issued_on": date(2026, 11, 10), "delivery": "post"}, date(2027, 1, 25)),
        # What the letter says itself goes before the rule.
        (LetterKind.CORRECTION, {"stated_on": date(2026, 12, 18)}, date(2026, 12, 18)),
    ],
)
def test_the_last_day_follows_from_the_rule(
    database: Database, now: datetime, kind: LetterKind, days: dict[str, object], due_on: date
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now, patent_kind=PatentKind.INVENTION, filed_on=date(2025, 1, 6))

        assert record(session, owner.user_id, now, right, kind, **days).due_on == due_on


def test_the_first_opinion_on_a_design_has_two_months_and_an_extension_adds_to_them(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now, number=DESIGN, patent_kind=PatentKind.DESIGN)
        letter = record(session, owner.user_id, now, right, LetterKind.FIRST_ACTION, received_on=date(2026, 11, 20))

        assert letter.due_on == date(2027, 1, 20)
        longer = extend_letter(session, user_id=owner.user_id, public_id=letter.public_id, months=2, now=now)
        assert (longer.row.due_on, longer.row.extended_months) == (date(2027, 3, 22), 2)
        with pytest.raises(InvalidInput):
            extend_letter(session, user_id=owner.user_id, public_id=letter.public_id, months=3, now=now)


def test_periods_of_the_law_are_not_extended_and_one_that_passed_is_not_either(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        fixed = record(session, owner.user_id, now, right, LetterKind.REGISTRATION, received_on=date(2026, 11, 20))
        passed = record(session, owner.user_id, now, right, LetterKind.CORRECTION, received_on=date(2026, 8, 3))

        for letter in (fixed, passed):
            with pytest.raises(Conflict):
                extend_letter(session, user_id=owner.user_id, public_id=letter.public_id, months=1, now=now)


def test_the_same_letter_twice_stays_one_and_only_chinese_patents_get_such_letters(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        mark = bring(session, owner.user_id, now, number="12345678", kind=RightKind.TRADEMARK)
        for _ in range(2):
            record(session, owner.user_id, now, right, LetterKind.REFUSAL, received_on=date(2026, 11, 20))

        assert len(right.letters) == 1
        with pytest.raises(Conflict):
            record(session, owner.user_id, now, mark, LetterKind.REFUSAL, received_on=date(2026, 11, 20))


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"received_on": date(2027, 1, 1)},
        {"issued_on": date(1890, 1, 1)},
        {"received_on": date(2026, 10, 1), "issued_on": date(2026, 10, 2)},
    ],
)
def test_days_that_cannot_be_are_refused(database: Database, now: datetime, days: dict[str, object]) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        with pytest.raises(InvalidInput):
            record(session, owner.user_id, now, right, LetterKind.CORRECTION, **days)


def test_a_colleague_writes_it_down_and_a_stranger_does_not_find_it(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner, colleague, stranger = (make_owner(session, now) for _ in range(3))
        join(session, owner.user_id, now)
        join(session, colleague.user_id, now, role=MemberRole.MEMBER)
        right = bring(session, owner.user_id, now)
        letter = record(session, colleague.user_id, now, right, LetterKind.REFUSAL, received_on=date(2026, 11, 20))

        assert [each.row for each in list_letters(session, user_id=owner.user_id, today=now.date())[0]] == [letter]
        assert list_letters(session, user_id=stranger.user_id, today=now.date())[0] == []
        with pytest.raises(NotFound):
            record(session, stranger.user_id, now, right, LetterKind.REFUSAL, received_on=date(2026, 11, 20))
        with pytest.raises(NotFound):
            close_letter(session, user_id=stranger.user_id, public_id=letter.public_id, state=LetterState.DONE, now=now)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)


def test_the_keeper_is_told_at_planned_distances_once_a_day_and_no_more_when_it_is_answered(
    database: Database, now: datetime
) -> None:
    told = []
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        make_right(session, now)
        right = bring(session, owner.user_id, now)
        right.next_notice_on = None
        letter = record(session, owner.user_id, now, right, LetterKind.CORRECTION, received_on=date(2026, 11, 20))
        day = date(2026, 11, 24)
        while day <= date(2027, 1, 25):
            for _ in range(2):
                if letter.next_notice_on is not None and letter.next_notice_on <= day:
                    assert remind_keeper(session, owner.user_id, noon(day)) == 1
                    told.append((letter.due_on - day).days)
                right.next_notice_on = None
            day += timedelta(days=1)

        texts = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert told == [30, 15, 7, 3, 1, 0, -1]
    assert "还有30天到期(2027年1月20日)" in texts[0] and "视为撤回" in texts[0] and "第三十七条" in texts[0]
    assert "已过" in texts[-1] and "请求恢复权利" in texts[-1] and "第六条" in texts[-1]


def test_a_letter_alone_is_enough_to_ask_for_the_keepers_message(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        right.next_notice_on = None
        letter = record(session, owner.user_id, now, right, LetterKind.CORRECTION, received_on=date(2026, 11, 20))
        on = noon(date(2026, 12, 21))
        request_reminders(session, on)

        assert remind_keeper(session, owner.user_id, on) == 1
        close_letter(session, user_id=owner.user_id, public_id=letter.public_id, state=LetterState.DONE, now=on)
        assert remind_keeper(session, owner.user_id, noon(date(2027, 1, 19))) == 0
        with pytest.raises(Conflict):
            extend_letter(session, user_id=owner.user_id, public_id=letter.public_id, months=1, now=on)


def test_whoever_left_is_followed_by_who_runs_the_company(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        runner, keeper = make_owner(session, now), make_owner(session, now)
        join(session, runner.user_id, now)
        company = join(session, keeper.user_id, now, role=MemberRole.MEMBER)
        right = bring(session, keeper.user_id, now)
        right.next_notice_on = None
        record(session, keeper.user_id, now, right, LetterKind.CORRECTION, received_on=date(2026, 11, 20))
        leave_company(session, user_id=keeper.user_id, public_id=company.public_id, now=now)
        on = noon(date(2026, 12, 21))

        assert remind_keeper(session, keeper.user_id, on) == 0
        assert remind_keeper(session, runner.user_id, on) == 1


def test_ended_custody_reminds_of_no_letter_and_an_erased_persons_go_with_the_right(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        letter = record(session, owner.user_id, now, right, LetterKind.CORRECTION, received_on=date(2026, 11, 20))
        end_custody(session, user_id=owner.user_id, public_id=right.public_id, now=now)
        assert letter.next_notice_on is None

        forget_keeper(session, owner.user_id, now)
        assert session.scalars(select(CustodyLetter)).all() == []


def test_more_time_that_was_granted_after_the_last_day_is_written_down_while_it_lasts(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        letter = record(session, owner.user_id, now, right, LetterKind.CORRECTION, received_on=date(2026, 11, 20))

        with pytest.raises(Conflict):
            extend_letter(
                session, user_id=owner.user_id, public_id=letter.public_id, months=1, now=noon(date(2027, 2, 23))
            )
        late = extend_letter(
            session, user_id=owner.user_id, public_id=letter.public_id, months=1, now=noon(date(2027, 2, 1))
        )

        assert late.row.due_on == date(2027, 2, 22)


def test_a_correction_of_the_same_letter_changes_it_and_keeps_its_extension(database: Database, now: datetime) -> None:
    issued = date(2026, 11, 10)
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        first = record(session, owner.user_id, now, right, LetterKind.FURTHER_ACTION, issued_on=issued)
        extend_letter(session, user_id=owner.user_id, public_id=first.public_id, months=1, now=now)
        assert first.due_on == date(2027, 2, 10)

        for days, due_on in (
            ({"issued_on": issued, "delivery": "post"}, date(2027, 2, 25)),
            ({"issued_on": issued, "received_on": date(2026, 11, 12)}, date(2027, 2, 12)),
            ({"received_on": date(2026, 11, 12), "stated_on": date(2027, 1, 15)}, date(2027, 2, 15)),
        ):
            again = record(session, owner.user_id, now, right, LetterKind.FURTHER_ACTION, **days)
            assert (again, again.due_on, again.extended_months) == (first, due_on, 1)
        version = first.version
        record(session, owner.user_id, now, right, LetterKind.FURTHER_ACTION, issued_on=issued)
        assert (first.version, len(right.letters)) == (version, 1)
        record(session, owner.user_id, now, right, LetterKind.FURTHER_ACTION, issued_on=date(2026, 11, 11))
        assert len(right.letters) == 2


def test_what_can_still_be_done_after_a_missed_day_depends_on_the_letter(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        said = {}
        for kind in (LetterKind.REFUSAL, LetterKind.CORRECTION):
            given = LetterDays(received_on=date(2026, 7, 1))
            made = record_letter(
                session, user_id=owner.user_id, right_id=right.public_id, kind=kind, days=given, now=now
            )
            said[kind] = letter_reminder(made.row, made.term, china_date(now))
            assert "到期前提醒您" not in recorded(made.row, made.term, china_date(now))

    assert "自期限届满之日起2个月内" in said[LetterKind.REFUSAL] and "收到通知" not in said[LetterKind.REFUSAL]
    assert "自收到通知起2个月内" in said[LetterKind.CORRECTION]


@pytest.mark.parametrize(("left", "is_promised"), [(0, False), (1, True), (2, True)])
def test_a_reminder_is_promised_only_where_one_comes(
    database: Database, now: datetime, left: int, is_promised: bool
) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        given = LetterDays(stated_on=china_date(now) + timedelta(days=left))
        made = record_letter(
            session, user_id=owner.user_id, right_id=right.public_id, kind=LetterKind.CORRECTION, days=given, now=now
        )

        assert ("到期前提醒您" in recorded(made.row, made.term, china_date(now))) == is_promised
