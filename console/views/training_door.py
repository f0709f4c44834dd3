"""Who is at the door of a session: a list for a phone with one button for each."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.sessions import looking, working
from console.views.knowledge import page_number
from core.errors import AppError, Conflict, InvalidInput
from services.resources import Resources
from services.training.attendance import OPENS_BEFORE, check_in, undo_check_in
from services.training.desk import get_session_for
from services.training.roster import AT_THE_DOOR, count_states, list_participants
from services.training.timetable import said_place, said_time

LONGEST_WORDS = 40


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/training/<public_id>/check-in")
    def training_door(public_id: str) -> Response:
        return _page(resources, public_id)

    @blueprint.post("/training/<public_id>/check-in/<int:booking_id>")
    def training_check_in(public_id: str, booking_id: int) -> Response:
        step, words, page = request.form.get("step", ""), _words(), page_number()
        now = resources.clock.now()
        try:
            with working(resources) as (work, staff):
                if step == "in":
                    check_in(work, staff=staff, public_id=public_id, booking_id=booking_id, now=now)
                elif step == "undo":
                    undo_check_in(work, staff=staff, public_id=public_id, booking_id=booking_id, now=now)
                else:
                    raise InvalidInput("请点“签到”或“撤回”。")
        except (Conflict, InvalidInput) as error:
            return _page(resources, public_id, problem=error)
        back = url_for("console.training_door", public_id=public_id, q=words or None, page=page or None)
        return redirect(f"{back}#booking-{booking_id}", 303)


def _page(resources: Resources, public_id: str, *, problem: AppError | None = None) -> Response:
    words, page = _words(), page_number()
    with looking(resources) as (reader, staff):
        held = get_session_for(reader, staff, public_id)
        rows, has_more = list_participants(reader, held.id, states=AT_THE_DOOR, text=words, page=page)
        shown = render_template(
            "console/training/check_in.html",
            held=held,
            rows=rows,
            has_more=has_more,
            page=page,
            words=words,
            states=count_states(reader, held.id),
            opens_at=held.starts_at - OPENS_BEFORE,
            problem=problem,
            said_time=said_time,
            said_place=said_place,
        )
    return make_response(shown, problem.http_status if problem else 200)


def _words() -> str:
    return request.args.get("q", "").strip()[:LONGEST_WORDS]
