"""What staff are told in the console: one row a person and a cause, however often the cause comes by."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from core.db import table_of
from core.statements import Statement
from models import (
    HANDOFF,
    Case,
    Conversation,
    CuratedAnswer,
    Message,
    Role,
    Staff,
    StaffNotification,
    User,
)

KIND_WORDS = {
    "image": "[图片]", "voice": "[语音]", "video": "[视频]", "shortvideo": "[视频]", "location": "[位置]",
    "link": "[链接]", "miniprogrampage": "[小程序卡片]",
}  # fmt: skip
EVENT_WORDS = {
    "subscribe": "关注了公众号", "scan": "扫码来到公众号", "user_enter_tempsession": "进入了小程序客服",
}  # fmt: skip


def user_label(user: User) -> str:
    """A name one can say: what they told us, else 微信用户 and a short number."""
    return user.display_name or f"微信用户{user.id:04d}"


def user_called(user: User) -> str:
    """Enough for colleagues to know each other by, and no more."""
    return f"{user_label(user)} · 尾号{user.phone[-4:]}" if user.phone else user_label(user)


def message_line(message: Message, length: int = 40) -> str:
    """The first line of a message as lists show it."""
    if message.kind == "event":
        return event_line(message)
    return one_line(message.text, length) or KIND_WORDS.get(message.kind, "[消息]")


def one_line(text: str, length: int = 40) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def event_line(message: Message) -> str:
    """What somebody did rather than said: 关注了公众号, 点了菜单:转人工."""
    if message.text:
        return f"点了菜单:{message.text}"
    return EVENT_WORDS.get(str(message.details.get("event")), "来到公众号")


# Two processes may tell the same thing at once: the one that comes second adds nothing, and its work goes on.
ADD_NOTICE = Statement.adding_once(
    table_of(StaffNotification), "key", "staff_id", "kind", "text", "conversation_id", "case_id", "answer_id",
    "created_at",
)  # fmt: skip


def notify(
    session: Session,
    *,
    staff_id: int,
    kind: str,
    key: str,
    text: str,
    now: datetime,
    conversation: Conversation | None = None,
    case: Case | None = None,
    answer: CuratedAnswer | None = None,
) -> bool:
    """Tell one person; False where the same key has been told before."""
    session.flush()  # what it is about has its id from here on
    return (
        ADD_NOTICE.first(
            session,
            {"key": f"{key}-staff-{staff_id}", "staff_id": staff_id, "kind": kind, "text": text[:200],
             "conversation_id": conversation.id if conversation else (case.conversation_id if case else None),
             "case_id": case.id if case else None, "answer_id": answer.id if answer else None, "created_at": now},
        )
        is not None
    )  # fmt: skip


def was_told(staff_id: int, key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether `notify` has told this person that, for a query."""
    return exists().where(StaffNotification.key == key + f"-staff-{staff_id}")


def notify_all(
    session: Session, people: Iterable[Staff], *, kind: str, key: str, text: str, now: datetime, case: Case
) -> int:
    """Tell each of them once; answers how many had not been told."""
    return sum(
        notify(session, staff_id=person.id, kind=kind, key=key, text=text, now=now, case=case) for person in people
    )


def list_supervisors(session: Session) -> list[Staff]:
    """Whom an escalation reaches: supervisors, else administrators, else everybody who works here."""
    active = session.scalars(select(Staff).where(Staff.is_active, Staff.role != Role.PARTNER).order_by(Staff.id)).all()
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        if found := [person for person in active if person.role == role]:
            return found
    return list(active)


def notify_user_message(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    """A user wrote in a conversation that a person holds: tell that person, else the supervisors. Safe to repeat."""
    holder = conversation.assignee_id and session.get(Staff, conversation.assignee_id)
    people = [holder] if holder and holder.is_active else list_supervisors(session)
    text = f"{user_label(conversation.user)}:{message_line(message)}"
    for person in people:
        notify(
            session,
            staff_id=person.id,
            kind="user_message",
            key=f"message-{message.id}",
            text=text,
            now=now,
            conversation=conversation,
        )


def withdraw_notices(session: Session, case: Case, kinds: Collection[str]) -> None:
    """What these said of a case does not hold any more: nobody is called to it."""
    of_case = StaffNotification.case_id == case.id, StaffNotification.kind.in_(kinds)
    session.execute(delete(StaffNotification).where(*of_case))


def count_unread(session: Session, staff_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(StaffNotification)
            .where(StaffNotification.staff_id == staff_id, StaffNotification.read_at.is_(None))
        )
        or 0
    )


def newest_notification_id(session: Session) -> int:
    """The id of the newest notice of anybody, 0 where there is none: what a page says it knows up to."""
    return session.scalar(select(func.max(StaffNotification.id))) or 0


def list_notifications(session: Session, staff_id: int, *, limit: int = 50) -> list[StaffNotification]:
    """The latest first."""
    return list(
        session.scalars(
            select(StaffNotification)
            .where(StaffNotification.staff_id == staff_id)
            .order_by(StaffNotification.id.desc())
            .limit(limit)
        )
    )


def mark_read(
    session: Session,
    staff_id: int,
    now: datetime,
    *,
    conversation_id: int | None = None,
    answer_id: int | None = None,
) -> None:
    """Everything, or what belongs to one conversation or one curated answer."""
    unread = update(StaffNotification).where(
        StaffNotification.staff_id == staff_id, StaffNotification.read_at.is_(None)
    )
    if conversation_id is not None:
        unread = unread.where(StaffNotification.conversation_id == conversation_id)
    if answer_id is not None:
        unread = unread.where(StaffNotification.answer_id == answer_id)
    session.execute(unread.values(read_at=now))


def case_numbers(session: Session, items: Sequence[StaffNotification]) -> dict[int, str]:
    """The number of each service's case that these notifications are about."""
    ids = {item.case_id for item in items if item.case_id is not None}
    query = select(Case.id, Case.number).where(Case.id.in_(ids), Case.kind != HANDOFF)
    return dict(session.execute(query).all())


def conversation_addresses(session: Session, items: Sequence[StaffNotification]) -> dict[int, str]:
    """The public id of each conversation that these notifications are about."""
    ids = {item.conversation_id for item in items if item.conversation_id is not None}
    query = select(Conversation.id, Conversation.public_id).where(Conversation.id.in_(ids))
    return dict(session.execute(query).all())
