"""Sessions and idempotency of the mini-program API."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import User, WeChatIdentity


class ApiSession(Base):
    """Opaque tokens, stored as SHA-256 only; revocable on the server.

    Each refresh writes a new row of the same `family`; the old one keeps `used_at`, so that a refresh token that comes
    back after it was used gives the thief (or the robbed) away and ends the whole family.
    """

    __tablename__ = "api_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"))
    family: Mapped[str] = mapped_column(String(32), index=True)
    access_hash: Mapped[str] = mapped_column(String(64), unique=True)
    refresh_hash: Mapped[str] = mapped_column(String(64), unique=True)
    access_expires_at: Mapped[datetime]
    refresh_expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    identity: Mapped[WeChatIdentity] = relationship()


class IdempotencyRecord(Base):
    """The answer once given to a create, given again when the same key comes back with the same request."""

    __tablename__ = "idempotency_records"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    status_code: Mapped[int | None]
    response: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
