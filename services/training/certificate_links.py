"""Links to a certificate's PDF that work for a few minutes, as those to documents do."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound, UpstreamUnavailable
from core.files import FileStoreError
from core.logs import get_logger
from models import Certificate
from services.casework.file_links import read_token, signed_address
from services.ports import FileStore

log = get_logger(__name__)

PATH = "/files/certificates"
SALT = "certificate"
GONE = "链接已过期或证书已撤销,请在微信里说“我的证书”重新打开。"


def make_certificate_link(
    secret_key: str, base_url: str, certificate: Certificate, now: datetime
) -> tuple[str, datetime]:
    """The address, and until when it works. The caller has been through the owner's door.

    Raises Conflict where there is no PDF yet, or none any more.
    """
    if certificate.revoked_at is not None:
        raise Conflict(f"这份证书已撤销:{certificate.reason}。")
    if certificate.storage_key is None:
        raise Conflict("证书正在制作,一会儿再来。")
    return signed_address(secret_key, SALT, f"{base_url.rstrip('/')}{PATH}", certificate.number, now)


def open_certificate_link(session: Session, secret_key: str, token: str, now: datetime) -> Certificate:
    """The certificate behind a link. Raises NotFound for one that is forged, over, or whose certificate is gone."""
    number = read_token(secret_key, SALT, token, now)
    found = session.scalar(select(Certificate).where(Certificate.number == number)) if number else None
    if found is None or found.storage_key is None or found.revoked_at is not None:
        raise NotFound(GONE)
    return found


def read_certificate(files: FileStore, certificate: Certificate) -> Iterator[bytes]:
    """The PDF in pieces. Raises UpstreamUnavailable where the store does not give it."""
    assert certificate.storage_key is not None
    try:
        return files.read(certificate.storage_key)
    except FileStoreError as error:
        log.error("file_not_read", certificate_id=certificate.id, error_type=type(error).__name__)
        raise UpstreamUnavailable("证书暂时打不开,请稍后再试。") from error
