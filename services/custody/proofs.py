"""Whose a right is: said by its owner with what it rests on, looked up by staff, who decide with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import CustodyRight, OwnershipProof, ProofBasis, RightSource, Staff
from services.audit import record_action
from services.custody.access import get_right_to_check, get_right_to_decide
from services.custody.changes import note
from services.custody.telling import tell
from services.notices.facts import Fact
from services.notifications import list_supervisors, notify, user_called
from services.permissions import Action, check_may
from services.reaching import find_conversation

log = get_logger(__name__)

LONGEST_NOTE = 200
LATEST = 30
BASIS_WORDS = {
    ProofBasis.CERTIFICATE: "证书",
    ProofBasis.REGISTER: "登记簿副本",
    ProofBasis.ASSIGNMENT: "转让手续合格通知",
}
NOTHING_TO_CHECK = "这件没有待核对的权属,可能同事刚处理过。"


@dataclass(frozen=True)
class ProofView:
    """A proof with what speaks for and against it: the names of the record beside the name of the company."""

    right: CustodyRight
    keeper: str
    company: str
    credit_code: str | None
    is_in_record: bool
    decided_by: str | None

    @property
    def names_agree(self) -> bool:
        """Whether the record names this company among its applicants; several of them are co-owners."""
        return bool(self.company) and self.company in self.right.owner_names

    @property
    def has_co_owners(self) -> bool:
        return len(self.right.owner_names) > 1


def submit_proof(
    session: Session,
    *,
    user_id: int,
    public_id: str,
    basis: ProofBasis,
    remark: str,
    now: datetime,
    version: int | None = None,
) -> CustodyRight:
    """Ask staff to check it. Asking again while they do changes what it rests on. Raises NotFound, Forbidden,
    InvalidInput, and Conflict where it is proved."""
    right = get_right_to_decide(session, user_id, public_id, version=version)
    remark = " ".join(remark.split())
    if len(remark) > LONGEST_NOTE:
        raise InvalidInput(f"说明要在{LONGEST_NOTE}个字以内。", fields={"remark": f"最多{LONGEST_NOTE}个字"})
    if right.proof == OwnershipProof.PROVED:
        raise Conflict("这件的权属已经核对过了。")
    called = [] if right.proof == OwnershipProof.SUBMITTED else list_supervisors(session)
    right.proof, right.proof_basis, right.proof_note = OwnershipProof.SUBMITTED, basis, remark or None
    right.proof_asked_at, right.proof_decided_at, right.proof_decided_by_id, right.proof_reason = now, None, None, None
    note(right, "proof_submitted", now, user_id=user_id, details={"basis": basis})
    session.flush()
    for person in called:
        notify(session, staff_id=person.id, kind="custody_proof", key=f"custody-proof-{right.id}-{right.version}",
               text=f"托管权属待核对:{right.number}", now=now)  # fmt: skip
    return right


def list_proofs(session: Session, staff: Staff, *, offset: int = 0) -> tuple[list[ProofView], list[ProofView], int]:
    """A page of those that wait, the oldest first; those decided on, the latest first; how many wait."""
    check_may(staff, Action.CHECK_PROOFS)
    query = select(CustodyRight).where(CustodyRight.ended_at.is_(None))
    query = query.options(joinedload(CustodyRight.company), joinedload(CustodyRight.user))
    query = query.options(selectinload(CustodyRight.papers))
    waiting = query.where(CustodyRight.proof == OwnershipProof.SUBMITTED)
    decided = query.where(CustodyRight.proof_decided_at.is_not(None))
    in_order = waiting.order_by(CustodyRight.proof_asked_at, CustodyRight.id)
    oldest = session.scalars(in_order.offset(offset).limit(LATEST)).all()
    total = session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0
    latest = session.scalars(decided.order_by(CustodyRight.proof_decided_at.desc()).limit(LATEST)).all()
    return _views(session, oldest), _views(session, latest), total


def decide_proof(
    session: Session, *, staff: Staff, public_id: str, is_proved: bool, reason: str, version: int, now: datetime
) -> CustodyRight:
    """Carry out what staff decided. `reason` says what it rests on; with a no the owner reads it. Raises NotFound,
    Forbidden, InvalidInput, and Conflict where it changed since it was shown."""
    conversation = find_conversation(session, get_right_to_check(session, staff, public_id).user_id, now)
    right = get_right_to_check(session, staff, public_id, lock=True)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_NOTE:
        said = f"写一句依据或原因,{LONGEST_NOTE}个字以内。"
        raise InvalidInput(said, fields={"reason": said})
    if right.proof != OwnershipProof.SUBMITTED:
        raise Conflict(NOTHING_TO_CHECK)
    if right.version != version:
        raise Conflict("这件刚被改过,请看过再定。")
    right.proof = OwnershipProof.PROVED if is_proved else OwnershipProof.REFUSED
    right.proof_decided_by_id, right.proof_decided_at, right.proof_reason = staff.id, now, reason
    action = "proved" if is_proved else "refused"
    note(right, action, now)
    session.flush()
    record_action(session, staff=staff, action=f"custody_{action}", target=f"custody:{right.public_id}", now=now)
    facts = {Fact.NUMBER: right.number, Fact.STATE: "已核对" if is_proved else "没有通过"}
    tell(session, conversation, _words(right, is_proved, reason), now, title=f"{right.number}权属核对结果", facts=facts)
    log.info("custody_proof_decided", right_id=right.id, is_proved=is_proved)
    return right


def _words(right: CustodyRight, is_proved: bool, reason: str) -> str:
    if is_proved:
        return f"{right.number} 的权属核对过了。能不能挂牌、质押,还要看是否有效、年费和共有人。"
    return f"{right.number} 的权属没核对上:{reason.rstrip('。')}。补齐后可以再提交。"


def _views(session: Session, rights: Sequence[CustodyRight]) -> list[ProofView]:
    ids = {right.proof_decided_by_id for right in rights if right.proof_decided_by_id is not None}
    names = dict(session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(ids))).all())
    return [
        ProofView(
            right=right,
            keeper=user_called(right.user),
            company=right.company.name if right.company else "",
            credit_code=right.company.credit_code if right.company else None,
            is_in_record=right.source == RightSource.RECORD,
            decided_by=names.get(right.proof_decided_by_id) if right.proof_decided_by_id else None,
        )
        for right in rights
    ]
