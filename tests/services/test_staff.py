"""Accounts: passwords, roles, who may be changed by whom."""

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, InvalidInput, Unauthorized
from models import AuditEntry, Case, CaseStatus, Role, Staff
from services.cases import accept_case
from services.routing import route_case
from services.staff import authenticate, change_password, create_staff, reset_password, update_staff
from tests.support.staff import PASSWORD, make_case, make_staff


def test_a_new_account_gets_a_password_once_and_must_change_it(database, clock):
    with database.unit_of_work() as session:
        person, password = create_staff(
            session, username="Chen.Min", display_name="陈敏", role=Role.AGENT, skills=["patent"], now=clock.now()
        )
        assert password not in person.password_hash
        assert person.password_hash.startswith("$argon2id$")
        assert person.must_change_password
        assert authenticate(session, username="chen.min", password=password, now=clock.now()) is person


@pytest.mark.parametrize("username", ["", "a", "陈敏", "a b c", "x" * 41, "-ab", "ab/../c"])
def test_a_malformed_user_name_is_refused(database, clock, username):
    with pytest.raises(InvalidInput), database.unit_of_work() as session:
        create_staff(session, username=username, display_name="某", role=Role.AGENT, now=clock.now())


def test_a_user_name_is_given_once(database, clock):
    with database.unit_of_work() as session:
        create_staff(session, username="chenmin", display_name="陈敏", role=Role.AGENT, now=clock.now())
    with pytest.raises(Conflict), database.unit_of_work() as session:
        create_staff(session, username="CHENMIN", display_name="陈敏", role=Role.AGENT, now=clock.now())


def test_wrong_unknown_and_inactive_all_look_the_same_and_are_audited(database, clock):
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), username="gone")
        person.is_active = False
        make_staff(session, clock.now(), username="here")
        session.flush()
        results = [
            authenticate(session, username=name, password=password, now=clock.now())
            for name, password in (("here", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD))
        ]
        actions = session.scalars(select(AuditEntry.action)).all()

    assert results == [None, None, None]
    assert actions == ["login_failed"] * 3


@pytest.mark.parametrize(
    ("new", "reason"),
    [("short", "至少10个字符"), ("chenmin-12345", "用户名"), ("aaaaaaaaaaaa", "太简单"), (PASSWORD, "原密码一样")],
)
def test_a_weak_password_is_refused_with_its_reason(database, clock, new, reason):
    with pytest.raises(InvalidInput, match=reason), database.unit_of_work() as session:
        person = make_staff(session, clock.now(), username="chenmin")
        change_password(session, staff=person, old_password=PASSWORD, new_password=new, now=clock.now())


def test_changing_the_password_ends_other_sessions(database, clock):
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), must_change_password=True)
        change_password(session, staff=person, old_password=PASSWORD, new_password="another-Long-1", now=clock.now())

    assert (person.session_version, person.must_change_password) == (2, False)
    with pytest.raises(Unauthorized), database.unit_of_work() as session:
        change_password(session, staff=person, old_password=PASSWORD, new_password="third-Long-123", now=clock.now())


def test_only_administrators_manage_accounts(database, clock):
    with database.unit_of_work() as session:
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR)
    with pytest.raises(Forbidden), database.unit_of_work() as session:
        reset_password(session, by=supervisor, staff_id=supervisor.id, now=clock.now())


def test_the_last_administrator_stays(database, clock):
    with database.unit_of_work() as session:
        admin = make_staff(session, clock.now(), role=Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="最后一位管理员"), database.unit_of_work() as session:
        update_staff(
            session,
            by=admin,
            staff_id=admin.id,
            display_name="王芳",
            role=Role.AGENT,
            skills=[],
            regions=[],
            is_active=True,
            now=clock.now(),
        )


def test_the_cases_of_who_leaves_are_routed_anew(database, clock):
    with database.unit_of_work() as session:
        admin = make_staff(session, clock.now(), role=Role.ADMINISTRATOR, is_available=False)
        leaving = make_staff(session, clock.now())
        case_id = make_case(session, clock.now()).id
        accept_case(session, staff=leaving, case_id=case_id, now=clock.now())
        heir = make_staff(session, clock.now())
    with database.unit_of_work() as session:
        update_staff(
            session,
            by=admin,
            staff_id=leaving.id,
            display_name="陈敏",
            role=Role.AGENT,
            skills=[],
            regions=[],
            is_active=False,
            now=clock.now(),
        )
        route_case(session, case_id, clock.now())

    with database.reading() as session:
        case = session.get(Case, case_id)
        assert (case.status, case.assignee_id) == (CaseStatus.OFFERED, heir.id)
        assert session.get(Staff, leaving.id).session_version == 2
