"""The upkeep of knowledge: questions without an answer, documents to check, what readers said of answers."""

from datetime import date

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.clock import china_date
from core.errors import AppError, InvalidInput
from models import AnswerState, DocumentKind, MissKind, Staff
from services.knowledge_upkeep import misses as miss_desk
from services.knowledge_upkeep.answers import draft_from_group, list_answers
from services.knowledge_upkeep.documents import COUNTED_DAYS, list_documents, mark_checked
from services.knowledge_upkeep.feedback import count_by_document, list_feedback
from services.knowledge_upkeep.sorting import request_sorting
from services.permissions import Action, may, may_with_answer, oversees
from services.resources import Resources
from services.retention import KEEP_MISSES

LAST_PAGE = 500
DOCUMENTS_A_PAGE = 20
ANSWER_STATES = {
    AnswerState.DRAFT: "草稿",
    AnswerState.IN_REVIEW: "审核中",
    AnswerState.PUBLISHED: "已发布",
    AnswerState.REJECTED: "被退回",
    AnswerState.RETIRED: "已下线",
}
MISS_KINDS = {MissKind.NO_BASIS: "没有依据", MissKind.UNCLEAR: "没听懂", MissKind.LIVE: "培训现场问的"}
KIND_NAMES = {
    DocumentKind.STATUTE: "法律",
    DocumentKind.REGULATION: "法规规章",
    DocumentKind.INTERPRETATION: "司法解释",
    DocumentKind.GUIDE: "办事指引",
    DocumentKind.DOCUMENT: "文件",
}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    _add_misses(blueprint, resources)
    _add_documents(blueprint, resources)

    @blueprint.get("/knowledge/feedback")
    def feedback() -> Response:
        page, document = page_number(), request.args.get("document", "")[:160]
        with looking(resources) as (reader, staff):
            items, has_more = list_feedback(reader, document=document, page=page)
            counts = count_by_document(reader)
            values = shared_values(reader, staff)
        return make_response(
            render_template(
                "console/knowledge/feedback.html",
                items=items,
                has_more=has_more,
                counts=counts,
                page=page,
                document=document,
                **values,
            )
        )


def _add_misses(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/knowledge")
    def misses() -> Response:
        page = page_number()
        with looking(resources) as (reader, staff):
            overview = miss_desk.list_groups(reader, page=page)
            values = shared_values(reader, staff)
        is_asked = request.args.get("sorting") == "asked"
        return make_response(
            render_template(
                "console/knowledge/misses.html",
                overview=overview,
                page=page,
                is_asked=is_asked,
                keep_days=KEEP_MISSES.days,
                **values,
            )
        )

    @blueprint.post("/knowledge/misses/sort")
    def misses_sort() -> Response:
        now = resources.clock.now()
        with working(resources) as (work, _):
            # Two clicks in one minute are one wish.
            request_sorting(work, key=f"asked-{now:%Y%m%d%H%M}", now=now)
        return redirect(url_for("console.misses", sorting="asked"), 303)

    @blueprint.get("/knowledge/misses/<int:number>")
    def miss_group(number: int) -> Response:
        with looking(resources) as (reader, staff):
            found = miss_desk.list_misses(reader, number)
            answer = miss_desk.find_answer(reader, number)
            may_read = answer is not None and may_with_answer(staff, Action.READ_ANSWER, answer)
            page = render_template(
                "console/knowledge/miss_group.html",
                misses=found,
                answer=answer,
                may_read=may_read,
                number=number,
                **shared_values(reader, staff),
            )
        return make_response(page)

    @blueprint.post("/knowledge/misses/<int:number>/answer")
    def answer_from_group(number: int) -> Response:
        with working(resources) as (work, staff):
            answer = draft_from_group(work, staff=staff, number=number, now=resources.clock.now())
            answer_id = answer.id
        return redirect(url_for("console.answer", answer_id=answer_id), 303)

    @blueprint.post("/knowledge/misses/<int:number>/set-aside")
    def miss_set_aside(number: int) -> Response:
        with working(resources) as (work, staff):
            miss_desk.set_aside(work, staff=staff, number=number, now=resources.clock.now())
        return redirect(url_for("console.misses"), 303)


def _add_documents(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/knowledge/documents")
    def documents() -> Response:
        return _documents_page(resources)

    @blueprint.post("/knowledge/documents/<int:document_id>/check")
    def document_check(document_id: int) -> Response:
        try:
            with working(resources) as (work, staff):
                mark_checked(
                    work,
                    staff=staff,
                    document_id=document_id,
                    checked_on=read_day("checked_on") or china_date(resources.clock.now()),
                    note=request.form.get("note", ""),
                    now=resources.clock.now(),
                )
        except InvalidInput as error:
            return _documents_page(resources, error)
        search, page = request.args.get("q") or None, page_number() or None
        return redirect(url_for("console.documents", q=search, page=page), 303)


def _documents_page(resources: Resources, problem: AppError | None = None) -> Response:
    page, search = page_number(), request.args.get("q", "").strip()[:60]
    today = china_date(resources.clock.now())
    with looking(resources) as (reader, staff):
        views, due_count = list_documents(reader, today=today, search=search, page=page, limit=DOCUMENTS_A_PAGE)
        more, _ = list_documents(reader, today=today, search=search, page=page + 1, limit=DOCUMENTS_A_PAGE)
        page_text = render_template(
            "console/knowledge/documents.html",
            items=views,
            has_more=bool(more),
            due_count=due_count,
            today=today,
            page=page,
            search=search,
            can_check=may(staff, Action.CHECK_DOCUMENT),
            counted_days=COUNTED_DAYS,
            problem=problem,
            **shared_values(reader, staff),
        )
    return make_response(page_text, problem.http_status if problem else 200)


def shared_values(reader: Session, staff: Staff) -> dict[str, object]:
    """What every page of the knowledge shows: names of states, and how many answers wait for this person's review."""
    waiting: list[object] = []
    if oversees(staff):
        in_review, _ = list_answers(reader, staff, state=AnswerState.IN_REVIEW, limit=99)
        waiting = [answer for answer in in_review if may_with_answer(staff, Action.REVIEW_ANSWER, answer)]
    return {
        "ANSWER_STATES": ANSWER_STATES,
        "MISS_KINDS": MISS_KINDS,
        "KIND_NAMES": KIND_NAMES,
        "review_count": len(waiting),
    }


def page_number() -> int:
    """The page asked for, from 0."""
    return min(request.args.get("page", 0, type=row_number), LAST_PAGE)


def read_day(name: str) -> date | None:
    """A date field of the form. Raises InvalidInput for what is no date."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise InvalidInput("日期要写成2026-11-23这样。", fields={name: "不是日期"}) from None
