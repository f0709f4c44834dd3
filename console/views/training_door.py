"""Who is at the door of a session: a list for a phone with one button for each, which also works while the phone has no
connection (static/door.js keeps the taps and sends them later)."""

import re
from datetime import UTC, datetime

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.formats import clock_time
from console.input import row_number
from console.sessions import looking, working
from console.training_form import read_person
from console.views.knowledge import page_number
from core.errors import AppError, Conflict, InvalidInput
from models import BookingState
from services.resources import Resources
from services.training.attendance import OPENS_BEFORE, check_in, tap, undo_check_in
from services.training.by_hand import LONGEST_NAME, walk_in
from services.training.desk import get_session_for
from services.training.roster import AT_THE_DOOR, count_states, list_participants
from services.training.seats import MOST_SEATS
from services.training.signed_links import make_screen_token
from services.training.timetable import said_place, said_time

LONGEST_WORDS = 40
STEPS = ("in", "undo")
KEY = re.compile(r"[0-9a-f-]{16,40}", re.ASCII)
MILLISECONDS = re.compile(r"\d{12,14}", re.ASCII)


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

    @blueprint.post("/training/<public_id>/walk-ins")
    def training_walk_in(public_id: str) -> Response:
        now = resources.clock.now()
        try:
            with working(resources) as (work, staff):
                booking = walk_in(work, staff=staff, public_id=public_id, now=now, **read_person(request.form))
        except (Conflict, InvalidInput) as error:
            return _page(resources, public_id, problem=error, step="walk_in")
        back = url_for("console.training_door", public_id=public_id, q=booking.number)
        return redirect(f"{back}#booking-{booking.id}", 303)

    @blueprint.post("/training/<public_id>/taps")
    def training_taps(public_id: str) -> Response:
        """What a phone kept while it had no connection, one tap at a time: answered to a program, once for its key."""
        now, form = resources.clock.now(), request.form
        key, step = form.get("key", ""), form.get("step", "")
        with working(resources) as (work, staff):
            get_session_for(work, staff, public_id)
            if not KEY.fullmatch(key) or step not in STEPS:
                raise InvalidInput("这次点按读不出来,请再点一次。")
            booking = tap(
                work, staff=staff, public_id=public_id, booking_id=form.get("booking", default=0, type=row_number),
                is_in=step == "in", key=key, tapped_at=_tapped_at(form.get("at", ""), now), now=now,
            )  # fmt: skip
            states = count_states(work, booking.session_id)
            arrived = booking.checked_in_at
            answer = {
                "state": booking.state,
                "at": clock_time(arrived) if arrived is not None else None,
                "arrived": states[BookingState.ATTENDED],
                "missing": states[BookingState.BOOKED] + states[BookingState.ABSENT],
            }
        return jsonify(answer)


def _tapped_at(text: str, now: datetime) -> datetime:
    """Milliseconds of a phone's clock; now where they cannot be read."""
    return datetime.fromtimestamp(int(text) / 1000, UTC) if MILLISECONDS.fullmatch(text) else now


def _page(resources: Resources, public_id: str, *, problem: AppError | None = None, step: str = "") -> Response:
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
            step=step,
            typed=request.form,
            LONGEST_NAME=LONGEST_NAME,
            screen_token=make_screen_token(resources.settings.secret_key.get_secret_value(), held),
            MOST_SEATS=MOST_SEATS,
            said_time=said_time,
            said_place=said_place,
        )
    return make_response(shown, problem.http_status if problem else 200)


def _words() -> str:
    return request.args.get("q", "").strip()[:LONGEST_WORDS]
