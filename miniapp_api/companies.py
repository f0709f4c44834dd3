"""The companies that the caller acts for: claimed, joined, left; members let in by whoever runs the company."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.errors import NotFound
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.companies import (
    CompaniesOut,
    CompanyIn,
    CompanyOut,
    MemberIn,
    MemberOut,
    MembersOut,
    Nothing,
)
from models import Membership, MemberState
from services.memberships import (
    NO_MEMBER,
    ask_to_join,
    claim_company,
    decide_member,
    find_owner,
    leave_company,
    list_members,
    list_memberships,
)
from services.notifications import user_called


def add_routes(api: APIBlueprint) -> None:
    api.get("/companies")(api.output(CompaniesOut)(list_companies))
    api.post("/companies")(api.input(CompanyIn)(api.output(CompanyOut, 201)(create_company)))
    api.get("/companies/<id>/members")(api.output(MembersOut)(show_members))
    api.post("/companies/<id>/members")(api.output(CompanyOut, 201)(join_company))
    api.put("/companies/<id>/members/<member_id>")(api.input(MemberIn)(api.output(MemberOut)(put_member)))
    api.delete("/companies/<id>/membership")(api.output({}, 204)(end_membership))


def list_companies() -> CompaniesOut:
    """我的企业

    我替它办事的,和申请加入还没核对的。
    """
    with current_api().database.reading() as session:
        rows = list_memberships(session, current_caller().user_id)
        return CompaniesOut(items=[_company_out(session, row) for row in rows])


def create_company(json_data: CompanyIn) -> BaseModel | dict[str, Any]:
    """登记企业

    还没有人登记过,您就是负责人。已经有负责人的,等专员核对,或者负责人同意您加入;别人替它办过事的,等专员核对。
    """
    return once(json_data, lambda _key, keep: _claim(json_data, keep))


def _claim(wanted: CompanyIn, keep: Keep) -> CompanyOut:
    api = current_api()
    with api.database.unit_of_work() as session:
        row = claim_company(
            session,
            user_id=current_caller().user_id,
            name=wanted.name,
            region=wanted.region,
            credit_code=wanted.credit_code,
            now=api.clock.now(),
        )
        answer = _company_out(session, row)
        keep(session, answer, [])
    return answer


def show_members(id: str) -> MembersOut:
    """企业的成员

    只有负责人看得到,包括申请加入还没同意的。
    """
    user_id = current_caller().user_id
    with current_api().database.reading() as session:
        rows = list_members(session, user_id=user_id, public_id=id)
        return MembersOut(items=[_member_out(row, user_id) for row in rows])


def join_company(id: str) -> BaseModel | dict[str, Any]:
    """申请加入

    `id` 由同事给您。负责人同意以后,就能看到企业的申请。
    """
    return once(Nothing(), lambda _key, keep: _join(id, keep))


def _join(public_id: str, keep: Keep) -> CompanyOut:
    api = current_api()
    with api.database.unit_of_work() as session:
        row = ask_to_join(session, user_id=current_caller().user_id, public_id=public_id, now=api.clock.now())
        answer = _company_out(session, row)
        keep(session, answer, [])
    return answer


def put_member(id: str, member_id: str, json_data: MemberIn) -> MemberOut:
    """同意、不同意、移出,或者换负责人"""
    api, caller = current_api(), current_caller()
    # No row has a longer number, and PostgreSQL would refuse it.
    if not (member_id.isascii() and member_id.isdigit() and len(member_id) < 10):
        raise NotFound(NO_MEMBER)
    with api.database.unit_of_work() as session:
        row = decide_member(
            session, user_id=caller.user_id, public_id=id, member_id=int(member_id), state=json_data.state,
            role=json_data.role, now=api.clock.now(),
        )  # fmt: skip
        return _member_out(row, caller.user_id)


def end_membership(id: str) -> tuple[dict[str, Any], int]:
    """退出企业,或者撤回加入申请

    退出后看不到同事的申请,同事也看不到您的。唯一的负责人要先把负责人交给同事。
    """
    api = current_api()
    with api.database.unit_of_work() as session:
        leave_company(session, user_id=current_caller().user_id, public_id=id, now=api.clock.now())
    return {}, 204


def _company_out(session: Session, row: Membership) -> CompanyOut:
    company = row.company
    owner = find_owner(session, company.id)
    return CompanyOut.model_validate(
        {
            "id": company.public_id,
            "name": company.name,
            "region": company.region,
            "credit_code": company.credit_code if row.state == MemberState.ACTIVE else None,
            "role": row.role,
            "state": row.state,
            "run_by": user_called(owner) if owner else None,
        }
    )


def _member_out(row: Membership, user_id: int) -> MemberOut:
    return MemberOut.model_validate(
        {
            "id": row.id,
            "name": user_called(row.user),
            "is_me": row.user_id == user_id,
            "role": row.role,
            "state": row.state,
            "asked_at": row.created_at,
        }
    )
