"""The training desk: the timetable, a session with those who come, and every step that staff take with it."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.training_form import blank_values, read_course, read_person, read_session, shown_values, typed_values
from console.training_posts import posts_beside, take_post_step
from console.views.knowledge import page_number
from core.clock import CHINA, china_date
from core.errors import AppError, Conflict, InvalidInput
from models import Staff
from services.audit import list_entries_of
from services.catalogue import catalogue
from services.resources import Resources
from services.training import desk
from services.training.absences import RULE
from services.training.attendance import OPENS_BEFORE, excuse, mark_absent
from services.training.bookings import STATE_NAMES
from services.training.broadcasts import count_recipients
from services.training.by_hand import LONGEST_NAME, accept_by_hand, book_by_hand, cancel_by_hand
from services.training.callers import forget_caller
from services.training.changes import CONCERNED
from services.training.participant_sheet import participants_as_csv
from services.training.questions import KIND_NAMES, MOST_QUESTIONS, list_unanswered, shown_answers
from services.training.roster import Planned, count_states, list_line, list_participants, list_planned
from services.training.seats import MOST_SEATS
from services.training.shown_services import MOST_SHOWN
from services.training.signed_links import make_screen_token
from services.training.standing import STANDING_NAMES, standing_of
from services.training.timetable import TRACK_NAMES, said_place, said_price, said_time

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
# Which months are offered, counted from the one that is shown.
MONTHS_BEFORE, MONTHS_AFTER = 1, 4
BY_HAND = {"accept": accept_by_hand, "cancel_booking": cancel_by_hand, "excuse": excuse, "forget": forget_caller}
CSV = "text/csv; charset=utf-8"
AUDIENCE_NAMES = {"all": "所有报名和候补的人", "seats": "有名额的人", "line": "候补的人"}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/training")
    def training() -> Response:
        now, month = resources.clock.now(), _month()
        today = china_date(now)
        begins = month or today - timedelta(days=today.weekday())
        ends = _midnight(_months_on(month, 1)) if month else None
        with looking(resources) as (reader, staff):
            found = list_planned(reader, staff, ends_after=_midnight(begins), starts_before=ends, now=now)
            page = render_template(
                "console/training/list.html", weeks=_by_week(found), month=month, today=today, count=len(found),
                months=[_months_on(month or today, n) for n in range(-MONTHS_BEFORE, MONTHS_AFTER + 1)], **_names(),
            )  # fmt: skip
        return make_response(page)

    @blueprint.route("/training/courses/new", methods=["GET", "POST"])
    def training_course_new() -> Response:
        problem: AppError | None = None
        if request.method == "POST":
            try:
                with working(resources) as (work, staff):
                    made = desk.create_course(
                        work, staff=staff, content=read_course(request.form), now=resources.clock.now()
                    )
                return redirect(url_for("console.training_new", course=made.id), 303)
            except (InvalidInput, Conflict) as error:
                problem = error
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/training/course.html", courses=desk.list_courses(reader, staff), values=request.values,
                problem=problem, **_names(),
            )  # fmt: skip
        return make_response(page, problem.http_status if problem else 200)

    @blueprint.route("/training/new", methods=["GET", "POST"])
    def training_new() -> Response:
        problem: AppError | None = None
        course_id = request.values.get("course", 0, type=row_number)
        if request.method == "POST":
            try:
                with working(resources) as (work, staff):
                    made = desk.create_session(
                        work, staff=staff, course_id=course_id, content=read_session(request.form),
                        now=resources.clock.now(),
                    )  # fmt: skip
                return _to(made.public_id)
            except InvalidInput as error:
                problem = error
        values = typed_values(request.form) if problem else blank_values(resources.clock.now())
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/training/new.html", courses=desk.list_courses(reader, staff), course_id=course_id,
                values=values, problem=problem, **_names(),
            )  # fmt: skip
        return make_response(page, problem.http_status if problem else 200)

    _add_session(blueprint, resources)
    _add_bookings(blueprint, resources)

    @blueprint.post("/training/<public_id>/posts")
    def training_posts(public_id: str) -> Response:
        def take(work: Session, staff: Staff) -> None:
            take_post_step(work, staff, public_id, resources.clock.now())

        return _take_step(resources, public_id, "posts", take)


def _add_session(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/training/<public_id>", methods=["GET", "POST"])
    def training_session(public_id: str) -> Response:
        if request.method == "GET":
            return _page(resources, public_id)

        def change(work: Session, staff: Staff) -> None:
            desk.change_session(
                work, staff=staff, public_id=public_id, content=read_session(request.form), version=_version(),
                now=resources.clock.now(),
            )  # fmt: skip

        return _take_step(resources, public_id, "edit", change)

    @blueprint.post("/training/<public_id>/cancel")
    def training_cancel(public_id: str) -> Response:
        def cancel(work: Session, staff: Staff) -> None:
            desk.cancel_session(
                work, staff=staff, public_id=public_id, reason=request.form.get("reason", ""), version=_version(),
                now=resources.clock.now(),
            )  # fmt: skip

        return _take_step(resources, public_id, "cancel", cancel)

    @blueprint.post("/training/<public_id>/message")
    def training_message(public_id: str) -> Response:
        """Once to see how many would get it, and once more to send it to as many."""
        try:
            with working(resources) as (work, staff):
                count = desk.write_to(
                    work, staff=staff, public_id=public_id, audience=request.form.get("audience", ""),
                    text=request.form.get("text", ""), confirmed=request.form.get("confirmed", type=row_number),
                    now=resources.clock.now(),
                )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, public_id, problem=error, step="message")
        return _to(public_id, told="message") if count is None else _page(resources, public_id, to_confirm=count)

    @blueprint.post("/training/<public_id>/absent")
    def training_absent(public_id: str) -> Response:
        def mark(work: Session, staff: Staff) -> None:
            mark_absent(work, staff=staff, public_id=public_id, now=resources.clock.now())

        return _take_step(resources, public_id, "absent", mark)


def _add_bookings(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/training/<public_id>/bookings")
    def training_bookings(public_id: str) -> Response:
        """What somebody asked for on the telephone, and absences that do not count."""
        step = request.form.get("step", "book")
        asked: list[int] = []

        def take(work: Session, staff: Staff) -> None:
            now = resources.clock.now()
            if step == "book":
                made = book_by_hand(work, staff=staff, public_id=public_id, now=now, **read_person(request.form))
                if list_unanswered(made):
                    asked.append(made.id)
            elif step in BY_HAND:
                number = request.form.get("booking", default=0, type=row_number)
                BY_HAND[step](work, staff=staff, public_id=public_id, booking_id=number, now=now)
            else:
                raise InvalidInput("请从页面上的按钮操作。")

        done = _take_step(resources, public_id, step if step in BY_HAND else "book", take)
        if not asked or done.status_code != 303:
            return done
        # They are still on the telephone.
        return redirect(url_for("console.training_answers", public_id=public_id, booking_id=asked[0]), 303)

    @blueprint.post("/training/<public_id>/participants.csv")
    def training_participants_csv(public_id: str) -> Response:
        """Names and answers leave the house with it: asked for by a button, and written down."""
        with working(resources) as (work, staff):
            table = participants_as_csv(work, staff=staff, public_id=public_id, now=resources.clock.now())
        answer = make_response(table)
        answer.headers["Content-Type"] = CSV
        answer.headers["Content-Disposition"] = f'attachment; filename="participants-{public_id}.csv"'
        return answer


def _take_step(resources: Resources, public_id: str, step: str, take: Callable[[Session, Staff], None]) -> Response:
    """In one unit of work; what is refused is said on the session's page, with what was typed."""
    try:
        with working(resources) as (work, staff):
            take(work, staff)
    except (InvalidInput, Conflict) as error:
        return _page(resources, public_id, problem=error, step=step)
    return _to(public_id, told=step)


def _page(
    resources: Resources, public_id: str, *, problem: AppError | None = None, step: str = "", to_confirm: int = 0
) -> Response:
    now, page = resources.clock.now(), page_number()
    with looking(resources) as (reader, staff):
        held = desk.get_session_for(reader, staff, public_id)
        rows, has_more = list_participants(reader, held.id, page=page)
        is_edited = problem is not None and step == "edit"
        shown = render_template(
            "console/training/one.html",
            held=held,
            standing=standing_of(held, now),
            rows=rows,
            has_more=has_more,
            page=page,
            line=list_line(reader, held.id),
            states=count_states(reader, held.id),
            concerned=count_recipients(reader, held.id, CONCERNED),
            entries=list_entries_of(reader, desk.target_of(held)),
            values=typed_values(request.form) if is_edited else shown_values(held),
            # After a refusal what was looked at stays: a second try must not overwrite a colleague's change.
            version=_version() if is_edited else held.version,
            problem=problem,
            step=step,
            told=request.args.get("told", ""),
            to_confirm=to_confirm,
            typed=request.form,
            audiences=AUDIENCE_NAMES,
            answers={row.id: shown_answers(held, row) for row in rows},
            is_door_open=now >= held.starts_at - OPENS_BEFORE,
            absence_rule=RULE,
            screen_token=make_screen_token(resources.settings.secret_key.get_secret_value(), held),
            LONGEST_NAME=LONGEST_NAME,
            **posts_beside(reader, staff, held, now),
            MOST_SEATS=MOST_SEATS,
            **_names(),
        )
    return make_response(shown, problem.http_status if problem else 200)


def _month() -> date | None:
    match = MONTH.fullmatch(request.args.get("month", ""))
    return date(int(match[1]), int(match[2]), 1) if match else None


def _months_on(day: date, count: int) -> date:
    """The first day of the month so many months later."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _by_week(found: list[Planned]) -> list[tuple[date, list[tuple[date, list[Planned]]]]]:
    """(Monday, [(day, its sessions)]): as a calendar that is read from top to bottom."""
    days = [(day, list(rows)) for day, rows in groupby(found, key=lambda each: china_date(each.held.starts_at))]
    weeks = groupby(days, key=lambda each: each[0] - timedelta(days=each[0].weekday()))
    return [(monday, list(rows)) for monday, rows in weeks]


def _names() -> dict[str, Any]:
    return {
        "TRACK_NAMES": TRACK_NAMES,
        "STANDING_NAMES": STANDING_NAMES,
        "STATE_NAMES": STATE_NAMES,
        "KIND_NAMES": KIND_NAMES,
        "MOST_QUESTIONS": MOST_QUESTIONS,
        "SERVICE_NAMES": {key: each.name for key, each in catalogue().items()},
        "MOST_SHOWN": MOST_SHOWN,
        "said_time": said_time,
        "said_place": said_place,
        "said_price": said_price,
    }


def _version() -> int:
    return request.form.get("version", default=0, type=row_number)


def _to(public_id: str, *, told: str | None = None) -> Response:
    return redirect(url_for("console.training_session", public_id=public_id, told=told), 303)
