"""Firms' credit at the desk: what waits for a second person or an answer, and one firm's record."""

from datetime import date, datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from models import CreditKind, PleaKind, Staff
from services.credit.access import find_companies, get_company_to_keep, list_counting, list_to_decide
from services.credit.entering import (
    LONGEST_NUMBER,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    PUBLIC,
    EventForm,
    confirm_event,
    drop_event,
    end_event,
    propose_event,
)
from services.credit.pleas import decide_plea
from services.credit.record import read_record
from services.credit.settings import credit_settings
from services.credit.wording import (
    BAND_NAMES,
    EFFECTS,
    KIND_NAMES,
    PLEA_NAMES,
    SOURCES,
    said_rules,
    said_source,
    said_standing,
)
from services.resources import Resources

ANSWERS = {"grant": True, "refuse": False}
WORDS = {
    "BAND_NAMES": BAND_NAMES, "EFFECTS": EFFECTS, "KIND_NAMES": KIND_NAMES, "PLEA_NAMES": PLEA_NAMES,
    "SOURCES": SOURCES, "PUBLIC": PUBLIC, "said_source": said_source, "said_standing": said_standing,
    "longest": LONGEST_TEXT, "longest_number": LONGEST_NUMBER, "longest_source": LONGEST_SOURCE,
}  # fmt: skip


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/credit")
    def credit() -> Response:
        return _queue(resources)

    @blueprint.get("/credit/companies/<public_id>")
    def credit_company(public_id: str) -> Response:
        return _company(resources, public_id)

    @blueprint.post("/credit/companies/<public_id>")
    def credit_propose(public_id: str) -> Response:
        try:
            with working(resources) as (work, staff):
                propose_event(work, staff, public_id, _form(), resources.clock.now())
        except (InvalidInput, Conflict) as error:
            return _company(resources, public_id, problem=error)
        return redirect(url_for("console.credit_company", public_id=public_id), 303)

    _add_steps(blueprint, resources)


def _add_steps(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/credit/events/<public_id>")
    def credit_decide(public_id: str) -> Response:
        version = request.form.get("version", default=0, type=row_number)
        try:
            with working(resources) as (work, staff):
                _decide(work, staff, public_id, version, resources.clock.now())
        except (InvalidInput, Conflict) as error:
            return _queue(resources, problem=error, problem_of=public_id)
        return redirect(url_for("console.credit"), 303)

    @blueprint.post("/credit/pleas/<int:plea_id>")
    def credit_answer(plea_id: int) -> Response:
        answer = ANSWERS.get(request.form.get("answer", ""))
        try:
            if answer is None:
                raise InvalidInput("请选采纳还是不采纳。")
            with working(resources) as (work, staff):
                note = request.form.get("note", "")
                decide_plea(work, staff, plea_id, is_granted=answer, answer=note, now=resources.clock.now())
        except (InvalidInput, Conflict) as error:
            return _queue(resources, problem=error, problem_of=f"plea-{plea_id}")
        return redirect(url_for("console.credit"), 303)


def _decide(session: Session, staff: Staff, public_id: str, version: int, now: datetime) -> None:
    note = request.form.get("note", "")
    match request.form.get("step"):
        case "confirm":
            confirm_event(session, staff, public_id, now, version=version)
        case "drop":
            drop_event(session, staff, public_id, note, now, version=version)
        case "end":
            end_event(session, staff, public_id, note, now, version=version)
        case _:
            raise InvalidInput("请选怎么处理。")


def _form() -> EventForm:
    given = request.form
    kind = given.get("kind", "")
    return EventForm(
        kind=CreditKind(kind) if kind in {each.value for each in CreditKind} else None, number=given.get("number", ""),
        facts=given.get("facts", ""), evidence=given.get("evidence", ""), happened_on=_day("happened_on"),
        source=given.get("source", ""), link=given.get("link", ""), counts_until=_day("counts_until"),
    )  # fmt: skip


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _queue(resources: Resources, *, problem: AppError | None = None, problem_of: str = "") -> Response:
    today, words = china_date(resources.clock.now()), request.args.get("q", "")[:120]
    with looking(resources) as (reader, staff):
        proposed, pleas = list_to_decide(reader, staff)
        page = render_template(
            "console/credit.html", proposed=proposed, pleas=pleas, counting=list_counting(reader, staff, today),
            words=words, found=find_companies(reader, staff, words), today=today, problem=problem,
            problem_of=problem_of, typed=request.form, OBJECTION=PleaKind.OBJECTION, **WORDS,
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)


def _company(resources: Resources, public_id: str, *, problem: AppError | None = None) -> Response:
    today = china_date(resources.clock.now())
    with looking(resources) as (reader, staff):
        company = get_company_to_keep(reader, staff, public_id)
        page = render_template(
            "console/credit_company.html", record=read_record(reader, company, today, told_only=False), today=today,
            problem=problem, typed=request.form if problem else request.args, rules=said_rules(today),
            months=credit_settings(today).months, source=credit_settings(today).source, **WORDS,
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)
