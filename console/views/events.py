"""Matching events at the desk: the list, a new one, and one with who takes part, the timetable and what came of it."""

import re

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.training_form import read_moment
from core.errors import AppError, Conflict, InvalidInput
from models import MeetingOutcome
from services.events.access import get_event_to_run, list_entries, list_events_to_run, list_meetings
from services.events.meetings import arrange_meetings, record_outcome
from services.events.setting_up import MINUTES, SLOTS, TABLES, EventForm, call_off, set_up
from services.events.view import OUTCOME_NAMES, STATE_NAMES
from services.market.wording import SIDES, called
from services.resources import Resources

COUNT = re.compile(r"\d{1,4}", re.ASCII)
STEPS = {"arrange": arrange_meetings, "cancel": call_off}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/events")
    def events() -> Response:
        return _list(resources)

    @blueprint.post("/events")
    def event_new() -> Response:
        try:
            with working(resources) as (work, staff):
                public_id = set_up(work, staff, _form(), resources.clock.now()).public_id
        except InvalidInput as error:
            return _list(resources, problem=error)
        return redirect(url_for("console.event", public_id=public_id), 303)

    @blueprint.get("/events/<public_id>")
    def event(public_id: str) -> Response:
        return _one(resources, public_id)

    _add_steps(blueprint, resources)


def _add_steps(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/events/<public_id>")
    def event_step(public_id: str) -> Response:
        try:
            step = STEPS.get(request.form.get("step", ""))
            if step is None:
                raise InvalidInput("请选要做什么。")
            version = request.form.get("version", default=0, type=row_number)
            with working(resources) as (work, staff):
                step(work, staff, public_id, resources.clock.now(), version=version)
        except (InvalidInput, Conflict) as error:
            return _one(resources, public_id, problem=error)
        return redirect(url_for("console.event", public_id=public_id), 303)

    @blueprint.post("/events/<public_id>/meetings/<int:meeting_id>")
    def event_outcome(public_id: str, meeting_id: int) -> Response:
        try:
            said = request.form.get("outcome", "")
            if said not in {each.value for each in MeetingOutcome}:
                raise InvalidInput("请选一个结果。")
            with working(resources) as (work, staff):
                record_outcome(work, staff, public_id, meeting_id, MeetingOutcome(said), resources.clock.now())
        except (InvalidInput, Conflict) as error:
            return _one(resources, public_id, problem=error)
        return redirect(f"{url_for('console.event', public_id=public_id)}#meeting-{meeting_id}", 303)


def _form() -> EventForm:
    given = request.form
    return EventForm(
        name=given.get("name", ""), place=given.get("place", ""), region=given.get("region", ""),
        starts_at=read_moment(given.get("starts_at", "")), slot_minutes=_number("slot_minutes"),
        slots=_number("slots"), tables=_number("tables"),
    )  # fmt: skip


def _number(name: str) -> int | None:
    said = request.form.get(name, "").strip()
    return int(said) if COUNT.fullmatch(said) else None


def _list(resources: Resources, *, problem: AppError | None = None) -> Response:
    with looking(resources) as (reader, staff):
        page = render_template(
            "console/events/list.html", events=list_events_to_run(reader, staff), now=resources.clock.now(),
            problem=problem, typed=request.form if problem else {"slot_minutes": 20, "slots": 9, "tables": 10},
            limits={"slot_minutes": MINUTES, "slots": SLOTS, "tables": TABLES}, STATE_NAMES=STATE_NAMES,
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)


def _one(resources: Resources, public_id: str, *, problem: AppError | None = None) -> Response:
    with looking(resources) as (reader, staff):
        event = get_event_to_run(reader, staff, public_id)
        page = render_template(
            "console/events/one.html", event=event, entries=list_entries(reader, event),
            meetings=list_meetings(reader, event), now=resources.clock.now(), problem=problem, called=called,
            SIDES=SIDES, OUTCOME_NAMES=OUTCOME_NAMES, STATE_NAMES=STATE_NAMES,
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)
