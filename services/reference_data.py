"""Data that the service starts with: the working calendar, staff's quick replies, and what was loaded already."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, extract, select
from sqlalchemy.orm import Session

from core.yaml_text import read_yaml
from models import CalendarDay, ImportReport, QuickReply

LOADED = "setup"


def load_calendar_days(session: Session, path: Path) -> int:
    """Make every year that the file speaks of as the file says; answers the number of its days."""
    rows = {
        entry["date"]: CalendarDay(
            day=entry["date"],
            kind=entry["kind"],
            name=entry["name"],
            source=entry["source"],
            checked_at=entry["checked_at"],
            confidence=entry["confidence"],
        )
        for entry in read_yaml(path)
    }
    years = {day.year for day in rows}
    session.execute(delete(CalendarDay).where(extract("year", CalendarDay.day).in_(years)))
    session.add_all(rows.values())
    session.flush()
    return len(rows)


def load_quick_replies(session: Session, path: Path) -> int:
    """Add the replies whose title is not there yet; what staff changed stays. Answers how many were added."""
    present = set(session.scalars(select(QuickReply.title)))
    missing = [entry for entry in read_yaml(path) if entry["title"] not in present]
    session.add_all(QuickReply(title=entry["title"], text=entry["text"], topic=entry["topic"]) for entry in missing)
    session.flush()
    return len(missing)


def fingerprint(paths: Iterable[Path]) -> str:
    """Changes whenever a file among `paths`, or under a folder among them, changes its name or content."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.suffix != ".pyc":
                digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def is_loaded(session: Session, name: str, state: str) -> bool:
    """Whether this database last took `name` in exactly this state: then loading it again would change nothing."""
    last = session.scalar(
        select(ImportReport.path)
        .where(ImportReport.subject == LOADED, ImportReport.path.startswith(f"{name}:", autoescape=True))
        .order_by(ImportReport.id.desc())
        .limit(1)
    )
    return last == f"{name}:{state}"


def remember_loaded(session: Session, name: str, state: str, *, now: datetime) -> None:
    """Say in the database itself that `name` was taken in this state."""
    session.add(ImportReport(subject=LOADED, path=f"{name}:{state}", rejected=[], started_at=now, finished_at=now))
    session.flush()
