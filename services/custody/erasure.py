"""What becomes of rights in custody when a person is erased, or when two accounts of one person become one."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from models import CustodyEvent, CustodyLetter, CustodyRight, FeeReduction, LetterState, OwnershipProof
from services.custody.leaving import give_to, has_same
from services.custody.letters import what_it_is
from services.custody.papers import drop_paper, drop_papers, forget_papers_of
from services.memberships import list_owners

STRENGTH = (OwnershipProof.REFUSED, OwnershipProof.CLAIMED, OwnershipProof.SUBMITTED, OwnershipProof.PROVED)
PROOF = (
    "proof", "proof_basis", "proof_note", "proof_asked_at", "proof_decided_by_id", "proof_decided_at", "proof_reason",
)  # fmt: skip


def forget_keeper(session: Session, user_id: int, now: datetime) -> None:
    """A person's own rights go with their history. A company's stay with whoever else runs it; where nobody does they
    go too. Runs while the person still is a member."""
    for right in session.scalars(select(CustodyRight).where(CustodyRight.user_id == user_id)).all():
        heir = _heir(session, right, user_id)
        if heir is None:
            drop_papers(session, right, now)
            session.delete(right)
            continue
        give_to(right, heir, now, by=None)
        # What they wrote about it goes with them.
        right.proof_note = None
    forget_papers_of(session, user_id, now)
    session.flush()
    session.execute(update(CustodyEvent).where(CustodyEvent.user_id == user_id).values(user_id=None))


def _heir(session: Session, right: CustodyRight, leaving: int) -> int | None:
    if right.company_id is None:
        return None
    owners = [row.user_id for row in list_owners(session, right.company_id) if row.user_id != leaving]
    return next((owner for owner in owners if not has_same(session, owner, right)), None)


def keep_companies_apart(session: Session, loser_id: int, winner_id: int, now: datetime) -> None:
    """The same right kept by both accounts, by each for another company, stays two: one person keeps a right once, so
    the loser's goes to who else runs its company. Where nobody does, the two become one."""
    kept = select(CustodyRight.key, CustodyRight.company_id).where(
        CustodyRight.user_id == winner_id, CustodyRight.company_id.is_not(None)
    )
    companies = dict(session.execute(kept).all())
    theirs = select(CustodyRight).where(CustodyRight.user_id == loser_id, CustodyRight.key.in_(companies))
    for right in session.scalars(theirs.where(CustodyRight.company_id.is_not(None))).all():
        heir = _heir(session, right, loser_id) if right.company_id != companies[right.key] else None
        if heir is not None:
            give_to(right, heir, now, by=None)
    session.flush()


def join_rights(kept: CustodyRight, row: CustodyRight) -> None:
    """The same right of both accounts becomes one, with what the other one says more."""
    _join_proofs(kept, row)
    if row.paid_said_on is not None and (row.paid_year or 0) > (kept.paid_year or 0):
        kept.paid_year, kept.paid_said_on = row.paid_year, row.paid_said_on
        if kept.is_reminded and row.is_reminded:
            kept.next_due_on, kept.next_notice_on = row.next_due_on, row.next_notice_on
    if kept.reduction == FeeReduction.NONE:
        kept.reduction = row.reduction
    for name in ("filed_on", "granted_on", "expires_on", "published_in", "patent_kind", "product", "department"):
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(row, name))
    kept.inventors = kept.inventors or row.inventors
    set_aside = [day for day in (kept.set_aside_until, row.set_aside_until) if day is not None]
    kept.set_aside_until = max(set_aside, default=None)
    for event in list(row.events):
        event.right = kept
    _join_letters(kept, row)
    _join_papers(kept, row)
    if kept.company_id is None and row.company_id is not None:
        company_id, row.company_id = row.company_id, None
        session = object_session(row)
        assert session is not None
        session.flush()  # a company has a right once: this row lets go of it first
        kept.company_id = company_id
    kept.version = max(kept.version, row.version) + 1


def _join_papers(kept: CustodyRight, row: CustodyRight) -> None:
    """They go along to the owner for whom they were brought; to another one they say nothing, and go. So do those of
    a right that was one's own and becomes a company's: its people must not see them."""
    session, now = object_session(row), max(kept.changed_at, row.changed_at)
    assert session is not None
    if kept.company_id is None and row.company_id is not None:
        for paper in list(kept.papers):
            drop_paper(session, paper, now)
    is_same_owner = kept.company_id is None or kept.company_id == row.company_id
    there = {paper.sha256 for paper in kept.papers}
    for paper in list(row.papers):
        if is_same_owner and paper.sha256 not in there:
            paper.right = kept
        else:
            drop_paper(session, paper, now)


def _join_letters(kept: CustodyRight, row: CustodyRight) -> None:
    """A letter that both wrote down stays once, with what one of them did about it."""
    # One that was taken back says nothing of the one that was written down rightly later.
    there = {what_it_is(letter): letter for letter in kept.letters if letter.state != LetterState.TAKEN_BACK}
    for letter in list(row.letters):
        same = there.get(what_it_is(letter))
        if same is None:
            letter.right = kept
        elif letter.state != LetterState.TAKEN_BACK:
            _join_letter(same, letter)


def _join_letter(kept: CustodyLetter, other: CustodyLetter) -> None:
    if other.extended_months > kept.extended_months:
        kept.extended_months, kept.due_on = other.extended_months, other.due_on
        if kept.state == LetterState.OPEN:
            kept.next_notice_on = other.next_notice_on
    if kept.state == LetterState.OPEN and other.state != LetterState.OPEN:
        kept.state, kept.closed_at, kept.next_notice_on = other.state, other.closed_at, None
    kept.version = max(kept.version, other.version) + 1


def _join_proofs(kept: CustodyRight, row: CustodyRight) -> None:
    """The stronger of what was found for the owner that stays: whose a right is was asked for one person or one
    company, and says nothing of another."""
    owner = kept.company_id or row.company_id
    asked = [each for each in (kept, row) if each.company_id == owner]
    best = max(asked, key=lambda each: STRENGTH.index(OwnershipProof(each.proof)))
    for name in PROOF:
        setattr(kept, name, getattr(best, name))
