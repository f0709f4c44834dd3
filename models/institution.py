"""Partners who do part of a case: banks, insurers, guarantors, valuers, law firms, agencies, and single experts."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Institution(Base):
    """`party` is what it is to a case (services/catalogue/model.py, Party); `regions` are full names or 全国;
    `conflicts` are firms, by name, for or against which it cannot work."""

    __tablename__ = "institutions"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    party: Mapped[str] = mapped_column(String(20), index=True)
    regions: Mapped[list[str]] = mapped_column(default=list)
    skills: Mapped[list[str]] = mapped_column(default=list)
    conflicts: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
