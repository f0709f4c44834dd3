"""Requests to people: filed, followed, withdrawn, judged."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput
from miniapp_api.asking import ensure_conversation
from miniapp_api.case_views import case_item_out, case_out
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.cases import (
    CaseFiledOut,
    CaseIn,
    CaseOut,
    CasesOut,
    CasesQuery,
    MoveIn,
    NewsIn,
    SatisfactionIn,
)
from miniapp_api.schemas.services import FindingOut
from miniapp_api.services import NO_SERVICE
from miniapp_api.shown import confirm_when_sent
from miniapp_api.telling import tell_in_call
from models import Case, CaseStatus, Conversation, WeChatIdentity
from services.casework.access import get_own_case, owned_by
from services.casework.drafts import CHANGED, lock_draft, submit_draft
from services.casework.moves import Mover, move_case
from services.casework.news import set_news_of
from services.casework.opening import Opened, open_service_case
from services.casework.satisfaction import rate_case
from services.casework.together import link_cases
from services.catalogue import catalogue, find_service
from services.catalogue.model import Service
from services.identities import find_or_create_conversation

CHANNEL = "mini_program"


def add_routes(api: APIBlueprint) -> None:
    api.post("/cases")(api.input(CaseIn)(api.output(CaseFiledOut, 201)(create_case)))
    api.get("/cases")(api.input(CasesQuery, location="query")(api.output(CasesOut)(list_cases)))
    api.get("/cases/<number>")(api.output(CaseOut)(show_case))
    api.post("/cases/<number>/moves")(api.input(MoveIn)(api.output(CaseOut)(make_move)))
    api.put("/cases/<number>/satisfaction")(api.input(SatisfactionIn)(api.output(CaseOut)(put_satisfaction)))
    api.put("/cases/<number>/news")(api.input(NewsIn)(api.output(CaseOut)(put_news)))


def create_case(json_data: CaseIn) -> BaseModel | dict[str, Any]:
    """提交申请

    带填好的 `form`,或者带草稿的 `draft_version`。马上得到单号和最晚什么时候有人联系。哪一项不对,在 `fields` 里说明。
    这项服务暂停受理时返回 409,`code` 是 `service_paused`,`message` 说明原因和恢复时间;草稿还在。
    """
    service = find_service(json_data.service)
    if service is None:
        raise InvalidInput(NO_SERVICE, fields={"service": NO_SERVICE})
    ensure_conversation(current_caller().identity_id)
    return once(json_data, lambda _key, keep: _file(json_data, service, keep))


def _file(wanted: CaseIn, service: Service, keep: Keep) -> CaseFiledOut:
    api = current_api()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        conversation = own_conversation(session)
        opened = _open(session, wanted, service, conversation)
        if wanted.together_with:
            link_cases(
                session, case=opened.case, user_id=conversation.user_id, number=wanted.together_with, now=now
            )  # fmt: skip
        delivery_ids = tell_in_call(
            session, conversation, opened.text_for_user, now, skill="service", case_id=opened.case.id
        )
        conversation.last_message_at = now
        answer = CaseFiledOut(
            number=opened.case.number,
            message=opened.text_for_user,
            promised_at=opened.case.promised_at,
            findings=[FindingOut.model_validate(each) for each in opened.findings],
        )
        keep(session, answer, delivery_ids)
    confirm_when_sent(delivery_ids)
    return answer


def _open(session: Session, wanted: CaseIn, service: Service, conversation: Conversation) -> Opened:
    now = current_api().clock.now()
    if wanted.form is not None:
        return open_service_case(
            session, service=service, values=wanted.form, conversation=conversation, channel=CHANNEL, now=now
        )
    draft = lock_draft(session, conversation.user_id, service.key)
    if draft is None:
        raise Conflict("这张表已经提交或删掉了。")
    if draft.version != wanted.draft_version:
        raise Conflict(CHANGED)
    return submit_draft(session, draft=draft, conversation=conversation, channel=CHANNEL, now=now)


def list_cases(query_data: CasesQuery) -> CasesOut:
    """我的申请

    自己提交的,和同一企业的同事为企业提交的。新的在前。
    """
    api, caller = current_api(), current_caller()
    scope = f"cases:{caller.user_id}:{query_data.state}"
    query = select(Case).where(owned_by(caller.user_id), Case.kind.in_(list(catalogue())))
    if query_data.state is not None:
        is_closed = Case.status == CaseStatus.CLOSED
        query = query.where(is_closed if query_data.state == "closed" else ~is_closed)
    if query_data.cursor:
        query = query.where(Case.id < api.cursors.read(scope, query_data.cursor)["before"])
    query = query.order_by(Case.id.desc()).limit(query_data.limit + 1).options(joinedload(Case.company))
    with api.database.reading() as session:
        rows = session.scalars(query).all()
        shown = rows[: query_data.limit]
        items = [case_item_out(row, caller.user_id, api.clock.now()) for row in shown]
    next_cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
    return CasesOut(items=items, next_cursor=next_cursor)


def show_case(number: str) -> CaseOut:
    """看一单

    办到哪一步、还差什么材料、各家机构办得怎么样、您现在可以做什么。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return case_out(session, get_own_case(session, caller.user_id, number), caller.user_id, api.clock.now())


def make_move(number: str, json_data: MoveIn) -> BaseModel | dict[str, Any]:
    """办一步,比如撤回

    只能办 `moves` 里列出的。`version` 不是最新的返回 409,请重新读一次。
    """
    return once(json_data, lambda _key, keep: _move(number, json_data, keep))


def _move(number: str, wanted: MoveIn, keep: Keep) -> CaseOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        case = get_own_case(session, caller.user_id, number)
        case = move_case(
            session, case_id=case.id, to=wanted.to, mover=Mover(user_id=caller.user_id), answers=wanted.answers,
            version=wanted.version, now=now,
        )  # fmt: skip
        answer = case_out(session, case, caller.user_id, now)
        keep(session, answer, [])
    return answer


def put_satisfaction(number: str, json_data: SatisfactionIn) -> CaseOut:
    """评价

    办完才能评,再评一次以后一次为准。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        case = get_own_case(session, caller.user_id, number)
        rated = rate_case(session, user_id=caller.user_id, case_id=case.id, score=json_data.score, now=now)
        return case_out(session, rated, caller.user_id, now)


def put_news(number: str, json_data: NewsIn) -> CaseOut:
    """开关通知

    比如有合适的空房、补贴窗口快关时告诉您。这项服务没有通知的返回 409。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        found = get_own_case(session, caller.user_id, number)
        case = set_news_of(session, user_id=caller.user_id, case_id=found.id, wanted=json_data.wanted, now=now)
        return case_out(session, case, caller.user_id, now)


def own_conversation(session: Session) -> Conversation:
    """The caller's conversation in the mini-program."""
    identity = session.get_one(WeChatIdentity, current_caller().identity_id)
    return find_or_create_conversation(session, identity, current_api().clock.now())
