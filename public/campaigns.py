"""The page of a campaign, to be shared: what it is about, how long it goes on, and its sessions to come."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from core.errors import NotFound
from core.i18n import chinese_date
from services.resources import Resources
from services.training.campaigns import get_shown_campaign, is_over, sessions_of
from services.training.line import list_waited_for
from services.training.timetable import said_place, said_seats, said_time


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/campaigns/<public_id>")
    def campaign_page(public_id: str) -> Response:
        now = resources.clock.now()
        with resources.database.reading() as session:
            try:
                found = get_shown_campaign(session, public_id)
            except NotFound as error:
                title = "没有这个专题"
                return make_response(render_template("public/nothing.html", title=title, message=error.message), 404)
            to_come = [held for held in sessions_of(session, found) if held.ends_at > now]
            waited_for = list_waited_for(session, to_come, now)
            shown = [
                (held, said_time(held), said_place(held), said_seats(held, now, is_waited_for=held.id in waited_for))
                for held in to_come
            ]
            page = render_template(
                "public/campaign.html", campaign=found, to_come=shown, is_over=is_over(found, now),
                period=f"{chinese_date(found.first_on)}到{chinese_date(found.last_on)}",
                is_demonstration=any(each.is_demonstration for each in found.courses),
            )  # fmt: skip
        return make_response(page)
