"""The public list of awards: never before the decision, only with the applicant's yes, only what was agreed to."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from core.errors import InvalidInput
from models import Case, Staff
from services.casework.moves import Mover, move_case
from services.casework.publications import list_notices
from services.privacy import erase_user_by_id
from services.resources import Resources
from tests.support.casework import make_service_case
from tests.support.staff import make_staff

FIRM = {
    "region": "广东省广州市", "staff": 50, "sales": 20_000_000, "research_share": 6.0, "inventions": 2, "patents": 8,
    "years": 4, "company": "广州云测科技有限公司", "phone": "13800138000",
}  # fmt: skip
DECISION = {
    "decision": "同意资助20万元", "public_from": "2026-11-24", "public_to": "2026-11-30",
    "objections": "市局促进科,020-12345678",
}  # fmt: skip


@pytest.fixture
def granted(app: Flask, clock) -> Callable[..., int]:
    """The id of a case whose programme was granted, as its handler wrote the decision down."""
    resources: Resources = app.extensions["resources"]

    def granted(company: str = str(FIRM["company"]), *, decided: bool = True, **changes: Any) -> int:
        decision = {key: changes.pop(key, value) for key, value in DECISION.items()}
        with resources.database.unit_of_work() as session:
            case = make_service_case(
                session, clock.now(), kind="programme_application", is_taken=True,
                values={**FIRM, "company": company, "may_publish": True, **changes},
            )  # fmt: skip
            case.stage, case.results = "filed", {"chosen": {"programme": "质押融资补助"}}
            session.flush()
            if decided:
                mover = Mover(staff=session.get_one(Staff, case.assignee_id))
                answers = {key: value for key, value in decision.items() if value}
                move_case(session, case_id=case.id, to="granted", mover=mover, answers=answers, now=clock.now())
            return case.id

    return granted


def page(app: Flask) -> str:
    answer = app.test_client().get("/awards")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    return answer.get_data(as_text=True)


def test_the_list_shows_the_three_agreed_things_its_days_and_where_to_object(app: Flask, clock, granted) -> None:
    granted()
    assert "云测" not in page(app), "the notice begins tomorrow"
    clock.advance(timedelta(days=1))
    shown = page(app)

    assert "广州云测科技有限公司" in shown and "质押融资补助" in shown and "获批" in shown
    assert "2026年11月24日至2026年11月30日" in shown and "市局促进科,020-12345678" in shown
    for kept_back in ("13800138000", "20万元", "BT26", "2000万"):
        assert kept_back not in shown


def test_nothing_is_public_before_the_decision_or_without_a_yes_or_days(app: Flask, clock, granted) -> None:
    clock.advance(timedelta(days=1))
    granted("未决定有限公司", decided=False)
    granted("不同意有限公司", may_publish=False)
    granted("没说过有限公司", may_publish=None)
    granted("没日期有限公司", public_from=None, public_to=None, objections=None)

    shown = page(app)
    assert "有限公司" not in shown and "现在没有在公示的项目" in shown


def test_after_its_days_it_is_said_to_be_over_and_goes_half_a_year_later(app: Flask, clock, granted) -> None:
    granted()
    clock.advance(timedelta(days=8))
    shown = page(app)
    assert "公示期已过" in shown and "020-12345678" not in shown
    clock.advance(timedelta(days=181))
    assert "云测" not in page(app)


def test_a_decision_taken_back_or_a_person_erased_is_off_the_list_and_one_that_is_settled_stays_on(
    app: Flask, clock, granted
) -> None:
    resources: Resources = app.extensions["resources"]
    first, second, third = granted("记错有限公司"), granted("删除有限公司"), granted("办结有限公司")
    clock.advance(timedelta(days=1))
    assert all(name in page(app) for name in ("记错有限公司", "删除有限公司", "办结有限公司"))
    with resources.database.unit_of_work() as session:
        mover = Mover(staff=make_staff(session, clock.now(), role="supervisor"))
        for case_id, to, answers in ((first, "filed", None), (third, "settled", {"summary": "资格认定,没有资金"})):
            move_case(session, case_id=case_id, to=to, mover=mover, answers=answers, now=clock.now())
    with resources.database.unit_of_work() as session:
        erase_user_by_id(session, session.get_one(Case, second).user_id, clock.now())

    shown = page(app)
    assert "办结有限公司" in shown and "记错有限公司" not in shown and "删除有限公司" not in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"public_to": None}, "public_to"),
        ({"objections": None}, "objections"),
        ({"public_to": "2026-11-23"}, "public_to"),
    ],
)
def test_a_notice_without_an_end_or_somebody_to_turn_to_is_refused(granted, changes, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        granted(**changes)
    assert field in refused.value.fields


def test_the_list_is_turned_by_the_last_line(app: Flask, clock, granted) -> None:
    resources: Resources = app.extensions["resources"]
    for number in range(3):
        granted(f"第{number}有限公司")
    with resources.database.reading() as session:
        today = date(2026, 11, 25)
        first = list_notices(session, today=today, limit=2)
        rest = list_notices(session, today=today, limit=2, before_id=first[-1].row_id)
        assert [each.company for each in (*first, *rest)] == ["第2有限公司", "第1有限公司", "第0有限公司"]
        assert list_notices(session, today=today, is_open=False) == []
