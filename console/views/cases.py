"""A service's case: its page, and every step that staff take with it."""

from collections.abc import Callable

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.answers_given import read_answers, typed_answers
from console.case_gone import saying_why_gone
from console.input import row_number
from console.sessions import looking, working
from console.views.documents import view_documents
from core.clock import china_date
from core.errors import AppError, Forbidden, NotFound
from core.ids import new_token
from models import Case, Role, Staff
from services.allowances import view_allowance
from services.casework.access import get_case_for, may_on_case
from services.casework.assignment import hand_on, take_case
from services.casework.brokers import unlicensed_names
from services.casework.case_view import check_fresh, view_case, why_gone
from services.casework.file_types import TYPE_NAMES
from services.casework.messages import Entry, list_case_messages, say_to_owner
from services.casework.minutes import draw_up_minutes, missing_for_minutes, view_minutes
from services.casework.moves import Mover, move_case, reopen_case
from services.casework.notes import add_case_note
from services.casework.sheets import has_sheet, make_sheet
from services.catalogue import service_of
from services.permissions import Action, Desk, find_latest_case, may
from services.resources import Resources
from services.staff import list_staff
from services.staff_conversations import PAGE, MessagePage, as_page


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/cases/<number>")
    def case(number: str) -> Response:
        return case_page(resources, number)

    @blueprint.get("/cases/<number>/sheet")
    def case_sheet(number: str) -> Response:
        """The standard sheet, to be printed for whoever judges firm and rights."""
        with looking(resources) as (reader, staff):
            found = get_case_for(reader, staff, number)
            sheet = make_sheet(reader, found, resources.clock.now(), for_owner=False)
            page = render_template("console/casework/sheet.html", sheet=sheet, case=found)
        return make_response(page)

    _add_holders(blueprint, resources)
    _add_work(blueprint, resources)
    _add_minutes(blueprint, resources)


def _add_holders(blueprint: Blueprint, resources: Resources) -> None:
    """Whose the case is."""

    @blueprint.post("/cases/<number>/accept")
    def case_accept(number: str) -> Response:
        def accept(work: Session, staff: Staff, found: Case) -> None:
            # The list of offers takes a case without having shown it.
            version = _version() or None
            take_case(work, staff=staff, case_id=found.id, version=version, now=resources.clock.now())

        return take_step(resources, number, "accept", accept)

    @blueprint.post("/cases/<number>/transfer")
    def case_transfer(number: str) -> Response:
        to = request.form.get("to", default=0, type=row_number)

        def transfer(work: Session, staff: Staff, found: Case) -> None:
            check_fresh(work, found, _version())
            hand_on(
                work,
                staff=staff,
                case_id=found.id,
                to_staff_id=to,
                note=request.form.get("note", "")[:300],
                promised=request.form.get("promised", "")[:300],
                now=resources.clock.now(),
            )

        return take_step(resources, number, "transfer", transfer)


def _add_work(blueprint: Blueprint, resources: Resources) -> None:
    """What is done with it."""

    @blueprint.post("/cases/<number>/move")
    def case_move(number: str) -> Response:
        to = request.form.get("to", "")

        def move(work: Session, staff: Staff, found: Case) -> None:
            declared = next((each for each in service_of(found.kind).stage(found.stage).moves if each.to == to), None)
            move_case(
                work,
                case_id=found.id,
                to=to,
                mover=Mover(staff=staff),
                answers=read_answers(declared.asks if declared else None, request.form),
                version=_version(),
                now=resources.clock.now(),
            )

        return take_step(resources, number, f"move-{to}", move)

    @blueprint.post("/cases/<number>/reply")
    def case_reply(number: str) -> Response:
        def reply(work: Session, staff: Staff, found: Case) -> None:
            say_to_owner(work, _entry(staff, found), resources.clock.now())

        return take_step(resources, number, "reply", reply)

    @blueprint.post("/cases/<number>/note")
    def case_note(number: str) -> Response:
        def note(work: Session, staff: Staff, found: Case) -> None:
            add_case_note(work, _entry(staff, found), resources.clock.now())

        return take_step(resources, number, "note", note)

    @blueprint.post("/cases/<number>/reopen")
    def case_reopen(number: str) -> Response:
        def reopen(work: Session, staff: Staff, found: Case) -> None:
            check_fresh(work, found, _version())
            reopen_case(work, case_id=found.id, staff=staff, now=resources.clock.now())

        return take_step(resources, number, "reopen", reopen)


def _add_minutes(blueprint: Blueprint, resources: Resources) -> None:
    """What several units say together."""

    @blueprint.post("/cases/<number>/minutes")
    def case_minutes(number: str) -> Response:
        def draw_up(work: Session, staff: Staff, found: Case) -> None:
            conclusion, now = request.form.get("conclusion", ""), resources.clock.now()
            draw_up_minutes(work, staff=staff, case_id=found.id, conclusion=conclusion, version=_version(), now=now)

        return take_step(resources, number, "minutes", draw_up)


def take_step(resources: Resources, number: str, name: str, take: Callable[[Session, Staff, Case], None]) -> Response:
    """One step in one unit of work; what is refused is said on the case's page, with what was typed."""

    def why(reader: Session, staff: Staff) -> str:
        return why_gone(reader, staff, number)

    try:
        with saying_why_gone(resources, why), working(resources) as (work, staff):
            found = get_case_for(work, staff, number)
            take(work, staff, found)
            is_left = not may_on_case(staff, Action.READ, found)
    except AppError as error:
        if error.http_status in {NotFound.http_status, Forbidden.http_status}:
            raise
        with saying_why_gone(resources, why, error):
            return case_page(resources, number, problem=error, step=name)
    return redirect(url_for("console.work") if is_left else url_for("console.case", number=number), 303)


def case_page(resources: Resources, number: str, *, problem: AppError | None = None, step: str = "") -> Response:
    """The page as it is now; `problem` is what was wrong with `step`, which stays open with what was typed."""
    now = resources.clock.now()
    with looking(resources) as (reader, staff):
        found = get_case_for(reader, staff, number)
        desk = Desk(found.conversation, find_latest_case(reader, found.conversation_id))
        colleagues = _colleagues(reader, found)
        page = render_template(
            "console/casework/case.html",
            view=view_case(reader, staff, found, now),
            case=found,
            can={action: may_on_case(staff, action, found) for action in Action},
            can_open_conversation=may(staff, Action.READ, desk),
            messages=_messages(reader, found),
            allowance=view_allowance(reader, identity_id=found.conversation.identity_id, now=now),
            panel=view_documents(reader, staff, found, china_date(now)),
            has_sheet=has_sheet(found),
            minutes=view_minutes(reader, found),
            minutes_missing=missing_for_minutes(reader, found),
            TYPE_NAMES=TYPE_NAMES,
            colleagues=colleagues,
            unlicensed=unlicensed_names(reader, found, colleagues, now),
            form_key=new_token(9),
            problem=problem,
            step=step,
            typed=typed_answers(request.form) if problem else {},
        )
    return make_response(page, problem.http_status if problem else 200)


def _messages(reader: Session, case: Case) -> MessagePage:
    rows = list_case_messages(reader, case.id, limit=PAGE + 1, with_notes=True)
    return as_page(reader, [row.message for row in rows])


def _colleagues(reader: Session, case: Case) -> list[Staff]:
    return [
        person
        for person in list_staff(reader, only_active=True)
        if person.role != Role.PARTNER and person.id != case.assignee_id
    ]


def _entry(staff: Staff, case: Case) -> Entry:
    """What was written on the page."""
    form_key = request.form.get("form_key", "")[:64]
    return Entry(staff, case.id, request.form.get("text", ""), form_key=form_key, version=_version())


def _version() -> int:
    """The state that the page showed; 0, which no case has, where it does not say."""
    return request.form.get("version", default=0, type=row_number)
