"""Documents that ground answers: how often each is used, when it must be compared with its source again."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import Database
from core.errors import InvalidInput, NotFound
from models import (
    Author,
    Document,
    DocumentCheck,
    DocumentKind,
    DocumentUse,
    DocumentVersion,
    Message,
    Staff,
    UpkeepMark,
)
from services.audit import record_action
from services.permissions import Action, check_may

# Laws are announced months before they change; procedures, fees and addresses change without notice.
CHECK_EVERY_DAYS = {
    DocumentKind.STATUTE: 365,
    DocumentKind.REGULATION: 365,
    DocumentKind.INTERPRETATION: 365,
    DocumentKind.GUIDE: 180,
    DocumentKind.DOCUMENT: 180,
}
COUNTED_DAYS = 90
COUNTED = "uses_counted"
BATCH = 2_000
# A message of a transaction that is still open gets its id now and is seen later.
SETTLED_AFTER = timedelta(minutes=5)
CITED_BY_KEY = (DocumentKind.STATUTE, DocumentKind.REGULATION, DocumentKind.INTERPRETATION)


@dataclass(frozen=True)
class DocumentView:
    """A document in force, with the answers of the last 90 days that rest on it."""

    document: Document
    version: DocumentVersion
    answer_count: int
    due_on: date
    last_check: DocumentCheck | None

    def is_due(self, today: date) -> bool:
        return self.due_on <= today


def cited_name(document: Document) -> str:
    """How citations name it: laws by their short name, everything else by its title."""
    return document.key if document.kind in CITED_BY_KEY else document.title


def list_documents(
    session: Session, *, today: date, search: str = "", page: int = 0, limit: int = 30
) -> tuple[list[DocumentView], int]:
    """Due ones first, of those the most used first; then the others likewise. Also how many are due at all."""
    query = (
        select(DocumentVersion, Document)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(
            or_(DocumentVersion.valid_from.is_(None), DocumentVersion.valid_from <= today),
            or_(DocumentVersion.valid_to.is_(None), DocumentVersion.valid_to >= today),
        )
        .order_by(DocumentVersion.valid_from, DocumentVersion.id)
    )
    if search:
        query = query.where(
            or_(Document.title.contains(search, autoescape=True), Document.key.contains(search, autoescape=True))
        )
    in_force = {document.id: (version, document) for version, document in session.execute(query)}
    used = _uses(session, since=today - timedelta(days=COUNTED_DAYS))
    views = [_view(document, version, used) for version, document in in_force.values()]
    views.sort(key=lambda view: (not view.is_due(today), -view.answer_count, view.due_on, view.document.id))
    shown = views[page * limit : (page + 1) * limit]
    checks = _last_checks(session, [view.document.id for view in shown])
    due_count = sum(view.is_due(today) for view in views)
    return [
        DocumentView(view.document, view.version, view.answer_count, view.due_on, checks.get(view.document.id))
        for view in shown
    ], due_count


def _view(document: Document, version: DocumentVersion, used: dict[str, int]) -> DocumentView:
    every = timedelta(days=CHECK_EVERY_DAYS[DocumentKind(document.kind)])
    return DocumentView(document, version, used.get(cited_name(document), 0), version.checked_at + every, None)


def _uses(session: Session, *, since: date) -> dict[str, int]:
    rows = session.execute(
        select(DocumentUse.document, func.sum(DocumentUse.answer_count))
        .where(DocumentUse.used_on >= since)
        .group_by(DocumentUse.document)
    )
    return {name: int(count) for name, count in rows}


def _last_checks(session: Session, document_ids: list[int]) -> dict[int, DocumentCheck]:
    checks = session.scalars(
        select(DocumentCheck).where(DocumentCheck.document_id.in_(document_ids)).order_by(DocumentCheck.id)
    )
    return {check.document_id: check for check in checks}


def mark_checked(
    session: Session, *, staff: Staff, document_id: int, checked_on: date, note: str = "", now: datetime
) -> DocumentCheck:
    """Somebody compared the document with its source that day: its versions in force say so from now on.

    Raises NotFound, Forbidden, or InvalidInput for a day that is to come or lies before the last check.
    """
    check_may(staff, Action.CHECK_DOCUMENT)
    document = session.get(Document, document_id, with_for_update=True)
    if document is None:
        raise NotFound("没有找到这份资料。")
    today = china_date(now)
    versions = session.scalars(
        select(DocumentVersion).where(
            DocumentVersion.document_id == document.id,
            or_(DocumentVersion.valid_to.is_(None), DocumentVersion.valid_to >= today),
        )
    ).all()
    if checked_on > today:
        raise InvalidInput("核对日期不能在今天以后。", fields={"checked_on": "在今天以后"})
    if any(version.checked_at > checked_on for version in versions):
        raise InvalidInput("已经有更晚的核对日期。", fields={"checked_on": "比上次核对早"})
    for version in versions:
        version.checked_at = checked_on
    check = DocumentCheck(
        document_id=document.id,
        staff_id=staff.id,
        checked_on=checked_on,
        note=note.strip()[:300] or None,
        created_at=now,
    )
    session.add(check)
    target = f"document:{document.key}"
    record_action(session, staff=staff, action="document_checked", target=target, now=now, on=checked_on.isoformat())
    session.flush()
    return check


def has_uncounted(session: Session) -> bool:
    """Whether the bot has said anything since the last count."""
    mark = session.get(UpkeepMark, COUNTED)
    newer = select(Message.id).where(Message.id > (mark.last_id if mark else 0), Message.author == Author.BOT)
    return session.scalar(newer.limit(1)) is not None


def count_uses(database: Database, *, now: datetime) -> int:
    """Count the documents behind the answers given since the last time; answers how many messages were read.

    Kept apart from the turn itself, which must be quick. Reads each message once; one run at a time (one queue).
    """
    read = 0
    while True:
        with database.unit_of_work() as session:
            mark = session.get(UpkeepMark, COUNTED, with_for_update=True)
            if mark is None:
                mark = UpkeepMark(name=COUNTED, last_id=0, done_at=now)
                session.add(mark)
            rows = session.execute(
                select(Message.id, Message.created_at, Message.details)
                .where(
                    Message.id > mark.last_id, Message.author == Author.BOT, Message.created_at < now - SETTLED_AFTER
                )
                .order_by(Message.id)
                .limit(BATCH)
            ).all()
            _add_uses(session, Counter(_cited(rows)))
            mark.done_at = now
            if rows:
                mark.last_id = rows[-1].id
        read += len(rows)
        if len(rows) < BATCH:
            return read


def _cited(rows: object) -> list[tuple[date, str]]:
    found: list[tuple[date, str]] = []
    for row in rows:  # type: ignore[attr-defined]
        names = {str(each["document"])[:160] for each in row.details.get("citations") or () if each.get("document")}
        found += [(china_date(row.created_at), name) for name in names]
    return found


def _add_uses(session: Session, counted: Counter[tuple[date, str]]) -> None:
    days = {day for day, _ in counted}
    present = {
        (row.used_on, row.document): row
        for row in session.scalars(select(DocumentUse).where(DocumentUse.used_on.in_(days)))
    }
    for (day, name), count in sorted(counted.items()):
        if row := present.get((day, name)):
            row.answer_count += count
        else:
            session.add(DocumentUse(used_on=day, document=name, answer_count=count))
