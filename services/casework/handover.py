"""What goes with a case to whoever answers for it next: what is open, what was promised, the next date.

Written down as it is at that moment, since tasks and clocks go on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import chinese_time
from models import Case, CaseClock, CaseDocument, CaseEvent
from services.casework.tasks import UNDONE, list_tasks
from services.catalogue import service_of
from services.catalogue.model import Service

MOST = 20


@dataclass(frozen=True)
class HandOver:
    """The protocol as the next one reads it, label and text."""

    at: datetime
    lines: tuple[tuple[str, str], ...]


def open_points(session: Session, case: Case, now: datetime) -> list[str]:
    """The parties' tasks that are not done and the papers that are asked for and not there."""
    service = service_of(case.kind)
    return [*_tasks(session, case, service, now), *_papers(session, case, service)][:MOST]


def next_date(session: Session, case: Case, now: datetime) -> str:
    """The running clock that ends first; "" where none runs."""
    row = session.scalar(
        select(CaseClock)
        .where(CaseClock.case_id == case.id, CaseClock.stopped_at.is_(None))
        .order_by(CaseClock.due_at)
        .limit(1)
    )
    if row is None:
        return ""
    clock = next((each for each in service_of(case.kind).clocks if each.key == row.key), None)
    return f"{clock.name if clock else row.key},{chinese_time(row.due_at, now)}到期"


def protocol(session: Session, case: Case, now: datetime, *, promised: str = "") -> dict[str, Any]:
    """As it is kept in the event by which the case changes hands."""
    return {
        "from": case.assignee_id,
        "stage": case.stage,
        "open": open_points(session, case, now),
        "next": next_date(session, case, now),
        "promised": promised,
    }


def find_handover(case: Case, events: Sequence[CaseEvent], names: Mapping[int, str]) -> HandOver | None:
    """The protocol of the latest change of hands, for whoever has the case now; None where nobody had it before, or
    where whoever gave it away has it again."""
    event = next((each for each in reversed(events) if "open" in each.details), None)
    if event is None or case.assignee_id is None or event.details["from"] in {None, case.assignee_id}:
        return None
    details = event.details
    stage = service_of(case.kind).by_key.get(str(details["stage"]))
    lines = (
        ("交出", names.get(details["from"], "已离开的同事")),
        ("当时阶段", stage.name if stage else ""),
        ("没办完", "\n".join(details["open"]) or "无"),
        ("答应过企业", details["promised"] or "没写"),
        ("下一个日期", details["next"] or "没有"),
        ("留言", str(details.get("note") or "")),
    )
    return HandOver(event.created_at, tuple((label, text) for label, text in lines if text))


def _tasks(session: Session, case: Case, service: Service, now: datetime) -> Iterator[str]:
    for row in list_tasks(session, case.id):
        if row.state in UNDONE:
            who = row.institution.name if row.institution else "还没指定机构"
            until = f",{chinese_time(row.due_at, now)}前" if row.due_at else ""
            yield f"{service.task(row.key).name}:{who}{until}"


def _papers(session: Session, case: Case, service: Service) -> Iterator[str]:
    there = set(
        session.scalars(
            select(CaseDocument.key).where(CaseDocument.case_id == case.id, CaseDocument.removed_at.is_(None))
        )
    )
    for wanted in service.documents:
        if wanted.is_asked_for(case.form) and not wanted.is_for_later and wanted.key not in there:
            yield f"还差{wanted.name}"
