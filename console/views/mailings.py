"""Messages to many: the list, the form with a count of its segment, and one under way with exact figures."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput, NotFound
from models import MailingState
from services.notices import mailings
from services.notices.mailings import MailingContent
from services.notices.preferences import TOPIC_NAMES
from services.notices.segments import GROUP_NAMES, Segment
from services.resources import Resources

MOST_TYPED = 2_000
STEPS = {
    "start": mailings.start_mailing, "pause": mailings.pause_mailing, "resume": mailings.resume_mailing,
    "cancel": mailings.cancel_mailing,
}  # fmt: skip


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/mailings")
    def mailing_list() -> Response:
        with looking(resources) as (reader, staff):
            rows = [(each, Segment.read(each.segment)) for each in mailings.list_mailings(reader, staff)]
            page = render_template("console/notices/mailings.html", rows=rows, state_names=mailings.STATE_NAMES)
        return make_response(page)

    @blueprint.route("/mailings/new", methods=["GET", "POST"])
    def mailing_new() -> Response:
        if request.method == "GET":
            return _form(resources)
        return _save(resources, None)

    @blueprint.route("/mailings/<public_id>", methods=["GET", "POST"])
    def mailing(public_id: str) -> Response:
        if request.method == "POST":
            return _save(resources, public_id)
        return _page(resources, public_id)

    @blueprint.post("/mailings/<public_id>/test")
    def mailing_test(public_id: str) -> Response:
        try:
            with working(resources) as (work, staff):
                mailings.send_test(work, staff, public_id, request.form.get("phone", ""), resources.clock.now())
        except InvalidInput as error:
            return _page(resources, public_id, problem=error)
        return _page(resources, public_id, note="测试已发给这个手机号的用户。")

    @blueprint.post("/mailings/<public_id>/<step>")
    def mailing_step(public_id: str, step: str) -> Response:
        return _step(resources, public_id, step)


def _step(resources: Resources, public_id: str, step: str) -> Response:
    if step not in STEPS:
        raise NotFound("没有这个页面。")
    try:
        with working(resources) as (work, staff):
            STEPS[step](work, staff, public_id, _version(), resources.clock.now())
    except Conflict as error:
        return _page(resources, public_id, problem=error)
    return _to(public_id)


def _save(resources: Resources, public_id: str | None) -> Response:
    try:
        content = MailingContent(
            title=request.form.get("title", "")[:MOST_TYPED],
            text=request.form.get("text", "")[:MOST_TYPED],
            topic=request.form.get("topic", ""),
            segment=_segment(),
        )
        with working(resources) as (work, staff):
            made = mailings.write_mailing(
                work, staff, content, resources.clock.now(), public_id=public_id, version=_version()
            )
    except (InvalidInput, Conflict) as error:
        return _form(resources, problem=error) if public_id is None else _page(resources, public_id, problem=error)
    return _to(made.public_id)


def _form(resources: Resources, *, problem: AppError | None = None) -> Response:
    with looking(resources) as (reader, staff):
        mailings.list_mailings(reader, staff)
        page = render_template("console/notices/mailing_new.html", values=request.form, problem=problem, **_names())
    return make_response(page, problem.http_status if problem else 200)


def _page(
    resources: Resources, public_id: str, *, problem: AppError | None = None, note: str | None = None
) -> Response:
    with looking(resources) as (reader, staff):
        found = mailings.get_mailing(reader, staff, public_id)
        segment = Segment.read(found.segment)
        is_draft = found.state == MailingState.DRAFT
        kept = {
            "title": found.title, "text": found.text, "topic": found.topic, "group": segment.group,
            "regions": "、".join(segment.regions),
        }  # fmt: skip
        page = render_template(
            "console/notices/mailing.html",
            mailing=found,
            segment=segment,
            figures=None if is_draft else mailings.figures_of(reader, found),
            count=mailings.count_segment(reader, staff, segment) if is_draft else found.recipient_count,
            values=request.form if problem and "title" in request.form else kept,
            state_name=mailings.STATE_NAMES[MailingState(found.state)],
            problem=problem,
            note=note,
            **_names(),
        )
    return make_response(page, problem.http_status if problem else 200)


def _names() -> dict[str, object]:
    return {
        "group_names": GROUP_NAMES, "topic_names": {topic: TOPIC_NAMES[topic] for topic in mailings.TOPICS},
        "longest_title": mailings.LONGEST_TITLE, "longest_text": mailings.LONGEST_TEXT,
    }  # fmt: skip


def _segment() -> Segment:
    typed = request.form.get("regions", "")[:MOST_TYPED].replace("、", " ").replace(",", " ").split()
    return Segment.read({"group": request.form.get("group", ""), "regions": typed})


def _version() -> int:
    return request.form.get("version", default=0, type=row_number)


def _to(public_id: str) -> Response:
    return redirect(url_for("console.mailing", public_id=public_id), 303)
