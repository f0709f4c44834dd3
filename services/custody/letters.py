"""Letters of the patent office that must be answered: written down by who got them, minded until they are closed."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from core.calendar import WorkingCalendar
from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import CustodyLetter, CustodyRight, LetterKind, LetterState, RightKind
from services.custody.access import STALE, get_own_letter, get_own_right, seen_by
from services.custody.changes import enter
from services.custody.due_dates import is_plausible
from services.custody.leaving import settle_keeper
from services.custody.letter_terms import (
    EXTENSIBLE,
    MOST_EXTENDED,
    LetterDays,
    Term,
    days_of,
    next_notice,
    term_of,
    term_of_letter,
)
from services.working_hours import load_calendar

log = get_logger(__name__)

# Of one right; more is a slip of a client.
MOST_OPEN = 20
ONLY_PATENTS = "只有中国专利的通知书能算答复期限。"
NO_DAY = "收到日、发文日或通知书写明的期限,要填一个。"
CLOSED = "这份通知书已经了结了。"
NOT_EXTENSIBLE = "这个期限是法定的,不能延长。"
PASSED = "原期限已过,不能再延;误了的可以请求恢复权利,请说“转人工”。"


@dataclass(frozen=True)
class Letter:
    """A letter with its last day as it is reckoned now."""

    row: CustodyLetter
    term: Term


def record_letter(
    session: Session, *, user_id: int, right_id: str, kind: LetterKind, days: LetterDays, now: datetime
) -> Letter:
    """Write a letter down; the same one twice stays one, with what is said of it last. Raises NotFound, Conflict for a
    right that gets no such letters, InvalidInput."""
    right = get_own_right(session, user_id, right_id, lock=True)
    if right.kind != RightKind.PATENT or not right.number.startswith("CN"):
        raise Conflict(ONLY_PATENTS)
    today = china_date(now)
    _check(days, today)
    term = term_of(kind, days, right.patent_kind, today, load_calendar(session, today))
    still_open = [letter for letter in right.letters if letter.state == LetterState.OPEN]
    same = next((each for each in still_open if each.kind == kind and _is_same(each, days)), None)
    if same is not None:
        return _complete(same, days, now, user_id, today, load_calendar(session, today))
    if len(still_open) >= MOST_OPEN:
        raise Conflict(f"一件最多同时记{MOST_OPEN}份通知书,先了结旧的。")
    row = CustodyLetter(
        kind=kind, received_on=days.received_on, issued_on=days.issued_on, delivery=days.delivery,
        stated_on=days.stated_on, extended_months=0, due_on=term.due_on, state=LetterState.OPEN, created_at=now,
        version=1, next_notice_on=next_notice(term.due_on, today),
    )  # fmt: skip
    right.letters.append(row)
    enter(right, "letter_recorded", now, user_id=user_id, details={"letter": kind, "due_on": term.due_on.isoformat()})
    session.flush()
    log.info("custody_letter_recorded", right_id=right.id, kind=kind)
    return Letter(row, term)


def _is_same(row: CustodyLetter, days: LetterDays) -> bool:
    """By the first of its days that both name: a letter of a kind is issued once on a day."""
    pairs = (
        (row.issued_on, days.issued_on), (row.received_on, days.received_on), (row.stated_on, days.stated_on),
    )  # fmt: skip
    return next((before == now for before, now in pairs if before is not None and now is not None), False)


def _complete(
    row: CustodyLetter, days: LetterDays, now: datetime, user_id: int, today: date, calendar: WorkingCalendar
) -> Letter:
    """What is said now goes before what was said; what is not said now stays, as does an extension."""
    before = days_of(row)
    row.received_on, row.issued_on = days.received_on or row.received_on, days.issued_on or row.issued_on
    row.stated_on, row.delivery = days.stated_on or row.stated_on, days.delivery or row.delivery
    term = term_of_letter(row, today, calendar)
    if days_of(row) != before:
        row.due_on, row.next_notice_on = term.due_on, next_notice(term.due_on, today)
        _note(row, "letter_recorded", now, user_id)
    return Letter(row, term)


def what_it_is(row: CustodyLetter) -> tuple[object, ...]:
    """By what two entries are the same letter."""
    return row.kind, row.received_on, row.issued_on, row.stated_on


def _check(days: LetterDays, today: date) -> None:
    given = {"received_on": days.received_on, "issued_on": days.issued_on, "stated_on": days.stated_on}
    if not any(given.values()):
        raise InvalidInput(NO_DAY, fields={"received_on": NO_DAY})
    for name, day in given.items():
        if day is not None and not is_plausible(day):
            raise InvalidInput("日期不对,请核对。", fields={name: "日期不对"})
        if day is not None and name != "stated_on" and day > today:
            raise InvalidInput("这个日子在今天以后,请核对。", fields={name: "不能晚于今天"})
    if days.received_on and days.issued_on and days.received_on < days.issued_on:
        raise InvalidInput("收到日早于发文日,请核对。", fields={"received_on": "不能早于发文日"})


def extend_letter(
    session: Session, *, user_id: int, public_id: str, months: int, now: datetime, version: int | None = None
) -> Letter:
    """Its period was extended by so many months in all, as asked for before its end. The approval may come after it:
    while the longer period lasts it is written down. Raises NotFound, Conflict, InvalidInput."""
    row = _open_letter(session, user_id, public_id, version)
    if row.kind not in EXTENSIBLE:
        raise Conflict(NOT_EXTENSIBLE)
    if not 1 <= months <= MOST_EXTENDED:
        raise InvalidInput(f"最多延长{MOST_EXTENDED}个月。", fields={"months": f"1到{MOST_EXTENDED}"})
    today, calendar = china_date(now), load_calendar(session, china_date(now))
    days = replace(days_of(row), extended_months=months)
    term = term_of(LetterKind(row.kind), days, row.right.patent_kind, today, calendar)
    if row.extended_months == 0 and max(row.due_on, term.due_on) < today:
        raise Conflict(PASSED)
    row.extended_months = months
    row.due_on, row.next_notice_on = term.due_on, next_notice(term.due_on, today)
    _note(row, "letter_extended", now, user_id)
    session.flush()
    return Letter(row, term)


def close_letter(
    session: Session,
    *,
    user_id: int,
    public_id: str,
    state: LetterState,
    now: datetime,
    version: int | None = None,
) -> Letter:
    """Answered, not to be answered, or written down by mistake: nobody is reminded any more. Saying it again changes
    nothing. Raises NotFound, Conflict where it was closed otherwise."""
    today, calendar = china_date(now), load_calendar(session, china_date(now))
    row = get_own_letter(session, user_id, public_id, lock=True)
    if row.state == state:
        return Letter(row, term_of_letter(row, today, calendar))
    row = _open_letter(session, user_id, public_id, version)
    row.state, row.closed_at, row.next_notice_on = state, now, None
    _note(row, f"letter_{state}", now, user_id)
    session.flush()
    return Letter(row, term_of_letter(row, today, calendar))


def _open_letter(session: Session, user_id: int, public_id: str, version: int | None) -> CustodyLetter:
    row = get_own_letter(session, user_id, public_id, lock=True)
    if version is not None and version != row.version:
        raise Conflict(STALE)
    if row.state != LetterState.OPEN:
        raise Conflict(CLOSED)
    return row


def _note(row: CustodyLetter, kind: str, now: datetime, user_id: int) -> None:
    row.version += 1
    enter(row.right, kind, now, user_id=user_id, details={"letter": row.kind, "due_on": row.due_on.isoformat()})


def list_letters(
    session: Session, *, user_id: int, today: date, is_open: bool = True, offset: int = 0, limit: int = 20
) -> tuple[list[Letter], int | None]:
    """What this person sees, the nearest day first (of closed ones the latest), and where the next page begins."""
    wanted = select(CustodyLetter).join(CustodyLetter.right).where(seen_by(user_id))
    wanted = wanted.options(contains_eager(CustodyLetter.right))
    if is_open:
        wanted = wanted.where(CustodyLetter.state == LetterState.OPEN)
        wanted = wanted.order_by(CustodyLetter.due_on, CustodyLetter.id)
    else:
        wanted = wanted.where(CustodyLetter.state != LetterState.OPEN)
        wanted = wanted.order_by(CustodyLetter.closed_at.desc(), CustodyLetter.id.desc())
    rows = session.scalars(wanted.offset(offset).limit(limit + 1)).all()
    calendar = load_calendar(session, today)
    shown = [Letter(row, term_of_letter(row, today, calendar)) for row in rows[:limit]]
    return shown, offset + limit if len(rows) > limit else None


def letters_of(session: Session, right: CustodyRight, today: date) -> list[Letter]:
    """The open letters of a right that has been through the door, the nearest first."""
    calendar = load_calendar(session, today)
    rows = sorted((each for each in right.letters if each.state == LetterState.OPEN), key=lambda each: each.due_on)
    return [Letter(row, term_of_letter(row, today, calendar)) for row in rows]


def take_letters_to_tell(session: Session, user_id: int, now: datetime, *, limit: int) -> list[Letter]:
    """The letters of which this keeper is to be told today, locked; their next day is written down with it."""
    today, calendar = china_date(now), load_calendar(session, china_date(now))
    rows = session.scalars(
        select(CustodyLetter)
        .join(CustodyLetter.right)
        .where(CustodyRight.user_id == user_id, CustodyLetter.next_notice_on <= today)
        .options(contains_eager(CustodyLetter.right))
        .order_by(CustodyLetter.due_on, CustodyLetter.id)
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    told = []
    for row in rows:
        stays = settle_keeper(session, row.right, now)
        if stays or row.right.user_id == user_id:  # else its new keeper's own message says it
            row.next_notice_on = next_notice(row.due_on, today)
        if stays:
            told.append(Letter(row, term_of_letter(row, today, calendar)))
    return told
