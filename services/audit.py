"""The audit log: who did what to what. Every change that staff make goes through here."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Staff

# The console puts the caller's address here when it opens the unit of work.
ADDRESS = "audit_address"


def record_action(
    session: Session, *, staff: Staff | None, action: str, target: str, now: datetime, **details: Any
) -> None:
    """Write one entry. `details` never hold message text."""
    session.add(
        AuditEntry(
            staff_id=staff.id if staff else None,
            action=action,
            target=target[:80],
            details=details,
            address=session.info.get(ADDRESS),
            created_at=now,
        )
    )


def list_entries(
    session: Session, *, before_id: int | None = None, action: str = "", staff_id: int | None = None, limit: int = 50
) -> list[tuple[AuditEntry, str | None]]:
    """Entries with the name of who did it, the latest first."""
    query = select(AuditEntry, Staff.display_name).outerjoin(Staff, Staff.id == AuditEntry.staff_id)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    if action:
        query = query.where(AuditEntry.action == action)
    if staff_id is not None:
        query = query.where(AuditEntry.staff_id == staff_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))]


def list_entries_of(session: Session, target: str, *, limit: int = 50) -> list[tuple[AuditEntry, str | None]]:
    """The entries of one target with the name of who did it, the latest first."""
    query = select(AuditEntry, Staff.display_name).outerjoin(Staff, Staff.id == AuditEntry.staff_id)
    rows = session.execute(query.where(AuditEntry.target == target).order_by(AuditEntry.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]
