"""What an import changed about rights in custody: written down, and told with what follows and what waiting costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date
from core.logs import get_logger
from models import CustodyEvent, CustodyRight, LegalStatus, OwnershipProof, Patent, RightSource, UpkeepMark
from services.custody.adding import take_record
from services.custody.changes import note
from services.custody.due_dates import assume_paid, counts_as_in_force, find_due, plan_notice
from services.custody.effects import effects_of_lapse
from services.custody.leaving import settle_keeper
from services.custody.settings import custody_settings
from services.custody.telling import tell
from services.custody.wording import MOST_EFFECTS, named, said_due
from services.job_names import JobName, request_job
from services.notices.facts import Fact, said_day
from services.patent_words import STATUS_NAMES
from services.patents import find_patent
from services.reaching import find_conversation
from services.working_hours import load_calendar

log = get_logger(__name__)

MARK = "custody"
PORTION = 1_000
ENDED = (LegalStatus.LAPSED, LegalStatus.INVALIDATED, LegalStatus.REJECTED, LegalStatus.WITHDRAWN)


@dataclass(frozen=True)
class Before:
    """What the right said until now."""

    status: str
    owner_names: tuple[str, ...]


def note_changes(session: Session, now: datetime) -> int | None:
    """Read on in the imported changes, one portion; answers how many rights changed, None where all has been read.

    Running it again is harmless: what a right says already is no change. A right that is added while an import commits
    was read either before its change, which is yet to come here, or after it.
    """
    mark = session.get(UpkeepMark, MARK, with_for_update=True)
    if mark is None:
        return _begin(session, now)
    changed = session.execute(
        select(Patent.change_serial, Patent.application_number, Patent.publication_number)
        .where(Patent.change_serial > mark.last_id)
        .order_by(Patent.change_serial)
        .limit(PORTION)
    ).all()
    if not changed:
        return None
    applications = [row[1] for row in changed if row[1]]
    publications = [row[2] for row in changed]
    rights = session.scalars(
        select(CustodyRight)
        .where(
            CustodyRight.ended_at.is_(None),
            or_(
                CustodyRight.application_number.in_(applications),
                CustodyRight.publication_number.in_(publications),
            ),
        )
        .order_by(CustodyRight.id)
        .with_for_update(of=CustodyRight)
    ).all()
    count = sum(_bring_up_to_date(session, right, now) for right in rights)
    mark.last_id, mark.done_at = changed[-1][0], now
    session.flush()
    if count:
        log.info("custody_changes_noted", rights=count)
    return count


def _begin(session: Session, now: datetime) -> int:
    """The first run: from here on only changes are read, so what is in custody already is looked at once."""
    last = session.scalar(select(func.max(Patent.change_serial))) or 0
    rights = session.scalars(select(CustodyRight).where(CustodyRight.ended_at.is_(None)).order_by(CustodyRight.id))
    count = sum(_bring_up_to_date(session, right, now) for right in rights.all())
    session.add(UpkeepMark(name=MARK, last_id=last, done_at=now))
    session.flush()
    return count


def _bring_up_to_date(session: Session, right: CustodyRight, now: datetime) -> bool:
    patent = find_patent(session, right.application_number or right.publication_number or right.number)
    if patent is None:
        return False
    # Whom an owner named without a record is no owner who changed.
    owners = tuple(right.owner_names) if right.source == RightSource.RECORD else ()
    before = Before(right.status, owners)
    was_in_force, had_fees = counts_as_in_force(right), right.paid_year is not None
    counted_from = right.patent_kind, right.filed_on
    take_record(right, patent)
    today = china_date(now)
    calendar = load_calendar(session, today)
    # A year that was counted from another filing day is another year.
    is_recounted = counted_from != (right.patent_kind, right.filed_on)
    if counts_as_in_force(right) and (is_recounted or not (was_in_force and had_fees)):
        assume_paid(right, today, calendar)
    plan_notice(right, today, calendar)
    has_new_owner = _has_new_owner(right, before)
    if before.status == right.status and not has_new_owner:
        return False
    if has_new_owner:
        right.proof = OwnershipProof.CLAIMED
    details = {"from": before.status, "to": right.status, "owners_before": list(before.owner_names)}
    note(right, "record_changed", now, details=details)
    session.flush()
    _ask_to_tell(session, right, right.events[-1].id, now)
    return True


def _ask_to_tell(session: Session, right: CustodyRight, event_id: int, now: datetime) -> None:
    request_job(
        session, JobName.TELL_RIGHT_CHANGED, key=f"{right.id}-{right.version}", now=now,
        delay=custody_settings(china_date(now)).until_open(now), right_id=right.id, event_id=event_id,
    )  # fmt: skip


def tell_change(session: Session, right_id: int, event_id: int, now: datetime) -> bool:
    """Tell the keeper what changed since they were told last, once for all of it: the job of the latest change does.
    Answers whether there was something to say."""
    right = session.get(CustodyRight, right_id)
    if right is None or right.ended_at is not None:
        return False
    conversation = find_conversation(session, right.user_id, now)
    keeper = right.user_id
    if not settle_keeper(session, right, now):
        if right.user_id != keeper:
            # The new one hears it from a job of its own: nobody's conversation is wanted while a right is held.
            _ask_to_tell(session, right, event_id, now)
        return False
    changes = [event for event in right.events if event.kind == "record_changed"]
    untold = [event for event in changes if not event.details.get("told")]
    if not untold or untold[-1].id != event_id:
        return False
    before = _take_as_told(untold)
    if before.status == right.status and not _has_new_owner(right, before):
        return False
    text = words_of_change(session, right, before, china_date(now))
    facts = {Fact.NUMBER: right.number, Fact.STATE: "有变化", Fact.DAY: said_day(china_date(now))}
    return tell(session, conversation, text, now, title=f"{right.number}状态有变化", facts=facts)


def _take_as_told(untold: Sequence[CustodyEvent]) -> Before:
    """How it stood when its keeper was told last: several changes of a night are one message, and none is lost."""
    owners = (tuple(event.details["owners_before"]) for event in untold)
    before = Before(str(untold[0].details["from"]), next((each for each in owners if each), ()))
    for event in untold:
        event.details = {**event.details, "told": True}
    return before


def _has_new_owner(right: CustodyRight, before: Before) -> bool:
    return bool(before.owner_names) and set(before.owner_names) != set(right.owner_names)


def words_of_change(session: Session, right: CustodyRight, before: Before, today: date) -> str:
    """What changed, what follows, what waiting costs, and as of when our data are."""
    lines = []
    if before.status != right.status:
        was, now_is = _state(before.status), _state(right.status)
        since = f"({chinese_date(right.status_on)})" if right.status_on else ""
        lines += [f"{named(right)} 的状态变了:{was}→{now_is}{since}。", *_follows(session, right, today)]
    if _has_new_owner(right, before):
        owners = "、".join(right.owner_names[:3]) or "没有记载"
        lines += [
            f"{named(right)} 的权利人变了,现在是{owners}。",
            "不是您办的转让,请尽快说“转人工”。权属要重新核对。",
        ]
    if right.data_date is not None:
        lines.append(f"数据截至{chinese_date(right.data_date)}{',演示数据' if right.is_demo else ''},以登记簿为准。")
    return "\n".join(lines)


def _follows(session: Session, right: CustodyRight, today: date) -> list[str]:
    if right.status == LegalStatus.ACTIVE:
        due = find_due(right, today, load_calendar(session, today))
        return [f"从现在起要缴年费:{said_due(due, today)}(《专利法实施细则》第一百一十五条)。"] if due else []
    if right.status not in ENDED:
        return []
    lines = []
    if right.status == LegalStatus.LAPSED:
        lines.append(
            "没缴年费的,收到终止通知起2个月内有正当理由可以请求恢复,要补年费、25%滞纳金和恢复费(《专利法实施细则》第六条),晚了就不能。"
        )
    effects = [each for each in effects_of_lapse(session, right, None) if each.case_number]
    if effects:
        lines.append("受影响:" + ";".join(each.text for each in effects[:MOST_EFFECTS]) + "。")
    return lines


def _state(status: str) -> str:
    return STATUS_NAMES.get(status, "不详")
