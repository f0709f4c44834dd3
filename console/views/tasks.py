"""Tasks of partners: their own pages, and the same steps from the case's page by its handler."""

from collections.abc import Callable

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.answers_given import read_answers, typed_answers
from console.case_gone import saying_why_gone
from console.input import row_number
from console.sessions import looking, working
from console.views.cases import case_page
from core.clock import china_date
from core.errors import AppError, Forbidden, InvalidInput, NotFound
from models import CaseTask, Institution, Role, Staff
from services.casework.access import get_task_for, keys_for_partner
from services.casework.minutes import answer_minutes, find_minutes_of_task
from services.casework.partner_tasks import check_task_fresh, list_partner_tasks, view_task, why_task_gone
from services.casework.sheets import sheet_for_party
from services.casework.tasks import give_task, refuse_task, reopen_task, report_task
from services.catalogue import service_of
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/tasks")
    def tasks() -> Response:
        is_open = request.args.get("tab") != "done"
        with looking(resources) as (reader, staff):
            if staff.role != Role.PARTNER:
                return redirect(url_for("console.work"))
            items = list_partner_tasks(reader, staff, is_open=is_open, now=resources.clock.now())
            institution = reader.get(Institution, staff.institution_id) if staff.institution_id else None
        page = render_template("console/casework/tasks.html", items=items, is_open=is_open, institution=institution)
        return make_response(page)

    @blueprint.get("/tasks/<public_id>")
    def task(public_id: str) -> Response:
        return _task_page(resources, public_id)

    _add_results(blueprint, resources)
    _add_giving(blueprint, resources)


def _add_results(blueprint: Blueprint, resources: Resources) -> None:
    """What the institution says, or the case's handler for it."""

    @blueprint.post("/tasks/<public_id>/report")
    def task_report(public_id: str) -> Response:
        def report(work: Session, staff: Staff, row: CaseTask) -> None:
            form = service_of(row.case.kind).task(row.key).report
            report_task(
                work,
                staff=staff,
                public_id=public_id,
                answers=read_answers(form, request.form),
                version=_version(),
                now=resources.clock.now(),
            )

        return _step(resources, public_id, "report", report)

    @blueprint.post("/tasks/<public_id>/refuse")
    def task_refuse(public_id: str) -> Response:
        def refuse(work: Session, staff: Staff, _: CaseTask) -> None:
            note, now = request.form.get("note", ""), resources.clock.now()
            refuse_task(work, staff=staff, public_id=public_id, note=note, version=_version(), now=now)

        return _step(resources, public_id, "refuse", refuse)

    @blueprint.post("/tasks/<public_id>/minutes")
    def task_minutes(public_id: str) -> Response:
        def answer(work: Session, staff: Staff, _: CaseTask) -> None:
            said = request.form.get("answer", "")
            if said not in {"yes", "no"}:
                raise InvalidInput("请选同意或不同意。", fields={"answer": "请选一个"})
            answer_minutes(
                work,
                staff=staff,
                public_id=public_id,
                agrees=said == "yes",
                note=request.form.get("note", ""),
                number=request.form.get("number", default=0, type=row_number),
                now=resources.clock.now(),
            )

        return _step(resources, public_id, "minutes", answer)


def _add_giving(blueprint: Blueprint, resources: Resources) -> None:
    """Who is to do it: the case's handler decides."""

    @blueprint.post("/tasks/<public_id>/give")
    def task_give(public_id: str) -> Response:
        def give(work: Session, staff: Staff, _: CaseTask) -> None:
            check_task_fresh(work, staff, public_id, _version())
            institution = request.form.get("institution", default=0, type=row_number)
            give_task(work, staff=staff, public_id=public_id, institution_id=institution, now=resources.clock.now())

        return _step(resources, public_id, "give", give)

    @blueprint.post("/tasks/<public_id>/reopen")
    def task_reopen(public_id: str) -> Response:
        def reopen(work: Session, staff: Staff, _: CaseTask) -> None:
            check_task_fresh(work, staff, public_id, _version())
            reopen_task(work, staff=staff, public_id=public_id, now=resources.clock.now())

        return _step(resources, public_id, "reopen", reopen)


def _step(
    resources: Resources, public_id: str, name: str, take: Callable[[Session, Staff, CaseTask], None]
) -> Response:
    """One step in one unit of work; what is refused is said on the page it came from, with what was typed."""

    def why(reader: Session, staff: Staff) -> str:
        return why_task_gone(reader, staff, public_id)

    try:
        with saying_why_gone(resources, why), working(resources) as (work, staff):
            row = get_task_for(work, staff, public_id)
            take(work, staff, row)
            number, is_partner = row.case.number, staff.role == Role.PARTNER
    except AppError as error:
        if error.http_status in {NotFound.http_status, Forbidden.http_status}:
            raise
        with saying_why_gone(resources, why, error):
            return _task_page(resources, public_id, problem=error, step=name)
    if is_partner:
        return redirect(url_for("console.tasks"), 303)
    return redirect(url_for("console.case", number=number, _anchor="tasks"), 303)


def _task_page(resources: Resources, public_id: str, *, problem: AppError | None = None, step: str = "") -> Response:
    """A partner's page of a task; staff find the task on its case's page."""
    now = resources.clock.now()
    with looking(resources) as (reader, staff):
        row = get_task_for(reader, staff, public_id)
        if staff.role != Role.PARTNER:
            number = row.case.number
            if problem is not None:
                return case_page(resources, number, problem=problem, step=f"{step}-{public_id}")
            return redirect(url_for("console.case", number=number, _anchor="tasks"))
        page = render_template(
            "console/casework/task.html",
            view=view_task(reader, row, now),
            minutes=find_minutes_of_task(reader, row),
            sheet=sheet_for_party(reader, row, now),
            has_documents=bool(keys_for_partner(reader, staff, row.case, china_date(now))),
            problem=problem,
            step=step,
            typed=typed_answers(request.form) if problem else {},
        )
    return make_response(page, problem.http_status if problem else 200)


def _version() -> int:
    return request.form.get("version", default=0, type=row_number)
