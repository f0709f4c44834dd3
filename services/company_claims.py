"""Claims of companies that others had to do with before, or that somebody runs already: staff look at both sides and
decide, and everybody concerned hears."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput, NotFound
from models import (
    HANDOFF,
    Case,
    Conversation,
    MemberRole,
    Membership,
    MemberState,
    Staff,
    StaffNotification,
    User,
)
from services.audit import record_action
from services.identities import find_or_create_conversation
from services.memberships import activate, end, list_owners, lock_company
from services.notifications import user_called
from services.outgoing import write_to_user
from services.permissions import Action, check_may

NO_CLAIM = "没有找到这条认领。"
DECIDED = "这条认领已经处理过了。"
LONGEST_NOTE = 200
CHANGED = "这家企业的负责人刚变过,请刷新后再看。"
LATEST = 30


class Answer(StrEnum):
    """grant: the claimant runs a company that nobody ran · refuse: all stays as it is · add: who runs it goes on, the
    claimant acts for it too · transfer: the claimant runs it from now on, who ran it stays a member"""

    GRANT = "grant"
    REFUSE = "refuse"
    ADD = "add"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Owner:
    """Who runs a claimed company, since when, and what speaks for them."""

    name: str
    since: datetime
    cases: Sequence[str]
    conversation: str | None


@dataclass(frozen=True)
class Claim:
    """A claim with what speaks for and against it: the claimant's own cases, who runs the company, and the others
    behind that name."""

    row: Membership
    claimant: str
    own_cases: Sequence[str]
    owners: Sequence[Owner]
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
    session: Session, *, staff: Staff, claim_id: int, answer: Answer, note: str, now: datetime
) -> Membership:
    """Carry out what staff decided. `note` says what it rests on; with a refusal the claimant reads it. Raises
    InvalidInput without one, Conflict where it is decided already or somebody else runs the company than was shown."""
    found = get_claim(session, staff, claim_id)
    note = " ".join(note.split())
    if not note or len(note) > LONGEST_NOTE:
        said = f"写一句{'原因' if answer is Answer.REFUSE else '依据'},{LONGEST_NOTE}个字以内。"
        raise InvalidInput(said, fields={"note": said})
    company = lock_company(session, found.company.public_id)
    row = session.get_one(Membership, claim_id, populate_existing=True)
    if row.state != MemberState.PENDING or row.role != MemberRole.OWNER:
        raise Conflict(DECIDED)
    owners = list_owners(session, company.id)
    if answer is not Answer.REFUSE and bool(owners) != (answer is not Answer.GRANT):
        raise Conflict(CHANGED)
    row.decided_by_id, row.decision_note = staff.id, note
    CARRIED_OUT[answer](session, row, owners, now)
    session.execute(
        update(StaffNotification)
        .where(
            StaffNotification.kind == "company_claim",
            StaffNotification.key.startswith(f"membership-{row.id}-", autoescape=True),
            StaffNotification.read_at.is_(None),
        )
        .values(read_at=now)
    )
    record_action(
        session, staff=staff, action=ACTIONS[answer], target=f"claim:{row.id}", now=now, company_id=company.id
    )
    session.flush()
    return row


def _grant(session: Session, row: Membership, owners: Sequence[Membership], now: datetime) -> None:
    _make_owner(session, row, now)
    _others_wait_for(session, row, now)


def _refuse(session: Session, row: Membership, owners: Sequence[Membership], now: datetime) -> None:
    name = row.company.name
    end(session, row, now)
    _tell(session, row.user, f"“{name}”的认领没有通过:{row.decision_note}。补齐后可以重新认领。", now)
    for owner in owners:
        _tell(session, owner.user, f"有人认领“{name}”,专员核对后没有通过。您还是负责人。", now)


def _add(session: Session, row: Membership, owners: Sequence[Membership], now: datetime) -> None:
    name = row.company.name
    row.role = MemberRole.MEMBER
    activate(session, row, now)
    _tell(session, row.user, f"“{name}”的负责人不变。专员核对后,您是它的成员,可以看到企业的申请。", now)
    for owner in owners:
        _tell(session, owner.user, f"有人认领“{name}”,专员核对后把对方加为成员。您还是负责人。", now)


def _transfer(session: Session, row: Membership, owners: Sequence[Membership], now: datetime) -> None:
    name = row.company.name
    for owner in owners:
        owner.role = MemberRole.MEMBER
        _tell(session, owner.user, f"专员核对后,“{name}”换了负责人,您现在是成员。不同意请说“转人工”。", now)
    _make_owner(session, row, now)
    _others_wait_for(session, row, now)


def _make_owner(session: Session, row: Membership, now: datetime) -> None:
    company = row.company
    if row.claimed_code and company.credit_code is None:
        company.credit_code = row.claimed_code
    activate(session, row, now)
    _tell(session, row.user, f"“{company.name}”的认领核对过了,您是负责人。同事要加入,由您同意。", now)


CARRIED_OUT = {Answer.GRANT: _grant, Answer.REFUSE: _refuse, Answer.ADD: _add, Answer.TRANSFER: _transfer}
ACTIONS = {
    Answer.GRANT: "claim_granted",
    Answer.REFUSE: "claim_refused",
    Answer.ADD: "claim_added",
    Answer.TRANSFER: "claim_transferred",
}


def _waits() -> ColumnElement[bool]:
    """To run a company is for staff to grant; who only wants to join asks whoever runs it (ask_to_join)."""
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
        owners=[
            Owner(
                name=user_called(each.user),
                since=each.decided_at or each.created_at,
                cases=[number for number, filed_by in cases if filed_by == each.user_id],
                conversation=session.scalar(_talks_of(each.user_id).with_only_columns(Conversation.public_id)),
            )
            for each in list_owners(session, company_id)
            if each.user_id != user_id
        ],
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
    write_to_user(session, conversation, text, now)
