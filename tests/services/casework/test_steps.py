"""The bar of a case: what is behind it, where it is, what is still to come on the shortest way."""

from models import Role
from services.case_records import list_events
from services.casework.moves import reopen_case
from services.casework.steps import list_steps
from tests.services.casework.test_financing import DEFAULT, disbursed, go
from tests.support.casework import make_service_case
from tests.support.staff import make_staff


def bar(session, case) -> str:
    marks = {"done": "+", "now": "*", "ahead": ""}
    return " ".join(marks[step.state] + step.name for step in list_steps(case, list_events(session, case.id)))


def test_a_way_that_is_longer_or_ends_early_is_shown_as_it_was_gone(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        case = make_service_case(session, now, is_taken=True)
        assert bar(session, case) == "*待预审 评担险贷 待登记 待放款 还款中 待注销登记 已结清"
        loan = disbursed(session, now)
        go(session, loan, "defaulted", now, DEFAULT)
        assert bar(session, loan).startswith("+待预审 +评担险贷 +待登记 +待放款 +还款中 *已逾期 ")

        go(session, case, "declined", now, {"reason": "不受理的理由"})
        assert bar(session, case) == "+待预审 +未通过"
        boss = make_staff(session, now, role=Role.SUPERVISOR)
        reopen_case(session, case_id=case.id, staff=boss, now=now)
        assert bar(session, case) == "*待预审 评担险贷 待登记 待放款 还款中 待注销登记 已结清"
