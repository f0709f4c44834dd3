"""The system's work in 待盖时间戳: a token for the hash, kept as a document, and the case moved on."""

import hashlib
import io
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import CHINA
from core.db import Database
from core.i18n import chinese_date
from core.logs import get_logger
from core.timestamps import TimeStamp
from models import Case, CaseStatus
from services.case_records import lock_case
from services.casework.documents import Received, Sender, add_document, keep_bytes, list_documents
from services.casework.file_types import TOKEN, safe_name
from services.casework.moves import Mover, move_case
from services.casework.notices import tell_owner
from services.catalogue.evidence_timestamp import ORIGINAL, TIME_STAMP_TOKEN, Mode
from services.evidence.verification import page_address
from services.ports import FileStore, TimestampAuthority

log = get_logger(__name__)

STAGE = "received"
SYSTEM = Mover(is_system=True)
# Read aloud and typed on a phone: no letters that look like others.
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10


def stamp_case(
    database: Database, files: FileStore, timestamps: TimestampAuthority, *, base_url: str, case_id: int, now: datetime
) -> None:
    """Stamp what waits for it; a case that is further, over, or still without its original is left alone.

    Raises TimestampError where the authority gave nothing, to be tried again.
    """
    with database.reading() as session:
        case = session.get(Case, case_id)
        digest = hash_to_stamp(session, case) if case is not None and _waits(case) else None
    if case is None or digest is None:
        return
    stamp = timestamps.stamp(bytes.fromhex(digest))
    token = _as_file(stamp, case.number)
    storage_key = keep_bytes(database, files, token, now)
    with database.unit_of_work() as session:
        case = lock_case(session, case_id)
        if not _waits(case) or hash_to_stamp(session, case) != digest:
            return  # stamped by another run, withdrawn, erased, or another original came: its own job stamps that
        add_document(
            session, case_id=case.id, key=TIME_STAMP_TOKEN, received=token, storage_key=storage_key, sender=Sender(),
            now=now,
        )  # fmt: skip
        answers = _answers(stamp, digest)
        move_case(session, case_id=case.id, to="stamped", mover=SYSTEM, answers=answers, now=now)
        tell_owner(session, case, _told(case, stamp, page_address(base_url, case.number, answers["code"])), now)
        onwards = "notary_sent" if case.form.get("wants_notary") else "done"
        move_case(session, case_id=case.id, to=onwards, mover=SYSTEM, now=now)
        log.info("evidence_stamped", case=case.number, serial=stamp.serial)


def _waits(case: Case) -> bool:
    return case.stage == STAGE and case.status != CaseStatus.CLOSED


def hash_to_stamp(session: Session, case: Case) -> str | None:
    """The hash that the owner gave, or that of the latest original; None while there is none."""
    if case.form.get("mode") == Mode.HASH.value:
        return str(case.form["sha256"])
    originals = list_documents(session, case.id, [ORIGINAL])
    return originals[-1].sha256 if originals else None


def _as_file(stamp: TimeStamp, number: str) -> Received:
    return Received(
        content=io.BytesIO(stamp.token),
        file_name=safe_name(f"时间戳凭证-{number}", TOKEN),
        media_type=TOKEN,
        size_bytes=len(stamp.token),
        sha256=hashlib.sha256(stamp.token).hexdigest(),
    )


def _answers(stamp: TimeStamp, digest: str) -> dict[str, str]:
    return {
        "sha256": digest,
        "stamped_at": stamp.at.isoformat(),
        "authority": stamp.authority,
        "serial": stamp.serial,
        "policy": stamp.policy,
        "code": "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
    }


def _told(case: Case, stamp: TimeStamp, address: str) -> str:
    local = stamp.at.astimezone(CHINA)
    lines = [
        f"存证 {case.number} 已盖时间戳:{chinese_date(local.date())}{local:%H:%M:%S}。",
        f"授时机构:{stamp.authority}",
        f"核验页(谁都能打开核对):{address}",
    ]
    if case.form.get("wants_notary"):
        lines.append("公证正在送办,有结果就告诉您。")
    return "\n".join(lines)
