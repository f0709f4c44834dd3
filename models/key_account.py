"""Firms that one named colleague looks after."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import Company
from models.staff import Staff


class AccountTier(StrEnum):
    KEY = "key"
    STRATEGIC = "strategic"


class KeyAccount(Base):
    """A firm's tier, since when and why, and who looks after it. Staff read it; the firm is only served by it."""

    __tablename__ = "key_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), unique=True)
    tier: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[date]
    manager_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]

    company: Mapped[Company] = relationship()
    manager: Mapped[Staff] = relationship()
