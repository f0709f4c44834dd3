"""What somebody says on the telephone to the organiser's questions, written down beside their booking."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.answers_given import read_answers, typed_answers
from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput
from services.resources import Resources
from services.training.by_hand import answer_by_hand
from services.training.desk import get_booking_for
from services.training.questions import can_answer, form_of
from services.training.timetable import said_time

YES_NO = {True: "yes", False: "no"}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/training/<public_id>/bookings/<int:booking_id>/answers", methods=["GET", "POST"])
    def training_answers(public_id: str, booking_id: int) -> Response:
        if request.method == "GET":
            return _page(resources, public_id, booking_id)
        try:
            with working(resources) as (work, staff):
                form = form_of(get_booking_for(work, staff, public_id, booking_id).session.questions)
                answer_by_hand(
                    work, staff=staff, public_id=public_id, booking_id=booking_id,
                    answers=read_answers(form, request.form), now=resources.clock.now(),
                )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, public_id, booking_id, problem=error)
        return redirect(url_for("console.training_session", public_id=public_id, told="answers"), 303)


def _page(resources: Resources, public_id: str, booking_id: int, *, problem: AppError | None = None) -> Response:
    with looking(resources) as (reader, staff):
        booking = get_booking_for(reader, staff, public_id, booking_id)
        shown = render_template(
            "console/training/answers.html",
            booking=booking,
            held=booking.session,
            form=form_of(booking.session.questions),
            is_open=can_answer(booking, resources.clock.now()),
            typed=typed_answers(request.form) if problem else _stored(booking.answers),
            problem=problem,
            said_time=said_time,
        )
    return make_response(shown, problem.http_status if problem else 200)


def _stored(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """As the fields of the page hold them."""
    return {
        name: [YES_NO[value] if isinstance(value, bool) else str(value)]
        for name, value in answers.items()
        if value is not None
    }
