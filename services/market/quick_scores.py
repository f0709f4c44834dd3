"""A quick score of a patent from records, custody and our market; a formal valuation is an order of its own."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.yaml_text import read_yaml
from models import (
    CaseOutcome,
    CustodyRight,
    Deal,
    DealParty,
    DealState,
    LegalStatus,
    MarketPost,
    Patent,
    PostSide,
    PostState,
    RightKind,
)
from nlp.market.quick_score import FeeState, QuickScore, ScoreFacts, ScoreWeights, score_patent
from services.custody.due_dates import find_due
from services.custody.effects import cases_resting_on
from services.custody.portfolio import find_by_numbers
from services.deals.access import is_side_of
from services.market.trade_record import normal_number
from services.patents import find_patent, term_end
from services.working_hours import load_calendar

DATA = Path(__file__).resolve().parents[2] / "data" / "quick_score.yaml"
ALIVE = (LegalStatus.ACTIVE, LegalStatus.PENDING)
YEAR = 365.25
SUBCLASS_LETTERS = 4
MOST_SUBCLASSES = 5


@dataclass(frozen=True)
class Scored:
    """`score` is None for a patent that has ended. `data_date` is that of the record, None where it is the owner's
    word."""

    number: str
    title: str
    score: QuickScore | None
    source: str
    data_date: date | None
    is_demo: bool


def score_right(session: Session, *, user_id: int, number: str, today: date) -> Scored:
    """What fees and use tell is looked at only in one's own custody. Raises NotFound for what neither our records nor
    this person's custody have, and for what is no patent."""
    patent = find_patent(session, number)
    names = [normal_number(number)]
    if patent is not None:
        names = [each for each in (patent.application_number, patent.publication_number) if each]
    kept = next(iter(find_by_numbers(session, user_id=user_id, numbers=names)), None)
    if patent is None and (kept is None or kept.kind != RightKind.PATENT):
        raise NotFound("库里没有这件,也不在您的托管里。")
    weights, source = _weights_on(today)
    facts = _facts(session, patent, kept, names, user_id, today)
    return Scored(
        number=patent.publication_number if patent is not None else names[0],
        title=patent.title if patent is not None else kept.title if kept is not None else "",
        score=score_patent(facts, weights),
        source=source,
        data_date=patent.data_date if patent is not None else None,
        is_demo=patent.is_demo if patent is not None else kept is not None and kept.is_demo,
    )


def _facts(
    session: Session,
    patent: Patent | None,
    kept: CustodyRight | None,
    names: list[str],
    user_id: int,
    today: date,
) -> ScoreFacts:
    status = patent.legal_status if patent is not None else kept.status if kept is not None else LegalStatus.UNKNOWN
    end = term_end(patent) if patent is not None else None
    return ScoreFacts(
        kind=patent.kind if patent is not None else kept.patent_kind if kept is not None else None,
        is_alive=status in {*ALIVE, LegalStatus.UNKNOWN} and (end is None or end >= today),
        is_granted=status != LegalStatus.PENDING,
        years_left=(end - today).days / YEAR if end is not None else None,
        claims=len(patent.claims) or None if patent is not None else None,
        fees=_fees(session, kept, today),
        uses=_uses(session, kept, names, user_id),
        needs=_needs(session, patent, today),
    )


def _fees(session: Session, kept: CustodyRight | None, today: date) -> FeeState | None:
    """Only where its owner said what is paid: what is assumed proves nothing."""
    due = find_due(kept, today, load_calendar(session, today)) if kept is not None else None
    if kept is None or due is None or kept.paid_said_on is None:
        return None
    if due.on < today:
        return FeeState.LATE
    return FeeState.DUE if (due.on - today).days <= 60 else FeeState.PAID


def _uses(session: Session, kept: CustodyRight | None, names: list[str], user_id: int) -> int | None:
    """Deals that this person did about it, and pledges made on it; None for somebody else's."""
    if kept is None:
        return None
    text = cast(Deal.rights, String)
    named = or_(*(text.contains(f'"{name}"', autoescape=True) for name in names))
    deals = session.scalar(
        select(func.count(Deal.id))
        .join(DealParty, DealParty.deal_id == Deal.id)
        .where(is_side_of(user_id), Deal.state == DealState.DONE, named)
    )
    return (deals or 0) + sum(case.outcome == CaseOutcome.DONE for case in cases_resting_on(session, kept))


def _needs(session: Session, patent: Patent | None, today: date) -> int | None:
    """The needs on the market that name one of its subclasses."""
    subclasses = sorted({code[:SUBCLASS_LETTERS] for code in patent.ipc_codes})[:MOST_SUBCLASSES] if patent else []
    if not subclasses:
        return None
    text = cast(MarketPost.classes, String)
    return session.scalar(
        select(func.count(MarketPost.id)).where(
            MarketPost.side == PostSide.NEED,
            MarketPost.state == PostState.PUBLISHED,
            MarketPost.until >= today,
            or_(*(text.contains(f'"{each}', autoescape=True) for each in subclasses)),
        )
    )


def _weights_on(day: date) -> tuple[ScoreWeights, str]:
    entries = _read()
    found = next((each for each in reversed(entries) if each[0] <= day), entries[0])
    return found[1], found[2]


@cache
def _read() -> tuple[tuple[date, ScoreWeights, str], ...]:
    names = ScoreWeights.__dataclass_fields__
    entries = sorted(read_yaml(DATA), key=lambda entry: entry["valid_from"])
    return tuple(
        (entry["valid_from"], ScoreWeights(**{name: entry[name] for name in names}), entry["source"])
        for entry in entries
    )
