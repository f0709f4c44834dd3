"""The services people do: what each asks for, the form being filled in, and what rules say of it beforehand."""

from typing import Any

from apiflask import APIBlueprint

from core.errors import NotFound
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.services import (
    CheckOut,
    DraftIn,
    DraftOut,
    EstimateOut,
    FindingOut,
    FormIn,
    ServiceOut,
    ServicesOut,
    StageOut,
    WantedDocumentOut,
    field_out,
    service_item_out,
)
from models import FormDraft, User
from services.casework.drafts import KEPT_FOR, drop_draft, find_draft, known_values, lock_draft, replace_values
from services.casework.opening import check_by_rule, estimate_by_rule, region_of
from services.catalogue import catalogue, find_service
from services.catalogue.fields import check_form, fields_of
from services.catalogue.model import Service

NO_SERVICE = "没有这项服务。"
NO_DRAFT = "这张表还没有填过。"


def add_routes(api: APIBlueprint) -> None:
    api.get("/services")(api.output(ServicesOut)(list_services))
    api.get("/services/<key>")(api.output(ServiceOut)(show_service))
    api.get("/services/<key>/draft")(api.output(DraftOut)(show_draft))
    api.put("/services/<key>/draft")(api.input(DraftIn)(api.output(DraftOut)(put_draft)))
    api.delete("/services/<key>/draft")(api.output({}, 204)(remove_draft))
    api.post("/services/<key>/check")(api.input(FormIn)(api.output(CheckOut)(check_values)))


def list_services() -> ServicesOut:
    """能办哪些服务"""
    return ServicesOut(items=[service_item_out(service) for service in catalogue().values()])


def show_service(key: str) -> ServiceOut:
    """看一项服务

    要填什么、要交什么材料、分几步办。`fields` 的先后就是提问的先后,`only_if` 说明什么情况下才问。
    """
    service = get_service(key)
    with current_api().database.reading() as session:
        known = known_values(session.get_one(User, current_caller().user_id), service)
    return ServiceOut(
        **service_item_out(service).model_dump(),
        fields=[field_out(field) for field in fields_of(service.form)],
        documents=[
            WantedDocumentOut(
                key=each.key, name=each.name, reason=each.reason, media_types=sorted(each.media_types),
                max_bytes=each.max_bytes,
            )
            for each in service.documents
        ],
        stages=[StageOut(key=each.key, name=each.name, outcome=each.outcome) for each in service.stages],
        known={name: value for name, value in known.items() if value is not None},
    )  # fmt: skip


def show_draft(key: str) -> DraftOut:
    """看没填完的表

    和公众号里是同一张:在那边填到一半,在这里接着填。
    """
    service = get_service(key)
    with current_api().database.reading() as session:
        draft = find_draft(session, current_caller().user_id, service.key)
        if draft is None:
            raise NotFound(NO_DRAFT)
        return _draft_out(draft)


def put_draft(key: str, json_data: DraftIn) -> DraftOut:
    """保存填到一半的表

    整体替换。哪一项填得不对,在 `fields` 里说明,什么都不保存。`version` 不是最新的返回 409,请重新读一次再填。
    """
    api, service = current_api(), get_service(key)
    with api.database.unit_of_work() as session:
        draft = replace_values(
            session,
            user=session.get_one(User, current_caller().user_id),
            service=service,
            values=json_data.values,
            version=json_data.version,
            now=api.clock.now(),
        )
        return _draft_out(draft)


def remove_draft(key: str) -> tuple[dict[str, Any], int]:
    """不填了

    填过的内容马上删掉,先问过用户再调。
    """
    service = get_service(key)
    with current_api().database.unit_of_work() as session:
        draft = lock_draft(session, current_caller().user_id, service.key)
        if draft is None:
            raise NotFound(NO_DRAFT)
        drop_draft(session, draft)
    return {}, 204


def check_values(key: str, json_data: FormIn) -> CheckOut:
    """按规则先看一看

    用填好的表核对条件、估算金额,不保存,也不算提交。估算不是承诺。
    """
    api, caller, service = current_api(), current_caller(), get_service(key)
    form = check_form(service.form, json_data.form)
    with api.database.reading() as session:
        user = session.get_one(User, caller.user_id)
        region = region_of(service, form, user)
        findings = check_by_rule(session, service, form, region, api.clock.now())
        estimate = estimate_by_rule(session, service, form, region, api.clock.now())
    return CheckOut(
        findings=[FindingOut.model_validate(each) for each in findings],
        estimate=EstimateOut(headline=estimate.headline, lines=list(estimate.lines), notes=list(estimate.notes))
        if estimate
        else None,
    )


def get_service(key: str) -> Service:
    """Raises NotFound."""
    service = find_service(key)
    if service is None:
        raise NotFound(NO_SERVICE)
    return service


def _draft_out(draft: FormDraft) -> DraftOut:
    return DraftOut(
        service=draft.kind,
        values=draft.values,
        current=draft.current,
        version=draft.version,
        updated_at=draft.updated_at,
        kept_until=draft.updated_at + KEPT_FOR,
    )
