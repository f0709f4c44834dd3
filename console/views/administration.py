"""Accounts, quick replies, the audit log: for supervisors and administrators."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.errors import AppError, InvalidInput
from models import Role, Staff
from services.audit import list_entries
from services.institutions import list_institutions
from services.permissions import Action, check_may
from services.quick_replies import delete_quick_reply, list_quick_replies, save_quick_reply
from services.resources import Resources
from services.staff import create_staff, get_staff, list_staff, reset_password, update_staff

AUDIT_PAGE = 50


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    _add_staff(blueprint, resources)
    _add_quick_replies(blueprint, resources)

    @blueprint.get("/audit")
    def audit() -> Response:
        with looking(resources) as (reader, staff):
            check_may(staff, Action.READ_AUDIT)
            entries = list_entries(
                reader,
                before_id=request.args.get("before", type=row_number),
                action=request.args.get("action", ""),
                staff_id=request.args.get("staff", type=row_number),
                limit=AUDIT_PAGE,
            )
            people = list_staff(reader)
        has_more = len(entries) == AUDIT_PAGE
        return make_response(render_template("console/audit.html", entries=entries, people=people, has_more=has_more))


def _add_staff(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/staff", methods=["GET", "POST"])
    def staff_list() -> Response:
        made, problem, status = None, None, 200
        with looking(resources) as (_, staff):
            check_may(staff, Action.MANAGE_STAFF)
        if request.method == "POST":
            try:
                with working(resources) as (work, staff):
                    check_may(staff, Action.MANAGE_STAFF)
                    made = create_staff(
                        work,
                        username=request.form.get("username", ""),
                        display_name=request.form.get("display_name", ""),
                        role=_role(),
                        skills=request.form.getlist("skills"),
                        regions=_regions(),
                        institution_id=request.form.get("institution", type=row_number),
                        now=resources.clock.now(),
                        by=staff,
                    )
            except AppError as error:
                problem, status = error, error.http_status
        with looking(resources) as (reader, staff):
            page = _staff_page(reader, staff, made=made, problem=problem)
        return make_response(page, status)

    @blueprint.route("/staff/<int:staff_id>", methods=["GET", "POST"])
    def staff_one(staff_id: int) -> Response:
        problem, status = None, 200
        if request.method == "POST":
            try:
                with working(resources) as (work, staff):
                    update_staff(
                        work,
                        by=staff,
                        staff_id=staff_id,
                        display_name=request.form.get("display_name", ""),
                        role=_role(),
                        skills=request.form.getlist("skills"),
                        regions=_regions(),
                        is_active=request.form.get("is_active") == "yes",
                        institution_id=request.form.get("institution", type=row_number),
                        now=resources.clock.now(),
                    )
                return redirect(url_for("console.staff_list"), 303)
            except AppError as error:
                if error.http_status in {403, 404}:
                    raise
                problem, status = error, error.http_status
        with looking(resources) as (reader, staff):
            check_may(staff, Action.MANAGE_STAFF)
            person, institutions = get_staff(reader, staff_id), list_institutions(reader, staff, only_active=True)
        page = render_template("console/staff_one.html", person=person, problem=problem, institutions=institutions)
        return make_response(page, status)

    @blueprint.post("/staff/<int:staff_id>/password")
    def staff_password(staff_id: int) -> Response:
        with working(resources) as (work, staff):
            made = reset_password(work, by=staff, staff_id=staff_id, now=resources.clock.now())
        with looking(resources) as (reader, staff):
            page = _staff_page(reader, staff, made=made)
        return make_response(page)


def _staff_page(
    reader: Session, staff: Staff, *, made: tuple[Staff, str] | None = None, problem: AppError | None = None
) -> str:
    return render_template(
        "console/staff.html",
        people=list_staff(reader),
        institutions=list_institutions(reader, staff, only_active=True),
        made=made,
        problem=problem,
        form=request.form,
    )


def _add_quick_replies(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/quick-replies", methods=["GET", "POST"])
    def quick_replies() -> Response:
        problem, status = None, 200
        with looking(resources) as (_, staff):
            check_may(staff, Action.EDIT_QUICK_REPLIES)
        if request.method == "POST":
            try:
                with working(resources) as (work, staff):
                    save_quick_reply(
                        work,
                        by=staff,
                        # A number that no row can have is nobody's, not a wish for a new one.
                        reply_id=request.form.get("id", 0 if request.form.get("id") else None, type=row_number),
                        title=request.form.get("title", ""),
                        text=request.form.get("text", ""),
                        topic=request.form.get("topic", "general"),
                        now=resources.clock.now(),
                    )
                return redirect(url_for("console.quick_replies"), 303)
            except AppError as error:
                problem, status = error, error.http_status
        with looking(resources) as (reader, _):
            items = list_quick_replies(reader)
        page = render_template("console/quick_replies.html", items=items, problem=problem, form=request.form)
        return make_response(page, status)

    @blueprint.post("/quick-replies/<int:reply_id>/delete")
    def quick_reply_delete(reply_id: int) -> Response:
        with working(resources) as (work, staff):
            delete_quick_reply(work, by=staff, reply_id=reply_id, now=resources.clock.now())
        return redirect(url_for("console.quick_replies"), 303)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise InvalidInput("请选一个角色。", fields={"role": "请选一个"}) from None


def _regions() -> list[str]:
    return request.form.get("regions", "").replace("、", " ").replace("\uff0c", " ").replace(",", " ").split()
