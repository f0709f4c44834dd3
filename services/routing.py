"""Which member of staff gets a case: field, talent, region, load, longest idle; then the next; then a supervisor."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import CHINA, china_date
from core.i18n import chinese_time
from core.logs import get_logger
from models import Case, CaseEvent, CaseStatus, Company, ConversationStatus, HandoffReason, Role, Staff
from services.case_records import add_event, list_events, lock_case
from services.casework.brokers import licensed_among
from services.casework.system_work import runs_by_itself
from services.catalogue import find_service
from services.job_names import JobName, request_job
from services.key_accounts import managers_among
from services.notifications import list_supervisors, notify, notify_all, user_label
from services.permissions import is_matching, region_rank
from services.topics import SKILL_NAMES
from services.working_hours import load_calendar, service_times

log = get_logger(__name__)

# After hours only those count as on duty whose console is open now; the switch alone may have been forgotten.
SEEN_LATELY = timedelta(minutes=10)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
ORDER = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMINISTRATOR: 2}
ORDER_FOR_COMPLAINTS = {Role.SUPERVISOR: 0, Role.AGENT: 1, Role.ADMINISTRATOR: 2}


def route_case(session: Session, case_id: int, now: datetime) -> None:
    """Offer a waiting case to the best member of staff, unless it finishes by itself. Repeating it, or two workers at
    once, changes nothing."""
    case = lock_case(session, case_id)
    if case.status == CaseStatus.WAITING and not runs_by_itself(case, now):
        _offer_to_next(session, case, now)


def route_at_once(session: Session, case: Case, now: datetime) -> None:
    """The same for a case that this transaction opens: staff hear of it when its owner does. What goes wrong with that
    takes no case back: a job tries again.

    Two cases of one service that come at once are not offered by the same count: the row of the service's serial
    numbers is locked until the first is committed (next_case_number). Of two services this is not so; what then falls
    to one person evens out with the next case, and whom a conflict of interest keeps from it cannot take it
    (take_case).
    """
    session.flush()  # what is wrong with the case itself is no matter of its routing
    try:
        with session.begin_nested():
            if not runs_by_itself(case, now):
                _offer_to_next(session, case, now, is_new=True)
    except Exception:
        log.exception("case_not_routed_at_once", case=case.number)
        request_job(session, JobName.ROUTE_CASE, key=f"{case.id}-opened", now=now, case_id=case.id)


def check_offer(session: Session, case_id: int, offer: int, now: datetime) -> None:
    """An offer's time is over: if it still stands, pass the case on."""
    case = lock_case(session, case_id)
    if case.status != CaseStatus.OFFERED or case.offer_count != offer or case.respond_by is None:
        return
    if now < case.respond_by:
        key = f"{case.id}-{offer}-{int(case.respond_by.timestamp())}"
        request_job(
            session,
            JobName.CHECK_OFFER,
            key=key,
            now=now,
            delay=case.respond_by - now,
            case_id=case.id,
            offer=offer,
        )
        return
    add_event(session, case, "rerouted", now, staff_id=case.assignee_id, because="not accepted in time")
    log.info("case_rerouted", case=case.number, offer=offer)
    case.status, case.assignee_id, case.respond_by = CaseStatus.WAITING, None, None
    _offer_to_next(session, case, now)


def _offer_to_next(session: Session, case: Case, now: datetime, *, is_new: bool = False) -> None:
    calendar = load_calendar(session, china_date(now))
    is_open = calendar.is_open(now)
    offered, reroutes = (set[int](), 0) if is_new else _round_so_far(session, case)
    if reroutes > service_times(now).reroutes:
        escalate(session, case, now, because="nobody accepted in time")
        return
    left_out = offered | _in_conflict(session, case)
    fitting = [
        person
        for person in list_on_duty(session, now, is_open=is_open)
        if person.id not in left_out and is_matching(person, case)
    ]
    candidates = licensed_among(session, case, fitting, now)
    if candidates:
        # Whoever looks after the firm comes first; a complaint goes to a supervisor, it may be about them.
        is_complaint = case.reason == HandoffReason.COMPLAINT
        first = candidates if is_complaint else managers_among(session, [case.company_id], candidates)
        offer_case(session, case, _best(session, case, first), now)
    elif not is_open:
        _wait_until(session, case, calendar.next_opening(now), now)
    elif (arrived_by := _shift_start(now, calendar) + service_times(now).offer) > now and not offered:
        # The shift has just begun and nobody has sat down yet.
        _wait_until(session, case, arrived_by, now)
    else:
        escalate(session, case, now, because="nobody available")


def _round_so_far(session: Session, case: Case) -> tuple[set[int], int]:
    """Who has been offered the case, and how often it was passed on, since it was opened or last transferred."""
    offered: set[int] = set()
    reroutes = 0
    for event in list_events(session, case.id):
        if event.kind == "transferred":
            offered, reroutes = set(), 0
        if event.kind == "offered" and event.details.get("to") is not None:
            offered.add(event.details["to"])
        reroutes += event.kind == "rerouted"
    return offered, reroutes


def has_conflict(session: Session, person: Staff, case: Case) -> bool:
    """Whether this person works, or worked, for the other side of the case, or against its owner."""
    return person.id in _in_conflict(session, case)


def _in_conflict(session: Session, case: Case) -> set[int]:
    """Everybody of whom that is so: one query, however many could have the case."""
    own = case.company.name if case.company else None
    sides: list[ColumnElement[bool]] = []
    if case.opponent:
        sides.append(Case.company_id.in_(select(Company.id).where(Company.name == case.opponent)))
    if own:
        sides.append(Case.opponent == own)
    if not sides:
        return set()
    theirs = select(Case.assignee_id).where(Case.assignee_id.is_not(None), Case.id != case.id, or_(*sides)).distinct()
    return {staff_id for staff_id in session.scalars(theirs) if staff_id is not None}


def list_on_duty(session: Session, now: datetime, *, is_open: bool) -> list[Staff]:
    """Active and available; outside working hours only with the console open."""
    query = select(Staff).where(Staff.is_active, Staff.is_available, Staff.role != Role.PARTNER)
    if not is_open:
        query = query.where(Staff.last_seen_at > now - SEEN_LATELY)
    return list(session.scalars(query.order_by(Staff.id)))


def _best(session: Session, case: Case, candidates: list[Staff]) -> Staff:
    order = ORDER_FOR_COMPLAINTS if case.reason == HandoffReason.COMPLAINT else ORDER
    service = find_service(case.kind)
    abilities = service.abilities.of(case.form) if service is not None else frozenset()

    def fit(person: Staff) -> tuple[int, bool, bool, int]:
        return (
            order[Role(person.role)],
            case.topic not in person.skills,
            abilities.isdisjoint(person.skills),
            -region_rank(person, case.region),
        )

    best_fit = min(map(fit, candidates))
    equals = [person for person in candidates if fit(person) == best_fit]
    if len(equals) == 1:
        return equals[0]
    # What each has and had last is counted for those only between whom it decides.
    ids = [person.id for person in equals]
    open_cases = (
        select(Case.assignee_id, func.count())
        .where(Case.assignee_id.in_(ids), Case.status.in_([CaseStatus.OFFERED, CaseStatus.ACCEPTED]))
        .group_by(Case.assignee_id)
    )
    load = dict(session.execute(open_cases).all())
    # When each was last given something: an offer's event names whom it went to. The greatest of one person and kind is
    # one look into the index; grouped, it would be all that they ever had.
    last = [
        select(func.max(CaseEvent.id)).where(CaseEvent.staff_id == Staff.id, CaseEvent.kind == kind).scalar_subquery()
        for kind in ("offered", "accepted")
    ]
    given = session.execute(select(Staff.id, *last).where(Staff.id.in_(ids)))
    busy = {staff_id: max(offered or 0, accepted or 0) for staff_id, offered, accepted in given}
    return min(equals, key=lambda person: (load.get(person.id, 0), busy.get(person.id, 0), person.id))


def offer_case(session: Session, case: Case, person: Staff, now: datetime, *, kind: str = "case_assigned") -> None:
    """Offer the case to one person, tell them, and look again when their time is over."""
    times = service_times(now)
    case.status, case.assignee_id = CaseStatus.OFFERED, person.id
    case.offer_count += 1
    case.respond_by = load_calendar(session, china_date(now)).add_working_time(now, times.offer)
    if case.is_handoff and case.conversation.status == ConversationStatus.OPEN:
        # Held by people already (a transfer): the user's next messages go to whom it is offered.
        case.conversation.assignee_id = person.id
    add_event(session, case, "offered", now, staff_id=person.id, to=person.id, offer=case.offer_count)
    notify(
        session,
        staff_id=person.id,
        kind=kind,
        key=f"case-{case.id}-offer-{case.offer_count}",
        text=_notice(case, "新的请求" if kind == "case_assigned" else "转给您", now),
        now=now,
        case=case,
    )
    request_job(
        session,
        JobName.CHECK_OFFER,
        key=f"{case.id}-{case.offer_count}",
        now=now,
        delay=case.respond_by - now,
        case_id=case.id,
        offer=case.offer_count,
    )
    session.flush()
    log.info("case_offered", case=case.number, staff_id=person.id, offer=case.offer_count)


def escalate(session: Session, case: Case, now: datetime, *, because: str) -> None:
    """Nobody took it: every supervisor is told; it stays open to whoever may take it."""
    case.status, case.assignee_id, case.respond_by = CaseStatus.ESCALATED, None, None
    if case.is_handoff and case.conversation.status == ConversationStatus.OPEN:
        case.conversation.assignee_id = None
    add_event(session, case, "escalated", now, because=because)
    told = notify_all(
        session,
        list_supervisors(session),
        kind="case_escalated",
        key=f"case-{case.id}-escalated-{case.offer_count}",
        text=_notice(case, "没人接单", now),
        now=now,
        case=case,
    )
    session.flush()
    log.warning("case_escalated", case=case.number, because=because, told=told)


def _wait_until(session: Session, case: Case, at: datetime, now: datetime) -> None:
    key = f"{case.id}-at-{int(at.timestamp())}"
    request_job(session, JobName.ROUTE_CASE, key=key, now=now, delay=at - now, case_id=case.id)
    log.info("case_waits_for_staff", case=case.number)


def _shift_start(now: datetime, calendar: WorkingCalendar) -> datetime:
    local = now.astimezone(CHINA)
    start = max(opens for opens, _closes in calendar.shifts if opens <= local.time())
    return datetime.combine(local.date(), start, CHINA)


def _notice(case: Case, head: str, now: datetime) -> str:
    service = find_service(case.kind)
    topic = service.name if service else SKILL_NAMES.get(case.topic, SKILL_NAMES["general"])
    by = chinese_time(case.promised_at, now)
    return f"{head}:{user_label(case.user)} · {topic} · {case.number} · {by}前回复"
