"""Equity projects that an investor was given while its record held, and that it is not to be shown any more."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from models import CaseTask, Institution, TaskState
from services.casework.notices import tell_handler
from services.catalogue import service_of
from services.catalogue.model import Party
from services.dated_data.investors import find_qualified_investors


def tell_of_shut_out(session: Session, now: datetime) -> int:
    """Whoever has such a case hears once that another investor is needed; answers how many were told now."""
    qualified = find_qualified_investors(session, china_date(now))
    rows = session.scalars(
        select(CaseTask)
        .join(Institution, Institution.id == CaseTask.institution_id)
        .where(
            CaseTask.state == TaskState.OPEN, Institution.party == Party.INVESTOR, Institution.name.not_in(qualified)
        )
        .options(joinedload(CaseTask.case), joinedload(CaseTask.institution))
        .order_by(CaseTask.id)
    ).all()
    return sum(_tell(session, row, now) for row in rows)


def _tell(session: Session, row: CaseTask, now: datetime) -> int:
    service, name = service_of(row.case.kind), row.institution.name if row.institution else ""
    task = service.task(row.key).name
    text = f"{service.name} {row.case.number}:{name}的合格投资者记录不再有效,{task}的内容已对它关闭,请换一家"
    # Given anew after a new record it has another version.
    return tell_handler(session, row.case, text, key=f"task-{row.id}-shut-{row.version}", now=now, kind="task")
