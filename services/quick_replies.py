"""Sentences that staff insert with one click."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from models import QuickReply, Staff
from services.audit import record_action
from services.permissions import Action, check_may
from services.topics import SKILL_NAMES


def list_quick_replies(session: Session, *, topic: str | None = None) -> list[QuickReply]:
    """All; with a topic, its own first and then the general ones."""
    rows = list(session.scalars(select(QuickReply).order_by(QuickReply.topic, QuickReply.title)))
    if topic is None:
        return rows
    return sorted((row for row in rows if row.topic in {topic, "general"}), key=lambda row: row.topic != topic)


def save_quick_reply(
    session: Session, *, by: Staff, reply_id: int | None, title: str, text: str, topic: str, now: datetime
) -> QuickReply:
    """Add or change one. Titles are unique."""
    check_may(by, Action.EDIT_QUICK_REPLIES)
    title, text = title.strip(), text.strip()
    if not 1 <= len(title) <= 40:
        raise InvalidInput("标题需要1至40个字。", fields={"title": "1至40个字"})
    if not 1 <= len(text) <= 600:
        raise InvalidInput("内容需要1至600个字。", fields={"text": "1至600个字"})
    if topic not in SKILL_NAMES:
        raise InvalidInput("没有这个业务方向。", fields={"topic": "请重选"})
    same = session.scalar(select(QuickReply).where(QuickReply.title == title))
    if same is not None and same.id != reply_id:
        raise Conflict("已有同名的快捷回复。", fields={"title": "已有同名的"})
    row = session.get(QuickReply, reply_id) if reply_id is not None else QuickReply()
    if row is None:
        raise NotFound
    row.title, row.text, row.topic = title, text, topic
    session.add(row)
    session.flush()
    record_action(session, staff=by, action="quick_reply_saved", target=f"quick_reply:{row.id}", now=now)
    return row


def delete_quick_reply(session: Session, *, by: Staff, reply_id: int, now: datetime) -> None:
    """Raises NotFound."""
    check_may(by, Action.EDIT_QUICK_REPLIES)
    row = session.get(QuickReply, reply_id)
    if row is None:
        raise NotFound
    session.delete(row)
    record_action(session, staff=by, action="quick_reply_deleted", target=f"quick_reply:{reply_id}", now=now)
