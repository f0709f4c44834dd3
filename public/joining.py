"""The way into the live stream of a booked session: by one's own link, whose button checks in."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from core.errors import AppError, NotFound
from public.headers import SENDING_POLICY
from services.resources import Resources
from services.training.joining import join_online, why_no_way_in
from services.training.signed_links import JOIN_PATH, open_join_link
from services.training.timetable import said_time

NOTHING = "这个链接打不开"


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    secret = resources.settings.secret_key.get_secret_value()

    @blueprint.get(JOIN_PATH)
    def join_page() -> Response:
        now = resources.clock.now()
        with resources.database.reading() as session:
            try:
                booking = open_join_link(session, secret, request.args.get("t", ""), now)
            except NotFound as error:
                return _nothing(error)
            held = booking.session
            why = why_no_way_in(held, booking, now)
            page = render_template(
                "public/join.html", held=held, time=said_time(held), why=why, token=request.args.get("t", ""),
                live_url=held.live_url if why is None and booking.checked_in_at is not None else None,
            )  # fmt: skip
        response = make_response(page)
        response.headers["Content-Security-Policy"] = SENDING_POLICY
        return response

    @blueprint.post(JOIN_PATH)
    def join() -> Response:
        """The signed link in the form is the permission; no cookie is involved that another site could use."""
        token, now = request.form.get("t", ""), resources.clock.now()
        try:
            with resources.database.unit_of_work() as session:
                join_online(session, open_join_link(session, secret, token, now), now)
        except NotFound as error:
            return _nothing(error)
        except AppError:
            pass  # The page says why, in the words for the moment at which it is looked at.
        return redirect(f"{JOIN_PATH}?t={token}", 303)


def _nothing(error: NotFound) -> Response:
    return make_response(render_template("public/nothing.html", title=NOTHING, message=error.message), 404)
