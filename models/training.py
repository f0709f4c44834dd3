"""Courses, the sessions at which they are held, and who has a seat or waits for one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id
from models.company import Company, User
from models.conversation import Conversation


class Track(StrEnum):
    """What a course leads to."""

    PATENT_AGENT = "patent_agent"
    PATENT_ENGINEER = "patent_engineer"
    FINANCING = "financing"
    ENFORCEMENT = "enforcement"
    FILING = "filing"
    MANAGEMENT = "management"
    DATA_MINING = "data_mining"
    POLICY = "policy"
    BROKERAGE = "brokerage"


class BookingState(StrEnum):
    """booked: has its seats · offered: seats are held until `offer_until` · waiting: in line · cancelled · lapsed: an
    offer that nobody took in time · attended · absent: booked, did not come"""

    BOOKED = "booked"
    OFFERED = "offered"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    ATTENDED = "attended"
    ABSENT = "absent"


# These count in `CourseSession.taken`.
HOLDS_SEATS = (BookingState.BOOKED, BookingState.OFFERED, BookingState.ATTENDED, BookingState.ABSENT)
# These may be given up.
OPEN = (BookingState.BOOKED, BookingState.OFFERED, BookingState.WAITING)
# One of these for each person and session at most.
LIVE = (*HOLDS_SEATS, BookingState.WAITING)


class Course(Base):
    """What is taught. `follows` is the code of the course that should come before it."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    track: Mapped[str] = mapped_column(String(20), index=True)
    summary: Mapped[str] = mapped_column(String(500))
    audience: Mapped[str] = mapped_column(String(120))
    follows: Mapped[str | None] = mapped_column(String(30))
    # Who came may have a certificate.
    gives_certificate: Mapped[bool] = mapped_column(default=False)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CourseSession(Base):
    """One date of a course. Open, full, started and ended follow from times and seats (standing.py);
    only a cancellation is written down.

    `questions` are the organiser's own, each {"key", "label", "question", "kind", "required", "example", "choices"}
    (services/training/questions.py); `materials` {"title", "url"}.
    """

    __tablename__ = "course_sessions"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="seats"),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("ix_course_sessions_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    enrolment_opens_at: Mapped[datetime]
    enrolment_closes_at: Mapped[datetime]
    # Until then a seat may be given back without a word; afterwards it may be too late for who waits.
    cancel_until: Mapped[datetime]
    speaker: Mapped[str] = mapped_column(String(60))
    is_online: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str | None] = mapped_column(String(120))
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    # Where it is seen live; shown to those who have a seat.
    live_url: Mapped[str | None] = mapped_column(String(300))
    replay_url: Mapped[str | None] = mapped_column(String(300))
    region: Mapped[str | None] = mapped_column(String(60))
    price_fen: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    questions: Mapped[list[Any]] = mapped_column(default=list)
    materials: Mapped[list[Any]] = mapped_column(default=list)
    # Keys of the catalogue: the services that it speaks of.
    shown_services: Mapped[list[Any]] = mapped_column(default=list)
    # When who came was told that there is a replay or material: once.
    materials_told_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship()


class Booking(Base):
    """Seats of one person at one session; the line of those who wait is the order of `id`, those who are held back
    behind all others.

    `is_live` is true in the states of LIVE and null afterwards, so that the unique key lets somebody book again.
    Somebody whom staff booked and who has no account has no conversation: nothing can be said to them by us.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("session_id", "user_id", "is_live"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("satisfaction BETWEEN 1 AND 3", name="satisfaction"),
        Index("ix_bookings_session_id_state_id", "session_id", "state", "id"),
        Index("ix_bookings_offer_until", "offer_until", postgresql_where=text("offer_until IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    seats: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10))
    is_live: Mapped[bool | None] = mapped_column(default=True)
    channel: Mapped[str] = mapped_column(String(10))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The present offer of a seat ends then; null in every other state.
    offer_until: Mapped[datetime | None]
    reminded_day_at: Mapped[datetime | None]
    reminded_hour_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    # Waits although seats are free, behind those who came when they had booked (absences.py).
    is_held_back: Mapped[bool] = mapped_column(default=False)
    # Staff have said that this absence does not count.
    excused_at: Mapped[datetime | None]
    # Wrong codes typed at the door, and when the first of them was (door_codes.py).
    wrong_code_count: Mapped[int] = mapped_column(default=0)
    wrong_code_at: Mapped[datetime | None]
    # What who came says of the session: asked once, 1 not good, 2 all right, 3 good.
    feedback_asked_at: Mapped[datetime | None]
    satisfaction: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(String(200))
    rated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    session: Mapped[CourseSession] = relationship()
    user: Mapped[User] = relationship()
    company: Mapped[Company | None] = relationship()
    conversation: Mapped[Conversation | None] = relationship()


class DoorTap(Base):
    """A tap at the door that a phone sends until it is answered; the key makes it harmless to send it twice."""

    __tablename__ = "door_taps"

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime]


class SessionBroadcast(Base):
    """A message to everybody concerned with a session; to whom is written down with it (BroadcastRecipient)."""

    __tablename__ = "session_broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(String(600))
    # What only those read besides who have a seat: where it is seen live.
    seat_text: Mapped[str | None] = mapped_column(String(400))
    # Bookings that were in these states when it was written get it.
    states: Mapped[list[str]] = mapped_column(default=list)
    sent_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # The last of them has it.
    done_at: Mapped[datetime | None]


class BroadcastRecipient(Base):
    """A conversation that is still to get a broadcast; the row goes in the transaction that writes the message."""

    __tablename__ = "broadcast_recipients"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("session_broadcasts.id"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    has_seat: Mapped[bool]

    conversation: Mapped[Conversation] = relationship()


class Certificate(Base):
    """That somebody came to a session. What is printed is kept as it was, whatever becomes of the course.

    `number` cannot be guessed, since its page is for everybody. `storage_key` is null until a job has made the PDF, and
    again once it is revoked.
    """

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    holder: Mapped[str] = mapped_column(String(30))
    course_title: Mapped[str] = mapped_column(String(80))
    held_on: Mapped[date]
    storage_key: Mapped[str | None] = mapped_column(String(32))
    size_bytes: Mapped[int | None]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(String(150))

    booking: Mapped[Booking] = relationship()


class SessionQuestion(Base):
    """What somebody with a seat asked while it was going on, with what names a person taken out."""

    __tablename__ = "session_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime]
