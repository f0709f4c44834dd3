"""Documents of cases: received by content and size, kept under a random key, listed, replaced, removed, collected."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Conflict, InvalidInput, UpstreamUnavailable
from core.files import CHUNK, FileStoreError, new_storage_key
from core.ids import new_public_id
from core.logs import get_logger
from models import Case, CaseDocument, CaseStatus, Certificate, CustodyPaper, Staff
from services.audit import record_action
from services.case_records import add_event, lock_case
from services.casework.access import check_may_on_case
from services.casework.file_types import TYPE_NAMES, safe_name, sniff
from services.casework.notices import tell_handler
from services.casework.system_work import request_work
from services.catalogue import service_of
from services.catalogue.model import WantedDocument
from services.job_names import JobName, request_job
from services.permissions import Action
from services.ports import FileStore

log = get_logger(__name__)

MAX_DOCUMENTS = 60
# Longer than any upload takes: bytes that no row names by then belong to nobody.
UNCLAIMED_AFTER = timedelta(hours=1)
# What a request that carries a file may weigh: the largest document of any declaration, and its frame.
MAX_UPLOAD_BYTES = 21 * 1024 * 1024
CLOSED = "这一单已经结束,材料不能再改。"


@dataclass(frozen=True)
class Received:
    """A file that was looked at, not kept yet."""

    content: IO[bytes]
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Sender:
    """Who adds or removes a document: the owner, a member of staff, or a job of ours where both are None."""

    user_id: int | None = None
    staff: Staff | None = None

    @property
    def is_system(self) -> bool:
        return self.user_id is None and self.staff is None


def wanted_of(case: Case, key: str) -> WantedDocument:
    """The declaration of a document that may be added to the case. Raises InvalidInput, Conflict."""
    wanted = service_of(case.kind).document(key)
    if wanted is None or not wanted.is_asked_for(case.form):
        raise InvalidInput("这一单不收这种材料。", fields={"key": "没有这种材料"})
    if case.status == CaseStatus.CLOSED:
        raise Conflict(CLOSED)
    return wanted


def list_wanted(case: Case) -> list[WantedDocument]:
    """What may be added to the case, in the declaration's order."""
    return [each for each in service_of(case.kind).documents if each.is_asked_for(case.form)]


def receive(content: IO[bytes], file_name: str, wanted: WantedDocument) -> Received:
    """Look at what came, piece by piece. Raises InvalidInput with what would be right."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > wanted.max_bytes:
            limit = wanted.max_bytes // (1024 * 1024)
            raise InvalidInput(f"文件超过{limit}MB,请压缩或拆成几份再传。", fields={"file": f"最大{limit}MB"})
        digest.update(chunk)
    if not size:
        raise InvalidInput("文件是空的,请重新选择。", fields={"file": "文件是空的"})
    media_type = sniff(content)
    if media_type is None or media_type not in wanted.media_types:
        names = "、".join(name for each, name in TYPE_NAMES.items() if each in wanted.media_types)
        raise InvalidInput(f"{wanted.name}只收{names},请转成其中一种再传。", fields={"file": f"只收{names}"})
    return Received(content, safe_name(file_name, media_type), media_type, size, digest.hexdigest())


def keep_bytes(database: Database, files: FileStore, received: Received, now: datetime) -> str:
    """Store the bytes before any row names them; answers their key. Commits by itself: whatever happens afterwards, a
    job deletes what no row names. Raises UpstreamUnavailable."""
    key = new_storage_key()
    with database.unit_of_work() as session:
        request_job(
            session, JobName.COLLECT_FILE, key=f"{key}-unclaimed", now=now, delay=UNCLAIMED_AFTER, storage_key=key
        )
    received.content.seek(0)
    try:
        files.put(key, received.content, size=received.size_bytes, sha256=received.sha256)
    except FileStoreError as error:
        log.error("file_not_kept", error_type=type(error).__name__)
        raise UpstreamUnavailable("文件没存成功,请稍后再传一次。") from error
    return key


def add_document(
    session: Session,
    *,
    case_id: int,
    key: str,
    received: Received,
    storage_key: str,
    sender: Sender,
    now: datetime,
    replaces: str = "",
) -> CaseDocument:
    """Make kept bytes a document of the case; the same file again is the document that is there already.

    `replaces` is the public id of the document whose place it takes. The caller has been through the case's door.
    """
    case = lock_case(session, case_id)
    wanted = service_of(case.kind).document(key) if sender.is_system else wanted_of(case, key)
    assert wanted is not None
    _check_still_theirs(case, sender)
    old = _to_replace(session, case, key, replaces, sender)
    there = session.scalar(
        _live(case.id).where(CaseDocument.key == key, CaseDocument.sha256 == received.sha256).limit(1)
    )
    if there is None:
        there = _add(session, case, key, received, storage_key, sender, now)
        if sender.user_id is not None:
            text = f"{service_of(case.kind).name} {case.number}:企业上传了{wanted.name}"
            tell_handler(session, case, text, key=f"document-{there.id}", now=now, kind="document")
        if not sender.is_system:
            request_work(session, case, service_of(case.kind).stage(case.stage), now)
    if old is not None and old.id != there.id:
        _take_away(session, case, old, sender, now)
    session.flush()
    return there


def _check_still_theirs(case: Case, sender: Sender) -> None:
    """The (locked) case may have gone to somebody else after the door: a file on its way takes a while."""
    if sender.staff is not None:
        check_may_on_case(sender.staff, Action.MOVE, case)


def _add(
    session: Session, case: Case, key: str, received: Received, storage_key: str, sender: Sender, now: datetime
) -> CaseDocument:
    count = session.scalar(select(func.count()).select_from(_live(case.id).subquery())) or 0
    if count >= MAX_DOCUMENTS:
        raise Conflict(f"这一单已有{MAX_DOCUMENTS}份材料,请先删掉不用的。")
    staff_id = sender.staff.id if sender.staff else None
    row = CaseDocument(
        public_id=new_public_id(),
        case_id=case.id,
        key=key,
        file_name=received.file_name,
        media_type=received.media_type,
        size_bytes=received.size_bytes,
        sha256=received.sha256,
        storage_key=storage_key,
        user_id=sender.user_id,
        staff_id=staff_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    row.case = case
    add_event(session, case, "document_added", now, staff_id=staff_id, document=row.id, key=key)
    _audit(session, case, row, sender, "document_added", now)
    log.info("document_added", case=case.number, document=row.id, media_type=row.media_type, bytes=row.size_bytes)
    return row


def _to_replace(session: Session, case: Case, key: str, public_id: str, sender: Sender) -> CaseDocument | None:
    if not public_id:
        return None
    old = session.scalar(_live(case.id).where(CaseDocument.public_id == public_id))
    if old is None or old.key != key:
        raise InvalidInput("要替换的材料不在这一单里。", fields={"replaces": "没有这份材料"})
    _check_may_remove(old, sender)
    return old


def remove_document(session: Session, *, document: CaseDocument, sender: Sender, now: datetime) -> None:
    """Take a document out of its case and its bytes out of the store. Doing it again changes nothing."""
    case = lock_case(session, document.case_id)
    session.refresh(document)
    if document.removed_at is not None:
        return
    if case.status == CaseStatus.CLOSED:
        raise Conflict(CLOSED)
    _check_still_theirs(case, sender)
    _check_may_remove(document, sender)
    _take_away(session, case, document, sender, now)
    session.flush()


def _check_may_remove(document: CaseDocument, sender: Sender) -> None:
    if document.user_id is None and document.staff_id is None:
        raise Conflict("这份是系统出具的凭证,不能删。")
    if sender.staff is None and document.user_id is None:
        raise Conflict("这份是专员加的,要改请联系专员。")


def _take_away(session: Session, case: Case, document: CaseDocument, sender: Sender, now: datetime) -> None:
    document.removed_at = now
    # What it was called may say what it held.
    document.file_name = ""
    staff_id = sender.staff.id if sender.staff else None
    add_event(session, case, "document_removed", now, staff_id=staff_id, document=document.id, key=document.key)
    _audit(session, case, document, sender, "document_removed", now)
    _ask_to_collect(session, document, "removed", now)


def _audit(session: Session, case: Case, row: CaseDocument, sender: Sender, action: str, now: datetime) -> None:
    if sender.staff is not None:
        record_action(
            session, staff=sender.staff, action=action, target=f"case:{case.number}", now=now, document=row.id
        )


def list_documents(session: Session, case_id: int, keys: Sequence[str] | None = None) -> list[CaseDocument]:
    """The documents of a case that are there, oldest first; only those of `keys` where they are given."""
    query = _live(case_id)
    if keys is not None:
        query = query.where(CaseDocument.key.in_(keys))
    return list(session.scalars(query.order_by(CaseDocument.id)))


def _live(case_id: int) -> Select[CaseDocument]:
    return select(CaseDocument).where(CaseDocument.case_id == case_id, CaseDocument.removed_at.is_(None))


def read_document(files: FileStore, document: CaseDocument) -> Iterator[bytes]:
    """The bytes in pieces. Raises UpstreamUnavailable where the store does not give them."""
    try:
        return files.read(document.storage_key)
    except FileStoreError as error:
        log.error("file_not_read", document=document.id, error_type=type(error).__name__)
        raise UpstreamUnavailable("文件暂时打不开,请稍后再试。") from error


def forget_documents_of(session: Session, user_id: int, now: datetime) -> None:
    """The person is erased: the documents of their cases go, rows and bytes, and what they added to a colleague's case,
    whose handler hears that it must be sent again."""
    of_person = select(Case.id).where(Case.user_id == user_id)
    for row in session.scalars(select(CaseDocument).where(CaseDocument.case_id.in_(of_person))):
        _ask_to_collect(session, row, "erased", now)
    session.execute(delete(CaseDocument).where(CaseDocument.case_id.in_(of_person)))
    added = select(CaseDocument).where(CaseDocument.user_id == user_id, CaseDocument.removed_at.is_(None))
    for row in session.scalars(added.order_by(CaseDocument.case_id, CaseDocument.id)).all():
        case = lock_case(session, row.case_id)
        _take_away(session, case, row, Sender(user_id=user_id), now)
        if case.status != CaseStatus.CLOSED:
            service = service_of(case.kind)
            wanted = service.document(row.key)
            text = f"{service.name} {case.number}:上传人要求删除资料,{wanted.name if wanted else '材料'}已删,请企业重传"
            tell_handler(session, case, text, key=f"document-{row.id}-erased", now=now, kind="document")
    # What was removed before keeps no trace of who had added it.
    session.execute(update(CaseDocument).where(CaseDocument.user_id == user_id).values(user_id=None, file_name=""))


def _ask_to_collect(session: Session, document: CaseDocument, because: str, now: datetime) -> None:
    key = document.storage_key
    request_job(session, JobName.COLLECT_FILE, key=f"{key}-{because}", now=now, storage_key=key)


def collect_file(database: Database, files: FileStore, storage_key: str) -> None:
    """Delete bytes that no document, certificate or proof names any more. Raises FileStoreError: to be tried again."""
    with database.reading() as session:
        by_document = exists().where(CaseDocument.storage_key == storage_key, CaseDocument.removed_at.is_(None))
        by_certificate = exists().where(Certificate.storage_key == storage_key)
        by_proof = exists().where(CustodyPaper.storage_key == storage_key)
        is_named = bool(session.scalar(select(or_(by_document, by_certificate, by_proof))))
    if not is_named:
        files.delete(storage_key)
