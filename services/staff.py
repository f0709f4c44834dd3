"""The people who work here: accounts, login, whether they take cases now."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from models import Case, CaseStatus, Institution, Role, Staff
from services.audit import record_action
from services.case_records import add_event, lock_case
from services.casework.handover import protocol
from services.job_names import JobName, request_job
from services.passwords import check_new_password, first_password, hash_password, is_password, needs_rehash
from services.permissions import Action, check_may, is_matching
from services.topics import ABILITY_NAMES

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")
SEEN_EVERY = timedelta(minutes=1)
ROLE_NAMES = {Role.AGENT: "专员", Role.SUPERVISOR: "主管", Role.ADMINISTRATOR: "管理员", Role.PARTNER: "合作机构"}


def create_staff(
    session: Session,
    *,
    username: str,
    display_name: str,
    role: Role,
    skills: Sequence[str] = (),
    regions: Sequence[str] = (),
    institution_id: int | None = None,
    now: datetime,
    by: Staff | None = None,
) -> tuple[Staff, str]:
    """A new account and its first password, which is not kept anywhere and must be changed at the first login.

    Raises Conflict for a user name that is taken, InvalidInput for a malformed one, or for a partner without an
    institution.
    """
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        reason = "用户名用3至40个小写字母、数字或 . _ -。"
        raise InvalidInput(reason, fields={"username": reason})
    if session.scalar(select(Staff.id).where(Staff.username == username)) is not None:
        raise Conflict("这个用户名已经有人用了。", fields={"username": "已经有人用了"})
    password = first_password()
    person = Staff(
        username=username,
        display_name=_checked_name(display_name or username),
        role=role,
        password_hash=hash_password(password),
        skills=_checked_skills(skills),
        regions=_checked_regions(regions),
        institution_id=_checked_institution(session, role, institution_id),
        created_at=now,
    )
    session.add(person)
    session.flush()
    record_action(session, staff=by, action="staff_created", target=f"staff:{person.id}", now=now, role=role)
    return person, password


def authenticate(session: Session, *, username: str, password: str, now: datetime) -> Staff | None:
    """The active member of staff with this password, else None; both outcomes are in the audit log."""
    username = username.strip().lower()[:40]
    person = session.scalar(select(Staff).where(Staff.username == username))
    is_right = is_password(person.password_hash if person else None, password)
    if person is None or not is_right or not person.is_active:
        target = f"staff:{person.id}" if person else "staff:unknown"
        record_action(session, staff=person, action="login_failed", target=target, now=now)
        return None
    if needs_rehash(person.password_hash):
        person.password_hash = hash_password(password)
    person.last_seen_at = now
    record_action(session, staff=person, action="login", target=f"staff:{person.id}", now=now)
    return person


def change_password(session: Session, *, staff: Staff, old_password: str, new_password: str, now: datetime) -> None:
    """Set a password of one's own; ends every other session. Raises Unauthorized or InvalidInput."""
    person = _locked(session, staff.id)
    if not is_password(person.password_hash, old_password):
        raise Unauthorized("原密码不对。", fields={"old_password": "原密码不对"})
    check_new_password(new_password, username=person.username, old_hash=person.password_hash)
    person.password_hash = hash_password(new_password)
    person.must_change_password = False
    person.session_version += 1
    record_action(session, staff=person, action="password_changed", target=f"staff:{person.id}", now=now)
    session.flush()


def reset_password(session: Session, *, by: Staff, staff_id: int, now: datetime) -> tuple[Staff, str]:
    """A new first password for somebody who lost theirs; their sessions end."""
    check_may(by, Action.MANAGE_STAFF)
    person = _locked(session, staff_id)
    password = first_password()
    person.password_hash = hash_password(password)
    person.must_change_password = True
    person.session_version += 1
    record_action(session, staff=by, action="password_reset", target=f"staff:{person.id}", now=now)
    session.flush()
    return person, password


def update_staff(
    session: Session,
    *,
    by: Staff,
    staff_id: int,
    display_name: str,
    role: Role,
    skills: Sequence[str],
    regions: Sequence[str],
    is_active: bool,
    institution_id: int | None = None,
    now: datetime,
) -> Staff:
    """Change an account. The last active administrator stays one. Cases of somebody who leaves, or now works for a
    partner, are routed anew."""
    check_may(by, Action.MANAGE_STAFF)
    person = _locked(session, staff_id)
    if person.role == Role.ADMINISTRATOR and (role != Role.ADMINISTRATOR or not is_active):
        _check_other_administrator(session, person)
    is_staff_now = is_active and role != Role.PARTNER
    left = person.is_active and person.role != Role.PARTNER and not is_staff_now
    if not is_active:
        institution_id = institution_id or person.institution_id
    institution_id = _checked_institution(session, role, institution_id, is_active=is_active)
    if person.is_active != is_active or person.role != role or person.institution_id != institution_id:
        person.session_version += 1
    person.institution_id = institution_id
    person.display_name, person.role = _checked_name(display_name), role
    person.skills, person.regions = _checked_skills(skills), _checked_regions(regions)
    person.is_active = is_active
    record_action(
        session, staff=by, action="staff_updated", target=f"staff:{person.id}", now=now, role=role, is_active=is_active
    )
    if left:
        person.is_available = False
        _give_up_cases(session, person, now)
    session.flush()
    return person


def set_availability(session: Session, *, staff: Staff, is_available: bool, now: datetime) -> None:
    """Start or stop taking new cases. Who starts gets what waits."""
    person = _locked(session, staff.id)
    if person.is_available == is_available:
        return
    person.is_available, person.last_seen_at = is_available, now
    action = "available" if is_available else "unavailable"
    record_action(session, staff=person, action=action, target=f"staff:{person.id}", now=now)
    if is_available:
        waiting = session.scalars(select(Case).where(Case.status == CaseStatus.WAITING).order_by(Case.id))
        for case in waiting:
            if is_matching(person, case):
                key = f"{case.id}-staff-{person.id}-{int(now.timestamp())}"
                request_job(session, JobName.ROUTE_CASE, key=key, now=now, case_id=case.id)
    session.flush()


def touch(session: Session, staff_id: int, now: datetime) -> None:
    """Their console is open; written at most once a minute."""
    person = session.get(Staff, staff_id)
    if person is not None and (person.last_seen_at is None or person.last_seen_at < now - SEEN_EVERY):
        person.last_seen_at = now


def list_staff(session: Session, *, only_active: bool = False) -> list[Staff]:
    """Everybody, those who work here first."""
    query = select(Staff).options(joinedload(Staff.institution)).order_by(Staff.is_active.desc(), Staff.id)
    return list(session.scalars(query.where(Staff.is_active) if only_active else query))


def get_staff(session: Session, staff_id: int) -> Staff:
    """Raises NotFound."""
    person = session.get(Staff, staff_id)
    if person is None:
        raise NotFound("没有这个账号。")
    return person


def _locked(session: Session, staff_id: int) -> Staff:
    # Without the key: rows that point to this person may be written meanwhile (a full lock here could deadlock
    # with somebody accepting a case).
    person = session.get(Staff, staff_id, with_for_update={"key_share": True}, populate_existing=True)
    if person is None:
        raise NotFound("没有这个账号。")
    return person


def _check_other_administrator(session: Session, person: Staff) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(Staff)
        .where(Staff.role == Role.ADMINISTRATOR, Staff.is_active, Staff.id != person.id)
    )
    if not others:
        raise Conflict("这是最后一位管理员,请先再设一位。")


def _give_up_cases(session: Session, person: Staff, now: datetime) -> None:
    """Whoever leaves keeps no case: each is routed anew as if it had been passed on."""
    ids = session.scalars(
        select(Case.id).where(Case.assignee_id == person.id, Case.status != CaseStatus.CLOSED).order_by(Case.id)
    ).all()
    for case_id in ids:
        case = lock_case(session, case_id)
        kept = {} if case.is_handoff else protocol(session, case, now)
        case.status, case.assignee_id, case.respond_by = CaseStatus.WAITING, None, None
        case.conversation.assignee_id = None
        add_event(session, case, "rerouted", now, staff_id=person.id, because="left", **kept)
        request_job(session, JobName.ROUTE_CASE, key=f"{case.id}-left-{case.version}", now=now, case_id=case.id)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 40:
        raise InvalidInput("姓名需要1至40个字。", fields={"display_name": "1至40个字"})
    return name


def _checked_institution(
    session: Session, role: Role, institution_id: int | None, *, is_active: bool = True
) -> int | None:
    """Whom a partner works for; everybody else works for us."""
    if role != Role.PARTNER:
        return None
    institution = session.get(Institution, institution_id) if institution_id else None
    if institution is None or (is_active and not institution.is_active):
        raise InvalidInput("合作机构的账号要选一家机构。", fields={"institution": "请选一家"})
    return institution.id


def _checked_skills(skills: Sequence[str]) -> list[str]:
    unknown = [skill for skill in skills if skill not in ABILITY_NAMES]
    if unknown:
        raise InvalidInput("没有这个业务方向:" + "、".join(unknown), fields={"skills": "请重选"})
    return list(dict.fromkeys(skills))


def _checked_regions(regions: Sequence[str]) -> list[str]:
    names = [region.strip() for region in regions if region.strip()]
    if any(len(name) > 60 for name in names):
        raise InvalidInput("地区名太长。", fields={"regions": "太长"})
    return list(dict.fromkeys(names))
