"""A timetable to begin with, marked as demonstration data."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA
from core.yaml_text import read_yaml
from models import Course, CourseSession

# Until then seats may be given back; enrolment closes an hour before the start.
CANCEL_BEFORE = timedelta(days=1)
CLOSES_BEFORE = timedelta(hours=1)


def load_demonstration(session: Session, path: Path, now: datetime) -> int:
    """Courses that are missing, with their sessions; answers how many sessions were added."""
    courses = {row.code for row in session.scalars(select(Course))}
    new = [_course(entry, now) for entry in _read(path) if entry["code"] not in courses]
    session.add_all(new)
    session.flush()
    return renew_demonstration(session, path, now)


def renew_demonstration(session: Session, path: Path, now: datetime) -> int:
    """New sessions, counted from today, of each demonstration course whose last one has begun; answers how many.

    A course that was never loaded, or whose last session staff have called off, is left alone.
    """
    # Locked, so that the setup and the schedule at the same moment do not both do it.
    found = session.scalars(select(Course).where(Course.is_demonstration).order_by(Course.id).with_for_update()).all()
    courses = {row.code: row for row in found}
    added: list[CourseSession] = []
    for entry in _read(path):
        course = courses.get(entry["code"])
        if course is not None and _is_over(session, course, now):
            added += [_session(course, row, now) for row in entry["sessions"]]
    session.add_all(added)
    session.flush()
    return len(added)


def _read(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = read_yaml(path)
    return entries


def _is_over(session: Session, course: Course, now: datetime) -> bool:
    of_course = select(CourseSession).where(CourseSession.course_id == course.id)
    last = session.scalar(of_course.order_by(CourseSession.starts_at.desc(), CourseSession.id.desc()).limit(1))
    return last is None or (last.starts_at <= now and last.cancelled_at is None)


def _course(entry: dict[str, Any], now: datetime) -> Course:
    columns = ("code", "title", "track", "summary", "audience", "follows")
    return Course(
        **{name: entry.get(name) for name in columns},
        gives_certificate=entry.get("certificate", False),
        is_demonstration=True,
        created_at=now,
    )


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
