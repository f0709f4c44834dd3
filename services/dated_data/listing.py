"""Dated records as staff look through them: by kind, what must be compared with its source first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import AuditEntry, DatedRecord, RecordState, Staff
from services.dated_data.kinds import KINDS
from services.permissions import Action, check_may

ENDS_SOON = timedelta(days=30)
CHECKED = ("record_checked", "record_approved")


@dataclass(frozen=True)
class RecordView:
    """A record with the day on which it must be checked again, and who checked it last in the console."""

    record: DatedRecord
    due_on: date
    checked_by: str | None
    today: date

    @property
    def is_due(self) -> bool:
        return self.record.state == RecordState.APPROVED and not self.is_over and self.due_on <= self.today

    @property
    def is_over(self) -> bool:
        return self.record.valid_to is not None and self.record.valid_to < self.today

    @property
    def ends_soon(self) -> bool:
        last = self.record.valid_to
        is_approved = self.record.state == RecordState.APPROVED
        return is_approved and last is not None and self.today <= last <= self.today + ENDS_SOON


def list_records(
    session: Session, staff: Staff, *, kind: str, today: date, page: int = 0, limit: int = 30
) -> tuple[list[RecordView], bool]:
    """The versions of a kind: what waits for approval, drafts, what is due for checking, the rest, retired ones last.

    Also whether there are more.
    """
    check_may(staff, Action.READ_RECORDS)
    rows = session.scalars(
        select(DatedRecord)
        .where(DatedRecord.kind == kind)
        .options(joinedload(DatedRecord.author), joinedload(DatedRecord.approved_by))
    ).all()
    views = sorted((_view(row, today) for row in rows), key=_order)
    shown = views[page * limit : (page + 1) * limit]
    names = _checkers(session, [view.record.id for view in shown])
    told = [RecordView(view.record, view.due_on, names.get(view.record.id), today) for view in shown]
    return told, len(views) > (page + 1) * limit


def view_record(session: Session, record: DatedRecord, today: date) -> RecordView:
    """One record as the list shows it."""
    view = _view(record, today)
    return RecordView(record, view.due_on, _checkers(session, [record.id]).get(record.id), today)


def list_versions(session: Session, record: DatedRecord) -> Sequence[DatedRecord]:
    """All versions of its entry, the latest first."""
    of_it = select(DatedRecord).where(DatedRecord.kind == record.kind, DatedRecord.key == record.key)
    return session.scalars(of_it.order_by(DatedRecord.id.desc())).all()


def count_waiting(session: Session, today: date) -> dict[str, int]:
    """By kind, how many records wait for somebody: for approval, or to be compared with their source."""
    waiting: dict[str, int] = {}
    states = (RecordState.PENDING, RecordState.APPROVED)
    for row in session.scalars(select(DatedRecord).where(DatedRecord.state.in_(states))):
        if row.kind in KINDS and (row.state == RecordState.PENDING or _view(row, today).is_due):
            waiting[row.kind] = waiting.get(row.kind, 0) + 1
    return waiting


def _view(row: DatedRecord, today: date) -> RecordView:
    return RecordView(row, row.checked_at + timedelta(days=KINDS[row.kind].check_every_days), None, today)


STATE_ORDER = {RecordState.PENDING: 0, RecordState.DRAFT: 1, RecordState.APPROVED: 2, RecordState.RETIRED: 3}


def _order(view: RecordView) -> tuple[int, bool, bool, str, str, int]:
    record = view.record
    return (
        STATE_ORDER[RecordState(record.state)],
        view.is_over,
        not view.is_due,
        record.region,
        record.key,
        -record.id,
    )


def _checkers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Who said last that a record is right."""
    targets = {f"record:{each}": each for each in ids}
    rows = session.execute(
        select(AuditEntry.target, Staff.display_name)
        .join(Staff, Staff.id == AuditEntry.staff_id)
        .where(AuditEntry.target.in_(targets), AuditEntry.action.in_(CHECKED))
        .order_by(AuditEntry.id)
    )
    return {targets[target]: name for target, name in rows}
