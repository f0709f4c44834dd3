"""The screen at the door of a session, and the page behind the QR code that it shows.

The screen opens by a signed link, so that nobody has to be logged in on a projector. Whoever scans the code without
the mini-program reads what to send in WeChat.
"""

import re
from typing import Any

import segno
from flask import Blueprint, jsonify, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.errors import NotFound
from models import BookingState, CourseSession
from public.headers import ASKING_POLICY
from services.resources import Resources
from services.training.attendance import OPENS_BEFORE
from services.training.calendar_files import page_of
from services.training.door_codes import DIGITS, shown_code
from services.training.roster import count_states
from services.training.signed_links import open_screen
from services.training.standing import Standing, standing_of
from services.training.timetable import get_session, said_place, said_time

CODE = re.compile(rf"\d{{{DIGITS}}}", re.ASCII)
# How often a screen looks while there is no code yet.
WAIT_SECONDS = 30


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/courses/<public_id>/door")
    def door_screen(public_id: str) -> Response:
        with resources.database.reading() as session:
            try:
                held = _open(session, resources, public_id)
            except NotFound as error:
                page = render_template("public/nothing.html", title="签到屏幕打不开", message=error.message)
                return make_response(page, 404)
            page = render_template(
                "public/door.html", held=held, time=said_time(held), place=said_place(held),
                shown=_shown_now(session, resources, held), token=request.args.get("t", ""),
            )  # fmt: skip
        response = make_response(page)
        response.headers["Content-Security-Policy"] = ASKING_POLICY
        return response

    @blueprint.get("/courses/<public_id>/door.json")
    def door_now(public_id: str) -> Response:
        with resources.database.reading() as session:
            return jsonify(_shown_now(session, resources, _open(session, resources, public_id)))

    @blueprint.get("/courses/<public_id>/check-in")
    def door_words(public_id: str) -> Response:
        """What is not a code is not shown: the page repeats nothing that somebody wrote into its address."""
        given = request.args.get("c", "")
        with resources.database.reading() as session:
            try:
                held = get_session(session, public_id)
            except NotFound as error:
                page = render_template("public/nothing.html", title="没有这一场培训", message=error.message)
                return make_response(page, 404)
            is_over = standing_of(held, resources.clock.now()) in {Standing.ENDED, Standing.CANCELLED}
            code = given if CODE.fullmatch(given) else ""
            page = render_template("public/door_words.html", held=held, code=code, is_over=is_over)
        return make_response(page)


def _open(session: Session, resources: Resources, public_id: str) -> CourseSession:
    secret = resources.settings.secret_key.get_secret_value()
    return open_screen(session, secret, public_id, request.args.get("t", ""), resources.clock.now())


def _shown_now(session: Session, resources: Resources, held: CourseSession) -> dict[str, Any]:
    now, settings = resources.clock.now(), resources.settings
    states = count_states(session, held.id)
    there = states[BookingState.ATTENDED]
    counts = {"arrived": there, "expected": there + states[BookingState.BOOKED] + states[BookingState.ABSENT]}
    opens_at = held.starts_at - OPENS_BEFORE
    if now < opens_at:
        wait = min(WAIT_SECONDS, max(1, int((opens_at - now).total_seconds())))
        return {**counts, "code": None, "seconds_left": wait}
    code = shown_code(settings.secret_key.get_secret_value(), held.public_id, now)
    address = f"{page_of(held, settings.public_base_url)}/check-in?c={code.code}"
    # Without a size of its own it fills what the page gives it.
    picture = segno.make_qr(address, error="m").svg_data_uri(border=4, omitsize=True)
    return {**counts, "code": code.code, "seconds_left": code.seconds_left, "picture": picture}
