"""Practice for the patent agent examination, the same runs as in chat: wrong-answer book, progress, leaderboard."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.exams import (
    AnsweredOut,
    AnswerIn,
    LeaderboardOut,
    PracticeIn,
    ProgressOut,
    QuestionOut,
    RankOut,
    RunOut,
    SolutionOut,
    TopicProgressOut,
    WrongAnswerOut,
    WrongAnswersOut,
)
from models import ExamQuestion, ExamRun, Subject
from services.exams.bank import basis_of, difficulty_of
from services.exams.practice import (
    answer_current,
    current_question,
    get_own_run,
    leave,
    start_practice,
    start_review,
)
from services.exams.progress import find_entry, join_board, leaderboard, leave_board, progress_of
from services.exams.reviews import count_wrong, list_wrong
from services.exams.topics import TOPICS


def add_routes(api: APIBlueprint) -> None:
    api.post("/practice-runs")(api.input(PracticeIn)(api.output(RunOut, 201)(create_run)))
    api.get("/practice-runs/<id>")(api.output(RunOut)(show_run))
    api.post("/practice-runs/<id>/answers")(api.input(AnswerIn)(api.output(AnsweredOut, 201)(create_answer)))
    api.post("/practice-runs/<id>/end")(api.output(RunOut)(end_run))
    api.get("/wrong-answers")(api.input(Page, location="query")(api.output(WrongAnswersOut)(list_wrong_answers)))
    api.get("/exam-progress")(api.output(ProgressOut)(show_progress))
    api.get("/exam-leaderboard")(api.output(LeaderboardOut)(show_leaderboard))
    api.put("/exam-leaderboard/membership")(api.output(LeaderboardOut)(join_leaderboard))
    api.delete("/exam-leaderboard/membership")(api.output({}, 204)(leave_leaderboard))


def create_run(json_data: PracticeIn) -> BaseModel | dict[str, Any]:
    """开始练题

    练新题时先带上几道到期的错题,再出没做过的;`review` 只练到期的错题,没有到期的返回 409,`code` 是
    `nothing_to_ask`。没做完的上一组到此为止。和聊天里是同一组,可以换着做。
    """
    return once(json_data, lambda _key, keep: _start(json_data, keep))


def _start(wanted: PracticeIn, keep: Keep) -> RunOut:
    api, user_id = current_api(), current_caller().user_id
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        if wanted.kind == "review":
            run = start_review(session, user_id=user_id, now=now, count=wanted.count)
        else:
            subject = Subject(wanted.subject) if wanted.subject else None
            run = start_practice(
                session, user_id=user_id, now=now, subject=subject, topic=wanted.topic, count=wanted.count
            )
        answer = run_out(session, run)
        keep(session, answer, [])
    return answer


def show_run(id: str) -> RunOut:
    """一组练习"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return run_out(session, _own_practice(session, caller.user_id, id))


def create_answer(id: str, json_data: AnswerIn) -> BaseModel | dict[str, Any]:
    """答当前的题

    马上知道对错、解析和依据;`run.question` 是下一题。这道题已经在别处答过,或者这一组结束了,返回 409。
    """
    return once(json_data, lambda _key, keep: _answer(id, json_data, keep))


def _answer(public_id: str, given: AnswerIn, keep: Keep) -> AnsweredOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        run = _own_practice(session, caller.user_id, public_id)
        asked = current_question(session, run)
        if asked is not None and given.question not in {None, asked.code}:
            raise Conflict("这道题已经答过了。")
        done = answer_current(session, run, given.letters, now, place=run.place)
        answer = AnsweredOut(
            is_right=done.is_right, letters=done.given, solution=solution_out(done.question, china_date(now)),
            run=run_out(session, run),
        )  # fmt: skip
        keep(session, answer, [])
    return answer


def end_run(id: str) -> RunOut:
    """结束练习"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        run = _own_practice(session, caller.user_id, id)
        leave(session, run, api.clock.now())
        return run_out(session, run)


def list_wrong_answers(query_data: Page) -> WrongAnswersOut:
    """错题本"""
    api, user_id = current_api(), current_caller().user_id
    now = api.clock.now()
    scope = f"wrong-answers:{user_id}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        rows = list_wrong(session, user_id=user_id, before=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        items = [
            WrongAnswerOut(
                question=question_out(question), solution=solution_out(question, china_date(now)),
                wrong_count=row.wrong_count, due_at=row.due_at or now,
            )
            for row, question in shown
        ]  # fmt: skip
        _total, due = count_wrong(session, user_id=user_id, now=now)
    next_cursor = api.cursors.make(scope, {"before": shown[-1][0].id}) if len(rows) > len(shown) else None
    return WrongAnswersOut(items=items, next_cursor=next_cursor, due=due)


def show_progress() -> ProgressOut:
    """各专题练得怎么样"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = progress_of(session, user_id=caller.user_id, now=api.clock.now())
    return ProgressOut(
        items=[
            TopicProgressOut(
                topic=each.topic, name=TOPICS[each.topic].name, subject=TOPICS[each.topic].subject.value,
                questions=each.questions, seen=each.seen, answers=each.answers, right=each.right,
            )
            for each in found
        ]
    )  # fmt: skip


def show_leaderboard() -> LeaderboardOut:
    """本月排行榜"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return _board(session, caller.user_id)


def join_leaderboard() -> LeaderboardOut:
    """加入排行榜

    同意在榜上出现;只显示代号,不显示姓名和企业。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        join_board(session, user_id=caller.user_id, now=api.clock.now())
        return _board(session, caller.user_id)


def leave_leaderboard() -> str:
    """退出排行榜"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        leave_board(session, user_id=caller.user_id)
    return ""


def _board(session: Session, user_id: int) -> LeaderboardOut:
    entry = find_entry(session, user_id=user_id)
    ranks = leaderboard(session, user_id=user_id, now=current_api().clock.now())
    items = [RankOut(place=each.place, name=each.name, right=each.right, is_own=each.is_own) for each in ranks]
    return LeaderboardOut(items=items, own_name=entry.name if entry else None)


def _own_practice(session: Session, user_id: int, public_id: str) -> ExamRun:
    """A mock paper is no practice: its answers would be told before it is handed in."""
    return get_own_run(session, user_id=user_id, public_id=public_id, is_mock=False)


def run_out(session: Session, run: ExamRun) -> RunOut:
    asked = current_question(session, run)
    return RunOut(
        id=run.public_id, kind=run.kind, state=run.state, count=len(run.question_ids), answered=run.place,
        right=run.right_count, question=question_out(asked) if asked else None,
    )  # fmt: skip


def question_out(question: ExamQuestion) -> QuestionOut:
    return QuestionOut(**question_fields(question))


def question_fields(question: ExamQuestion) -> dict[str, Any]:
    return {
        "id": question.code, "subject": question.subject, "topic": TOPICS[question.topic].name,
        "is_multiple": question.is_multiple, "stem": question.stem, "options": question.options,
        "difficulty": difficulty_of(question), "source": question.source,
    }  # fmt: skip


def solution_out(question: ExamQuestion, day: date) -> SolutionOut:
    return SolutionOut(letters=question.answer, explanation=question.explanation, basis=basis_of(question, day))
