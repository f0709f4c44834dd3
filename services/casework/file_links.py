"""Links to a document that work for a few minutes: signed, for this document only, checked again when they are used.
What else is downloaded is signed and read here too."""

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import NotFound
from models import CaseDocument

LASTS = timedelta(minutes=5)
PATH = "/files"
SALT = "case-file"
GONE = "链接已过期或文件已删除,请回到单子里重新打开。"


def make_link(secret_key: str, base_url: str, document: CaseDocument, now: datetime) -> tuple[str, datetime]:
    """The address, and until when it works. The caller has been through the document's door."""
    return signed_address(secret_key, SALT, f"{base_url.rstrip('/')}{PATH}", document.public_id, now)


def open_link(session: Session, secret_key: str, token: str, now: datetime) -> CaseDocument:
    """The document behind a link. Raises NotFound for one that is forged, over, or whose document is gone."""
    public_id = read_token(secret_key, SALT, token, now)
    document = session.scalar(
        select(CaseDocument)
        .where(CaseDocument.public_id == public_id, CaseDocument.removed_at.is_(None))
        .options(joinedload(CaseDocument.case))
    )
    if public_id is None or document is None:
        raise NotFound(GONE)
    return document


def signed_address(secret_key: str, salt: str, page: str, name: str, now: datetime) -> tuple[str, datetime]:
    """A page's address that opens what is called `name` for minutes; `salt` says what kind of thing that is."""
    until = now + LASTS
    token = URLSafeSerializer(secret_key, salt=salt).dumps([name, int(until.timestamp())])
    # In the query, not in the path: paths are logged.
    return f"{page}?t={token!s}", until


def read_token(secret_key: str, salt: str, token: str, now: datetime) -> str | None:
    """The name in a token that is ours and not over, else None."""
    try:
        name, until = URLSafeSerializer(secret_key, salt=salt).loads(token)
    except (BadData, TypeError, ValueError):
        return None
    is_right = isinstance(name, str) and isinstance(until, int) and now.timestamp() < until
    return name if is_right else None
