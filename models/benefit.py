"""How a seller shares what a deal brings: who gets how much of it, on what that rests, and who knows of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class BenefitBasis(StrEnum):
    """agreed: with those who made it · rules: of the unit, public there · none: neither, so the law's shares hold"""

    AGREED = "agreed"
    RULES = "rules"
    NONE = "none"


class BenefitHolder(StrEnum):
    """Whose the right is: a company or another unit, a unit that the state set up, a person whose own work it is."""

    UNIT = "unit"
    PUBLIC = "public"
    PERSON = "person"


class BenefitRole(StrEnum):
    """Who gets a share. converter: whoever brought the result to market; with inventor and team, those of whom the law
    speaks. unit and department are the unit's own."""

    UNIT = "unit"
    DEPARTMENT = "department"
    INVENTOR = "inventor"
    TEAM = "team"
    CONVERTER = "converter"


class BenefitWord(StrEnum):
    """What somebody said to their share: knows of it, agreed, does not agree."""

    KNOWN = "known"
    AGREED = "agreed"
    OBJECTED = "objected"


class BenefitPlan(Base):
    """The seller's, of one deal; the other side never reads it. `holder` is null where what we know of the seller
    decides. `costs_fen` goes off the price before anything is shared. `version` is its own: a change of it changes
    nothing of the deal that the other side sees."""

    __tablename__ = "benefit_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), unique=True)
    basis: Mapped[str] = mapped_column(String(10))
    # Which agreement or which rules.
    rests_on: Mapped[str] = mapped_column(String(200), default="")
    holder: Mapped[str | None] = mapped_column(String(10))
    costs_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    shares: Mapped[list["BenefitShare"]] = relationship(
        order_by="BenefitShare.number", cascade="all, delete-orphan", back_populates="plan"
    )


class BenefitShare(Base):
    """One line, in hundredths of a percent: the lines of a plan make ten thousand. `word` is what its person said on
    `said_on`, as the seller's `user_id` or a member of staff wrote it down."""

    __tablename__ = "benefit_shares"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("benefit_plans.id"))
    number: Mapped[int]
    role: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60), default="")
    share_bp: Mapped[int]
    word: Mapped[str | None] = mapped_column(String(10))
    said_on: Mapped[date | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime | None]

    plan: Mapped[BenefitPlan] = relationship(back_populates="shares")
