"""Campaigns of training that go on or are to come, each with its sessions."""

from apiflask import APIBlueprint

from miniapp_api.context import current_api
from miniapp_api.schemas.campaigns import CampaignOut, CampaignsOut
from miniapp_api.schemas.training import CourseSessionOut
from miniapp_api.training import session_out
from models import CourseSession
from services.training.campaigns import list_running, sessions_of
from services.training.line import list_waited_for


def add_routes(api: APIBlueprint) -> None:
    api.get("/campaigns")(api.output(CampaignsOut)(list_campaigns))


def list_campaigns() -> CampaignsOut:
    """培训专题

    正在进行的和还没开始的,先开始的在前。`sessions` 是还没结束的场次,报名同 `/course-sessions`。
    """
    api = current_api()
    now = api.clock.now()
    with api.database.reading() as session:
        found = [
            (each, [held for held in sessions_of(session, each) if held.ends_at > now])
            for each in list_running(session, now)
        ]
        waited_for = list_waited_for(session, (held for _, sessions in found for held in sessions), now)

        def out(held: CourseSession) -> CourseSessionOut:
            return session_out(held, now, is_waited_for=held.id in waited_for)

        items = [
            CampaignOut(
                id=each.public_id,
                name=each.name,
                about=each.about,
                first_on=each.first_on,
                last_on=each.last_on,
                courses=[course.title for course in each.courses],
                sessions=[out(held) for held in sessions],
            )
            for each, sessions in found
        ]
    return CampaignsOut(items=items)
