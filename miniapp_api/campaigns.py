"""Campaigns of training that go on or are to come, each with its sessions."""

from apiflask import APIBlueprint

from miniapp_api.context import current_api
from miniapp_api.schemas.campaigns import CampaignOut, CampaignsOut
from miniapp_api.training import session_out
from services.training.campaigns import list_running, sessions_of


def add_routes(api: APIBlueprint) -> None:
    api.get("/campaigns")(api.output(CampaignsOut)(list_campaigns))


def list_campaigns() -> CampaignsOut:
    """培训专题

    正在进行的和还没开始的,先开始的在前。`sessions` 是还没结束的场次,报名同 `/course-sessions`。
    """
    api = current_api()
    now = api.clock.now()
    with api.database.reading() as session:
        items = [
            CampaignOut(
                id=each.public_id,
                name=each.name,
                about=each.about,
                first_on=each.first_on,
                last_on=each.last_on,
                courses=[course.title for course in each.courses],
                sessions=[session_out(held, now) for held in sessions_of(session, each) if held.ends_at > now],
            )
            for each in list_running(session, now)
        ]
    return CampaignsOut(items=items)
