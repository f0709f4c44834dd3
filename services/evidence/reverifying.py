"""Once a week every stored token is checked again against its hash; staff hear of one that does not hold."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import Database
from core.logs import get_logger
from models import Case
from services.case_records import add_event, list_events, lock_case
from services.casework.documents import list_documents
from services.casework.notices import tell_handler
from services.catalogue.evidence_timestamp import KEY, TIME_STAMP_TOKEN
from services.evidence.verification import proof_of, token_holds
from services.job_names import JobName, request_job
from services.ports import FileStore, TimestampAuthority

log = get_logger(__name__)

BATCH = 50
FAILED = "token_failed"


def request_verification(session: Session, now: datetime, *, after: int = 0) -> None:
    """Ask for this week's round, or for its next portion; asked again it is the same one."""
    year, week, _ = china_date(now).isocalendar()
    request_job(session, JobName.VERIFY_TOKENS, key=f"{year}-{week}-{after}", now=now, after=after)


def verify_tokens(
    database: Database, files: FileStore, timestamps: TimestampAuthority, *, after: int, now: datetime
) -> None:
    """Check the stamped cases after that number, a portion at a time. What cannot be read now is looked at again next
    week; a token that failed is told once."""
    with database.reading() as session:
        query = select(Case).where(Case.kind == KEY, Case.id > after).order_by(Case.id).limit(BATCH)
        cases = session.scalars(query).all()
        found = [
            (case.id, proof_of(case), tokens[-1])
            for case in cases
            if case.results.get("stamped") and (tokens := list_documents(session, case.id, [TIME_STAMP_TOKEN]))
        ]
        last = cases[-1].id if cases else after
    verdicts = {case_id: token_holds(files, timestamps, proof, token) for case_id, proof, token in found}
    with database.unit_of_work() as session:
        for case_id, holds in verdicts.items():
            if holds is False:
                _tell(session, case_id, now)
        if len(cases) == BATCH:
            request_verification(session, now, after=last)
    said = list(verdicts.values())
    log.info("tokens_verified", held=said.count(True), failed=said.count(False), unread=said.count(None))


def _tell(session: Session, case_id: int, now: datetime) -> None:
    case = lock_case(session, case_id)
    if any(event.kind == FAILED for event in list_events(session, case.id)):
        return
    add_event(session, case, FAILED, now)
    text = f"存证 {case.number} 的时间戳凭证复核没通过。先别对外用,核对凭证文件和授时机构证书,再联系企业。"
    tell_handler(session, case, text, key=f"token-{case.id}", now=now)
    session.flush()
