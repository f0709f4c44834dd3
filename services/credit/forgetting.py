"""What of credit goes with a person, and what goes with time."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import Database
from models import CreditEvent, CreditPlea, CreditState
from nlp.rules.periods import add_months
from services.credit.settings import credit_settings

BATCH = 500
GONE = "(提的人已删除自己的数据)"


def forget_pleas_of(session: Session, user_id: int) -> None:
    """That the firm objected stays, with what was answered; who wrote it and their words do not."""
    session.execute(update(CreditPlea).where(CreditPlea.user_id == user_id).values(user_id=None, text=GONE))


def forget_old_events(database: Database, now: datetime) -> int:
    """Delete what has not counted for as long as we keep it; answers how many."""
    today, count = china_date(now), 0
    before = add_months(today, -credit_settings(today).keep_months)
    is_old = or_(
        and_(CreditEvent.state == CreditState.COUNTS, CreditEvent.counts_until < before),
        and_(CreditEvent.state == CreditState.ENDED, CreditEvent.ended_on < before),
        and_(CreditEvent.state == CreditState.DROPPED, CreditEvent.happened_on < before),
    )
    while True:
        with database.unit_of_work() as session:
            ids = list(session.scalars(select(CreditEvent.id).where(is_old).order_by(CreditEvent.id).limit(BATCH)))
            session.execute(delete(CreditPlea).where(CreditPlea.event_id.in_(ids)))
            session.execute(delete(CreditEvent).where(CreditEvent.id.in_(ids)))
            count += len(ids)
        if len(ids) < BATCH:
            return count
