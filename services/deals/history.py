"""One line of a deal's history, and who is to hear of it. Parties are told by jobs, never under the deal's lock: a turn
holds its conversation first and wants the deal after it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Deal, DealEvent, PostSide, Staff
from services.audit import record_action
from services.job_names import JobName, request_job
from services.notifications import list_supervisors, notify

BOTH = (PostSide.OFFER, PostSide.NEED)


def note(
    session: Session,
    deal: Deal,
    kind: str,
    now: datetime,
    *,
    side: PostSide | None = None,
    staff: Staff | None = None,
    tells: Iterable[PostSide] = (),
    **details: Any,
) -> DealEvent:
    """Write it down, in the audit log too where staff did it; each event is one version of the deal. `tells` are the
    sides that hear of it."""
    deal.version += 1
    event = DealEvent(
        deal_id=deal.id, kind=kind, side=side, staff_id=staff.id if staff else None, details=details, created_at=now
    )
    session.add(event)
    session.flush()  # assigns event.id
    if staff is not None:
        target = f"deal:{deal.number}"
        record_action(session, staff=staff, action=f"deal_{kind}", target=target, now=now, event_id=event.id)
    for told in tells:
        key = f"{event.id}-{told}"
        request_job(session, JobName.TELL_DEAL, key=key, now=now, event_id=event.id, side=str(told))
    return event


def list_history(session: Session, deal_id: int) -> list[DealEvent]:
    """Oldest first."""
    return list(session.scalars(select(DealEvent).where(DealEvent.deal_id == deal_id).order_by(DealEvent.id)))


def tell_broker(session: Session, deal: Deal, text: str, *, key: str, now: datetime) -> None:
    """Whoever brokers it, else the supervisors."""
    people = [deal.broker] if deal.broker is not None and deal.broker.is_active else list_supervisors(session)
    for person in people:
        notify(session, staff_id=person.id, kind="deal", key=f"deal-{deal.id}-{key}", text=text, now=now)
