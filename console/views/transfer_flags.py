"""Flagged transfers: what is odd about each, and what a supervisor makes of it. No deal is stopped by it."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from models import FlagState
from services.deals.radar import radar_settings
from services.deals.radar_desk import (
    DECISIONS,
    KIND_NAMES,
    LONGEST_NOTE,
    STATE_NAMES,
    decide_flag,
    list_flagged,
    said_flag,
)
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/transfer-flags")
    def transfer_flags() -> Response:
        return _page(resources)

    @blueprint.post("/transfer-flags/<int:flag_id>")
    def transfer_flag_decide(flag_id: int) -> Response:
        state = request.form.get("state", "")
        try:
            if state not in {each.value for each in DECISIONS}:
                raise InvalidInput("请选看过、没问题还是要查。", fields={"state": "请选一个"})
            with working(resources) as (work, staff):
                version = request.form.get("version", default=0, type=row_number)
                note = request.form.get("note", "")
                now = resources.clock.now()
                decide_flag(work, staff, row_number(str(flag_id)), FlagState(state), note, now, version=version)
        except (InvalidInput, Conflict) as error:
            return _page(resources, problem=error, flag_id=flag_id)
        return redirect(url_for("console.transfer_flags"), 303)


def _page(resources: Resources, *, problem: AppError | None = None, flag_id: int = 0) -> Response:
    with looking(resources) as (reader, staff):
        page = render_template(
            "console/transfer_flags.html",
            waiting=list_flagged(reader, staff),
            decided=list_flagged(reader, staff, decided=True),
            source=radar_settings(china_date(resources.clock.now())).source,
            problem=problem,
            problem_of=flag_id,
            typed=request.form,
            longest=LONGEST_NOTE,
            said_flag=said_flag,
            KIND_NAMES=KIND_NAMES,
            STATE_NAMES=STATE_NAMES,
            DECISIONS=DECISIONS,
        )
    return make_response(page, problem.http_status if problem else 200)
