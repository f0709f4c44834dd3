"""Courses, sessions and those who book them, from nothing."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import Booking, BookingState, Course, CourseSession, Track
from services.training.seats import book
from tests.support.people import make_conversation, make_identity

_numbers = itertools.count(1)


def make_course(session: Session, now: datetime, **columns: Any) -> Course:
    row: dict[str, Any] = {
        "code": f"course-{next(_numbers)}", "title": "专利质押融资实务", "track": Track.FINANCING,
        "summary": "从评估到放款怎么走,要准备什么。", "audience": "企业负责人、财务负责人", "is_demonstration": True,
        "created_at": now,
    }  # fmt: skip
    course = Course(**{**row, **columns})
    session.add(course)
    session.flush()
    return course


def make_session(session: Session, now: datetime, *, course: Course | None = None, **columns: Any) -> CourseSession:
    """A week from now, two hours long, two seats, enrolment open until an hour before."""
    starts_at = columns.pop("starts_at", now + timedelta(days=7))
    row: dict[str, Any] = {
        "course_id": (course or make_course(session, now)).id, "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2), "enrolment_opens_at": now - timedelta(days=1),
        "enrolment_closes_at": starts_at - timedelta(hours=1), "cancel_until": starts_at - timedelta(days=1),
        "speaker": "演示讲师", "place": "演示大厦3楼", "region": "广东省广州市", "capacity": 2, "taken": 0,
        "created_at": now,
    }  # fmt: skip
    made = CourseSession(**{**row, **columns})
    session.add(made)
    session.flush()
    return made


def make_attended(session: Session, booking: Booking, now: datetime) -> Booking:
    """They were there, and the session has just ended; times of the past, whatever was booked for."""
    held = session.get_one(CourseSession, booking.session_id)
    held.starts_at, held.ends_at = now - timedelta(hours=2), now
    held.enrolment_closes_at = held.cancel_until = held.starts_at
    booking.state, booking.checked_in_at = BookingState.ATTENDED, held.starts_at
    session.flush()
    return booking


def make_booking(session: Session, held: CourseSession, now: datetime, *, seats: int = 1) -> Booking:
    """By a new person."""
    conversation = make_conversation(session, make_identity(session, now), now)
    return book(session, session_id=held.id, conversation=conversation, seats=seats, channel="chat", now=now)
