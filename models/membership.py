"""Who acts for which company, and how two accounts of one person became one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import Company, User


class MemberRole(StrEnum):
    """owner: also decides who belongs to it · member: files requests and sees the company's"""

    OWNER = "owner"
    MEMBER = "member"


class MemberState(StrEnum):
    """pending: asked to join, an owner or staff must say yes · active · ended"""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class Membership(Base):
    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    role: Mapped[str] = mapped_column(String(10), default=MemberRole.MEMBER)
    state: Mapped[str] = mapped_column(String(10), default=MemberState.PENDING)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    # The code that the claimant named; the company's own one only once somebody is let in with it.
    claimed_code: Mapped[str | None] = mapped_column(String(18))
    # Where staff decided on a claim: who, and what it rests on.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decision_note: Mapped[str | None] = mapped_column(String(300))

    user: Mapped[User] = relationship()
    company: Mapped[Company] = relationship()


class IdentityMerge(Base):
    """An identity moved from one person to another because WeChat told that they are one.

    `moved` lists the ids of what went along, by table; under `…_joined` pairs of a row that was merged into another
    and that one; under `profile` which facts were taken over. With it a merge can be understood, and undone by hand.
    """

    __tablename__ = "identity_merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), index=True)
    from_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    to_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
