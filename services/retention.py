"""Rows that have done their service, forgotten by the clock. What was said stays in the conversation itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from core.db import Database
from models import (
    BenefitPlan,
    Deal,
    DealState,
    Miss,
    Notice,
    NoticeState,
    PatentChange,
    SavedSearch,
    StaffNotification,
    Turn,
    UpkeepMark,
)
from services.credit.forgetting import forget_old_events
from services.deals.benefits import forget_plan
from services.turns import UNFINISHED

# A turn repeats the message's text; WeChat asks again for seconds, a client of the API for a day.
KEEP_TURNS = timedelta(days=7)
KEEP_NOTIFICATIONS = timedelta(days=90)
# What half a year of questions did not move anybody to answer, the next half year will ask again.
KEEP_MISSES = timedelta(days=180)
# Counted from the last look: what its owner has not run for two years, nobody misses.
KEEP_SAVED_SEARCHES = timedelta(days=730)
# Their words are in the conversation; for the lists of two weeks, and to look into a complaint, they last longer here.
KEEP_NOTICE_WORDS = timedelta(days=90)
# A watch that is told of once a month asks for what changed since the last time, and some days may go wrong.
KEEP_PATENT_CHANGES = timedelta(days=60)
# Names of people who get nothing of a deal that came to nothing.
KEEP_BENEFIT_PLANS = timedelta(days=180)
NOTICES = "notice_words"
BATCH = 1_000


def forget_old_rows(database: Database, now: datetime) -> dict[str, int]:
    """Delete in short transactions, so that no other writer waits long; answers how many of each."""
    return {
        "turns": _forget(database, Turn.id, Turn.created_at, now - KEEP_TURNS, kept=Turn.state.in_(UNFINISHED)),
        "staff_notifications": _forget(
            database, StaffNotification.id, StaffNotification.created_at, now - KEEP_NOTIFICATIONS
        ),
        "misses": _forget(database, Miss.id, Miss.asked_at, now - KEEP_MISSES),
        "notice_words": _forget_notice_words(database, now),
        "patent_changes": _forget(database, PatentChange.id, PatentChange.changed_at, now - KEEP_PATENT_CHANGES),
        "benefit_plans": _forget_benefit_plans(database, now - KEEP_BENEFIT_PLANS),
        "credit_events": forget_old_events(database, now),
        "saved_searches": _forget_saved_searches(database, now - KEEP_SAVED_SEARCHES),
    }


def _forget(
    database: Database,
    number: InstrumentedAttribute[int],
    created_at: InstrumentedAttribute[datetime],
    before: datetime,
    kept: Any = None,
) -> int:
    """Ids grow with time, so the oldest rows are the first by id: no index on the time is needed, no row is read
    that is still to be kept but the first."""
    columns = (number, created_at) if kept is None else (number, created_at, kept)
    last_id, count = 0, 0
    while True:
        with database.unit_of_work() as session:
            oldest = session.execute(select(*columns).where(number > last_id).order_by(number).limit(BATCH)).all()
            old = [row for row in oldest if row[1] < before]
            gone = [row[0] for row in old if kept is None or not row[2]]
            if gone:
                session.execute(delete(number.class_).where(number.in_(gone)))
            count += len(gone)
        if len(old) < BATCH:
            return count
        last_id = old[-1][0]


def _forget_saved_searches(database: Database, before: datetime) -> int:
    """A look renews an old row, so here the time has an index of its own."""
    old, count = SavedSearch.last_looked_at < before, 0
    while True:
        with database.unit_of_work() as session:
            ids = session.scalars(select(SavedSearch.id).where(old).order_by(SavedSearch.last_looked_at).limit(BATCH))
            found = list(ids)
            # Asked again: its owner may have looked between the two statements.
            session.execute(delete(SavedSearch).where(SavedSearch.id.in_(found), old))
            count += len(found)
        if len(found) < BATCH:
            return count


def _forget_benefit_plans(database: Database, before: datetime) -> int:
    """Of deals that ended without being done; there are few of them at a time."""
    with database.unit_of_work() as session:
        came_to_nothing = Deal.state.in_([DealState.ENDED, DealState.DECLINED])
        wanted = select(Deal.id).join(BenefitPlan, BenefitPlan.deal_id == Deal.id)
        ids = session.scalars(wanted.where(came_to_nothing, Deal.closed_at < before).limit(BATCH)).all()
        for deal_id in ids:
            forget_plan(session, deal_id)
        return len(ids)


def _forget_notice_words(database: Database, now: datetime) -> int:
    """What a notice said goes, on from where the last run stopped; that it was told, once, and was dismissed stays."""
    count = 0
    while True:
        with database.unit_of_work() as session:
            mark = session.get(UpkeepMark, NOTICES, with_for_update=True)
            if mark is None:
                mark = UpkeepMark(name=NOTICES, last_id=0, done_at=now)
                session.add(mark)
            oldest = session.execute(
                select(Notice.id, Notice.created_at).where(Notice.id > mark.last_id).order_by(Notice.id).limit(BATCH)
            ).all()
            old = [row.id for row in oldest if row.created_at < now - KEEP_NOTICE_WORDS]
            if old:
                is_over = Notice.id.in_(old), Notice.state != NoticeState.WAITING
                session.execute(update(Notice).where(*is_over).values(text="", facts={}))
                mark.last_id = old[-1]
            mark.done_at = now
            count += len(old)
        if len(old) < BATCH:
            return count
