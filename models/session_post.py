"""What of the market is shown beside a session of a course."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.market import MarketPost
from models.training import CourseSession


class SessionPost(Base):
    """A post beside a session. Whether it is shown follows from the post: one that is off the board is not. `asked`
    counts those who asked its owner to talk from there, without saying who."""

    __tablename__ = "session_posts"
    __table_args__ = (UniqueConstraint("session_id", "post_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), index=True)
    asked: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    session: Mapped[CourseSession] = relationship()
    post: Mapped[MarketPost] = relationship()
