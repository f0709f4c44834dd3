"""What must not be forgotten: cases nobody routed, promises that passed, conversations that fell silent."""

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_time
from core.logs import get_logger
from models import Author, Case, CaseEvent, CaseStatus, Conversation, ConversationStatus, Message, Staff
from services.case_records import add_event, find_open_case, finish_case, lock_case
from services.casework.system_work import needs_people
from services.job_names import JobName, request_rescues
from services.notifications import list_supervisors, notify_all, user_label
from services.routing import list_on_duty
from services.working_hours import load_calendar, service_times

log = get_logger(__name__)

GRACE = timedelta(seconds=20)
RESCUE_EVERY = timedelta(seconds=30)
LIMIT = 100


def rescue_unrouted_cases(session: Session, now: datetime) -> int:
    """Ask for a job for every case that waits although somebody could have it; answers how many."""
    waiting = list(
        session.scalars(
            select(Case)
            .where(Case.status == CaseStatus.WAITING, Case.created_at < now - GRACE, needs_people(now))
            .order_by(Case.id)
            .limit(LIMIT)
        )
    )
    is_open = load_calendar(session, china_date(now)).is_open(now)
    if waiting and (is_open or list_on_duty(session, now, is_open=False)):
        asks = {f"{case.id}-rescue": {"case_id": case.id} for case in waiting}
        request_rescues(session, JobName.ROUTE_CASE, asks, every=RESCUE_EVERY, now=now)
    else:
        waiting = []
    overdue = session.scalars(
        select(Case).where(Case.status == CaseStatus.OFFERED, Case.respond_by < now - GRACE).limit(LIMIT)
    ).all()
    offers = {
        f"{case.id}-{case.offer_count}-rescue": {"case_id": case.id, "offer": case.offer_count} for case in overdue
    }
    request_rescues(session, JobName.CHECK_OFFER, offers, every=RESCUE_EVERY, now=now)
    return len(waiting) + len(overdue)


def mark_missed_promises(session: Session, now: datetime) -> int:
    """Tell the supervisors and the holder, once a case, that nobody answered in time; answers how many."""
    is_marked = exists().where(CaseEvent.case_id == Case.id, CaseEvent.kind == "promise_missed")
    late = session.scalars(
        select(Case.id)
        .where(
            # Named one by one: an index answers "one of these", not "any but that one".
            Case.status.in_([status for status in CaseStatus if status is not CaseStatus.CLOSED]),
            Case.first_reply_at.is_(None),
            Case.promised_at < now,
            ~is_marked,
            needs_people(now),
        )
        .order_by(Case.id)
        .limit(LIMIT)
    ).all()
    return sum(_mark_missed(session, case_id, now) for case_id in late)


def _mark_missed(session: Session, case_id: int, now: datetime) -> bool:
    case = lock_case(session, case_id)
    done = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.kind == "promise_missed")
    if case.status == CaseStatus.CLOSED or case.first_reply_at is not None or session.scalar(done) is not None:
        return False
    add_event(session, case, "promise_missed", now, staff_id=case.assignee_id)
    people = {person.id: person for person in list_supervisors(session)}
    holder = session.get(Staff, case.assignee_id) if case.assignee_id else None
    if holder is not None:
        people[holder.id] = holder
    by = chinese_time(case.promised_at, now)
    notify_all(
        session,
        people.values(),
        kind="promise_missed",
        key=f"case-{case.id}-promise",
        text=f"超时未回复:{user_label(case.user)} · {case.number} · 答应{by}前",
        now=now,
        case=case,
    )
    session.flush()
    log.warning("promise_missed", case=case.number)
    return True


def close_idle_cases(session: Session, now: datetime) -> int:
    """End what was answered and then fell silent, so that the bot answers the next message; answers how many."""
    before = now - service_times(now).idle
    idle = session.scalars(
        select(Conversation.id)
        .where(
            Conversation.status == ConversationStatus.OPEN,
            Conversation.last_message_at < before,
            or_(
                Conversation.last_user_message_at.is_(None),
                Conversation.last_user_message_at < Conversation.last_message_at,
            ),
        )
        .limit(LIMIT)
    ).all()
    closed = 0
    for conversation_id in idle:
        found = find_open_case(session, conversation_id)
        if found is None or found.first_reply_at is None:
            continue
        case = lock_case(session, found.id)
        if case.status == CaseStatus.CLOSED or not _staff_spoke_last(session, conversation_id):
            continue
        finish_case(session, case, now)
        add_event(session, case, "closed", now, because="silent")
        log.info("case_closed_idle", case=case.number)
        closed += 1
    return closed


def _staff_spoke_last(session: Session, conversation_id: int) -> bool:
    last = session.scalar(
        select(Message.author)
        .where(Message.conversation_id == conversation_id, Message.is_internal.is_(False))
        .order_by(Message.id.desc())
        .limit(1)
    )
    return last != Author.USER
