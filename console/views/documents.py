"""Documents of a service's case: seen by staff and partners as far as theirs, added and removed by staff."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.case_gone import saying_why_gone
from console.sessions import looking, working
from core.clock import china_date
from core.errors import AppError, InvalidInput, NotFound
from models import HANDOFF, Case, CaseDocument, Role, Staff
from services.audit import record_action
from services.casework.access import (
    NO_CASE,
    get_case_for,
    get_document_for,
    keys_for_partner,
    may_on_case,
)
from services.casework.case_view import why_gone
from services.casework.documents import (
    MAX_UPLOAD_BYTES,
    Sender,
    add_document,
    keep_bytes,
    list_documents,
    list_wanted,
    receive,
    remove_document,
    wanted_of,
)
from services.casework.file_links import make_link
from services.casework.file_types import TYPE_NAMES
from services.catalogue import service_of
from services.catalogue.model import WantedDocument
from services.permissions import Action
from services.resources import Resources

UPLOAD = "console.case_document_add"


@dataclass(frozen=True)
class DocumentsPanel:
    """What console/_case_documents.html shows: (declaration, its files) each, and what may be added."""

    case: Case
    groups: list[tuple[WantedDocument, list[CaseDocument]]]
    addable: list[WantedDocument]

    @property
    def may_change(self) -> bool:
        return bool(self.addable)


def view_documents(reader: Session, staff: Staff, case: Case, on: date) -> DocumentsPanel:
    """The case's documents as far as this person may see them that day. The caller has been through the case's door."""
    declared = service_of(case.kind).documents
    if staff.role == Role.PARTNER:
        seen = keys_for_partner(reader, staff, case, on)
        declared = tuple(each for each in declared if each.key in seen)
    rows = list_documents(reader, case.id, [each.key for each in declared])
    groups = [(each, [row for row in rows if row.key == each.key]) for each in declared]
    groups = [(each, files) for each, files in groups if files or each.is_ours or each.is_asked_for(case.form)]
    return DocumentsPanel(case, groups, list_wanted(case) if may_on_case(staff, Action.MOVE, case) else [])


def allow_upload() -> None:
    """The one page that takes a file, for who has a session; before anything reads the request's form."""
    if request.endpoint == UPLOAD and "_user_id" in session:
        request.max_content_length = MAX_UPLOAD_BYTES


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/cases/<number>/documents")
    def case_documents(number: str) -> Response:
        return _page(resources, number)

    @blueprint.post("/cases/<number>/documents")
    def case_document_add(number: str) -> Response:
        def why(reader: Session, staff: Staff) -> str:
            return why_gone(reader, staff, number)

        try:
            with saying_why_gone(resources, why):
                _add(resources, number)
        except NotFound:
            raise
        except AppError as error:
            with saying_why_gone(resources, why, error):
                return _page(resources, number, problem=error)
        return redirect(url_for("console.case_documents", number=number), 303)

    @blueprint.post("/documents/<public_id>/remove")
    def case_document_remove(public_id: str) -> Response:
        number = ""

        def why(reader: Session, staff: Staff) -> str:
            return why_gone(reader, staff, number)

        with saying_why_gone(resources, why), working(resources) as (work, staff):
            now = resources.clock.now()
            document = get_document_for(work, staff, public_id, Action.MOVE, on=china_date(now))
            number = document.case.number
            remove_document(work, document=document, sender=Sender(staff=staff), now=now)
        return redirect(url_for("console.case_documents", number=number), 303)

    @blueprint.get("/documents/<public_id>")
    def case_document(public_id: str) -> Response:
        """A link for minutes, made for this person now and written down."""
        settings, now = resources.settings, resources.clock.now()
        with working(resources) as (work, staff):
            document = get_document_for(work, staff, public_id, on=china_date(now))
            # Relative: whatever name the console is reached under.
            address, _ = make_link(settings.secret_key.get_secret_value(), "", document, now)
            target = f"case:{document.case.number}"
            record_action(work, staff=staff, action="document_opened", target=target, now=now, document=document.id)
        return redirect(address)


def _add(resources: Resources, number: str) -> None:
    now, key = resources.clock.now(), request.form.get("key", "")
    with looking(resources) as (reader, staff):
        wanted = wanted_of(get_case_for(reader, staff, number, Action.MOVE), key)
    file = request.files.get("file")
    if file is None:
        raise InvalidInput("请选择文件。", fields={"file": "必选"})
    received = receive(file.stream, file.filename or "", wanted)
    storage_key = keep_bytes(resources.database, resources.files, received, now)
    with working(resources) as (work, staff):
        found = get_case_for(work, staff, number, Action.MOVE)
        add_document(
            work,
            case_id=found.id,
            key=key,
            received=received,
            storage_key=storage_key,
            sender=Sender(staff=staff),
            replaces=request.form.get("replaces", "")[:32],
            now=now,
        )


def _page(resources: Resources, number: str, *, problem: AppError | None = None) -> Response:
    today = china_date(resources.clock.now())
    with looking(resources) as (reader, staff):
        panel = view_documents(reader, staff, _case_to_see(reader, staff, number, today), today)
        page = render_template("console/case_documents.html", panel=panel, problem=problem, TYPE_NAMES=TYPE_NAMES)
    return make_response(page, problem.http_status if problem else 200)


def _case_to_see(reader: Session, staff: Staff, number: str, on: date) -> Case:
    """Partners come by their task; for everybody else it is the case's own door."""
    if staff.role != Role.PARTNER:
        return get_case_for(reader, staff, number)
    case = reader.scalar(select(Case).where(Case.number == number.strip().upper(), Case.kind != HANDOFF))
    if case is None or not keys_for_partner(reader, staff, case, on):
        raise NotFound(NO_CASE)
    return case
