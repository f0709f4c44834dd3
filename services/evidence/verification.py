"""What anybody who has the number and the code may see of a stamped thing, and whether its token still holds."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.files import FileStoreError
from core.timestamps import TimestampInvalid
from models import Case, CaseDocument
from services.casework.documents import list_documents
from services.catalogue.evidence_timestamp import KEY, TIME_STAMP_TOKEN
from services.ports import FileStore, TimestampAuthority

NOTHING = "没有这份存证,请核对单号和核验码。"


@dataclass(frozen=True)
class Proof:
    """`title` is None where its holder does not want it shown. `certificate` is the notary's, where there is one."""

    number: str
    code: str
    title: str | None
    sha256: str
    at: datetime
    authority: str
    serial: str
    policy: str
    certificate: str
    office: str


def page_address(base_url: str, number: str, code: str) -> str:
    """Where the page of a stamped thing is."""
    return f"{base_url.rstrip('/')}/verify/{number}/{code}"


def find_proof(session: Session, number: str, code: str) -> tuple[Proof, CaseDocument]:
    """The proof and its token. Raises NotFound, for a wrong code as for a missing case."""
    case = session.scalar(select(Case).where(Case.number == number.upper(), Case.kind == KEY))
    stamp = (case.results.get("stamped") or {}) if case is not None else {}
    is_right = hmac.compare_digest(str(stamp.get("code", "")).encode(), code.lower().encode())
    tokens = list_documents(session, case.id, [TIME_STAMP_TOKEN]) if case is not None else []
    if case is None or not stamp or not is_right or not tokens:
        raise NotFound(NOTHING)
    return proof_of(case), tokens[-1]


def proof_of(case: Case) -> Proof:
    """What a stamped case proves."""
    stamp, certified = case.results["stamped"], case.results.get("certified") or {}
    return Proof(
        number=case.number,
        code=str(stamp["code"]),
        title=str(case.form["title"]) if case.form.get("show_title") else None,
        sha256=str(stamp["sha256"]),
        at=datetime.fromisoformat(stamp["stamped_at"]),
        authority=str(stamp["authority"]),
        serial=str(stamp["serial"]),
        policy=str(stamp["policy"]),
        certificate=str(certified.get("certificate", "")),
        office=str(certified.get("office", "")),
    )


def token_holds(files: FileStore, timestamps: TimestampAuthority, proof: Proof, token: CaseDocument) -> bool | None:
    """Whether the stored token proves this hash at this time, checked now; None where it cannot be read now."""
    try:
        checked = timestamps.check(b"".join(files.read(token.storage_key)), bytes.fromhex(proof.sha256))
    except FileStoreError:
        return None
    except TimestampInvalid:
        return False
    return checked.at == proof.at and checked.serial == proof.serial
