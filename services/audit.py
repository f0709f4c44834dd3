"""The audit log: who did what to what. Every change that staff make goes through here."""

from datetime import datetime
from typing import Any

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
