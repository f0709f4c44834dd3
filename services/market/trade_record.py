"""What custody, records and requests tell of the rights that a post offers."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from models import CaseOutcome, CustodyRight, LegalStatus, MarketPost, MarketPostRight, Patent, PatentKind
from nlp.market.posts import Mode
from nlp.market.trade_facts import Answers, Offer, Proof, RightFacts, Standing
from nlp.patent_numbers import find_numbers
from services.custody.due_dates import find_due
from services.custody.effects import cases_resting_on
from services.custody.wording import said_status
from services.patents import describe_status, find_patent, term_end
from services.working_hours import load_calendar

STANDINGS = {
    LegalStatus.ACTIVE: Standing.IN_FORCE,
    LegalStatus.PENDING: Standing.PENDING,
    LegalStatus.LAPSED: Standing.LAPSED,
    LegalStatus.INVALIDATED: Standing.INVALIDATED,
    LegalStatus.REJECTED: Standing.DROPPED,
    LegalStatus.WITHDRAWN: Standing.DROPPED,
    LegalStatus.UNKNOWN: Standing.UNKNOWN,
}
PUBLIC = frozenset({"university", "institute"})
LOAN = "pledge_financing"
LONGEST_KEY = 40


def read_offer(
    session: Session,
    post: MarketPost,
    today: date,
    *,
    rights: Sequence[str] | None = None,
    modes: Sequence[str] | None = None,
) -> Offer:
    """What the rules look at: what a post offers, or these of it."""
    calendar = load_calendar(session, today)
    numbers = post.rights if rights is None else rights
    facts = tuple(_read_right(session, post, number, today, calendar) for number in numbers)
    known = {name: value for name, value in post.answers.items() if name in Answers.__dataclass_fields__}
    wanted = post.modes if modes is None else modes
    return Offer(frozenset(Mode(each) for each in wanted), facts, Answers(**known))


def note_rights(session: Session, post: MarketPost) -> None:
    """Keep which rights a post offers, by one number for all that each has. The post has its id."""
    session.execute(delete(MarketPostRight).where(MarketPostRight.post_id == post.id))
    keys = dict.fromkeys(key_of_right(session, number) for number in post.rights)
    session.add_all(MarketPostRight(post_id=post.id, key=key) for key in keys)


def key_of_right(session: Session, number: str) -> str:
    """The application's number where we know it: whichever number is said, it is the same right."""
    patent = find_patent(session, number)
    if patent is not None:
        return (patent.application_number or patent.publication_number)[:LONGEST_KEY]
    return normal_number(number)[:LONGEST_KEY]


def normal_number(number: str) -> str:
    found = find_numbers(number)
    return found[0].normal if len(found) == 1 else "".join(number.upper().split())


def find_kept(session: Session, post: MarketPost, number: str) -> CustodyRight | None:
    """The right in the custody of who offers it: a company's post has the company's, else what its writer keeps in
    person. What a member sees of a company is not theirs to sell."""
    patent = find_patent(session, number)
    numbers = {normal_number(number)}
    if patent is not None:
        numbers |= {each for each in (patent.application_number, patent.publication_number) if each}
    columns = CustodyRight.number, CustodyRight.application_number, CustodyRight.publication_number
    is_named = or_(*(column.in_(numbers) for column in columns))
    is_kept: ColumnElement[bool] = and_(CustodyRight.company_id.is_(None), CustodyRight.user_id == post.user_id)
    if post.company_id is not None:
        is_kept = or_(is_kept, CustodyRight.company_id == post.company_id)
    kept = session.scalars(select(CustodyRight).where(CustodyRight.ended_at.is_(None), is_kept, is_named)).all()
    return min(kept, key=lambda each: (each.company_id != post.company_id, each.id), default=None)


def _read_right(session: Session, post: MarketPost, number: str, today: date, calendar: WorkingCalendar) -> RightFacts:
    patent, kept = find_patent(session, number), find_kept(session, post, number)
    due = find_due(kept, today, calendar) if kept is not None else None
    kind = patent.kind if patent is not None else kept.patent_kind if kept is not None else None
    return RightFacts(
        number=number,
        standing=_standing(patent, kept, today),
        said_status=_said(patent, kept, today),
        fee_due_on=due.on if due is not None else None,
        fee_grace_until=due.grace_until if due is not None else None,
        is_payment_said=kept is not None and kept.paid_said_on is not None,
        proof=Proof(kept.proof) if kept is not None else Proof.NONE,
        owner_names=_owners(patent, kept),
        needs_report=kind in {PatentKind.UTILITY_MODEL, PatentKind.DESIGN},
        is_by_university=patent is not None and any(each.get("type") in PUBLIC for each in patent.applicants),
        pledge_case=_loan(session, kept),
        classes=tuple(patent.ipc_codes) if patent is not None else (),
    )


def _standing(patent: Patent | None, kept: CustodyRight | None, today: date) -> Standing:
    """As the record has it; of a right that no record has, what its owner says proves nothing."""
    if patent is None:
        return STANDINGS[LegalStatus(kept.status)] if kept is not None else Standing.UNKNOWN
    end = term_end(patent)
    if patent.legal_status == LegalStatus.ACTIVE and end is not None and end < today:
        return Standing.EXPIRED
    return STANDINGS[LegalStatus(patent.legal_status)]


def _said(patent: Patent | None, kept: CustodyRight | None, today: date) -> str:
    if patent is not None:
        return describe_status(patent, today)
    return said_status(kept) if kept is not None else "库里没有这件"


def _owners(patent: Patent | None, kept: CustodyRight | None) -> tuple[str, ...]:
    if patent is not None:
        return tuple(str(each["name"]) for each in patent.applicants)
    return tuple(kept.owner_names) if kept is not None else ()


def _loan(session: Session, kept: CustodyRight | None) -> str | None:
    """The number of a loan that was made on it here; when its pledge was released nobody writes down."""
    if kept is None:
        return None
    made = (each for each in cases_resting_on(session, kept) if each.kind == LOAN and each.outcome == CaseOutcome.DONE)
    return next((case.number for case in made), None)
