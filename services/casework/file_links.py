"""Links to a document that work for a few minutes: signed, for this document only, checked again when they are used."""

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import NotFound
from models import CaseDocument

LASTS = timedelta(minutes=5)
PATH = "/files"
GONE = "链接已过期或文件已删除,请回到单子里重新打开。"


def make_link(secret_key: str, base_url: str, document: CaseDocument, now: datetime) -> tuple[str, datetime]:
    """The address, and until when it works. The caller has been through the document's door."""
    until = now + LASTS
    token = _signer(secret_key).dumps([document.public_id, int(until.timestamp())])
    # In the query, not in the path: paths are logged.
    return f"{base_url.rstrip('/')}{PATH}?t={token!s}", until


def open_link(session: Session, secret_key: str, token: str, now: datetime) -> CaseDocument:
    """The document behind a link. Raises NotFound for one that is forged, over, or whose document is gone."""
    try:
        public_id, until = _signer(secret_key).loads(token)
    except (BadData, TypeError, ValueError):
        raise NotFound(GONE) from None
    if not isinstance(public_id, str) or not isinstance(until, int) or now.timestamp() >= until:
        raise NotFound(GONE)
    document = session.scalar(
        select(CaseDocument)
        .where(CaseDocument.public_id == public_id, CaseDocument.removed_at.is_(None))
        .options(joinedload(CaseDocument.case))
    )
    if document is None:
        raise NotFound(GONE)
    return document


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="case-file")
