"""Dated data and partner institutions: read by staff, written by supervisors, approved by a second person."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.views.knowledge import page_number, read_day
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput, NotFound
from models import DatedRecord, RecordState, Staff
from services.audit import list_entries_of
from services.casework.wording import shown_form
from services.catalogue.fields import FormField, Reads, fields_of
from services.dated_data import editing
from services.dated_data.catalogue_pages import braces_of, differences, service_of_setting
from services.dated_data.kinds import ALL, KINDS
from services.dated_data.listing import count_waiting, list_records, list_versions, view_record
from services.dated_data.lookup import CONFIDENCE_WORDS
from services.permissions import Action, may
from services.resources import Resources

STATE_NAMES = {
    RecordState.DRAFT: "草稿",
    RecordState.PENDING: "等批准",
    RecordState.APPROVED: "已批准",
    RecordState.RETIRED: "已停用",
}
NUMBERS = {Reads.AMOUNT, Reads.MONTHS, Reads.COUNT, Reads.PERCENT}
COLUMNS = ("name", "region", "source", "confidence", "checked_at", "valid_from", "valid_to")


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/records")
    def records() -> Response:
        kind, page, today = _kind(), page_number(), china_date(resources.clock.now())
        with looking(resources) as (reader, staff):
            views, has_more = list_records(reader, staff, kind=kind, today=today, page=page)
            waiting = count_waiting(reader, today)
            shown = render_template(
                "console/records/list.html", views=views, has_more=has_more, page=page, kind=KINDS[kind], kinds=ALL,
                waiting=waiting, can_edit=may(staff, Action.EDIT_RECORDS), **_names(),
            )  # fmt: skip
        return make_response(shown)

    @blueprint.post("/records")
    def record_new() -> Response:
        with working(resources) as (work, staff):
            kind = request.form.get("kind", "")
            return _to(editing.start_record(work, staff=staff, kind=kind, now=resources.clock.now()).id)

    @blueprint.route("/records/<int:record_id>", methods=["GET", "POST"])
    def record(record_id: int) -> Response:
        if request.method == "GET":
            return _page(resources, record_id)
        try:
            with working(resources) as (work, staff):
                found = editing.get_record(work, staff, record_id)
                version = request.form.get("version", 0, type=row_number)
                editing.save_record(
                    work, staff=staff, record_id=record_id, content=_content(found), version=version,
                    now=resources.clock.now(),
                )  # fmt: skip
                if request.form.get("step") == "submit":
                    editing.submit_record(work, staff=staff, record_id=record_id, now=resources.clock.now())
        except (InvalidInput, Conflict) as error:
            return _page(resources, record_id, problem=error)
        return _to(record_id)

    _add_steps(blueprint, resources)


def _add_steps(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/records/<int:record_id>/version")
    def record_version(record_id: int) -> Response:
        with working(resources) as (work, staff):
            return _to(editing.start_version(work, staff=staff, record_id=record_id, now=resources.clock.now()).id)

    @blueprint.post("/records/<int:record_id>/withdraw")
    def record_withdraw(record_id: int) -> Response:
        with working(resources) as (work, staff):
            editing.withdraw_record(work, staff=staff, record_id=record_id, now=resources.clock.now())
        return _to(record_id)

    @blueprint.post("/records/<int:record_id>/approve")
    def record_approve(record_id: int) -> Response:
        with working(resources) as (work, staff):
            version = request.form.get("version", 0, type=row_number)
            editing.approve_record(work, staff=staff, record_id=record_id, version=version, now=resources.clock.now())
        return _to(record_id)

    @blueprint.post("/records/<int:record_id>/<any(reject, retire, checked):step>")
    def record_step(record_id: int, step: str) -> Response:
        note, now = request.form.get("note", ""), resources.clock.now()
        try:
            with working(resources) as (work, staff):
                if step == "reject":
                    editing.reject_record(work, staff=staff, record_id=record_id, note=note, now=now)
                elif step == "retire":
                    editing.retire_record(work, staff=staff, record_id=record_id, note=note, now=now)
                else:
                    on = read_day("checked_at") or china_date(now)
                    editing.mark_record_checked(work, staff=staff, record_id=record_id, on=on, now=now)
        except InvalidInput as error:
            return _page(resources, record_id, problem=error, is_step=True)
        return _to(record_id)


def _page(resources: Resources, record_id: int, *, problem: AppError | None = None, is_step: bool = False) -> Response:
    """The record as it is; after a refusal with what was typed, so that nothing is lost."""
    today = china_date(resources.clock.now())
    with looking(resources) as (reader, staff):
        found = editing.get_record(reader, staff, record_id)
        fields = fields_of(editing.form_of(found))
        typed = problem is not None and not is_step
        shown = render_template(
            "console/records/one.html",
            record=found,
            kind=KINDS[found.kind],
            view=view_record(reader, found, today),
            fields=fields,
            columns=_typed_columns(found) if typed else _columns(found),
            is_overtaken=typed and isinstance(problem, Conflict),
            unsaved=[(field.ask.label, request.form.get(f"value_{field.name}", "")) for field in fields]
            if typed
            else [],
            values={field.name: _typed(field) for field in fields} if typed else _shown_values(found, fields),
            said=shown_form(editing.form_of(found), found.values),
            beside=_beside(reader, found),
            versions=list_versions(reader, found),
            entries=list_entries_of(reader, f"record:{found.id}"),
            problem=problem,
            changes=differences(reader, found, resources.clock.now()),
            braces=braces_of(found),
            service=service_of_setting(found),
            today=today,
            reads=Reads,
            numbers=NUMBERS,
            **_steps(staff, found),
            **_names(),
        )
    return make_response(shown, problem.http_status if problem else 200)


def _beside(reader: Session, record: DatedRecord) -> Sequence[str]:
    """What our cases say of a record that holds, or held; a draft has nothing to be compared with."""
    beside = KINDS[record.kind].beside
    is_known = record.state in {RecordState.APPROVED, RecordState.RETIRED}
    return beside(reader, record) if beside is not None and is_known else ()


def _steps(staff: Staff, record: DatedRecord) -> dict[str, bool]:
    edits = may(staff, Action.EDIT_RECORDS)
    is_pending = record.state == RecordState.PENDING
    return {
        "can_edit": edits and record.state == RecordState.DRAFT,
        "can_approve": editing.may_approve(staff, record),
        "can_withdraw": edits and is_pending and record.author_id == staff.id,
        "can_renew": edits and record.state in {RecordState.APPROVED, RecordState.RETIRED},
        "can_check": edits and record.state == RecordState.APPROVED,
        "can_retire": edits and record.state != RecordState.RETIRED,
    }


def _content(record: DatedRecord) -> editing.RecordContent:
    fields = fields_of(editing.form_of(record))
    return editing.RecordContent(
        name=request.form.get("name", ""),
        region=request.form.get("region", ""),
        source=request.form.get("source", ""),
        confidence=request.form.get("confidence", ""),
        checked_at=read_day("checked_at"),
        valid_from=read_day("valid_from"),
        valid_to=read_day("valid_to"),
        values={field.name: _typed(field) for field in fields},
    )


def _typed(field: FormField) -> Any:
    """What the page's form says of a value; it is checked by the record's kind."""
    name = f"value_{field.name}"
    if field.reads is Reads.CHOICES:
        return request.form.getlist(name)
    text = request.form.get(name, "").replace("\r\n", "\n").strip()
    return text.replace(",", "").replace("\uff0c", "") if field.reads in NUMBERS else text


def _typed_columns(record: DatedRecord) -> dict[str, str]:
    """What was typed, over the version that is shown with it."""
    return {name: request.form.get(name, "") for name in COLUMNS} | {"version": str(record.version)}


def _columns(record: DatedRecord) -> dict[str, str]:
    plain = {name: getattr(record, name) for name in COLUMNS}
    return {name: "" if value is None else str(value) for name, value in plain.items()} | {
        "version": str(record.version)
    }


def _shown_values(record: DatedRecord, fields: tuple[FormField, ...]) -> dict[str, Any]:
    return {field.name: _as_input(record.values.get(field.name)) for field in fields}


def _as_input(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, list) else "" if value is None else str(value)


def _kind() -> str:
    kind = request.args.get("kind", ALL[0].key)
    if kind not in KINDS:
        raise NotFound("没有这种数据。")
    return kind


def _names() -> dict[str, Any]:
    return {"RECORD_STATES": STATE_NAMES, "CONFIDENCE_WORDS": CONFIDENCE_WORDS}


def _to(record_id: int) -> Response:
    return redirect(url_for("console.record", record_id=record_id), 303)
