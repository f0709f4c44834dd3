"""Who is told of what is due, and when: one message a keeper and day, each day of the plan once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.logs import get_logger
from models import CustodyLetter, CustodyRight
from services.custody.due_dates import Due, plan_notice
from services.custody.effects import effects_of_lapse
from services.custody.leaving import settle_keeper
from services.custody.letter_wording import LETTERS, letter_lines, letter_reminder
from services.custody.letters import Letter, take_letters_to_tell
from services.custody.settings import custody_settings
from services.custody.telling import tell
from services.custody.wording import HOW, MOST_LINES, NO_MORE, PAID, line_of, reminder
from services.job_names import JobName, request_job
from services.notices.facts import Fact, said_day
from services.reaching import find_conversation
from services.working_hours import load_calendar

log = get_logger(__name__)

PORTION = 500
# Of one keeper in one message; the rest says how many more there are.
MOST_TOLD = 200
MOST_CHOICES = 3


@dataclass(frozen=True)
class Told:
    """A right of which its keeper is told today."""

    right: CustodyRight
    due: Due


def request_reminders(session: Session, now: datetime, *, after: int = 0) -> int | None:
    """Ask for the message of each keeper who is to be told today: once a keeper and day, whoever asks how often.

    Answers after whom to go on, None where nobody is left or the hour is quiet.
    """
    today = china_date(now)
    if custody_settings(today).is_quiet(now):
        return None
    has_letter = exists().where(CustodyLetter.right_id == CustodyRight.id, CustodyLetter.next_notice_on <= today)
    keepers = session.scalars(
        select(CustodyRight.user_id)
        .where(or_(_is_to_be_told(today), has_letter), CustodyRight.user_id > after)
        .distinct()
        .order_by(CustodyRight.user_id)
        .limit(PORTION)
    ).all()
    for user_id in keepers:
        request_job(session, JobName.REMIND_KEEPER, key=f"{user_id}-{today}", now=now, user_id=user_id)
    session.flush()
    return keepers[-1] if len(keepers) == PORTION else None


def remind_keeper(session: Session, user_id: int, now: datetime) -> int:
    """Tell a keeper of all that is to be told today; answers of how many rights and letters.

    The message and each right's next day are one transaction: cut off, both are undone; run twice, nothing is left.
    """
    today = china_date(now)
    calendar = load_calendar(session, today)
    conversation = find_conversation(session, user_id, now)
    rights = session.scalars(
        select(CustodyRight)
        .where(CustodyRight.user_id == user_id, _is_to_be_told(today))
        .order_by(CustodyRight.id)
        .limit(MOST_TOLD)
        .with_for_update(of=CustodyRight)
        .execution_options(populate_existing=True)
    ).all()
    told: list[Told] = []
    for right in rights:
        if not settle_keeper(session, right, now):
            continue  # its new keeper's own message says it
        due = plan_notice(right, today, calendar)
        if due is not None:
            told.append(Told(right, due))
    letters = take_letters_to_tell(session, user_id, now, limit=MOST_TOLD)
    if told or letters:
        told.sort(key=lambda each: (each.due.on, each.right.id))
        text, choices = _words(session, told, today) if told else ("", ())
        title, facts = (_title(told), _facts(told[0].due, today)) if told else ("", {})
        if letters:  # what must be answered comes first: it cannot be made up for by paying more
            text, choices = _with_letters(text, letters, today), (LETTERS, *choices)[:MOST_CHOICES]
            title, facts = _letter_title(letters), _letter_facts(letters[0], today)
        if not tell(session, conversation, text, now, title=title, facts=facts, choices=choices):
            log.info("custody_keeper_unreachable", user_id=user_id)
    session.flush()
    log.info("custody_reminded", user_id=user_id, rights=len(told), letters=len(letters))
    return len(told) + len(letters)


def _with_letters(text: str, letters: Sequence[Letter], today: date) -> str:
    if len(letters) == 1:
        said = letter_reminder(letters[0].row, letters[0].term, today)
    else:
        lines = letter_lines([each.row for each in letters], today)
        said = "\n".join([f"有{len(letters)}份通知书要答复:", *lines])
    return f"{said}\n\n{text}" if text else said


def _letter_title(letters: Sequence[Letter]) -> str:
    more = f"等{len(letters)}份" if len(letters) > 1 else ""
    return f"{letters[0].row.right.number}答复期限{more}"


def _letter_facts(letter: Letter, today: date) -> dict[Fact, str]:
    is_late = today > letter.row.due_on
    return {
        Fact.DAY: said_day(letter.row.due_on),
        Fact.STATE: "已过期" if is_late else "即将到期",
        Fact.DETAIL: "详情请回复查看" if is_late else "请在到期前办理",
    }


def _is_to_be_told(today: date) -> ColumnElement[bool]:
    return CustodyRight.next_notice_on <= today


def _title(told: Sequence[Told]) -> str:
    """What there is room for in a template: the first one's number, which is looked up by it."""
    first = told[0]
    what = "年费" if first.due.fee is not None else "续展"
    more = f"等{len(told)}件" if len(told) > 1 else ""
    return f"{first.right.number}{what}{more}"


def _facts(due: Due, today: date) -> dict[Fact, str]:
    """The day by which it costs nothing more, or after it the last one; for a fee what it costs today."""
    is_late = today > due.on
    facts = {
        Fact.DAY: said_day(due.grace_until if is_late else due.on),
        Fact.STATE: "已过期" if is_late else "即将到期",
        Fact.DETAIL: "逾期仍可办理,详情请回复查看" if is_late else "请在到期前办理",
    }
    step = due.fee.step_on(today) if due.fee is not None else None
    if step is not None:
        facts[Fact.AMOUNT] = f"{step.total}元"
    return facts


def _words(session: Session, told: Sequence[Told], today: date) -> tuple[str, tuple[str, ...]]:
    first = told[0]
    if len(told) == 1:
        effects = effects_of_lapse(session, first.right, first.due)
        choices = (PAID, HOW, NO_MORE) if first.due.fee is not None else (NO_MORE,)
        return reminder(first.right, first.due, effects, today), choices
    lines = [f"托管的{len(told)}件有期限要办:"]
    for place, each in enumerate(told[:MOST_LINES], start=1):
        lines.append(f"{place}. {line_of(each.right, each.due, today)}")
    if len(told) > MOST_LINES:
        lines.append(f"还有{len(told) - MOST_LINES}件,说“{NO_MORE}”看全部。")
    lines.append(f"哪件缴过了,带号码说,比如“{first.right.number} {PAID}”。")
    return "\n".join(lines), (NO_MORE, HOW)
