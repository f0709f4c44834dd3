"""Rights that owners have in custody, and what happened to each."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id
from models.company import Company, User
from models.patent import LegalStatus


class RightKind(StrEnum):
    PATENT = "patent"
    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"


class FeeReduction(StrEnum):
    """Whose fees are reduced: one applicant's, joint ones'. The rates are dated data of the rules."""

    NONE = "none"
    SINGLE = "single"
    JOINT = "joint"


class OwnershipProof(StrEnum):
    """claimed: the owner says so · submitted: staff are to check · proved · refused: may be submitted again"""

    CLAIMED = "claimed"
    SUBMITTED = "submitted"
    PROVED = "proved"
    REFUSED = "refused"


class ProofBasis(StrEnum):
    """What a proof rests on."""

    CERTIFICATE = "certificate"
    REGISTER = "register"
    ASSIGNMENT = "assignment"


class LetterKind(StrEnum):
    """What the patent office wrote: an examination opinion (the first, a further one), a request to correct, a grant
    to be registered, a refusal."""

    FIRST_ACTION = "first_action"
    FURTHER_ACTION = "further_action"
    CORRECTION = "correction"
    REGISTRATION = "registration"
    REFUSAL = "refusal"


class LetterState(StrEnum):
    """open · done: answered · dropped: the owner does not answer · taken_back: it was written down by mistake"""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    TAKEN_BACK = "taken_back"


class RightSource(StrEnum):
    """record: from the imported patents · owner: as its owner says it"""

    RECORD = "record"
    OWNER = "owner"


class CustodyRight(Base):
    """One right in custody. `key` is kind and number; once it has ended the row's id stands behind them, so that its
    owner may bring it back.

    `paid_year` is the last patent year whose fee counts as paid; without `paid_said_on` nobody said so, it is assumed.
    """

    __tablename__ = "custody_rights"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        UniqueConstraint("company_id", "key"),
        Index("ix_custody_rights_next_notice_on", "next_notice_on"),
        Index("ix_custody_rights_company_id_department", "company_id", "department"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    # Who looks after it and is reminded.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    patent_kind: Mapped[str | None] = mapped_column(String(15))
    number: Mapped[str] = mapped_column(String(40))
    # Whichever of its publications comes, its record is found by one of these.
    application_number: Mapped[str | None] = mapped_column(String(30), index=True)
    publication_number: Mapped[str | None] = mapped_column(String(30), index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    owner_names: Mapped[list[str]] = mapped_column(default=list)
    filed_on: Mapped[date | None]
    granted_on: Mapped[date | None]
    # The last day of a trademark's ten years.
    expires_on: Mapped[date | None]
    published_in: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(10))
    data_date: Mapped[date | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(15), default=LegalStatus.UNKNOWN)
    status_on: Mapped[date | None]
    status_source: Mapped[str] = mapped_column(String(120), default="")
    # What it protects, as its owner calls it.
    product: Mapped[str | None] = mapped_column(String(60))
    # Of a university or a large company, and who invented it, as the record or the owner says.
    department: Mapped[str | None] = mapped_column(String(60))
    inventors: Mapped[list[str]] = mapped_column(default=list)
    reduction: Mapped[str] = mapped_column(String(10), default=FeeReduction.NONE)
    paid_year: Mapped[int | None]
    paid_said_on: Mapped[date | None]
    proof: Mapped[str] = mapped_column(String(10), default=OwnershipProof.CLAIMED, index=True)
    proof_basis: Mapped[str | None] = mapped_column(String(15))
    proof_note: Mapped[str | None] = mapped_column(String(300))
    proof_asked_at: Mapped[datetime | None]
    proof_decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    proof_decided_at: Mapped[datetime | None]
    proof_reason: Mapped[str | None] = mapped_column(String(300))
    # Its owner wants nothing done with it until then: no advice, reminders as before.
    set_aside_until: Mapped[date | None]
    is_reminded: Mapped[bool] = mapped_column(default=True)
    next_due_on: Mapped[date | None]
    next_notice_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    letters: Mapped[list["CustodyLetter"]] = relationship(
        back_populates="right", cascade="all, delete-orphan", order_by="CustodyLetter.id"
    )
    papers: Mapped[list["CustodyPaper"]] = relationship(
        back_populates="right", cascade="all, delete-orphan", order_by="CustodyPaper.id"
    )
    user: Mapped[User] = relationship()
    company: Mapped[Company | None] = relationship()
    events: Mapped[list["CustodyEvent"]] = relationship(
        back_populates="right", cascade="all, delete-orphan", order_by="CustodyEvent.id"
    )


class CustodyEvent(Base):
    """What happened to a right; `details` hold values and ids, never what somebody wrote.

    `user_id` is who did it: null for staff, whom the audit log names, and for what the records told.
    """

    __tablename__ = "custody_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    right_id: Mapped[int] = mapped_column(ForeignKey("custody_rights.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    right: Mapped[CustodyRight] = relationship(back_populates="events")


class CustodyLetter(Base):
    """A letter of the office that must be answered; its right's keeper is reminded.

    `received_on` or `issued_on` is known, or both; `stated_on` is the last day that the letter itself names.
    """

    __tablename__ = "custody_letters"
    __table_args__ = (Index("ix_custody_letters_next_notice_on", "next_notice_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    right_id: Mapped[int] = mapped_column(ForeignKey("custody_rights.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    received_on: Mapped[date | None]
    issued_on: Mapped[date | None]
    # "post" or "electronic", "" where nobody said how it came.
    delivery: Mapped[str] = mapped_column(String(12), default="")
    stated_on: Mapped[date | None]
    extended_months: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date]
    next_notice_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12), default=LetterState.OPEN)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    right: Mapped[CustodyRight] = relationship(back_populates="letters")


class CustodyPaper(Base):
    """A file that the proof of a right rests on. The bytes lie in the file store under `storage_key`; a paper that is
    taken away leaves no row. `user_id` is who brought it."""

    __tablename__ = "custody_papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    right_id: Mapped[int] = mapped_column(ForeignKey("custody_rights.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]

    right: Mapped[CustodyRight] = relationship(back_populates="papers")
