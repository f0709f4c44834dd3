"""One conversation: reading it, and every step that staff take in it."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.views.inbox import queue_values
from core.errors import Conflict, NotFound
from core.ids import new_token
from models import Staff
from services.allowances import view_allowance
from services.case_records import list_events
from services.cases import accept_case, close_case, release_to_bot, take_over_conversation, transfer_case
from services.casework.cards import list_cases_of
from services.permissions import Action, Desk, find_taker, get_desk, may
from services.quick_replies import list_quick_replies
from services.resources import Resources
from services.staff import list_staff
from services.staff_conversations import (
    find_message_time,
    list_delivery_states,
    list_messages,
    mark_conversation_read,
)
from services.staff_messages import add_note, reply_to_user


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/conversations/<public_id>")
    def conversation(public_id: str) -> Response:
        now = resources.clock.now()
        with working(resources) as (work, staff):
            desk = get_desk(work, staff, public_id)
            mark_conversation_read(work, staff=staff, desk=desk, now=now)
        with looking(resources) as (reader, staff):
            desk = get_desk(reader, staff, public_id)
            before = request.args.get("before", type=row_number)
            page = render_template(
                "console/inbox.html",
                page=list_messages(reader, desk.conversation.id, before_id=before),
                is_latest=before is None,
                **{**desk_values(reader, staff, desk, resources), **queue_values(reader, staff)},
            )
        return make_response(page)

    @blueprint.get("/conversations/<public_id>/updates")
    def updates(public_id: str) -> Response:
        """What is new since the last look, as pieces that htmx puts in their places; nothing else moves."""
        with working(resources) as (work, staff):
            desk = _desk_on_page(work, staff, public_id)
            mark_conversation_read(work, staff=staff, desk=desk, now=resources.clock.now())
        return _updates(resources, public_id)

    @blueprint.post("/conversations/<public_id>/reply")
    def reply(public_id: str) -> Response:
        with working(resources) as (work, staff):
            desk = _desk_on_page(work, staff, public_id)
            reply_to_user(
                work,
                staff=staff,
                conversation_id=desk.conversation.id,
                text=request.form.get("text", ""),
                now=resources.clock.now(),
                form_key=request.form.get("form_key", "")[:64],
            )
        return _after(resources, public_id, sent="reply")

    @blueprint.post("/conversations/<public_id>/note")
    def note(public_id: str) -> Response:
        with working(resources) as (work, staff):
            desk = _desk_on_page(work, staff, public_id, Action.NOTE)
            add_note(
                work,
                staff=staff,
                conversation_id=desk.conversation.id,
                text=request.form.get("text", ""),
                now=resources.clock.now(),
            )
        return _after(resources, public_id, sent="note")

    _add_steps(blueprint, resources)


def _add_steps(blueprint: Blueprint, resources: Resources) -> None:
    """Who holds the conversation: each step is a plain form, so that it works whatever the page's scripts do."""

    @blueprint.post("/conversations/<public_id>/accept")
    def accept(public_id: str) -> Response:
        with working(resources) as (work, staff):
            case_id = _open_case_id(_desk_on_page(work, staff, public_id))
            accept_case(work, staff=staff, case_id=case_id, now=resources.clock.now())
        return _to(public_id, tab="mine")

    @blueprint.post("/conversations/<public_id>/take-over")
    def take_over(public_id: str) -> Response:
        with working(resources) as (work, staff):
            desk = _desk_on_page(work, staff, public_id)
            take_over_conversation(work, staff=staff, conversation_id=desk.conversation.id, now=resources.clock.now())
        return _to(public_id, tab="mine")

    @blueprint.post("/conversations/<public_id>/transfer")
    def transfer(public_id: str) -> Response:
        with working(resources) as (work, staff):
            case_id = _open_case_id(_desk_on_page(work, staff, public_id))
            transfer_case(
                work,
                staff=staff,
                case_id=case_id,
                to_staff_id=request.form.get("to", type=row_number) or 0,
                note=request.form.get("note", "")[:300],
                now=resources.clock.now(),
            )
            # Who gave it away may not read it any more: back to the list then.
            is_readable = _is_readable(work, staff, public_id)
        return _to(public_id) if is_readable else redirect(url_for("console.inbox", tab="mine"))

    @blueprint.post("/conversations/<public_id>/close")
    def close(public_id: str) -> Response:
        with working(resources) as (work, staff):
            case = _desk_on_page(work, staff, public_id).case
            if case is not None:
                close_case(work, staff=staff, case_id=case.id, now=resources.clock.now())
        return redirect(url_for("console.inbox", tab="mine"))

    @blueprint.post("/conversations/<public_id>/release")
    def release(public_id: str) -> Response:
        with working(resources) as (work, staff):
            case_id = _open_case_id(_desk_on_page(work, staff, public_id))
            release_to_bot(work, staff=staff, case_id=case_id, now=resources.clock.now())
        return redirect(url_for("console.inbox", tab="mine"))


def _desk_on_page(work: Session, staff: Staff, public_id: str, action: Action = Action.READ) -> Desk:
    """The door for a page that was open already: it hears who was quicker, not that there is nothing."""
    try:
        return get_desk(work, staff, public_id, action)
    except NotFound:
        if taker := find_taker(work, staff, public_id):
            raise Conflict(f"{taker}已经接单了。") from None
        raise


def _is_readable(work: Session, staff: Staff, public_id: str) -> bool:
    try:
        get_desk(work, staff, public_id)
    except NotFound:
        return False
    return True


def desk_values(reader: Session, staff: Staff, desk: Desk, resources: Resources) -> dict[str, Any]:
    """What the middle and the right column need beside the messages."""
    case = desk.case
    can_reply = may(staff, Action.REPLY, desk)
    return {
        "desk": desk,
        "case": case,
        "open_case": desk.open_case,
        "can_reply": can_reply,
        "version": f"{case.id if case else 0}-{case.version if case else 0}-{desk.conversation.status}",
        "service_cases": list_cases_of(reader, staff, desk.conversation.user_id),
        "events": list_events(reader, case.id) if case else [],
        "people": {person.id: person for person in list_staff(reader)},
        "allowance": view_allowance(reader, identity_id=desk.conversation.identity_id, now=resources.clock.now()),
        "quick_replies": list_quick_replies(reader, topic=case.topic if case else "general"),
        "form_key": new_token(9),
        "tab": request.values.get("tab") or None,
    }


def _updates(resources: Resources, public_id: str, *, sent: str = "") -> Response:
    after = request.values.get("after", default=0, type=row_number)
    with looking(resources) as (reader, staff):
        desk = _desk_on_page(reader, staff, public_id)
        values = desk_values(reader, staff, desk, resources)
        page = render_template(
            "console/_updates.html",
            page=list_messages(reader, desk.conversation.id, after_id=after),
            states=list_delivery_states(reader, desk.conversation.id),
            after=after,
            last_at=find_message_time(reader, desk.conversation.id, after),
            is_changed=request.values.get("version") != values["version"],
            is_composer_changed=request.values.get("can_reply", "") != ("yes" if values["can_reply"] else "no"),
            sent=sent,
            **values,
        )
    return make_response(page)


def _after(resources: Resources, public_id: str, *, sent: str) -> Response:
    return _updates(resources, public_id, sent=sent) if request.headers.get("HX-Request") else _to(public_id)


def _open_case_id(desk: Desk) -> int:
    if desk.open_case is None:
        raise Conflict("这个会话没有进行中的单。")
    return desk.open_case.id


def _to(public_id: str, tab: str | None = None) -> Response:
    return redirect(url_for("console.conversation", public_id=public_id, tab=tab), 303)
