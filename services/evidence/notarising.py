"""The system's work in 公证办理中: filed with the office, asked again until it has decided."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from core.logs import get_logger
from core.notary import NotaryFiling, NotaryReceipt, NotaryRefusal, NotaryState
from models import Case, CaseEvent, CaseStatus
from services.case_records import add_event, lock_case
from services.casework.documents import list_documents, read_document
from services.casework.moves import Mover, move_case
from services.casework.notices import tell_owner
from services.casework.system_work import request_work
from services.catalogue import service_of
from services.catalogue.evidence_timestamp import TIME_STAMP_TOKEN, Thing
from services.ports import FileStore, Notary

log = get_logger(__name__)

STAGE = "notary_sent"
SYSTEM = Mover(is_system=True)
ASK_AGAIN_AFTER = timedelta(minutes=10)
RECEIPT = "notary_receipt"
NO_REASON = "公证机构没有说明原因"


def file_case(database: Database, files: FileStore, notary: Notary, *, case_id: int, now: datetime) -> None:
    """File what waits for it, or ask how far it is. Raises NotaryError where the office did not answer."""
    with database.reading() as session:
        filing = _filing(session, files, case_id)
    if filing is None:
        return
    receipt, reason = None, ""
    try:
        receipt = notary.submit(filing)
    except NotaryRefusal:
        reason = NO_REASON
    with database.unit_of_work() as session:
        case = lock_case(session, case_id)
        if not _waits(case) or _key(session, case) != filing.key:
            return  # withdrawn, erased, or decided by another run
        if receipt is None or receipt.state == NotaryState.REFUSED:
            answers = {"reason": (receipt.reason if receipt else reason)[:120] or NO_REASON}
            move_case(session, case_id=case.id, to="notary_failed", mover=SYSTEM, answers=answers, now=now)
        elif receipt.state == NotaryState.CERTIFIED:
            _certify(session, case, receipt, now)
        else:
            _note_receipt(session, case, receipt, now)


def _waits(case: Case) -> bool:
    return case.stage == STAGE and case.status != CaseStatus.CLOSED


def _key(session: Session, case: Case) -> str:
    """The same for every attempt at one sending; another one where it was sent anew after a refusal."""
    sent = session.scalars(select(CaseEvent.details).where(CaseEvent.case_id == case.id, CaseEvent.kind == "moved"))
    times = sum(details.get("to") == STAGE for details in sent)
    return f"{case.number}-{times}"


def _filing(session: Session, files: FileStore, case_id: int) -> NotaryFiling | None:
    case = session.get(Case, case_id)
    if case is None or not _waits(case):
        return None
    tokens = list_documents(session, case.id, [TIME_STAMP_TOKEN])
    stamp = case.results.get("stamped") or {}
    if not tokens or not stamp:
        return None
    return NotaryFiling(
        key=_key(session, case),
        case_number=case.number,
        title=str(case.form["title"]),
        kind=_thing_name(case.form["thing"]),
        holder=str(case.form["holder"]),
        sha256=str(stamp["sha256"]),
        stamped_at=datetime.fromisoformat(stamp["stamped_at"]),
        token=b"".join(read_document(files, tokens[-1])),
    )


def _thing_name(value: str) -> str:
    return next(thing.label for thing in Thing if thing.value == value)


def _certify(session: Session, case: Case, receipt: NotaryReceipt, now: datetime) -> None:
    answers = {"office": receipt.office, "receipt": receipt.number, "certificate": receipt.certificate or "未编号"}
    move_case(session, case_id=case.id, to="certified", mover=SYSTEM, answers=answers, now=now)
    move_case(session, case_id=case.id, to="done", mover=SYSTEM, now=now)
    log.info("evidence_certified", case=case.number)


def _note_receipt(session: Session, case: Case, receipt: NotaryReceipt, now: datetime) -> None:
    """The office has it: shown to the owner, and asked again in a while."""
    said = {"office": receipt.office, "number": receipt.number, "at": receipt.at.isoformat()}
    if (case.results.get(RECEIPT) or {}).get("number") != receipt.number:
        case.results = {**case.results, RECEIPT: said}
        add_event(session, case, "notary_received", now, receipt=receipt.number)
        tell_owner(session, case, f"存证 {case.number} 已送公证。\n{receipt.office}受理号:{receipt.number}", now)
    request_work(session, case, service_of(case.kind).stage(case.stage), now, delay=ASK_AGAIN_AFTER)
    session.flush()
