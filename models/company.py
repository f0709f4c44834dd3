"""Companies and the people who act for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id


class Platform(StrEnum):
    OFFICIAL_ACCOUNT = "official_account"
    MINI_PROGRAM = "mini_program"


class Company(Base):
    """A firm, by the name that people gave. `public_id` is what a colleague passes on to who wants to join."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    region: Mapped[str | None] = mapped_column(String(60))
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    created_at: Mapped[datetime]


class User(Base):
    """A person. WeChat no longer tells names: `display_name` is what they told us, else null."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    display_name: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    # When WeChat said that the number is theirs; null for one that was typed, which may be anybody's.
    phone_verified_at: Mapped[datetime | None]
    region: Mapped[str | None] = mapped_column(String(60))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    unionid: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    company: Mapped[Company | None] = relationship()
    identities: Mapped[list["WeChatIdentity"]] = relationship(back_populates="user")


class WeChatIdentity(Base):
    """One openid of one appid. openid differs per appid; unionid, where known, joins them in one User."""

    __tablename__ = "wechat_identities"
    __table_args__ = (
        UniqueConstraint("app_id", "openid"),
        Index("ix_wechat_identities_is_unionid_due", "is_unionid_due", postgresql_where=text("is_unionid_due")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    platform: Mapped[str] = mapped_column(String(20))
    app_id: Mapped[str] = mapped_column(String(40))
    openid: Mapped[str] = mapped_column(String(64))
    is_subscribed: Mapped[bool] = mapped_column(default=True)
    subscribed_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    welcomed_at: Mapped[datetime | None]
    # WeChat is still to be asked which person this is.
    is_unionid_due: Mapped[bool] = mapped_column(default=False)
    session_key: Mapped[str | None] = mapped_column(String(64))
    # WeChat said that this person takes nothing from us; it holds until they act again.
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship(back_populates="identities")
