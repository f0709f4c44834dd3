"""A university's rights by department."""

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.custody_workspace import DepartmentOut, ReductionsIn, ReductionsOut, WorkspaceOut
from services.custody.workspace import list_departments, set_reduction


def add_routes(api: APIBlueprint) -> None:
    api.get("/custody-workspace")(api.output(WorkspaceOut)(show_workspace))
    api.put("/custody-workspace/reductions")(api.input(ReductionsIn)(api.output(ReductionsOut)(put_reductions)))


def show_workspace() -> WorkspaceOut:
    """按院系看托管

    各院系几件、今后五年年费多少、最近的期限。一件件看用 `/custody-rights?department=`。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = list_departments(session, user_id=caller.user_id, today=china_date(api.clock.now()))
    return WorkspaceOut(
        items=[
            DepartmentOut(
                name=each.name,
                rights=each.rights,
                patents=each.patents,
                reduced=each.reduced,
                unknown=each.unknown,
                next_due_on=each.next_due_on,
                cost_fen=int(each.cost * 100) if each.cost is not None else None,
            )
            for each in found
        ]
    )


def put_reductions(json_data: ReductionsIn) -> ReductionsOut:
    """一个院系的费减一次设好

    只改专利;自己不能定的不动,在 `refused` 里。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        done = set_reduction(
            session, user_id=caller.user_id, department=json_data.department, reduction=json_data.reduction,
            now=api.clock.now(),
        )  # fmt: skip
    return ReductionsOut(changed=done.changed, same=done.same, refused=done.refused)
