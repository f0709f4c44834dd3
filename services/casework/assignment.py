"""Whose a service's case is: taken, handed on, or given out by a supervisor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Case, CaseStatus, Role, Staff
from services.audit import record_action
from services.case_records import add_event, check_version, lock_case
from services.casework.access import check_may_on_case
from services.casework.brokers import NEEDS_LICENCE, lacks_licence
from services.casework.handover import protocol
from services.catalogue import service_of
from services.notifications import notify, user_label
from services.permissions import Action, is_matching
from services.routing import has_conflict, offer_case

log = get_logger(__name__)


def take_case(session: Session, *, staff: Staff, case_id: int, now: datetime, version: int | None = None) -> Case:
    """Answer for a case from now on. Taking it twice is harmless; of two people one hears who was quicker.

    Raises Conflict where `version` is not the present one: what is taken has changed since it was looked at.
    """
    case = lock_case(session, case_id)
    if case.status != CaseStatus.ACCEPTED or not is_matching(staff, case):
        check_may_on_case(staff, Action.READ, case)
    if case.status == CaseStatus.ACCEPTED and case.assignee_id == staff.id:
        return case
    if case.status == CaseStatus.ACCEPTED and case.assignee is not None:
        raise Conflict(f"{case.assignee.display_name}已经接单了。")
    if case.status == CaseStatus.CLOSED:
        raise Conflict("这一单已经结束了。")
    check_may_on_case(staff, Action.ACCEPT, case)
    check_version(session, case, version)
    if has_conflict(session, staff, case):
        raise Conflict("您办过这一单对方的案子,有利益冲突,请同事接。")
    if lacks_licence(session, staff, case, now):
        raise Conflict(f"{NEEDS_LICENCE}您没有有效的登记,请同事接。")
    _accept(session, case, staff, now)
    record_action(session, staff=staff, action="accepted", target=f"case:{case.number}", now=now)
    return case


def hand_on(
    session: Session, *, staff: Staff, case_id: int, to_staff_id: int, note: str, promised: str = "", now: datetime
) -> Case:
    """Give a case to a colleague, who must take it in time. `note` and `promised`, what the owner was promised, stay in
    the history with what is open, for staff only. A broker who gives a case away says what was promised.
    """
    case = lock_case(session, case_id)
    check_may_on_case(staff, Action.TRANSFER, case)
    colleague = _colleague(session, to_staff_id)
    if has_conflict(session, colleague, case):
        raise InvalidInput("这位同事办过对方的案子,有利益冲突。", fields={"to": "请另选一位"})
    if lacks_licence(session, colleague, case, now):
        raise InvalidInput(f"{NEEDS_LICENCE}这位同事没有有效的登记。", fields={"to": "请另选一位"})
    if colleague.id == case.assignee_id:
        raise InvalidInput("这一单已经在这位同事手上。", fields={"to": "请另选一位"})
    promised = promised.strip()[:300]
    if service_of(case.kind).is_brokered and staff.id == case.assignee_id and not promised:
        raise InvalidInput("请写明答应过企业什么,没有就写“无”。", fields={"promised": "没有就写“无”"})
    kept = protocol(session, case, now, promised=promised)
    add_event(session, case, "transferred", now, staff_id=staff.id, to=colleague.id, note=note.strip()[:300], **kept)
    offer_case(session, case, colleague, now, kind="transfer")
    record_action(session, staff=staff, action="transfer", target=f"case:{case.number}", now=now, to=colleague.id)
    return case


@dataclass(frozen=True)
class Assigned:
    """How many a person has now, and the numbers of those that were not given: because they have ended or are not for
    this person, or because they have changed since they were chosen."""

    given: int
    refused: Sequence[str]
    changed: Sequence[str]


def assign_cases(
    session: Session, *, staff: Staff, chosen: Mapping[int, int], to_staff_id: int, now: datetime
) -> Assigned:
    """Give several open cases to one person at once. `chosen` has each case's version as it was seen: what somebody
    else gave out meanwhile stays as it is."""
    given, refused, changed = 0, [], []
    colleague = _colleague(session, to_staff_id)
    for case_id in sorted(chosen):
        case = lock_case(session, case_id)
        check_may_on_case(staff, Action.READ, case)
        is_unfit = has_conflict(session, colleague, case) or lacks_licence(session, colleague, case, now)
        if case.status == CaseStatus.CLOSED or is_unfit:
            refused.append(case.number)
            continue
        check_may_on_case(staff, Action.ASSIGN, case)
        if case.status != CaseStatus.ACCEPTED or case.assignee_id != colleague.id:
            try:
                check_version(session, case, chosen[case_id])
            except Conflict:
                changed.append(case.number)
                continue
            kept = protocol(session, case, now)
            add_event(session, case, "transferred", now, staff_id=staff.id, to=colleague.id, **kept)
            _accept(session, case, colleague, now)
            text = f"分给您:{user_label(case.user)} · {service_of(case.kind).name} · {case.number}"
            key = f"case-{case.id}-assigned-{case.version}"
            notify(session, staff_id=colleague.id, kind="case_assigned", key=key, text=text, now=now, case=case)
            record_action(session, staff=staff, action="assign", target=f"case:{case.number}", now=now, to=colleague.id)
        given += 1
    session.flush()
    return Assigned(given, refused, changed)


def _accept(session: Session, case: Case, staff: Staff, now: datetime) -> None:
    case.status, case.assignee_id, case.respond_by = CaseStatus.ACCEPTED, staff.id, None
    case.assignee = staff
    add_event(session, case, "accepted", now, staff_id=staff.id)
    session.flush()
    log.info("case_step", step="accepted", case=case.number, staff_id=staff.id)


def _colleague(session: Session, staff_id: int) -> Staff:
    colleague = session.get(Staff, staff_id)
    if colleague is None or not colleague.is_active or colleague.role == Role.PARTNER:
        raise InvalidInput("这位同事不能接单,请另选一位。", fields={"to": "请另选一位"})
    return colleague
