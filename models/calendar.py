"""Dated data about working days, loaded from files with their source."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class CalendarDay(Base):
    """A day that differs from the week's rule: kind is `holiday` or `workday` (a make-up day)."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    checked_at: Mapped[date]
    confidence: Mapped[str] = mapped_column(String(4))
