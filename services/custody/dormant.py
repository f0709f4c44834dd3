"""Rights that only cost money: in force for years, named in nothing that is under way. What may be done with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from models import CustodyRight, LegalStatus, RightKind
from nlp.rules.model import Article
from nlp.rules.periods import add_months
from services.custody.due_dates import fee_facts
from services.custody.effects import find_resting_cases
from services.custody.fees import FeeOutlook, fee_outlook
from services.custody.portfolio import list_all
from services.custody.settings import custody_settings
from services.custody.wishes import is_set_aside
from services.working_hours import load_calendar


@dataclass(frozen=True)
class Advice:
    """One thing that the owner may do, and the article that it rests on."""

    key: str
    text: str
    article: Article | None = None


@dataclass(frozen=True)
class Dormant:
    """A right nothing is done with, what keeping it costs, and the ways out. The owner decides."""

    right: CustodyRight
    outlook: FeeOutlook
    advice: tuple[Advice, ...]

    @property
    def cost(self) -> Decimal:
        return self.outlook.total


def find_dormant(session: Session, *, user_id: int, today: date) -> list[Dormant]:
    """Those of the rights that this person sees, the most expensive first."""
    calendar = load_calendar(session, today)
    granted_before = add_months(today, -12 * custody_settings(today).dormant_years)
    candidates = _candidates(list_all(session, user_id), granted_before)
    resting = find_resting_cases(session, candidates)
    found = []
    for right in candidates:
        facts = fee_facts(right)
        if facts is None or resting[right.id] or is_set_aside(right, today):
            continue
        outlook = fee_outlook(facts, on=today, calendar=calendar)
        if outlook.years:
            found.append(Dormant(right, outlook, _advice(outlook)))
    return sorted(found, key=lambda each: (-each.cost, each.right.id))


def _candidates(rights: Sequence[CustodyRight], granted_before: date) -> list[CustodyRight]:
    return [
        right
        for right in rights
        if right.kind == RightKind.PATENT
        and right.status == LegalStatus.ACTIVE
        and right.granted_on is not None
        and right.granted_on <= granted_before
    ]


def _advice(outlook: FeeOutlook) -> tuple[Advice, ...]:
    due = outlook.years[0].due_on
    return (
        Advice("list", "挂牌转让或许可,先由专员核对权属"),
        Advice("open_licence", "声明开放许可,期间年费相应减免", ("专利法", "第五十一条")),
        Advice("keep", "留着自己用或防别人抄"),
        Advice("drop", f"{due.year}年{due.month}月{due.day}日起不再缴,专利到时终止", ("专利法", "第四十四条")),
    )
