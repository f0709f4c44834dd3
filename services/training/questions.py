"""The organiser's own questions: written at the desk, and made into a form that chat, API and desk read alike.

Seats come first: nobody loses one while they answer, or because they do not. A required question cannot be skipped,
only put off.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import create_model
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Booking, CourseSession
from models.training import OPEN
from services.casework.wording import shown_form
from services.catalogue.fields import (
    Ask,
    Choice,
    Count,
    Form,
    FormField,
    Line,
    Privacy,
    YesNo,
    check_form,
    check_value,
    fields_of,
)

log = get_logger(__name__)

MOST_QUESTIONS = 5
LONGEST_LABEL, LONGEST_QUESTION, LONGEST_EXAMPLE = 12, 60, 30
LEAST_OPTIONS, MOST_OPTIONS, LONGEST_OPTION = 2, 8, 16


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yes_no"


KIND_NAMES = {Kind.TEXT: "一句话", Kind.NUMBER: "一个数", Kind.CHOICE: "选一个", Kind.YES_NO: "是或否"}
REFUSALS = {
    Kind.TEXT: "{label}请写1到120个字。",
    Kind.NUMBER: "{label}请写一个整数。",
    Kind.CHOICE: "{label}请从列出的里面选一个。",
    Kind.YES_NO: "",
}


def check_questions(questions: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, str]]:
    """What is wrong with questions as staff wrote them: by place, then by field name."""
    problems: dict[int, dict[str, str]] = {}
    labels = [str(each["label"]) for each in questions]
    for place, each in enumerate(questions):
        wrong = _problems_of(each)
        if labels.index(str(each["label"])) != place:
            wrong.setdefault("label", "名称重复了")
        if wrong:
            problems[place] = wrong
    return problems


def _problems_of(question: Mapping[str, Any]) -> dict[str, str]:
    wrong = {}
    if not 2 <= len(question["label"]) <= LONGEST_LABEL:
        wrong["label"] = f"2到{LONGEST_LABEL}个字"
    if not 2 <= len(question["question"]) <= LONGEST_QUESTION:
        wrong["question"] = f"2到{LONGEST_QUESTION}个字"
    if len(question["example"]) > LONGEST_EXAMPLE:
        wrong["example"] = f"最多{LONGEST_EXAMPLE}个字"
    if question["kind"] not in set(Kind):
        wrong["kind"] = "请选一种"
    choices = question["choices"]
    if question["kind"] == Kind.CHOICE and (
        not LEAST_OPTIONS <= len(choices) <= MOST_OPTIONS
        or len(set(choices)) < len(choices)
        or any(len(each) > LONGEST_OPTION for each in choices)
    ):
        wrong["choices"] = f"{LEAST_OPTIONS}到{MOST_OPTIONS}个,每个最多{LONGEST_OPTION}个字,不能重复"
    return wrong


def stored_questions(
    questions: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Checked questions as the session keeps them. One that is answered in the same way and has kept its name or its
    words keeps its key, and so its answers; a key is never given out twice, or an answer would come to stand under
    another question."""
    known = {each["key"]: each for each in before}
    rows: list[dict[str, Any]] = []
    for each in questions:
        key, kind = each.get("key") or "", Kind(each["kind"])
        is_known = _is_same(known.get(key), each) and key not in {row["key"] for row in rows}
        rows.append(
            {
                "key": key if is_known else f"q{secrets.token_hex(4)}", "label": each["label"],
                "question": each["question"], "kind": kind.value, "required": bool(each["required"]),
                "example": each["example"], "choices": list(each["choices"]) if kind is Kind.CHOICE else [],
            }
        )  # fmt: skip
    return rows


def _is_same(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    if before is None or before["kind"] != now["kind"]:
        return False
    return any(before.get(part) == now[part] for part in ("label", "question"))


def form_of(questions: Sequence[Mapping[str, Any]]) -> type[Form]:
    """The questions as a declared form."""
    return _form(json.dumps(list(questions), ensure_ascii=False, sort_keys=True))


@cache
def _form(written: str) -> type[Form]:
    """Once for each wording: what reads a form remembers it by its class."""
    fields: dict[str, Any] = {}
    for each in json.loads(written):
        kind = _type_of(each)
        ask = Ask(
            each["label"], each.get("question") or f"{each['label']}?", each.get("example", ""), Privacy.PERSONAL,
            refusal=REFUSALS[Kind(each["kind"])].format(label=each["label"]),
        )  # fmt: skip
        fields[each["key"]] = (Annotated[kind, ask], ...) if each["required"] else (Annotated[kind | None, ask], None)
    return create_model("SessionQuestions", __base__=Form, **fields)


def _type_of(question: Mapping[str, Any]) -> Any:
    match Kind(question["kind"]):
        case Kind.TEXT:
            return Line
        case Kind.NUMBER:
            return Count
        case Kind.YES_NO:
            return YesNo
        case Kind.CHOICE:
            # An answer is kept in the organiser's words: they may be reworded later, what was said stays.
            make: Any = Choice
            options = [(f"OPTION_{place}", (each, each)) for place, each in enumerate(question.get("choices") or [])]
            return make("SessionOption", options)


def check_answers(held: CourseSession, answers: Mapping[str, Any]) -> dict[str, Any]:
    """All answers at once, as they are stored. Raises InvalidInput with a reason for each field."""
    form = form_of(held.questions)
    kept = check_form(form, answers)
    # What was left empty has been asked.
    return {field.name: kept.get(field.name) for field in fields_of(form)}


def list_unanswered(booking: Booking) -> list[FormField]:
    """What is still to be asked, in order; whatever was skipped has been asked."""
    return [field for field in fields_of(form_of(booking.session.questions)) if field.name not in booking.answers]


def shown_answers(held: CourseSession, booking: Booking) -> list[tuple[str, str]]:
    """(label, answer in words) of what was answered, in the order of the questions."""
    return [(field.ask.label, text) for field, text in shown_form(form_of(held.questions), booking.answers)]


def set_answer(session: Session, booking: Booking, name: str, value: Any, now: datetime) -> None:
    """Keep one answer; None where a question that need not be answered is skipped. Raises InvalidInput, Conflict."""
    _lock(session, booking, now)
    form = form_of(booking.session.questions)
    field = next((each for each in fields_of(form) if each.name == name), None)
    if field is None:
        raise Conflict("主办方刚改了问题,这一题不用答了。")
    taken = None if value is None and not field.is_required else check_value(form, field, value)
    booking.answers = {**booking.answers, name: taken}
    session.flush()
    log.info("session_question_answered", booking=booking.number)


def replace_answers(session: Session, booking: Booking, answers: Mapping[str, Any], now: datetime) -> None:
    """All answers anew. Raises InvalidInput with a reason for each field, Conflict."""
    _lock(session, booking, now)
    booking.answers = check_answers(booking.session, answers)
    session.flush()
    log.info("session_questions_answered", booking=booking.number)


def write_down_answers(session: Session, booking: Booking, answers: Mapping[str, Any], now: datetime) -> None:
    """What somebody said on the telephone. What was not said and has no answer yet is still to be asked; an answer of a
    question that may be skipped can be taken back. Raises InvalidInput with a reason for each field, Conflict."""
    _lock(session, booking, now)
    form = form_of(booking.session.questions)
    kept, problems = dict(booking.answers), dict[str, str]()
    for field in fields_of(form):
        said = answers.get(field.name)
        if said is None:
            if field.name in kept and not field.is_required:
                kept[field.name] = None
            continue
        try:
            kept[field.name] = check_value(form, field, said)
        except InvalidInput as error:
            problems |= error.fields
    if problems:
        raise InvalidInput(next(iter(problems.values())), fields=problems)
    booking.answers = kept
    session.flush()
    log.info("session_questions_answered", booking=booking.number)


def can_answer(booking: Booking, now: datetime) -> bool:
    return booking.state in OPEN and now < booking.session.starts_at


def _lock(session: Session, booking: Booking, now: datetime) -> None:
    """Two answers at the same moment, in chat and mini-program, must both be kept."""
    session.flush()
    session.get_one(Booking, booking.id, with_for_update=True, populate_existing=True)
    if not can_answer(booking, now):
        raise Conflict("这个报名已经结束或开始了,不用再答。")
