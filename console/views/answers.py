"""Curated answers: writing one, having it checked, publishing it, taking it back."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.views.knowledge import ANSWER_STATES, page_number, read_day, shared_values
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput, NotFound
from models import AnswerState, Conversation, CuratedAnswer, Staff
from services.audit import list_entries_of
from services.knowledge_upkeep.answers import (
    AnswerContent,
    draft_blank,
    draft_from_reply,
    find_run,
    get_answer,
    list_answers,
    may_step,
    reject_answer,
    save_answer,
    submit_answer,
    withdraw_answer,
)
from services.knowledge_upkeep.publication import approve_answer, is_running, retire_answer
from services.notifications import mark_read
from services.permissions import Action, get_desk, may_with_answer
from services.resources import Resources
from services.staff import list_staff


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/conversations/<public_id>/messages/<int:message_id>/answer")
    def answer_from_reply(public_id: str, message_id: int) -> Response:
        with working(resources) as (work, staff):
            desk = get_desk(work, staff, public_id)
            answer = draft_from_reply(work, staff=staff, desk=desk, message_id=message_id, now=resources.clock.now())
            answer_id = answer.id
        return _to(answer_id)

    @blueprint.get("/knowledge/answers")
    def answers() -> Response:
        page, state = page_number(), _state()
        with looking(resources) as (reader, staff):
            items, has_more = list_answers(reader, staff, state=state, page=page)
            values = shared_values(reader, staff)
        today = china_date(resources.clock.now())
        return make_response(
            render_template(
                "console/knowledge/answers.html",
                items=items,
                has_more=has_more,
                page=page,
                state=state,
                today=today,
                **values,
            )
        )

    @blueprint.post("/knowledge/answers")
    def answer_new() -> Response:
        with working(resources) as (work, staff):
            question = request.form.get("question", "")
            answer_id = draft_blank(work, staff=staff, question=question, now=resources.clock.now()).id
        return _to(answer_id)

    _add_one(blueprint, resources)
    _add_steps(blueprint, resources)


def _add_one(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/knowledge/answers/<int:answer_id>", methods=["GET", "POST"])
    def answer(answer_id: int) -> Response:
        if request.method == "GET":
            with working(resources) as (work, staff):
                get_answer(work, staff, answer_id)
                mark_read(work, staff.id, resources.clock.now(), answer_id=answer_id)
            return _page(resources, answer_id)
        try:
            with working(resources) as (work, staff):
                now = resources.clock.now()
                version = request.form.get("version", 0, type=row_number)
                save_answer(work, staff=staff, answer_id=answer_id, content=_content(), version=version, now=now)
        except (InvalidInput, Conflict) as error:
            return _page(resources, answer_id, problem=error)
        if request.form.get("step") != "submit":
            return _to(answer_id)
        try:
            # Saved by now, whatever is still missing.
            with working(resources) as (work, staff):
                submit_answer(work, staff=staff, answer_id=answer_id, now=resources.clock.now())
        except InvalidInput as error:
            return _page(resources, answer_id, problem=error, is_saved=True)
        return _to(answer_id)

    @blueprint.get("/knowledge/answers/<int:answer_id>/run")
    def answer_run(answer_id: int) -> Response:
        """The measurement alone, while it runs; the page anew when it is done."""
        now = resources.clock.now()
        with looking(resources) as (reader, staff):
            found = get_answer(reader, staff, answer_id)
            run = find_run(reader, answer_id)
        if not is_running(run, now):
            return Response(headers={"HX-Refresh": "true"})
        return make_response(render_template("console/knowledge/_run.html", answer=found, run=run, is_running=True))


def _add_steps(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/knowledge/answers/<int:answer_id>/withdraw")
    def answer_withdraw(answer_id: int) -> Response:
        with working(resources) as (work, staff):
            withdraw_answer(work, staff=staff, answer_id=answer_id, now=resources.clock.now())
        return _to(answer_id)

    @blueprint.post("/knowledge/answers/<int:answer_id>/approve")
    def answer_approve(answer_id: int) -> Response:
        with working(resources) as (work, staff):
            version = request.form.get("version", 0, type=row_number)
            approve_answer(work, staff=staff, answer_id=answer_id, version=version, now=resources.clock.now())
        return _to(answer_id)

    @blueprint.post("/knowledge/answers/<int:answer_id>/reject")
    def answer_reject(answer_id: int) -> Response:
        note = request.form.get("note", "")
        with working(resources) as (work, staff):
            reject_answer(work, staff=staff, answer_id=answer_id, note=note, now=resources.clock.now())
        return _to(answer_id)

    @blueprint.post("/knowledge/answers/<int:answer_id>/retire")
    def answer_retire(answer_id: int) -> Response:
        note = request.form.get("note", "")
        with working(resources) as (work, staff):
            retire_answer(work, staff=staff, answer_id=answer_id, note=note, now=resources.clock.now())
        return _to(answer_id)


def _page(resources: Resources, answer_id: int, *, problem: AppError | None = None, is_saved: bool = False) -> Response:
    """The answer as it is; after a refusal with what was typed, so that nothing is lost."""
    now = resources.clock.now()
    with looking(resources) as (reader, staff):
        found = get_answer(reader, staff, answer_id)
        run = find_run(reader, answer_id)
        page = render_template(
            "console/knowledge/answer.html",
            answer=found,
            values=_form_values(found) if problem is None or is_saved else _typed_values(),
            people=list_staff(reader),
            run=run,
            is_running=is_running(run, now),
            conversation_id=_readable_conversation(reader, staff, found),
            entries=list_entries_of(reader, f"answer:{found.id}"),
            problem=problem,
            **_steps(staff, found),
            **shared_values(reader, staff),
        )
    return make_response(page, problem.http_status if problem else 200)


def _steps(staff: Staff, answer: CuratedAnswer) -> dict[str, bool]:
    is_own = may_with_answer(staff, Action.EDIT_ANSWER, answer)
    can_review = may_step(staff, Action.REVIEW_ANSWER, answer)
    return {
        "can_edit": may_step(staff, Action.EDIT_ANSWER, answer),
        "can_review": can_review,
        "can_retire": may_step(staff, Action.RETIRE_ANSWER, answer),
        # Who may review sends it back instead, with a word on why.
        "can_withdraw": is_own and not can_review and answer.state == AnswerState.IN_REVIEW,
    }


def _readable_conversation(reader: Session, staff: Staff, answer: CuratedAnswer) -> str | None:
    """The conversation it came from, for those who may read that."""
    if answer.message is None:
        return None
    conversation = reader.get_one(Conversation, answer.message.conversation_id)
    try:
        get_desk(reader, staff, conversation.public_id)
    except NotFound:
        return None
    return conversation.public_id


def _form_values(answer: CuratedAnswer) -> dict[str, Any]:
    return {
        "version": answer.version,
        "question": answer.question,
        "other_questions": "\n".join(answer.other_questions),
        "text": answer.text,
        "source": answer.source,
        "region": answer.region,
        "valid_from": answer.valid_from.isoformat() if answer.valid_from else "",
        "valid_to": answer.valid_to.isoformat() if answer.valid_to else "",
        "owner_id": answer.owner_id,
    }


def _typed_values() -> dict[str, Any]:
    names = ("version", "question", "other_questions", "text", "source", "region", "valid_from", "valid_to", "owner_id")
    return {name: request.form.get(name, "") for name in names}


def _content() -> AnswerContent:
    return AnswerContent(
        question=request.form.get("question", ""),
        text=request.form.get("text", ""),
        source=request.form.get("source", ""),
        other_questions=tuple(request.form.get("other_questions", "")[:4_000].splitlines()),
        region=request.form.get("region", ""),
        valid_from=read_day("valid_from"),
        valid_to=read_day("valid_to"),
        owner_id=request.form.get("owner_id", type=row_number),
    )


def _state() -> AnswerState | None:
    asked = request.args.get("state", "")
    return AnswerState(asked) if asked in set(ANSWER_STATES) else None


def _to(answer_id: int) -> Response:
    return redirect(url_for("console.answer", answer_id=answer_id), 303)
