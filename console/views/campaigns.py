"""Campaigns of training: the list, one with its sessions and figures, and the form of it."""

from datetime import date

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from models import Campaign
from services.resources import Resources
from services.training.campaigns import (
    CampaignContent,
    campaign_figures,
    change_campaign,
    create_campaign,
    get_campaign_for,
    is_over,
    list_campaigns,
    sessions_of,
    withdraw_campaign,
)
from services.training.desk import list_courses
from services.training.line import list_waited_for
from services.training.timetable import said_place, said_seats, said_time

MOST_TYPED = 2_000
FIELDS = ("name", "about", "first_on", "last_on")


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/training/campaigns")
    def campaigns() -> Response:
        now = resources.clock.now()
        with looking(resources) as (reader, staff):
            rows = [(each, is_over(each, now)) for each in list_campaigns(reader, staff)]
            page = render_template("console/training/campaigns.html", rows=rows, today=china_date(now))
        return make_response(page)

    @blueprint.route("/training/campaigns/new", methods=["GET", "POST"])
    def campaign_new() -> Response:
        problem: AppError | None = None
        if request.method == "POST":
            try:
                with working(resources) as (work, staff):
                    made = create_campaign(work, staff=staff, content=_typed(), now=resources.clock.now())
                return _to(made.public_id)
            except InvalidInput as error:
                problem = error
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/training/campaign_new.html", courses=list_courses(reader, staff), values=request.form,
                chosen=_chosen(), problem=problem,
            )  # fmt: skip
        return make_response(page, problem.http_status if problem else 200)

    @blueprint.route("/training/campaigns/<public_id>", methods=["GET", "POST"])
    def campaign(public_id: str) -> Response:
        if request.method == "GET":
            return _page(resources, public_id)
        try:
            with working(resources) as (work, staff):
                change_campaign(
                    work, staff=staff, public_id=public_id, content=_typed(), version=_version(),
                    now=resources.clock.now(),
                )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, public_id, problem=error)
        return _to(public_id)

    @blueprint.post("/training/campaigns/<public_id>/withdraw")
    def campaign_withdraw(public_id: str) -> Response:
        try:
            with working(resources) as (work, staff):
                withdraw_campaign(
                    work, staff=staff, public_id=public_id, version=_version(), now=resources.clock.now()
                )  # fmt: skip
        except Conflict as error:
            return _page(resources, public_id, problem=error, is_typed=False)
        return _to(public_id)


def _page(resources: Resources, public_id: str, *, problem: AppError | None = None, is_typed: bool = True) -> Response:
    now = resources.clock.now()
    is_typed = is_typed and problem is not None
    with looking(resources) as (reader, staff):
        found = get_campaign_for(reader, staff, public_id)
        rows, whole = campaign_figures(reader, staff, found, now)
        sessions = sessions_of(reader, found)
        waited_for = list_waited_for(reader, sessions, now)
        page = render_template(
            "console/training/campaign.html", campaign=found, sessions=sessions, rows=rows,
            whole=whole, is_over=is_over(found, now), courses=list_courses(reader, staff),
            values=request.form if is_typed else _values(found),
            chosen=_chosen() if is_typed else {each.id for each in found.courses},
            # After a refusal what was looked at stays: a second try must not overwrite a colleague's change.
            version=_version() if is_typed else found.version,
            problem=problem, page_address=_address(resources, found),
            said_time=said_time, said_place=said_place,
            said_seats=lambda held: said_seats(held, now, is_waited_for=held.id in waited_for),
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)


def _address(resources: Resources, campaign: Campaign) -> str:
    return f"{resources.settings.public_base_url.rstrip('/')}/campaigns/{campaign.public_id}"


def _values(campaign: Campaign) -> dict[str, str]:
    return {name: str(getattr(campaign, name)) for name in FIELDS}


def _typed() -> CampaignContent:
    return CampaignContent(
        name=request.form.get("name", "")[:MOST_TYPED],
        about=request.form.get("about", "")[:MOST_TYPED].replace("\r\n", "\n"),
        first_on=_day("first_on"),
        last_on=_day("last_on"),
        course_ids=sorted(_chosen()),
    )


def _chosen() -> set[int]:
    return set(request.form.getlist("course", type=row_number))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _version() -> int:
    return request.form.get("version", default=0, type=row_number)


def _to(public_id: str) -> Response:
    return redirect(url_for("console.campaign", public_id=public_id), 303)
