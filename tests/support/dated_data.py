"""Dated records from nothing, and those of the project's own files."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models import DatedRecord, RecordState
from services.dated_data.loading import INSTITUTIONS, load_institutions, load_records
from tests.conftest import ROOT

REFERENCE = ROOT / "data" / "reference"


def make_record(
    session: Session,
    now: datetime,
    *,
    kind: str = "subsidy_scheme",
    key: str = "test",
    values: dict[str, Any] | None = None,
    **columns: Any,
) -> DatedRecord:
    """An approved record of the nation since the beginning of 2026 unless said otherwise."""
    row = DatedRecord(
        kind=kind,
        key=key,
        values=values if values is not None else {"item": "interest", "share": 50},
        created_at=now,
        updated_at=now,
        **{
            "name": "试验补贴", "source": "试验通知", "checked_at": date(2026, 11, 22), "confidence": "V2",
            "state": RecordState.APPROVED, "valid_from": date(2026, 1, 1), **columns,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def load_reference(session: Session, now: datetime) -> None:
    """What `flask setup` takes from data/reference."""
    load_records(session, REFERENCE, now=now)
    load_institutions(session, REFERENCE / INSTITUTIONS, now=now)
