"""How training went over a period: who enrolled, who came, who was satisfied, by course, region and firm."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Label, Row, case, func, literal, select
from sqlalchemy.orm import Session

from core.clock import CHINA
from core.errors import InvalidInput
from models import Booking, BookingState, Company, Course, CourseSession, Staff
from models.training import HOLDS_SEATS
from services.permissions import Action, check_may
from services.training.sheets import as_csv

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
LONGEST_PERIOD = timedelta(days=3 * 366)
MOST_ROWS = 1_000
GOOD = 3
# No column of any of the tables is called so.
NAME = "row_name"
ONLINE, ANYWHERE, ALONE = "线上", "未填地区", "个人"
HEADINGS = ("场次", "报名人次", "到场人次", "到场率", "评价", "满意", "满意率")


class By(StrEnum):
    """What a row of figures is about."""

    COURSE = "course"
    REGION = "region"
    FIRM = "firm"


BY_NAMES = {By.COURSE: "课程", By.REGION: "地区", By.FIRM: "企业"}


@dataclass(frozen=True)
class Period:
    """From the first day to the last in China, both counted."""

    first: date
    last: date

    def __post_init__(self) -> None:
        is_of_ours = self.first >= EARLIEST and self.last <= LATEST
        if not is_of_ours or not timedelta(0) <= self.last - self.first <= LONGEST_PERIOD:
            raise InvalidInput("日期要从早到晚,最长3年。", fields={"last": "要在开始日期之后、3年以内"})

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        begins = datetime.combine(self.first, time(), CHINA)
        return begins, datetime.combine(self.last + timedelta(days=1), time(), CHINA)


@dataclass(frozen=True)
class Figures:
    """Seats of sessions that were held in the period; `satisfied` of `rated` verdicts were good."""

    name: str
    sessions: int
    enrolled: int
    came: int
    rated: int
    satisfied: int

    @property
    def came_percent(self) -> int | None:
        return round(100 * self.came / self.enrolled) if self.enrolled else None

    @property
    def satisfied_percent(self) -> int | None:
        return round(100 * self.satisfied / self.rated) if self.rated else None


def training_figures(
    session: Session,
    staff: Staff,
    *,
    period: Period,
    by: By,
    now: datetime,
    course_ids: Collection[int] | None = None,
) -> tuple[list[Figures], Figures]:
    """The rows, the most enrolled first, and the whole. Sessions that are over, those called off left out; of these
    courses alone where any are named."""
    check_may(staff, Action.RUN_TRAINING)
    rows = [_figures(str(row[0]), row) for row in _counted(session, by, period, now, course_ids)]
    return rows, _figures("合计", _counted(session, None, period, now, course_ids)[0])


def figures_as_csv(rows: Sequence[Figures], whole: Figures, by: By) -> str:
    """For a spreadsheet."""
    table: list[Sequence[str | int | None]] = [(BY_NAMES[by], *HEADINGS)]
    for each in (*rows, whole):
        percents = [None if value is None else f"{value}%" for value in (each.came_percent, each.satisfied_percent)]
        table.append((each.name, each.sessions, each.enrolled, each.came, percents[0], each.rated, each.satisfied,
                      percents[1]))  # fmt: skip
    return as_csv(table)


def _figures(name: str, row: Row[Any]) -> Figures:
    counts = [int(count or 0) for count in tuple(row)[1:]]
    return Figures(name, *counts)


def _name_of(by: By) -> Label[Any]:
    match by:
        case By.COURSE:
            return Course.title.label(NAME)
        case By.REGION:
            place = func.coalesce(CourseSession.region, ANYWHERE)
            return case((CourseSession.is_online.is_(True), ONLINE), else_=place).label(NAME)
        case By.FIRM:
            return func.coalesce(Company.name, ALONE).label(NAME)


def _counted(
    session: Session, by: By | None, period: Period, now: datetime, course_ids: Collection[int] | None
) -> Sequence[Row[Any]]:
    """One row a name, or one in all. Sessions that nobody booked count, but belong to no firm."""
    begins, ends = period.bounds
    came = Booking.state == BookingState.ATTENDED
    rated = came & Booking.satisfaction.is_not(None)
    name = _name_of(by) if by else literal("").label(NAME)
    counted = (
        select(
            name,
            func.count(CourseSession.id.distinct()),
            func.sum(Booking.seats),
            func.sum(case((came, Booking.seats), else_=0)),
            func.sum(case((rated, 1), else_=0)),
            func.sum(case((rated & (Booking.satisfaction == GOOD), 1), else_=0)),
        )
        .select_from(CourseSession)
        .join(CourseSession.course)
        .outerjoin(Booking, (Booking.session_id == CourseSession.id) & Booking.state.in_(HOLDS_SEATS))
        .outerjoin(Company, Company.id == Booking.company_id)
        .where(
            CourseSession.cancelled_at.is_(None),
            CourseSession.ends_at <= now,
            CourseSession.starts_at >= begins,
            CourseSession.starts_at < ends,
        )
    )
    if course_ids is not None:
        counted = counted.where(CourseSession.course_id.in_(course_ids))
    if by is By.FIRM:
        counted = counted.where(Booking.id.is_not(None))
    if by is not None:
        # By the label: PostgreSQL takes two expressions with parameters for different ones.
        counted = counted.group_by(NAME).order_by(func.coalesce(func.sum(Booking.seats), 0).desc(), NAME)
    return session.execute(counted.limit(MOST_ROWS)).all()
