"""The queue as staff see it: who waits, since when, until when they were promised an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models import HANDOFF, Author, Case, CaseStatus, Company, Conversation, Message, Staff, User
from services.matters import is_matter
from services.notifications import message_line, one_line, user_label
from services.permissions import oversees, readable_by

PAGE = 60
SNIPPET = 24


class Tab(StrEnum):
    """waiting: to be taken · mine · all: for those who oversee · closed"""

    WAITING = "waiting"
    MINE = "mine"
    ALL = "all"
    CLOSED = "closed"


@dataclass(frozen=True)
class Snippet:
    """A hit of a search, cut around it, so that the page can mark it."""

    before: str
    match: str
    after: str


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue. `waiting_since` is the user's first message that nobody has answered."""

    public_id: str
    name: str
    line: str
    last_at: datetime
    waiting_since: datetime | None
    promised_at: datetime | None
    unread_count: int
    status: str
    case_number: str | None
    topic: str | None
    is_complaint: bool
    assignee: str | None
    snippet: Snippet | None = None


def list_queue(session: Session, staff: Staff, tab: Tab, *, limit: int = PAGE) -> list[QueueRow]:
    """The rows of one tab, the most urgent first; only what this person may read."""
    query = _readable(staff).where(_in_tab(staff, tab))
    if tab in {Tab.WAITING, Tab.MINE}:
        # Promised and not answered first, by their time; then the latest. Stable: an answer moves one row only.
        query = query.order_by(Case.first_reply_at.is_not(None), Case.promised_at, Conversation.id)
    else:
        query = query.order_by(Conversation.last_message_at.desc(), Conversation.id)
    return _rows(session, [(row[0], row[1]) for row in session.execute(query.limit(limit)).unique()])


def count_tabs(session: Session, staff: Staff) -> dict[Tab, int]:
    """How many wait and how many are mine: the numbers on the tabs."""
    counts = {}
    for tab in (Tab.WAITING, Tab.MINE):
        query = _readable(staff).where(_in_tab(staff, tab)).with_only_columns(func.count(Conversation.id))
        counts[tab] = session.scalar(query.order_by(None)) or 0
    return counts


def search_conversations(session: Session, staff: Staff, text: str, *, limit: int = PAGE) -> list[QueueRow]:
    """Conversations with these words in a message, a name, a company or a case number; the latest first."""
    text = text.strip()
    if not text:
        return []
    hits = (
        select(Message.conversation_id, func.max(Message.id).label("message_id"))
        .where(Message.text.icontains(text, autoescape=True))
        .group_by(Message.conversation_id)
        .subquery()
    )
    by_number = select(Case.conversation_id).where(Case.number.icontains(text, autoescape=True))
    query = (
        _readable(staff)
        .outerjoin(hits, hits.c.conversation_id == Conversation.id)
        .outerjoin(Company, Company.id == User.company_id)
        .where(
            or_(
                hits.c.message_id.is_not(None),
                Conversation.id.in_(by_number),
                User.display_name.icontains(text, autoescape=True),
                Company.name.icontains(text, autoescape=True),
                _short_number(text),
            )
        )
        .add_columns(hits.c.message_id)
        .order_by(Conversation.last_message_at.desc())
        .limit(limit)
    )
    found = session.execute(query).unique().all()
    messages = {row[2]: session.get(Message, row[2]) for row in found if row[2] is not None}
    snippets = {
        row[0].id: cut_around(message.text, text) for row in found if (message := messages.get(row[2])) is not None
    }
    return _rows(session, [(row[0], row[1]) for row in found], snippets)


def cut_around(text: str, words: str) -> Snippet:
    """The place of the first hit, in one line."""
    line = " ".join(text.split())
    at = line.lower().find(words.lower())
    if at < 0:
        return Snippet(line[: 2 * SNIPPET], "", "")
    start, end = max(0, at - SNIPPET), at + len(words)
    before = ("…" if start else "") + line[start:at]
    after = line[end : end + SNIPPET] + ("…" if end + SNIPPET < len(line) else "")
    return Snippet(before, line[at:end], after)


def _short_number(text: str) -> ColumnElement[bool]:
    digits = text.removeprefix("微信用户")
    return User.id == int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else User.id.is_(None)


def _readable(staff: Staff) -> Select[Conversation, Case]:
    """Conversations with their latest case, as far as this person may read them."""
    of_it = (Case.conversation_id == Conversation.id) & (Case.kind == HANDOFF)
    latest = select(func.max(Case.id)).where(of_it).correlate(Conversation)
    return (
        select(Conversation, Case)
        .join(Conversation.user)
        .outerjoin(Case, Case.id == latest.scalar_subquery())
        .where(readable_by(staff))
        .options(contains_eager(Conversation.user), joinedload(Case.assignee))
    )


def _in_tab(staff: Staff, tab: Tab) -> ColumnElement[bool]:
    if tab is Tab.WAITING:
        free = Case.status.in_([CaseStatus.WAITING, CaseStatus.ESCALATED])
        offered = Case.status == CaseStatus.OFFERED
        return or_(free, offered if oversees(staff) else and_(offered, Case.assignee_id == staff.id))
    if tab is Tab.MINE:
        return and_(Case.status == CaseStatus.ACCEPTED, Case.assignee_id == staff.id)
    if tab is Tab.CLOSED:
        return Case.status == CaseStatus.CLOSED
    return Conversation.id.is_not(None)


def _rows(
    session: Session, found: Sequence[tuple[Conversation, Case | None]], snippets: dict[int, Snippet] | None = None
) -> list[QueueRow]:
    ids = [conversation.id for conversation, _ in found]
    last = _messages(session, ids)
    own = _messages(session, ids, Message.author == Author.USER)
    waiting = _unanswered_since(session, ids)
    rows = []
    for conversation, case in found:
        message = last.get(conversation.id)
        is_open = case is not None and case.status != CaseStatus.CLOSED
        rows.append(
            QueueRow(
                public_id=conversation.public_id,
                name=user_label(conversation.user),
                line=_line(message, own.get(conversation.id), case if is_open else None),
                last_at=conversation.last_message_at,
                waiting_since=waiting.get(conversation.id) if is_open else None,
                promised_at=case.promised_at if case and is_open and case.first_reply_at is None else None,
                unread_count=conversation.unread_count,
                status=case.status if case else conversation.status,
                case_number=case.number if case else None,
                topic=case.topic if case else None,
                is_complaint=bool(case and case.reason == "complaint" and is_open),
                assignee=case.assignee.display_name if case and case.assignee else None,
                snippet=(snippets or {}).get(conversation.id),
            )
        )
    return rows


def _line(last: Message | None, own: Message | None, case: Case | None) -> str:
    """Before a person has answered, what the user wants; the bot's words say nothing new. Then what was said last."""
    if case is not None and case.first_reply_at is None:
        if own is not None and is_matter(own.text):
            return message_line(own)
        for text in reversed(case.package.get("questions") or ()):
            if is_matter(text):
                return one_line(text)
        last = own or last
    return message_line(last) if last else "还没有消息"


def _messages(session: Session, ids: Sequence[int], *which: ColumnElement[bool]) -> dict[int, Message]:
    """For each conversation the last message, internal notes aside."""
    chosen = (
        select(func.max(Message.id))
        .where(Message.conversation_id.in_(ids), Message.is_internal.is_(False), *which)
        .group_by(Message.conversation_id)
    )
    return {row.conversation_id: row for row in session.scalars(select(Message).where(Message.id.in_(chosen)))}


def _unanswered_since(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """For each conversation the time of the user's first message after the last reply of a person."""
    replied = (
        select(Message.conversation_id, func.max(Message.id).label("id"))
        .where(Message.conversation_id.in_(ids), Message.author == Author.STAFF, Message.is_internal.is_(False))
        .group_by(Message.conversation_id)
        .subquery()
    )
    opened = (
        select(Case.conversation_id, func.max(Case.created_at).label("at"))
        .where(Case.conversation_id.in_(ids), Case.kind == HANDOFF)
        .group_by(Case.conversation_id)
    )
    first = (
        select(Message.conversation_id, func.min(Message.created_at))
        .outerjoin(replied, replied.c.conversation_id == Message.conversation_id)
        .where(
            Message.conversation_id.in_(ids),
            Message.author == Author.USER,
            Message.id > func.coalesce(replied.c.id, 0),
        )
        .group_by(Message.conversation_id)
    )
    asked = {conversation_id: at for conversation_id, at in session.execute(opened)}  # noqa: C416
    # Before the hand-off the bot answered: waiting for a person begins with the case.
    return {conversation_id: max(at, asked.get(conversation_id, at)) for conversation_id, at in session.execute(first)}
