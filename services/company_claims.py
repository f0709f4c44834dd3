"""Claims of companies that others had to do with before: staff look at them, say yes or no, and the claimant hears."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput, NotFound
from models import (
    HANDOFF,
    Author,
    Case,
    Conversation,
    DeliveryReason,
    MemberRole,
    Membership,
    MemberState,
    Message,
    Staff,
    StaffNotification,
    User,
)
from services.audit import record_action
from services.deliveries import queue_deliveries
from services.identities import find_or_create_conversation
from services.memberships import activate, end, find_owner, lock_company
from services.notifications import user_called
from services.permissions import Action, check_may

NO_CLAIM = "没有找到这条认领。"
DECIDED = "这条认领已经处理过了。"
LONGEST_NOTE = 200
LATEST = 30


@dataclass(frozen=True)
class Claim:
    """A claim with what speaks for and against it: the claimant's own cases, and the others behind that name."""

    row: Membership
    claimant: str
    own_cases: Sequence[str]
    others: Sequence[str]
    other_cases: int
    conversation: str | None
    decided_by: str | None


def list_claims(session: Session, staff: Staff) -> tuple[list[Claim], list[Claim]]:
    """Those that wait, the oldest first, and those decided on, the latest first."""
    check_may(staff, Action.DECIDE_CLAIMS)
    query = select(Membership).options(joinedload(Membership.company), joinedload(Membership.user))
    waiting = session.scalars(query.where(_waits()).order_by(Membership.created_at, Membership.id)).all()
    decided = query.where(Membership.decided_by_id.is_not(None), Membership.state != MemberState.PENDING)
    latest = session.scalars(decided.order_by(Membership.decided_at.desc(), Membership.id.desc()).limit(LATEST)).all()
    return [_view(session, row) for row in waiting], [_view(session, row) for row in latest]


def count_claims(session: Session) -> int:
    """How many wait for somebody."""
    return session.scalar(select(func.count()).select_from(Membership).where(_waits())) or 0


def get_claim(session: Session, staff: Staff, claim_id: int) -> Membership:
    """The door to a claim. Raises NotFound for an asking that is not staff's to decide, Forbidden."""
    check_may(staff, Action.DECIDE_CLAIMS)
    query = select(Membership).where(Membership.id == claim_id, or_(_waits(), Membership.decided_by_id.is_not(None)))
    row = session.scalar(query)
    if row is None:
        raise NotFound(NO_CLAIM)
    return row


def decide_claim(
    session: Session, *, staff: Staff, claim_id: int, agrees: bool, note: str, now: datetime
) -> Membership:
    """Make the claimant who runs the company, or refuse. `note` says what the decision rests on; with a no the claimant
    reads it. Raises InvalidInput without one, Conflict where it is decided already."""
    found = get_claim(session, staff, claim_id)
    note = " ".join(note.split())
    if not note or len(note) > LONGEST_NOTE:
        said = f"写一句{'依据' if agrees else '原因'},{LONGEST_NOTE}个字以内。"
        raise InvalidInput(said, fields={"note": said})
    company = lock_company(session, found.company.public_id)
    row = session.get_one(Membership, claim_id, populate_existing=True)
    if row.state != MemberState.PENDING or row.role != MemberRole.OWNER or find_owner(session, company.id):
        raise Conflict(DECIDED)
    row.decided_by_id, row.decision_note = staff.id, note
    if agrees:
        if row.claimed_code and company.credit_code is None:
            company.credit_code = row.claimed_code
        activate(session, row, now)
        _tell(session, row.user, f"“{company.name}”的认领核对过了,您是负责人。同事要加入,由您同意。", now)
        _others_wait_for(session, row, now)
    else:
        end(session, row, now)
        _tell(session, row.user, f"“{company.name}”的认领没有通过:{note}。补齐后可以重新认领。", now)
    session.execute(
        update(StaffNotification)
        .where(
            StaffNotification.kind == "company_claim",
            StaffNotification.key.startswith(f"membership-{row.id}-", autoescape=True),
            StaffNotification.read_at.is_(None),
        )
        .values(read_at=now)
    )
    action = "claim_granted" if agrees else "claim_refused"
    record_action(session, staff=staff, action=action, target=f"claim:{row.id}", now=now, company_id=company.id)
    session.flush()
    return row


def _waits() -> ColumnElement[bool]:
    """To run a company is for staff to grant; who only wants to join asks whoever runs it."""
    return (Membership.state == MemberState.PENDING) & (Membership.role == MemberRole.OWNER)


def _others_wait_for(session: Session, granted: Membership, now: datetime) -> None:
    """Whoever else claimed the company asks the one who runs it now."""
    others = session.scalars(
        select(Membership).where(_waits(), Membership.company_id == granted.company_id, Membership.id != granted.id)
    )
    for other in others.all():
        other.role = MemberRole.MEMBER
        text = f"“{granted.company.name}”有负责人了,您的认领转成加入申请,等负责人同意。"
        _tell(session, other.user, text, now)


def _view(session: Session, row: Membership) -> Claim:
    company_id, user_id = row.company_id, row.user_id
    cases = session.execute(
        select(Case.number, Case.user_id).where(Case.company_id == company_id, Case.kind != HANDOFF).order_by(Case.id)
    ).all()
    acting = select(Membership.user_id).where(
        Membership.company_id == company_id, Membership.state != MemberState.ENDED
    )
    people = session.scalars(
        select(User).where(User.id != user_id, or_(User.company_id == company_id, User.id.in_(acting)))
    ).all()
    decider = session.get(Staff, row.decided_by_id) if row.decided_by_id else None
    return Claim(
        row=row,
        claimant=user_called(row.user),
        own_cases=[number for number, filed_by in cases if filed_by == user_id],
        others=[user_called(each) for each in people],
        other_cases=sum(filed_by != user_id for _, filed_by in cases),
        conversation=session.scalar(_talks_of(user_id).with_only_columns(Conversation.public_id)),
        decided_by=decider.display_name if decider else None,
    )


def _talks_of(user_id: int) -> Select[Conversation]:
    """The conversation in which a person was last met."""
    return (
        select(Conversation)
        .where(Conversation.user_id == user_id)
        .order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
        .limit(1)
    )


def _tell(session: Session, user: User, text: str, now: datetime) -> None:
    """By way of the ledger, where the person was last met; who never wrote finds it in the mini-program."""
    conversation = session.scalar(_talks_of(user.id))
    if conversation is None:
        conversation = find_or_create_conversation(session, user.identities[0], now)
    message = Message(conversation_id=conversation.id, author=Author.SYSTEM, text=text, created_at=now)
    session.add(message)
    session.flush()
    conversation.last_message_at = now
    queue_deliveries(
        session,
        identity_id=conversation.identity_id,
        message_id=message.id,
        payloads=[{"kind": "text", "text": text}],
        reason=DeliveryReason.NOTICE,
        now=now,
    )
