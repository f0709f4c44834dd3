"""What the caller was told, how they want to be told, and what they subscribed to."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.notices import (
    DismissalQuery,
    NoticeOut,
    NoticesOut,
    Paces,
    PreferencesIn,
    PreferencesOut,
    ReportIn,
    ReportOut,
    TemplateOut,
    TemplatesOut,
)
from models import NoticeState, Platform, Topic
from services.notices.grants import list_left, report_accepted
from services.notices.preferences import HOURS, MOST_A_DAY, NO, PERSONAL, YES, Preferences, prefer, preferences_of
from services.notices.reading import dismiss, dismiss_patent, list_notices
from services.notices.telling import PATENTS
from services.notices.templates import templates_to_ask_for


def add_routes(api: APIBlueprint) -> None:
    api.get("/notices")(api.output(NoticesOut)(list_own_notices))
    api.put("/notices/<id>/dismissal")(api.input(DismissalQuery, location="query")(api.output({}, 204)(dismiss_notice)))
    api.get("/notice-preferences")(api.output(PreferencesOut)(get_preferences))
    api.put("/notice-preferences")(api.input(PreferencesIn)(api.output(PreferencesOut)(set_preferences)))
    api.get("/subscription-templates")(api.output(TemplatesOut)(list_own_templates))
    api.post("/subscription-reports")(api.input(ReportIn)(api.output(ReportOut, 201)(report_subscription)))


def list_own_notices() -> NoticesOut:
    """我的提醒

    近两周的,最多20条。标过不相关的不在里面。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        rows = list_notices(session, caller.user_id, api.clock.now())
        items = [
            NoticeOut.model_validate(
                {"id": row.public_id, "topic": row.topic, "title": row.title, "text": row.text or row.title,
                 "choices": row.choices, "page": row.page,
                 "patents": row.facts.get(PATENTS, []), "is_told": row.state == NoticeState.WRITTEN,
                 "created_at": row.created_at}
            )
            for row in rows
        ]  # fmt: skip
    return NoticesOut(items=items, next_cursor=None)


def dismiss_notice(id: str, query_data: DismissalQuery) -> tuple[dict[str, Any], int]:
    """不相关

    同一件事不再提醒;是供需对接的,以后的推荐也会跟着变;是关注的汇总的,里面说到的专利都不再提醒,只一件不相关就填
    `patent`。再调一次没有别的影响。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        if query_data.patent is None:
            dismiss(session, caller.user_id, id, api.clock.now())
        else:
            dismiss_patent(session, caller.user_id, id, query_data.patent, api.clock.now())
    return {}, 204


def get_preferences() -> PreferencesOut:
    """通知设置"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return _out(preferences_of(session, caller.user_id, api.clock.now()))


def set_preferences(json_data: PreferencesIn) -> PreferencesOut:
    """改通知设置

    只改填了的几项,和公众号里说的是同一份。
    """
    api, caller = current_api(), current_caller()
    wishes = {topic.value: getattr(json_data, topic.value) for topic in Topic}
    wishes[HOURS] = json_data.hours
    wishes[MOST_A_DAY] = None if json_data.most_a_day is None else str(json_data.most_a_day)
    wishes[PERSONAL] = None if json_data.is_personal is None else YES if json_data.is_personal else NO
    said = {key: value for key, value in wishes.items() if value is not None}
    with api.database.unit_of_work() as session:
        return _out(prefer(session, caller.user_id, said, api.clock.now()))


def list_own_templates() -> TemplatesOut:
    """可以订阅的模板

    给 wx.requestSubscribeMessage 用,一次最多3个。同意一次能发一次。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        left = list_left(session, [caller.identity_id])
        items = [
            TemplateOut.model_validate(
                {"template_id": row.template_id, "topic": row.topic, "title": row.title,
                 "left": left.get((caller.identity_id, row.template_id), 0)}
            )
            for row in templates_to_ask_for(session, Platform.MINI_PROGRAM)
        ]  # fmt: skip
    return TemplatesOut(items=items, next_cursor=None)


def report_subscription(json_data: ReportIn) -> BaseModel | dict[str, Any]:
    """报告订阅结果

    弹窗一次报告一次,带 `Idempotency-Key`。微信自己也会告诉我们,同一次同意只算一次。
    """
    return once(json_data, lambda _key, keep: _report(json_data, keep))


def _report(told: ReportIn, keep: Keep) -> ReportOut:
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        known = {row.template_id for row in templates_to_ask_for(session, Platform.MINI_PROGRAM)}
        accepted = [each for each in dict.fromkeys(told.accepted) if each in known]
        report_accepted(session, identity_id=caller.identity_id, template_ids=accepted, now=api.clock.now())
        answer = ReportOut(counted=len(accepted))
        keep(session, answer, [])
    return answer


def _out(held: Preferences) -> PreferencesOut:
    opens, closes = held.hours
    return PreferencesOut(
        paces=Paces.model_validate({topic.value: held.pace(topic).value for topic in Topic}),
        hours=f"{opens:%H:%M}-{closes:%H:%M}",
        most_a_day=held.most_a_day,
        is_personal=held.is_personal,
    )
