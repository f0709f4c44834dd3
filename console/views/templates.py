"""The register of message templates: what WeChat lists, what each is for, what fills its keywords; and what became of
the messages."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput
from models import Platform, TemplateKind, Topic
from services.notices.facts import FACT_NAMES, SAMPLE, filled, may_fill
from services.notices.ledger import LATEST, LATEST_TRIED, ledger_lines, list_pauses, list_refusals
from services.notices.preferences import TOPIC_NAMES
from services.notices.templates import (
    TEMPLATE_TOPICS,
    check_may_fetch,
    fetch_templates,
    list_templates,
    note_templates,
    set_template,
)
from services.ports import WeChatError
from services.resources import Resources

PLATFORM_NAMES = {Platform.OFFICIAL_ACCOUNT: "服务号", Platform.MINI_PROGRAM: "小程序"}
KIND_NAMES = {TemplateKind.SUBSCRIPTION: "订阅消息", TemplateKind.TEMPLATE: "模板消息"}
NOT_FETCHED = "微信现在没有给出模板列表,下面是上次取到的。过一会儿再取。"


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/templates")
    def message_templates() -> Response:
        return _page(resources)

    @blueprint.get("/deliveries")
    def delivery_ledger() -> Response:
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/notices/ledger.html",
                lines=ledger_lines(reader, staff),
                pauses=list_pauses(reader, staff, resources.clock.now()),
                refusals=list_refusals(reader, staff),
                latest=LATEST,
                latest_tried=LATEST_TRIED,
            )
        return make_response(page)

    @blueprint.post("/templates")
    def message_templates_fetch() -> Response:
        """Asked outside the unit of work: WeChat may take its time."""
        with looking(resources) as (_, staff):
            check_may_fetch(staff)
        try:
            found = fetch_templates(resources.wechat)
        except WeChatError:
            return _page(resources, problem=Conflict(NOT_FETCHED))
        with working(resources) as (work, staff):
            note_templates(work, staff, found, resources.clock.now())
        return redirect(url_for("console.message_templates"), 303)

    @blueprint.post("/templates/<int:number>")
    def message_template_set(number: int) -> Response:
        fills = {name.removeprefix("fill-"): value for name, value in request.form.items() if name.startswith("fill-")}
        try:
            with working(resources) as (work, staff):
                set_template(
                    work, staff, number, topic=request.form.get("topic", ""), fills=fills,
                    version=request.form.get("version", default=0, type=row_number), now=resources.clock.now(),
                )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, problem=error, number=number)
        return redirect(url_for("console.message_templates") + f"#template-{number}", 303)


def _page(resources: Resources, *, problem: AppError | None = None, number: int = 0) -> Response:
    """What is registered now; after a refusal with what was chosen."""
    with looking(resources) as (reader, staff):
        rows = list_templates(reader, staff)
        page = render_template(
            "console/notices/templates.html",
            rows=rows,
            problem=problem,
            problem_of=number,
            typed=request.form,
            platform_names=PLATFORM_NAMES,
            kind_names=KIND_NAMES,
            topic_names=TOPIC_NAMES,
            topics_of=lambda row: TEMPLATE_TOPICS if row.kind == TemplateKind.TEMPLATE else tuple(Topic),
            facts_for=lambda code: [(fact, name) for fact, name in FACT_NAMES.items() if may_fill(code, fact)],
            tried=lambda row: filled(row.keywords, row.fills, SAMPLE) if row.topic else None,
        )
    return make_response(page, problem.http_status if problem else 200)
