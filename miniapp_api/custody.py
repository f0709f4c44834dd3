"""Rights in custody: added by number or table, listed by what is due, changed, proved, handed over, ended."""

import hashlib
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.custody_shapes import added_out, calendar_out, dormant_out, page_out, products_out, right_out
from miniapp_api.once import Keep, once
from miniapp_api.schemas.custody import (
    AddedOut,
    DormantRightsOut,
    FactsIn,
    FeeCalendarOut,
    ImportedOut,
    KeeperIn,
    ProductsOut,
    ProofIn,
    RightIn,
    RightOut,
    RightPageOut,
    RightsIn,
    RightsOut,
    RightsQuery,
    SheetFacts,
    SheetIn,
)
from services.custody.access import get_own_right
from services.custody.adding import Wanted, add_rights
from services.custody.changes import Facts, change_facts
from services.custody.dormant import find_dormant
from services.custody.error_file import write_error_file
from services.custody.export import MEDIA_TYPE, export_rights
from services.custody.leaving import end_custody, hand_over
from services.custody.portfolio import fee_calendar, list_rights, show_right
from services.custody.products import list_products
from services.custody.proofs import submit_proof
from services.custody.spreadsheets import Sheet, read_sheet

TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "托管清单",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": "类型,号码\r\n发明,CN202110123456.7\r\n"}},
    }
}


def add_routes(api: APIBlueprint) -> None:
    api.get("/custody-rights")(api.input(RightsQuery, location="query")(api.output(RightsOut)(list_own_rights)))
    api.post("/custody-rights")(api.input(RightsIn)(api.output(AddedOut, 201)(create_rights)))
    api.post("/custody-imports")(
        api.input(SheetIn, location="form_and_files", arg_name="given")(api.output(ImportedOut, 201)(import_rights))
    )
    api.get("/custody-rights/<id>")(api.output(RightPageOut)(show_own_right))
    api.put("/custody-rights/<id>")(api.input(FactsIn)(api.output(RightOut)(put_facts)))
    api.delete("/custody-rights/<id>")(api.output({}, 204)(end_right))
    api.put("/custody-rights/<id>/proof")(api.input(ProofIn)(api.output(RightOut)(put_proof)))
    api.put("/custody-rights/<id>/keeper")(api.input(KeeperIn)(api.output(RightOut)(put_keeper)))
    api.get("/custody-fees")(api.output(FeeCalendarOut)(show_fees))
    api.get("/custody-dormant")(api.output(DormantRightsOut)(show_dormant))
    api.get("/custody-products")(api.output(ProductsOut)(show_products))
    api.get("/custody-export")(api.doc(responses=TABLE)(export_all))


def list_own_rights(query_data: RightsQuery) -> RightsOut:
    """我的托管

    自己名下的,和当前办事的各家企业名下的。
    """
    api, caller = current_api(), current_caller()
    scope = f"custody-rights:{caller.user_id}:{query_data.kind}:{query_data.department}"
    offset = int(api.cursors.read(scope, query_data.cursor)["offset"]) if query_data.cursor else 0
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        page = list_rights(
            session, user_id=caller.user_id, today=today, kind=query_data.kind, department=query_data.department,
            offset=offset, limit=query_data.limit,
        )  # fmt: skip
        items = [right_out(each.right, each.due, today) for each in page.items]
    cursor = api.cursors.make(scope, {"offset": page.next_offset}) if page.next_offset is not None else None
    return RightsOut(items=items, total=page.total, next_cursor=cursor)


def create_rights(json_data: RightsIn) -> BaseModel | dict[str, Any]:
    """托管几件权利

    专利号先过校验位;库里有的,名称、日期、状态按记录。收不了的在 `refused` 里,各有原因;`repairs` 是可能要的号码。
    """
    wanted = [_wanted(each) for each in json_data.rights]
    return once(json_data, lambda _key, keep: _add(Sheet(tuple(wanted), ()), json_data.company_id, keep))


def import_rights(given: SheetIn) -> BaseModel | dict[str, Any]:
    """用表格托管

    用 multipart/form-data 提交。能收的行都收,收不了的在 `refused` 里,带行号和原因;`error_file` 是这些行做成的表格。
    """
    sheet = read_sheet(given.file.stream)
    given.file.stream.seek(0)
    facts = SheetFacts(sha256=hashlib.sha256(given.file.stream.read()).hexdigest(), company_id=given.company_id)
    return once(facts, lambda _key, keep: _add(sheet, given.company_id, keep, is_table=True))


def _wanted(given: RightIn) -> Wanted:
    values = given.model_dump()
    return Wanted(**{**values, "owner_names": tuple(given.owner_names), "inventors": tuple(given.inventors)})


def _add(sheet: Sheet, company_id: str | None, keep: Keep, *, is_table: bool = False) -> AddedOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        added = add_rights(session, user_id=caller.user_id, wanted=sheet.wanted, now=now, company_id=company_id)
        added.refused.extend(sheet.refused)
        answer = added_out(session, added, china_date(now))
        if is_table:
            error_file = write_error_file(sheet, added.refused)
            answer = ImportedOut(**dict(answer), error_file=error_file)
        keep(session, answer, [])
    return answer


def show_own_right(id: str) -> RightPageOut:
    """看一件

    今后五年的年费、过期六档、不缴会影响什么,都带依据。
    """
    api, caller = current_api(), current_caller()
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        return page_out(show_right(session, get_own_right(session, caller.user_id, id), today), today)


def put_facts(id: str, json_data: FactsIn) -> RightOut:
    """改一件

    缴到第几年、费减、要不要提醒、保护哪个产品;库里没有的还可以补日期和类型。成员只能记缴费,其余由保管人或负责人改。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    facts = Facts(**json_data.model_dump(exclude={"version"}))
    with api.database.unit_of_work() as session:
        right = change_facts(
            session, user_id=caller.user_id, public_id=id, facts=facts, now=now, version=json_data.version
        )
        return right_out(right, None, china_date(now), session=session)


def end_right(id: str) -> tuple[dict[str, Any], int]:
    """停止托管一件

    以后不再提醒。先问过用户再调;要恢复就重新托管。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        end_custody(session, user_id=caller.user_id, public_id=id, now=api.clock.now())
    return {}, 204


def put_proof(id: str, json_data: ProofIn) -> RightOut:
    """提交权属核对

    专员对照登记簿核对,结果会通知。已经核对过的返回409。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        right = submit_proof(
            session, user_id=caller.user_id, public_id=id, basis=json_data.basis, remark=json_data.remark, now=now,
            version=json_data.version,
        )  # fmt: skip
        return right_out(right, None, china_date(now), session=session)


def put_keeper(id: str, json_data: KeeperIn) -> RightOut:
    """交给同事保管

    以后提醒这位同事。只有企业名下的能交,由保管人或负责人来交。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        right = hand_over(
            session, user_id=caller.user_id, public_id=id, member_id=json_data.member_id, now=now,
            version=json_data.version,
        )  # fmt: skip
        return right_out(right, None, china_date(now), session=session)


def show_fees() -> FeeCalendarOut:
    """今后五年的年费

    托管的全部专利,按到期日排;按日历年合计。每年按时缴是这个数;过期的六档在各件里。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return calendar_out(fee_calendar(session, user_id=caller.user_id, today=china_date(api.clock.now())))


def show_dormant() -> DormantRightsOut:
    """闲置的专利

    授权满3年、有效、没有在办的业务用到的,带今后五年的花费和几种办法。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = find_dormant(session, user_id=caller.user_id, today=china_date(api.clock.now()))
        return dormant_out(found)


def show_products() -> ProductsOut:
    """产品缺哪样保护

    按您填的产品归拢专利、商标、著作权,没归的不算。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = list_products(session, user_id=caller.user_id)
        return products_out(session, found, china_date(api.clock.now()))


def export_all() -> Response:
    """导出我的托管

    CSV,Excel能直接打开。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        content = export_rights(session, user_id=caller.user_id, today=china_date(api.clock.now()))
    response = Response(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="custody.csv"'
    return response
