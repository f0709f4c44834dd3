"""What counts against a firm on the market: from a lawful source, for a limited time, and what the firm says to it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id
from models.company import Company
from models.staff import Staff
from models.transfer_flag import TransferFlag


class CreditKind(StrEnum):
    """false_post: a statement in a post that a review found false · breach: of a contract, by a judgment · penalty: by
    a published decision · odd_transfer: a flagged transfer that a person confirmed"""

    FALSE_POST = "false_post"
    BREACH = "breach"
    PENALTY = "penalty"
    ODD_TRANSFER = "odd_transfer"


class CreditState(StrEnum):
    """proposed: one member of staff wrote it, the firm knows nothing of it · dropped: a second one did not confirm it ·
    counts: until its last day · ended: an objection was right, it was repaired, or we were wrong"""

    PROPOSED = "proposed"
    DROPPED = "dropped"
    COUNTS = "counts"
    ENDED = "ended"


class PleaKind(StrEnum):
    """objection: it is not so, and does not count until a person decided · repair: it is put right"""

    OBJECTION = "objection"
    REPAIR = "repair"


class CreditEvent(Base):
    """Of a company, never of a person. `number` and `link` are those of a public decision, or `number` is a post's id
    or a deal's number where the source is a record of ours."""

    __tablename__ = "credit_events"
    __table_args__ = (
        Index("ix_credit_events_company_id_state", "company_id", "state"),
        Index("ix_credit_events_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(15))
    state: Mapped[str] = mapped_column(String(10), default=CreditState.PROPOSED)
    # Who found it: a court, an authority, or we.
    source: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80))
    link: Mapped[str] = mapped_column(String(300), default="")
    facts: Mapped[str] = mapped_column(String(300))
    evidence: Mapped[str] = mapped_column(String(300))
    happened_on: Mapped[date]
    # Its last day.
    counts_until: Mapped[date]
    flag_id: Mapped[int | None] = mapped_column(ForeignKey("transfer_flags.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    # Why it was dropped or has ended.
    note: Mapped[str] = mapped_column(String(300), default="")
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    company: Mapped[Company] = relationship()
    author: Mapped[Staff] = relationship(foreign_keys=[author_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])
    flag: Mapped[TransferFlag | None] = relationship()
    pleas: Mapped[list["CreditPlea"]] = relationship(back_populates="event", order_by="CreditPlea.id")


class CreditPlea(Base):
    """What whoever runs the firm says to an event. `is_granted` is null until a person decided."""

    __tablename__ = "credit_pleas"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("credit_events.id"), index=True)
    # Null where that person has left and their data went.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime]
    is_granted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(String(300), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]

    event: Mapped[CreditEvent] = relationship(back_populates="pleas")
    staff: Mapped[Staff | None] = relationship()
