"""On which day something is due for a right, and on which day its keeper is told next."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.calendar import WorkingCalendar
from models import CustodyRight, FeeReduction, LegalStatus, PatentKind, RightKind, RightSource
from nlp.rules import RuleResult, compute
from nlp.rules.model import Article
from services.custody.fees import FeeFacts, FeeYear, first_open_year, next_fee
from services.custody.settings import custody_settings

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Due:
    """What is due next: a patent's annual fee, or a trademark's renewal, which may be asked for from `opens_on`."""

    on: date
    grace_until: date
    articles: tuple[Article, ...]
    fee: FeeYear | None = None
    opens_on: date | None = None

    @property
    def free_month_ends(self) -> date | None:
        return self.fee.late[0].until if self.fee is not None else None


@dataclass(frozen=True)
class Point:
    """A day on which the keeper is told; `name` says of what: before, after, free_month, grace, opens, passed."""

    on: date
    name: str


def is_plausible(day: date) -> bool:
    """Whether a right of today can have such a day: whatever lies outside is a slip, and not to be counted with."""
    return EARLIEST <= day <= LATEST


def counts_as_in_force(right: CustodyRight) -> bool:
    """Whether it is, as far as we know: one that our records do not have is taken as its owner says it."""
    if right.status == LegalStatus.UNKNOWN:
        return right.source == RightSource.OWNER or right.granted_on is not None
    return right.status == LegalStatus.ACTIVE


def is_grant_assumed(right: CustodyRight) -> bool:
    """Whether nobody said that there is a patent yet, and not an application alone."""
    is_said = right.source == RightSource.OWNER and right.status == LegalStatus.UNKNOWN
    return is_said and right.kind == RightKind.PATENT and right.granted_on is None


def has_fees(right: CustodyRight) -> bool:
    """Whether annual fees are paid to the Chinese office for it."""
    return right.kind == RightKind.PATENT and right.number.startswith("CN") and counts_as_in_force(right)


def fee_facts(right: CustodyRight) -> FeeFacts | None:
    """What its annual fees depend on; None for whatever has none, and where we do not know enough."""
    if right.patent_kind is None or right.filed_on is None:
        return None
    if right.paid_year is None or not has_fees(right):
        return None
    return FeeFacts(
        kind=PatentKind(right.patent_kind),
        filed_on=right.filed_on,
        granted_on=right.granted_on,
        paid_year=right.paid_year,
        reduction=FeeReduction(right.reduction),
    )


def find_due(right: CustodyRight, today: date, calendar: WorkingCalendar | None) -> Due | None:
    """What is due next; None where nothing is, or where we do not know enough to tell."""
    facts = fee_facts(right)
    if facts is not None:
        fee = next_fee(facts, on=today, calendar=calendar)
        articles: tuple[Article, ...] = (("专利法实施细则", "第一百一十五条"),)
        return Due(fee.due_on, fee.grace_until, articles, fee) if fee else None
    if right.kind != RightKind.TRADEMARK or right.expires_on is None or not counts_as_in_force(right):
        return None
    result = compute("trademark_term", {"expires_on": right.expires_on}, on=today, calendar=calendar)
    assert isinstance(result, RuleResult)
    days = {figure.name: figure.value for figure in result.figures}
    opens_on, grace_until = days["续展起始日"], days["宽展期届满日"]
    assert isinstance(opens_on, date) and isinstance(grace_until, date)
    return Due(right.expires_on, grace_until, result.articles, opens_on=opens_on)


def points(due: Due, kind: str, today: date) -> list[Point]:
    """Every day on which the keeper is told of it, in order."""
    distances = custody_settings(today).distances(kind)
    found = [Point(due.on - timedelta(days=days), "before") for days in distances.before]
    found += [Point(due.on + timedelta(days=days), "after") for days in distances.after]
    if due.free_month_ends is not None and distances.before_free_month_ends is not None:
        found.append(Point(due.free_month_ends - timedelta(days=distances.before_free_month_ends), "free_month"))
    found += [Point(due.grace_until - timedelta(days=days), "grace") for days in distances.before_grace_ends]
    if due.opens_on is not None:
        found.append(Point(due.opens_on, "opens"))
    found.append(Point(due.grace_until + timedelta(days=1), "passed"))
    return sorted(found, key=lambda point: point.on)


def latest_point(due: Due, kind: str, today: date) -> Point | None:
    """The last of these days that has come: what is said today, however many were missed before it."""
    return next((point for point in reversed(points(due, kind, today)) if point.on <= today), None)


def plan_notice(right: CustodyRight, today: date, calendar: WorkingCalendar | None) -> Due | None:
    """Write down what is due next and the next day after today on which its keeper is told; answers what is due."""
    due = find_due(right, today, calendar)
    right.next_due_on = due.on if due else None
    coming = [point for point in points(due, right.kind, today) if point.on > today] if due else []
    right.next_notice_on = coming[0].on if coming and right.is_reminded else None
    return due


def assume_paid(right: CustodyRight, today: date, calendar: WorkingCalendar | None) -> None:
    """Which fees were paid no record tells: all whose day has passed count as paid until somebody says otherwise."""
    right.paid_year = right.paid_said_on = None
    if has_fees(right) and right.patent_kind and right.filed_on:
        kind = PatentKind(right.patent_kind)
        right.paid_year = first_open_year(kind, right.filed_on, right.granted_on, on=today, calendar=calendar) - 1
