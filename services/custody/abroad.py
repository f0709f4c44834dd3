"""Which markets a patent in custody covers by what we know, and until when it can still go abroad."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from models import CustodyRight, RightKind
from nlp.rules.model import Article
from nlp.rules.periods import end_of_period
from services.custody.portfolio import list_all
from services.working_hours import load_calendar

LAW, RULES = "专利法", "专利法实施细则"
PRIORITY_MONTHS = {"invention": 12, "utility_model": 12, "design": 6}
NATIONAL_MONTHS = 30


class Window(StrEnum):
    """open: filing abroad can still claim the day of the first filing · over: that day is lost · unknown: no kind or no
    filing day · none: no patent, its own rules apply"""

    OPEN = "open"
    OVER = "over"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True)
class Abroad:
    """`last_on` is the last day to file abroad with priority, as counted by the law of here, moved by days off of here;
    `enter_by` the day by which an international application, filed until then, enters most countries. Both count from
    the filing here as the first one: an earlier filing, of which we know nothing, would bring them forward."""

    right: CustodyRight
    window: Window
    last_on: date | None
    enter_by: date | None
    note: str
    articles: tuple[Article, ...]


def look_abroad(right: CustodyRight, today: date, calendar: WorkingCalendar) -> Abroad:
    if right.kind != RightKind.PATENT:
        return Abroad(right, Window.NONE, None, None, "这里只算专利;商标和著作权出国另有规定。", ())
    months = PRIORITY_MONTHS.get(right.patent_kind or "")
    if months is None or right.filed_on is None:
        return Abroad(right, Window.UNKNOWN, None, None, "还不知道类型或申请日,补上就能算。", ())
    end = end_of_period(right.filed_on, calendar, months=months)
    is_design = right.patent_kind == "design"
    is_open = today <= end.day
    enters = None if is_design or not is_open else end_of_period(right.filed_on, calendar, months=NATIONAL_MONTHS).day
    articles: tuple[Article, ...] = ((LAW, "第二十九条"),)
    if not is_design:
        articles = (*articles, (LAW, "第十九条"), (RULES, "第八条"))
    return Abroad(right, Window.OPEN if is_open else Window.OVER, end.day, enters, end.warning, articles)


def list_abroad(session: Session, *, user_id: int, today: date) -> list[Abroad]:
    """The patents that this person sees: those with a day still to come first, the nearest first."""
    calendar = load_calendar(session, today)
    found = [
        look_abroad(right, today, calendar)
        for right in list_all(session, user_id)
        if right.kind == RightKind.PATENT and right.status not in {"rejected", "withdrawn", "invalidated"}
    ]
    order = (Window.OPEN, Window.UNKNOWN, Window.OVER, Window.NONE)
    return sorted(found, key=lambda each: (order.index(each.window), each.last_on or today, each.right.id))
