"""Days on which owners of posts meet at tables: who takes part, who meets whom when, and what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id
from models.deal import Deal
from models.market import MarketPost


class EventState(StrEnum):
    """open: posts may be entered · arranged: the timetable stands, who comes later is fitted in · cancelled"""

    OPEN = "open"
    ARRANGED = "arranged"
    CANCELLED = "cancelled"


class MeetingOutcome(StrEnum):
    """nothing came of it · talks: both go on, a deal was opened for them to agree to · absent: one was not there"""

    NOTHING = "nothing"
    TALKS = "talks"
    ABSENT = "absent"


class MatchingEvent(Base):
    """`slots` meetings of `slot_minutes` each, one after the other, at each of `tables` tables."""

    __tablename__ = "matching_events"
    __table_args__ = (Index("ix_matching_events_state_starts_at", "state", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(120))
    region: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime]
    slot_minutes: Mapped[int]
    slots: Mapped[int]
    tables: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=EventState.OPEN)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def ends_at(self) -> datetime:
        return self.slot_at(self.slots)

    def slot_at(self, slot: int) -> datetime:
        """When the slot with this number, counted from nothing, begins."""
        return self.starts_at + timedelta(minutes=self.slot_minutes * slot)


class EventEntry(Base):
    """A post that takes part; whose it is by then comes to the table."""

    __tablename__ = "event_entries"
    __table_args__ = (UniqueConstraint("event_id", "post_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("matching_events.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), index=True)
    joined_at: Mapped[datetime]

    post: Mapped[MarketPost] = relationship()


class EventMeeting(Base):
    """A need and an offer at a table. Slots count from nothing, tables from one."""

    __tablename__ = "event_meetings"
    __table_args__ = (
        UniqueConstraint("event_id", "need_id", "offer_id"),
        UniqueConstraint("event_id", "slot", "table"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("matching_events.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), index=True)
    slot: Mapped[int]
    table: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(String(10))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"), index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]

    event: Mapped[MatchingEvent] = relationship()
    need: Mapped[MarketPost] = relationship(foreign_keys=[need_id])
    offer: Mapped[MarketPost] = relationship(foreign_keys=[offer_id])
    deal: Mapped[Deal | None] = relationship()
