"""The question bank at the training desk: a list by topic and state, an editor that shows what a phone will show."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, signed_in, working
from console.views.knowledge import page_number
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from models import ExamQuestion, QuestionState
from services.exams.bank import LETTERS, difficulty_of
from services.exams.citations import said_cites
from services.exams.editing import (
    STATE_NAMES,
    QuestionContent,
    change_question,
    columns_of,
    create_question,
    get_question_for,
    import_by_staff,
    list_questions,
)
from services.exams.loading import Imported, read_questions
from services.exams.topics import TOPICS
from services.permissions import Action, check_may
from services.resources import Resources

SHOWN = 50
MOST_TYPED = 4000
KINDS = (".xlsx", ".csv", ".jsonl")
MOST_REFUSED = 20
FIELDS = ("topic", "stem", "options", "answer", "explanation", "cites", "state")


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    _add_import(blueprint, resources)

    @blueprint.get("/training/questions")
    def questions() -> Response:
        state, topic, page = _known("state", STATE_NAMES), _known("topic", TOPICS), page_number()
        with looking(resources) as (reader, staff):
            rows, total = list_questions(reader, staff, state=state, topic=topic, offset=page * SHOWN, limit=SHOWN)
            shown = render_template(
                "console/questions/list.html", rows=rows, total=total, state=state, topic=topic, page=page,
                has_more=(page + 1) * SHOWN < total, difficulty_of=difficulty_of, **_names(),
            )  # fmt: skip
        return make_response(shown)

    @blueprint.route("/training/questions/new", methods=["GET", "POST"])
    def question_new() -> Response:
        if request.method == "GET":
            return _page(resources, {"state": QuestionState.IN_FORCE.value, "topic": request.args.get("topic", "")})
        if request.form.get("step") == "preview":
            return _page(resources, request.form)
        try:
            with working(resources) as (work, staff):
                made = create_question(work, staff=staff, content=_content(), now=resources.clock.now())
                code = made.code
        except InvalidInput as error:
            return _page(resources, request.form, problem=error)
        return redirect(url_for("console.question", code=code), 303)

    @blueprint.route("/training/questions/<code>", methods=["GET", "POST"])
    def question(code: str) -> Response:
        if request.method == "GET":
            return _page(resources, None, code=code)
        if request.form.get("step") == "preview":
            return _page(resources, request.form, code=code)
        version = request.form.get("version", 0, type=row_number)
        try:
            with working(resources) as (work, staff):
                change_question(
                    work, staff=staff, code=code, content=_content(), version=version, now=resources.clock.now()
                )
        except (InvalidInput, Conflict) as error:
            return _page(resources, request.form, code=code, problem=error)
        return redirect(url_for("console.question", code=code), 303)


def _add_import(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/training/questions/import", methods=["GET", "POST"])
    def questions_import() -> Response:
        done: Imported | None = None
        problem: AppError | None = None
        if request.method == "POST":
            try:
                done = _import(resources)
            except InvalidInput as error:
                problem = error
        with looking(resources) as (_reader, staff):
            check_may(staff, Action.RUN_TRAINING)
            page = render_template(
                "console/questions/import.html", done=done, problem=problem, most_shown=MOST_REFUSED, **_names()
            )
        return make_response(page, problem.http_status if problem else 200)


def _import(resources: Resources) -> Imported:
    """What was sent lies on the disk only while it is read, and is read before anything is locked. Raises
    InvalidInput."""
    file = request.files.get("file")
    suffix = Path(file.filename or "").suffix.lower() if file is not None else ""
    if file is None or suffix not in KINDS:
        raise InvalidInput("请选XLSX、CSV或JSON Lines文件。", fields={"file": "请选文件"})
    check_may(signed_in(), Action.RUN_TRAINING)
    now = resources.clock.now()
    with NamedTemporaryFile(suffix=suffix) as kept:
        file.save(kept)
        kept.flush()
        read = read_questions(Path(kept.name), china_date(now))
    with working(resources) as (work, staff):
        return import_by_staff(work, staff=staff, read=read, now=now)


def _page(
    resources: Resources, typed: Mapping[str, str] | None, *, code: str = "", problem: AppError | None = None
) -> Response:
    with looking(resources) as (reader, staff):
        check_may(staff, Action.RUN_TRAINING)
        row = get_question_for(reader, staff, code) if code else None
        values = (
            _values(row)
            if row is not None and typed is None
            else {name: (typed or {}).get(name, "") for name in FIELDS}
        )
        preview, wrong = _preview(values, resources) if values["stem"] else (None, None)
        page = render_template(
            "console/questions/one.html", row=row, values=values, preview=preview, problem=problem or wrong,
            difficulty=difficulty_of(row) if row else "", **_names(),
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)


def _preview(values: Mapping[str, str], resources: Resources) -> tuple[dict[str, Any] | None, AppError | None]:
    """What a phone will show; what is wrong where it could not."""
    try:
        columns = columns_of(_content(values))
    except InvalidInput as error:
        return None, error
    basis = said_cites(columns["cites"], china_date(resources.clock.now()))
    return {**columns, "basis": basis, "lettered": list(zip(LETTERS, columns["options"], strict=False))}, None


def _content(form: Mapping[str, str] | None = None) -> QuestionContent:
    given = _typed(request.form if form is None else form)
    return QuestionContent(
        topic=given["topic"], stem=given["stem"], options=_lines(given["options"]), answer=given["answer"],
        explanation=given["explanation"], cites=_lines(given["cites"]), state=given["state"],
    )  # fmt: skip


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form.get(name, "")[:MOST_TYPED].strip() for name in FIELDS}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _values(row: ExamQuestion) -> dict[str, str]:
    cites = [" ".join(filter(None, (each["law"], each["passed"], each["article"]))) for each in row.cites]
    return {
        "topic": row.topic, "stem": row.stem, "options": "\n".join(row.options), "answer": row.answer,
        "explanation": row.explanation, "cites": "\n".join(cites), "state": row.state,
    }  # fmt: skip


def _known(name: str, names: Mapping[Any, Any]) -> str:
    value = request.args.get(name, "")
    return value if value in names else ""


def _names() -> dict[str, Any]:
    return {"STATE_NAMES": STATE_NAMES, "TOPICS": TOPICS}
