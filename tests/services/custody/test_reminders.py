"""What keepers are told and when: at the planned distances, by day, once; and what an import changed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA, FixedClock
from core.db import Database
from core.outbox import OutboxRow
from models import (
    AllowanceKind,
    Conversation,
    CustodyRight,
    Delivery,
    DeliveryChannel,
    LegalStatus,
    MemberRole,
    Message,
    OwnershipProof,
    Patent,
    RightKind,
)
from services.allowances import MESSAGE_GRANT, open_allowance
from services.custody.due_dates import find_due, points
from services.custody.reminders import remind_keeper, request_reminders
from services.custody.settings import custody_settings
from services.custody.status_changes import note_changes, tell_change
from services.job_names import JobName
from services.memberships import leave_company
from tests.support.casework import PLEDGE, make_service_case
from tests.support.custody import NUMBER, bring, join, make_owner
from tests.support.rights import make_right

FIRST_NOTICE, DUE, GRACE = date(2027, 1, 14), date(2027, 3, 15), date(2027, 9, 15)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as opened:
        yield opened


@pytest.fixture
def right(session: Session, clock: FixedClock) -> CustodyRight:
    """An invention whose seventh fee is due on 15 March 2027."""
    make_right(session, clock.now())
    return bring(session, make_owner(session, clock.now()).user_id, clock.now())


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), CHINA)


def told(session: Session, user_id: int) -> list[str]:
    query = select(Message.text).join(Conversation, Conversation.id == Message.conversation_id)
    return list(session.scalars(query.where(Conversation.user_id == user_id).order_by(Message.id)))


def asked_for(session: Session, job: JobName) -> list[OutboxRow]:
    return list(session.scalars(select(OutboxRow).where(OutboxRow.job_name == job).order_by(OutboxRow.id)))


def live_through(session: Session, right: CustodyRight, until: date) -> dict[date, str]:
    """What its keeper reads on each day, the sweep running every day."""
    found: dict[date, str] = {}
    day = right.created_at.date()
    while day <= until:
        before = len(told(session, right.user_id))
        request_reminders(session, at(day))
        remind_keeper(session, right.user_id, at(day))
        new = told(session, right.user_id)[before:]
        assert len(new) <= 1
        if new:
            found[day] = new[0]
        day += timedelta(days=1)
    return found


def test_a_fee_is_reminded_of_at_the_planned_days_with_what_it_costs_by_then(
    session: Session, right: CustodyRight
) -> None:
    found = live_through(session, right, GRACE + timedelta(days=40))

    assert [(day - DUE).days for day in list(found)[:5]] == [-60, -30, -15, -3, 1]
    assert list(found)[5:] == [
        date(2027, 4, 10), GRACE - timedelta(days=30), GRACE - timedelta(days=7), GRACE + timedelta(days=1),
    ]  # fmt: skip
    assert "还有60天到期(3月15日,第7年,2,000元)" in found[FIRST_NOTICE]
    assert "第一百一十五条" in found[FIRST_NOTICE] and "第八十六条" in found[FIRST_NOTICE]
    assert "4月15日前缴2,000元,还不加滞纳金" in found[date(2027, 4, 10)]
    assert "9月15日前缴2,500元,其中滞纳金500元" in found[GRACE - timedelta(days=7)]
    assert "从3月15日起终止" in found[GRACE + timedelta(days=1)] and "第六条" in found[GRACE + timedelta(days=1)]
    assert all("演示数据" in text for text in found.values())


def test_somebody_who_was_not_reached_for_weeks_is_told_once_and_as_it_is_today(
    session: Session, right: CustodyRight
) -> None:
    today = DUE - timedelta(days=10)

    assert remind_keeper(session, right.user_id, at(today)) == 1
    assert remind_keeper(session, right.user_id, at(today)) == 0

    assert len(told(session, right.user_id)) == 1
    assert "还有10天到期" in told(session, right.user_id)[0]
    assert right.next_notice_on == DUE - timedelta(days=3)


def test_the_sweep_asks_once_a_keeper_and_day_and_only_by_day(session: Session, right: CustodyRight) -> None:
    for hour in (3, 8, 20, 23):
        assert request_reminders(session, at(FIRST_NOTICE, hour)) is None
    assert asked_for(session, JobName.REMIND_KEEPER) == []

    for _ in range(2):
        request_reminders(session, at(FIRST_NOTICE))

    assert [row.arguments for row in asked_for(session, JobName.REMIND_KEEPER)] == [{"user_id": right.user_id}]
    assert custody_settings(FIRST_NOTICE).until_open(at(FIRST_NOTICE, 23)) == timedelta(hours=10)


def test_several_rights_are_one_message(session: Session, clock: FixedClock, right: CustodyRight) -> None:
    make_right(session, clock.now(), number="CN202110888888.7", application_date=date(2020, 3, 14))
    bring(session, right.user_id, clock.now(), number="CN202110888888.7")
    last = date(2027, 3, 20)
    bring(session, right.user_id, clock.now(), number="12345678", kind=RightKind.TRADEMARK, expires_on=last)

    remind_keeper(session, right.user_id, at(FIRST_NOTICE + timedelta(days=5)))

    text = told(session, right.user_id)
    assert len(text) == 1 and text[0].startswith("托管的3件有期限要办:")
    assert "续展最晚3月20日" in text[0]


def test_a_reminder_is_a_notice_of_the_ledger_for_which_a_sender_is_asked(
    session: Session, right: CustodyRight
) -> None:
    conversation = session.scalars(select(Conversation).where(Conversation.user_id == right.user_id)).one()
    open_allowance(
        session, identity_id=conversation.identity_id, kind=AllowanceKind.MESSAGE, grant=MESSAGE_GRANT,
        now=at(FIRST_NOTICE),
    )  # fmt: skip

    remind_keeper(session, right.user_id, at(FIRST_NOTICE))

    row = session.scalars(select(Delivery)).one()
    assert (row.channel, row.reason) == (DeliveryChannel.CUSTOMER_SERVICE, "notice")
    assert len(asked_for(session, JobName.DELIVER)) == 1


def test_who_left_the_company_is_followed_by_who_runs_it(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    keeper, runner = make_owner(session, clock.now()), make_owner(session, clock.now())
    company = join(session, runner.user_id, clock.now())
    join(session, keeper.user_id, clock.now(), role=MemberRole.MEMBER)
    right = bring(session, keeper.user_id, clock.now())
    leave_company(session, user_id=keeper.user_id, public_id=company.public_id, now=clock.now())

    assert remind_keeper(session, keeper.user_id, at(FIRST_NOTICE)) == 0
    assert remind_keeper(session, runner.user_id, at(FIRST_NOTICE)) == 1

    assert (told(session, keeper.user_id), right.user_id) == ([], runner.user_id)


def test_a_company_that_nobody_runs_for_a_while_is_told_again_once_somebody_does(
    session: Session, clock: FixedClock
) -> None:
    make_right(session, clock.now())
    last, next_one = make_owner(session, clock.now()), make_owner(session, clock.now())
    company = join(session, last.user_id, clock.now())
    right = bring(session, last.user_id, clock.now())
    leave_company(session, user_id=last.user_id, public_id=company.public_id, now=clock.now())
    assert remind_keeper(session, last.user_id, at(FIRST_NOTICE)) == 0

    join(session, next_one.user_id, at(FIRST_NOTICE))
    second = DUE - timedelta(days=30)
    assert right.next_notice_on == second
    assert remind_keeper(session, last.user_id, at(second)) == 0
    assert remind_keeper(session, next_one.user_id, at(second)) == 1

    assert (told(session, last.user_id), right.user_id) == ([], next_one.user_id)


def test_points_lie_in_order_and_the_last_one_is_behind_the_grace(session: Session, right: CustodyRight) -> None:
    due = find_due(right, FIRST_NOTICE, None)
    assert due is not None

    days = [point.on for point in points(due, right.kind, FIRST_NOTICE)]

    assert days == sorted(set(days))
    assert days[-1] == due.grace_until + timedelta(days=1)


def import_change(session: Session, **columns: object) -> None:
    patent = session.scalars(select(Patent)).one()
    for name, value in columns.items():
        setattr(patent, name, value)
    patent.change_serial += 1_000_000
    session.flush()


def test_a_lapse_in_the_records_is_told_with_its_consequence_and_what_waiting_costs(
    session: Session, clock: FixedClock
) -> None:
    make_right(session, clock.now())
    case = make_service_case(session, clock.now(), values={**PLEDGE, "patents": [NUMBER]})
    right = bring(session, case.user_id, clock.now())
    note_changes(session, clock.now())
    assert note_changes(session, clock.now()) is None, "nothing has changed"
    import_change(session, legal_status=LegalStatus.LAPSED, status_date=date(2026, 3, 16))

    assert note_changes(session, clock.now()) == 1
    assert note_changes(session, clock.now()) is None
    job = asked_for(session, JobName.TELL_RIGHT_CHANGED)[0]
    before = len(told(session, case.user_id))
    assert tell_change(session, **job.arguments, now=clock.now())

    text = told(session, case.user_id)[before]
    assert text.startswith(f"{NUMBER} 一种石墨烯散热膜 的状态变了:有效→失效(2026年3月16日)。")
    assert "2个月内" in text and "第六条" in text and case.number in text and "数据截至" in text
    assert (right.status, right.next_notice_on) == (LegalStatus.LAPSED, None)


def test_another_owner_in_the_records_undoes_the_proof(
    session: Session, clock: FixedClock, right: CustodyRight
) -> None:
    right.proof = OwnershipProof.PROVED
    note_changes(session, clock.now())
    import_change(session, applicants=[{"name": "深圳另一家有限公司", "type": "enterprise"}])

    assert note_changes(session, clock.now()) == 1

    assert (right.proof, right.owner_names) == (OwnershipProof.CLAIMED, ["深圳另一家有限公司"])
    job = asked_for(session, JobName.TELL_RIGHT_CHANGED)[0]
    tell_change(session, **job.arguments, now=clock.now())
    assert "权利人变了,现在是深圳另一家有限公司" in told(session, right.user_id)[0]


@pytest.mark.parametrize("comes_back", [False, True])
def test_what_changed_twice_before_morning_is_told_in_one_message(
    session: Session, clock: FixedClock, right: CustodyRight, comes_back: bool
) -> None:
    note_changes(session, clock.now())
    import_change(session, legal_status=LegalStatus.LAPSED)
    note_changes(session, at(date(2026, 11, 24), 2))
    other = [{"name": "深圳另一家有限公司", "type": "enterprise"}]
    import_change(session, **({"legal_status": LegalStatus.ACTIVE} if comes_back else {"applicants": other}))
    note_changes(session, at(date(2026, 11, 24), 3))

    morning = at(date(2026, 11, 24), 9)
    for job in asked_for(session, JobName.TELL_RIGHT_CHANGED):
        tell_change(session, **job.arguments, now=morning)

    texts = told(session, right.user_id)
    assert len(texts) == (0 if comes_back else 1)
    assert all("有效→失效" in text and "权利人变了" in text for text in texts)


def test_a_record_that_knows_another_filing_day_counts_the_years_anew(session: Session, clock: FixedClock) -> None:
    owner = make_owner(session, clock.now())
    right = bring(session, owner.user_id, clock.now(), filed_on=date(2023, 3, 15))
    note_changes(session, clock.now())
    assert right.paid_year == 4

    make_right(session, clock.now())
    note_changes(session, clock.now())

    assert (right.paid_year, right.next_due_on, right.next_notice_on) == (6, DUE, FIRST_NOTICE)


def test_who_may_only_have_an_application_reads_that_nothing_is_due_before_grant(
    session: Session, clock: FixedClock
) -> None:
    owner = make_owner(session, clock.now())
    said = {"filed_on": date(2021, 3, 15)}
    bring(session, owner.user_id, clock.now(), **said)
    remind_keeper(session, owner.user_id, at(FIRST_NOTICE))
    granted = make_owner(session, clock.now())
    bring(session, granted.user_id, clock.now(), **said, granted_on=date(2023, 5, 1))
    remind_keeper(session, granted.user_id, at(FIRST_NOTICE))

    words = "按已授权算,还在审的不用缴年费。"
    assert [words in told(session, each.user_id)[0] for each in (owner, granted)] == [True, False]


def test_a_grant_begins_the_calendar(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now(), legal_status=LegalStatus.PENDING, application_date=date(2024, 5, 8))
    right = bring(session, make_owner(session, clock.now()).user_id, clock.now())
    assert (right.paid_year, right.next_due_on) == (None, None)
    note_changes(session, clock.now())

    import_change(session, legal_status=LegalStatus.ACTIVE, grant_date=date(2026, 11, 20))
    note_changes(session, clock.now())

    assert (right.paid_year, right.next_due_on) == (3, date(2027, 5, 10))


def test_what_changed_at_night_is_told_in_the_morning(session: Session, clock: FixedClock, right: CustodyRight) -> None:
    note_changes(session, clock.now())
    import_change(session, legal_status=LegalStatus.LAPSED)
    night = at(date(2026, 11, 24), 2)

    note_changes(session, night)

    job = asked_for(session, JobName.TELL_RIGHT_CHANGED)[0]
    assert job.run_after == at(date(2026, 11, 24), 9)
