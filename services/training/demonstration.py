"""A timetable to begin with, marked as demonstration data."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA
from models import Course, CourseSession

# Until then seats may be given back; enrolment closes an hour before the start.
CANCEL_BEFORE = timedelta(days=1)
CLOSES_BEFORE = timedelta(hours=1)


def load_demonstration(session: Session, path: Path, now: datetime) -> int:
    """Courses that are missing, and sessions unless some are still to come; answers how many sessions were added."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    courses = {row.code: row for row in session.scalars(select(Course))}
    for entry in entries:
        if entry["code"] not in courses:
            courses[entry["code"]] = _course(entry, now)
            session.add(courses[entry["code"]])
    session.flush()
    if session.scalar(select(CourseSession.id).where(CourseSession.starts_at > now).limit(1)) is not None:
        return 0
    added = [_session(courses[entry["code"]], row, now) for entry in entries for row in entry["sessions"]]
    session.add_all(added)
    session.flush()
    return len(added)


def _course(entry: dict[str, Any], now: datetime) -> Course:
    columns = ("code", "title", "track", "summary", "audience", "follows")
    return Course(**{name: entry.get(name) for name in columns}, is_demonstration=True, created_at=now)


def _session(course: Course, row: dict[str, Any], now: datetime) -> CourseSession:
    day = now.astimezone(CHINA).date() + timedelta(days=row["in_days"])
    starts_at = datetime.combine(day, time.fromisoformat(row["at"]), CHINA)
    return CourseSession(
        course_id=course.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=row["hours"]),
        enrolment_opens_at=now,
        enrolment_closes_at=starts_at - CLOSES_BEFORE,
        cancel_until=starts_at - CANCEL_BEFORE,
        speaker=row["speaker"],
        is_online=row.get("online", False),
        place=row.get("place"),
        region=row.get("region"),
        latitude=row.get("latitude"),
        longitude=row.get("longitude"),
        price_fen=row.get("price_yuan", 0) * 100,
        capacity=row["capacity"],
        created_at=now,
    )
