"""The publicity of a price that was agreed with a public university, institute or state-owned firm, and what was
objected to it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class PublicityWay(StrEnum):
    """notice: published in the unit · market: the price was made by listing or auction · exempt: the seller is no such
    unit, as the broker looked up"""

    NOTICE = "notice"
    MARKET = "market"
    EXEMPT = "exempt"


class ObjectionState(StrEnum):
    """upheld: what was published does not stand, it has to be published anew"""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class DealPublicity(Base):
    """As the broker wrote it down; the latest of a deal counts. `mode` and `amount` are what was published: another
    price has to be published anew. `ends_on` is its last day."""

    __tablename__ = "deal_publicities"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    way: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120), default="")
    mode: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[int | None]
    # Where it stands, or on what it rests that none is needed.
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str | None] = mapped_column(String(300))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]

    objections: Mapped[list["DealObjection"]] = relationship(order_by="DealObjection.id")


class DealObjection(Base):
    """One objection in the time of publicity, and how the unit dealt with it."""

    __tablename__ = "deal_objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    publicity_id: Mapped[int] = mapped_column(ForeignKey("deal_publicities.id"), index=True)
    raised_on: Mapped[date]
    text: Mapped[str] = mapped_column(String(400), default="")
    state: Mapped[str] = mapped_column(String(10), default=ObjectionState.OPEN)
    handling: Mapped[str] = mapped_column(String(400), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    handled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
