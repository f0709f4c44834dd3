"""A certificate's PDF: drawn from its row, kept in the file store, and its owner told once."""

import hashlib
from io import BytesIO

from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from models import Certificate
from services.casework.documents import Received, keep_bytes
from services.casework.file_types import PDF
from services.ports import FileStore
from services.training.certificates import PUBLIC_PATH, lock_with_conversation
from services.training.notices import say


def make_certificate(database: Database, files: FileStore, clock: Clock, *, base_url: str, certificate_id: int) -> bool:
    """Answers whether it was made now: one that has its PDF, was revoked or is gone is left alone.

    Where the job is cut off between the bytes and the row, the bytes are collected as any that no row names.
    """
    with database.reading() as session:
        row = session.get(Certificate, certificate_id)
        if row is None or not _is_wanted(row):
            return False
        content = _drawn(row, base_url)
    received = Received(BytesIO(content), file_name_of(row), PDF, len(content), hashlib.sha256(content).hexdigest())
    key = keep_bytes(database, files, received, clock.now())
    with database.unit_of_work() as session:
        return _keep(session, certificate_id, key, len(content), clock)


def file_name_of(row: Certificate) -> str:
    """Without the holder's name: a download's name is seen by more eyes than the paper."""
    return f"结业证书-{row.number}.pdf"


def _keep(session: Session, certificate_id: int, key: str, size: int, clock: Clock) -> bool:
    row = session.get(Certificate, certificate_id)
    if row is None:
        return False
    conversation = lock_with_conversation(session, row)
    if not _is_wanted(row):
        return False
    row.storage_key, row.size_bytes = key, size
    if conversation is not None:
        text = f"“{row.course_title}”的结业证书好了,编号{row.number}。说“我的证书”下载。"
        say(session, conversation, text, clock.now(), choices=("我的证书",))
    session.flush()
    return True


def _is_wanted(row: Certificate) -> bool:
    return row.storage_key is None and row.revoked_at is None


def _drawn(row: Certificate, base_url: str) -> bytes:
    from services.training.certificate_page import Printed, draw_certificate  # what draws is read by who draws

    held = row.booking.session
    printed = Printed(
        number=row.number,
        holder=row.holder,
        course=row.course_title,
        held_on=row.held_on,
        hours=(held.ends_at - held.starts_at).total_seconds() / 3600,
        page=f"{base_url.rstrip('/')}{PUBLIC_PATH}/{row.number}",
        is_demonstration=held.course.is_demonstration,
    )
    return draw_certificate(printed)
