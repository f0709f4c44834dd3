"""Campaigns of training: courses that belong together for a while, under a name of their own."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id
from models.training import Course


class Campaign(Base):
    """From its first day to its last in China the sessions of its courses are its own. Its page is for everybody until
    it is withdrawn."""

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint("last_on >= first_on", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(300))
    first_on: Mapped[date]
    last_on: Mapped[date]
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    courses: Mapped[list[Course]] = relationship(secondary="campaign_courses", order_by=Course.title)


class CampaignCourse(Base):
    """One course of a campaign; a course may be in several."""

    __tablename__ = "campaign_courses"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True, index=True)
