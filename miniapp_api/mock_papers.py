"""Timed mock papers of the patent agent examination."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.exams import question_fields, solution_out
from miniapp_api.once import Keep, once
from miniapp_api.schemas.exams import (
    PaperAnswerIn,
    PaperAnswerOut,
    PaperIn,
    PaperOut,
    PaperQuestionOut,
    PaperResultOut,
)
from models import ExamAnswer, ExamQuestion, ExamRun, RunState, Subject
from services.exams.bank import find_by_code, questions_of
from services.exams.papers import answers_of, hand_in, result_of, set_answer, settle, source_of_rules, start_paper
from services.exams.practice import get_own_run


def add_routes(api: APIBlueprint) -> None:
    api.post("/mock-papers")(api.input(PaperIn)(api.output(PaperOut, 201)(create_paper)))
    api.get("/mock-papers/<id>")(api.output(PaperOut)(show_paper))
    api.put("/mock-papers/<id>/answers/<question>")(
        api.input(PaperAnswerIn)(api.output(PaperAnswerOut)(put_paper_answer))
    )
    api.post("/mock-papers/<id>/submission")(api.output(PaperOut)(submit_paper))


def create_paper(json_data: PaperIn) -> BaseModel | dict[str, Any]:
    """开始一份模拟卷

    题型比例、每题分值和时间照正式考试:单选三成、多选七成,多选、少选、错选都不得分。题库还不够一整份的时候是半份或者
    五分之一份,时间按比例。同一科有没交的卷子返回 409,`code` 是 `paper_open`。
    """
    return once(json_data, lambda _key, keep: _start(json_data, keep))


def _start(wanted: PaperIn, keep: Keep) -> PaperOut:
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        run = start_paper(session, user_id=caller.user_id, subject=Subject(wanted.subject), now=api.clock.now())
        answer = _paper_out(session, run)
        keep(session, answer, [])
    return answer


def show_paper(id: str) -> PaperOut:
    """一份模拟卷

    到了 `due_at` 自动收卷。交卷后才有对错、答案和得分。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        run = get_own_run(session, user_id=caller.user_id, public_id=id, is_mock=True)
        settle(session, run, api.clock.now())
        return _paper_out(session, run)


def put_paper_answer(id: str, question: str, json_data: PaperAnswerIn) -> PaperAnswerOut:
    """填一题

    交卷前可以改。卷子已经收了返回 409。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        run = get_own_run(session, user_id=caller.user_id, public_id=id, is_mock=True)
        asked = find_by_code(session, question)
        number = asked.id if asked is not None else 0
        set_answer(session, run, number, json_data.letters, api.clock.now())
        return PaperAnswerOut(question=question, letters="".join(sorted(set(json_data.letters.upper()))))


def submit_paper(id: str) -> PaperOut:
    """交卷"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        run = get_own_run(session, user_id=caller.user_id, public_id=id, is_mock=True)
        hand_in(session, run, api.clock.now())
        return _paper_out(session, run)


def _paper_out(session: Session, run: ExamRun) -> PaperOut:
    is_in = run.state != RunState.OPEN
    answers = answers_of(session, run)
    today = china_date(run.started_at)
    questions = [
        _question_out(question, answers.get(question.id), today, is_in=is_in)
        for question in questions_of(session, run.question_ids)
    ]
    source, _checked_at = source_of_rules()
    result = result_of(session, run) if is_in else None
    return PaperOut(
        id=run.public_id, subject=run.subject, state=run.state, started_at=run.started_at, due_at=run.due_at,
        ended_at=run.ended_at, points_each=(run.tenths_each or 0) / 10, rule_source=source, questions=questions,
        result=PaperResultOut.model_validate(result) if result else None,
    )  # fmt: skip


def _question_out(question: ExamQuestion, row: ExamAnswer | None, day: date, *, is_in: bool) -> PaperQuestionOut:
    return PaperQuestionOut(
        **question_fields(question), letters=row.given if row else "", is_right=row.is_right if row and is_in else None,
        solution=solution_out(question, day) if is_in else None,
    )  # fmt: skip
