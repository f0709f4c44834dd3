"""Papers that a proof rests on: brought by who decides over the right, seen by staff who check it, gone with it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound, UpstreamUnavailable
from core.files import FileStoreError
from core.logs import get_logger
from models import CustodyPaper, CustodyRight, OwnershipProof, Staff
from services.audit import record_action
from services.casework.documents import Received
from services.casework.file_links import read_token, signed_address
from services.catalogue.model import WantedDocument
from services.custody.access import get_own_right_to_prove, get_paper_to_check, get_right_to_decide
from services.custody.changes import enter, note
from services.job_names import JobName, request_job
from services.ports import FileStore

log = get_logger(__name__)

PATH = "/files/custody"
SALT = "custody-paper"
MOST_PAPERS = 10
WANTED = WantedDocument("paper", "权属材料", "证明权利是谁的", max_bytes=10 * 1024 * 1024)
PROVED = "这件的权属已经核对过,材料不用再加。"
GONE = "链接已过期或材料已删除,请重新打开。"


def add_paper(
    session: Session, *, user_id: int, right_id: str, received: Received, storage_key: str, now: datetime
) -> CustodyPaper:
    """Make kept bytes a paper of the right; the same file again is the one that is there. Raises NotFound, Forbidden,
    Conflict where the right is proved or has as many as it may."""
    right = get_right_to_decide(session, user_id, right_id)
    if right.proof == OwnershipProof.PROVED:
        raise Conflict(PROVED)
    there = next((paper for paper in right.papers if paper.sha256 == received.sha256), None)
    if there is not None:
        return there
    if len(right.papers) >= MOST_PAPERS:
        raise Conflict(f"一件最多{MOST_PAPERS}份材料,请先删掉不用的。")
    paper = CustodyPaper(
        user_id=user_id, file_name=received.file_name, media_type=received.media_type,
        size_bytes=received.size_bytes, sha256=received.sha256, storage_key=storage_key, created_at=now,
    )  # fmt: skip
    right.papers.append(paper)
    _record(right, "paper_added", now, user_id, {"sha256": received.sha256})
    session.flush()
    log.info("custody_paper_added", right_id=right.id, media_type=paper.media_type, bytes=paper.size_bytes)
    return paper


def list_papers(session: Session, *, user_id: int, right_id: str) -> Sequence[CustodyPaper]:
    """The papers of a right, for who decides over it. Raises NotFound, Forbidden."""
    return get_own_right_to_prove(session, user_id, right_id).papers


def get_own_paper(session: Session, *, user_id: int, right_id: str, paper_id: str) -> CustodyPaper:
    """Raises NotFound, Forbidden."""
    found = [each for each in list_papers(session, user_id=user_id, right_id=right_id) if each.public_id == paper_id]
    if not found:
        raise NotFound(GONE)
    return found[0]


def remove_paper(session: Session, *, user_id: int, right_id: str, paper_id: str, now: datetime) -> None:
    """Take a paper away, row and bytes. Raises NotFound, Forbidden, Conflict where the right is proved by it."""
    right = get_right_to_decide(session, user_id, right_id)
    if right.proof == OwnershipProof.PROVED:
        raise Conflict(PROVED)
    paper = get_own_paper(session, user_id=user_id, right_id=right_id, paper_id=paper_id)
    drop_paper(session, paper, now)
    _record(right, "paper_removed", now, user_id)
    session.flush()


def _record(right: CustodyRight, kind: str, now: datetime, user_id: int, details: dict[str, str] | None = None) -> None:
    """While staff check the proof it is a new version, so that nobody approves what they have not seen."""
    write = note if right.proof == OwnershipProof.SUBMITTED else enter
    write(right, kind, now, user_id=user_id, details=details)


def drop_paper(session: Session, paper: CustodyPaper, now: datetime) -> None:
    """The row goes, and a job deletes its bytes."""
    key = paper.storage_key
    request_job(session, JobName.COLLECT_FILE, key=f"{key}-removed", now=now, storage_key=key)
    paper.right.papers.remove(paper)


def drop_papers(session: Session, right: CustodyRight, now: datetime) -> None:
    """The right goes, or leaves custody: nothing is to be proved any more."""
    for paper in list(right.papers):
        drop_paper(session, paper, now)


def forget_papers_of(session: Session, user_id: int, now: datetime) -> None:
    """Somebody is erased: what they brought to others' rights goes, too."""
    for paper in session.scalars(select(CustodyPaper).where(CustodyPaper.user_id == user_id)).all():
        drop_paper(session, paper, now)


def make_paper_link(secret_key: str, base_url: str, paper: CustodyPaper, now: datetime) -> tuple[str, datetime]:
    """The address, and until when it works. The caller has been through the paper's door."""
    return signed_address(secret_key, SALT, f"{base_url.rstrip('/')}{PATH}", paper.public_id, now)


def link_for_staff(
    session: Session, *, staff: Staff, paper_id: str, secret_key: str, base_url: str, now: datetime
) -> str:
    """The address for who checks the proof; their looking is on record. Raises NotFound, Forbidden."""
    paper = get_paper_to_check(session, staff, paper_id)
    record_action(
        session, staff=staff, action="custody_paper_opened", target=f"custody:{paper.right.public_id}", now=now
    )
    return make_paper_link(secret_key, base_url, paper, now)[0]


def open_paper_link(session: Session, secret_key: str, token: str, now: datetime) -> CustodyPaper:
    """The paper behind a link. Raises NotFound for one that is forged, over, or whose paper is gone."""
    public_id = read_token(secret_key, SALT, token, now)
    paper = session.scalar(select(CustodyPaper).where(CustodyPaper.public_id == public_id)) if public_id else None
    if paper is None:
        raise NotFound(GONE)
    return paper


def read_paper(files: FileStore, paper: CustodyPaper) -> Iterator[bytes]:
    """The bytes in pieces. Raises UpstreamUnavailable where the store does not give them."""
    try:
        return files.read(paper.storage_key)
    except FileStoreError as error:
        log.error("file_not_read", custody_paper=paper.id, error_type=type(error).__name__)
        raise UpstreamUnavailable("文件暂时打不开,请稍后再试。") from error
