"""Writes batches of patents: by publication number, only what changed, each change with a serial of its own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from models.patent import Patent, PatentChange
from services.patent_changes import COMPARED, kept_of
from services.patent_import.drafts import ReadRecord

# Any number that no other advisory lock of the product uses.
SERIAL_LOCK = 7_201_002
SOURCE_LENGTH = 120


def store_batch(session: Session, records: Sequence[ReadRecord], *, now: datetime) -> Counter[str]:
    """Bring the records into the database; counts `added`, `changed` and `unchanged`."""
    serial = _last_serial(session)
    counts: Counter[str] = Counter()
    # Of one number twice in a batch the later record counts, as it would over two batches.
    latest = {record.draft.publication_number: record for record in records}
    counts["unchanged"] += len(records) - len(latest)
    known = {
        number: (row_id, content_hash)
        for number, row_id, content_hash in session.execute(
            select(Patent.publication_number, Patent.id, Patent.content_hash).where(
                Patent.publication_number.in_(latest)
            )
        )
    }
    added, changed = [], []
    for number, record in latest.items():
        content_hash = record.draft.content_hash()
        row_id, known_hash = known.get(number, (None, None))
        if known_hash == content_hash:
            counts["unchanged"] += 1
            continue
        serial += 1
        values = {**_values(record, now), "content_hash": content_hash, "change_serial": serial}
        if row_id is None:
            added.append(values)
        else:
            changed.append({"id": row_id, **values})
    if added:
        session.execute(insert(Patent), added)
    if changed:
        _keep_what_was(session, changed, now)
        session.execute(update(Patent), changed)
    return counts + Counter(added=len(added), changed=len(changed))


def _keep_what_was(session: Session, changed: Sequence[dict[str, Any]], now: datetime) -> None:
    names = ("id", "data_date", *COMPARED)
    wanted = select(*(getattr(Patent, name) for name in names))
    rows = session.execute(wanted.where(Patent.id.in_([values["id"] for values in changed])))
    former: dict[int, dict[str, Any]] = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    kept = [
        {"patent_id": new["id"], "serial": new["change_serial"], "before": before, "changed_at": now}
        for new in changed
        if (before := kept_of(former[new["id"]], new))
    ]
    if kept:
        session.execute(insert(PatentChange), kept)


def _last_serial(session: Session) -> int:
    """Writers queue here until their commit, so that a reader who has seen a serial misses no smaller one."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SERIAL_LOCK})
    return session.scalar(select(func.max(Patent.change_serial))) or 0


def _values(record: ReadRecord, now: datetime) -> dict[str, Any]:
    return {
        **asdict(record.draft),
        # A long path keeps its end, which names the file.
        "source": record.file[-SOURCE_LENGTH:],
        "data_date": record.data_date,
        "updated_at": now,
    }
