"""The training desk after a session: verdicts, questions, certificates; figures over a period; what to teach next."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.input import row_number
from console.sessions import looking, working
from console.views.knowledge import page_number
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from services.resources import Resources
from services.training.certificate_links import make_certificate_link
from services.training.certificates import (
    LONGEST_HOLDER,
    list_certificates_of,
    revoke_certificate,
    set_gives_certificate,
)
from services.training.certificates_by_hand import get_to_hand_out, give_certificate, ids_to_hand_out, list_to_give
from services.training.desk import get_session_for
from services.training.feedback import SCORE_NAMES
from services.training.feedback_desk import count_verdicts, list_remarks
from services.training.figures import BY_NAMES, By, Period, figures_as_csv, training_figures
from services.training.live_questions import list_questions
from services.training.roster import count_states
from services.training.timetable import said_place, said_time
from services.training.wishes import list_wishes

CSV = "text/csv; charset=utf-8"
# What is shown where no period was asked for.
USUAL_PERIOD = timedelta(days=90)
MOST_CERTIFICATES = 200
MOST_TYPED = 60


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    _add_figures(blueprint, resources)

    @blueprint.get("/training/wishes")
    def training_wishes() -> AnyResponse:
        page = page_number()
        with looking(resources) as (reader, staff):
            wishes, has_more = list_wishes(reader, staff, page=page, now=resources.clock.now())
            shown = render_template(
                "console/training/wishes.html", wishes=wishes, has_more=has_more, page=page, said_time=said_time
            )
        return make_response(shown)

    @blueprint.get("/training/<public_id>/after")
    def training_after(public_id: str) -> AnyResponse:
        return _page(resources, public_id)

    @blueprint.post("/training/<public_id>/certificates")
    def training_certificates(public_id: str) -> AnyResponse:
        """Whether the course gives any."""
        with working(resources) as (work, staff):
            set_gives_certificate(
                work, staff=staff, public_id=public_id, gives=request.form.get("gives") == "yes",
                now=resources.clock.now(),
            )  # fmt: skip
        return _to(public_id)

    @blueprint.post("/training/<public_id>/certificates/given")
    def training_give_certificate(public_id: str) -> AnyResponse:
        """To somebody without an account."""
        booking_id = request.form.get("booking", default=0, type=row_number)
        try:
            with working(resources) as (work, staff):
                give_certificate(
                    work, staff=staff, public_id=public_id, booking_id=booking_id,
                    holder=request.form.get("holder", "")[:MOST_TYPED], now=resources.clock.now(),
                )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, public_id, problem=error, booking_id=booking_id)
        return _to(public_id, told="given")

    @blueprint.get("/training/<public_id>/certificates/<int:certificate_id>/file")
    def training_certificate_file(public_id: str, certificate_id: int) -> AnyResponse:
        """On to a link that works for minutes, as its owner would get one."""
        secret, now = resources.settings.secret_key.get_secret_value(), resources.clock.now()
        try:
            with looking(resources) as (reader, staff):
                found = get_to_hand_out(reader, staff=staff, public_id=public_id, certificate_id=certificate_id)
                address, _ = make_certificate_link(secret, "", found, now)
        except Conflict as error:
            return _page(resources, public_id, problem=error)
        return redirect(address, 303)

    @blueprint.post("/training/<public_id>/certificates/<certificate>/revoke")
    def training_revoke(public_id: str, certificate: str) -> AnyResponse:
        try:
            with working(resources) as (work, staff):
                revoke_certificate(
                    work, staff=staff, public_id=public_id, number=certificate, reason=request.form.get("reason", ""),
                    now=resources.clock.now(),
                )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, public_id, problem=error, number=certificate)
        return _to(public_id, told="revoked")


def _add_figures(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/training/figures")
    def training_figures_page() -> AnyResponse:
        today = china_date(resources.clock.now())
        problem: AppError | None = None
        try:
            period = _period(today)
        except InvalidInput as error:
            problem, period = error, Period(today - USUAL_PERIOD, today)
        by = _by()
        with looking(resources) as (reader, staff):
            rows, whole = training_figures(reader, staff, period=period, by=by, now=resources.clock.now())
            page = render_template(
                "console/training/figures.html", rows=rows, whole=whole, period=period, by=by, names=BY_NAMES,
                problem=problem,
            )  # fmt: skip
        return make_response(page, problem.http_status if problem else 200)

    @blueprint.get("/training/figures.csv")
    def training_figures_csv() -> AnyResponse:
        period, by = _period(china_date(resources.clock.now())), _by()
        with looking(resources) as (reader, staff):
            rows, whole = training_figures(reader, staff, period=period, by=by, now=resources.clock.now())
        answer = Response(figures_as_csv(rows, whole, by), content_type=CSV)
        name = f"training-{by}-{period.first}-{period.last}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _page(
    resources: Resources,
    public_id: str,
    *,
    problem: AppError | None = None,
    number: str = "",
    booking_id: int = 0,
) -> AnyResponse:
    now = resources.clock.now()
    with looking(resources) as (reader, staff):
        held = get_session_for(reader, staff, public_id)
        certificates = list_certificates_of(reader, held.id, limit=MOST_CERTIFICATES)
        values: dict[str, Any] = {
            "states": count_states(reader, held.id),
            "verdicts": count_verdicts(reader, held.id),
            "remarks": list_remarks(reader, held.id),
            "questions": list_questions(reader, held.id),
            "certificates": certificates,
            "to_hand_out": ids_to_hand_out(reader, certificates),
            "to_give": list_to_give(reader, staff=staff, public_id=public_id, now=now),
        }
        shown = render_template(
            "console/training/after.html", held=held, problem=problem, number=number, booking_id=booking_id,
            typed=request.form, told=request.args.get("told", ""), LONGEST_HOLDER=LONGEST_HOLDER,
            SCORE_NAMES=SCORE_NAMES, said_time=said_time, said_place=said_place, **values,
        )  # fmt: skip
    return make_response(shown, problem.http_status if problem else 200)


def _period(today: date) -> Period:
    """Raises InvalidInput."""
    first, last = _day("first"), _day("last")
    last = last or today
    return Period(first or last - USUAL_PERIOD, last)


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("日期写成2026-11-28这样。", fields={name: "写日期"}) from None


def _by() -> By:
    wanted = request.args.get("by", "")
    return By(wanted) if wanted in set(By) else By.COURSE


def _to(public_id: str, *, told: str | None = None) -> AnyResponse:
    return redirect(url_for("console.training_after", public_id=public_id, told=told), 303)
