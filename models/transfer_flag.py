"""What is odd about a transfer, for a person to look at: nothing follows from it by itself."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.deal import Deal
from models.staff import Staff


class FlagKind(StrEnum):
    """flip: a right changes hands again soon · bulk: one party moves many in a short time · field: nothing of what the
    buyer does · related: both sides are the same people"""

    FLIP = "flip"
    BULK = "bulk"
    FIELD = "field"
    RELATED = "related"


class FlagState(StrEnum):
    """seen: looked at, nothing decided · fine · pursue: somebody looks into it"""

    OPEN = "open"
    SEEN = "seen"
    FINE = "fine"
    PURSUE = "pursue"


class TransferFlag(Base):
    """`details` hold numbers of deals and rights, counts and days, never names or telephones."""

    __tablename__ = "transfer_flags"
    __table_args__ = (UniqueConstraint("deal_id", "kind"), Index("ix_transfer_flags_state", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    kind: Mapped[str] = mapped_column(String(10))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=FlagState.OPEN)
    note: Mapped[str] = mapped_column(String(300), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    deal: Mapped[Deal] = relationship()
    staff: Mapped[Staff | None] = relationship()
