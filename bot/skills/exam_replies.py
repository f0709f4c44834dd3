"""Questions, verdicts and results as they read on a phone."""

from datetime import date

from bot.replies import Choice
from models import ExamQuestion, ExamRun, RunState
from services.exams.bank import LETTERS, basis_of, difficulty_of
from services.exams.practice import Answered
from services.exams.topics import TOPICS

AGAIN = Choice("再来十道题", "再来十道")
BOOK = Choice("错题本", "错题本")
REVIEW = Choice("练错题", "练错题")
PROGRESS = Choice("练题进度", "练题进度")
# A longer question is for the mini-program: a message is not read on the bus that fills two screens.
LONGEST_STEM, LONGEST_OPTIONS, LONGEST_EXPLANATION = 120, 200, 130


def fits_chat(question: ExamQuestion) -> bool:
    return (
        len(question.stem) <= LONGEST_STEM
        and sum(map(len, question.options)) <= LONGEST_OPTIONS
        and len(question.explanation) <= LONGEST_EXPLANATION
    )


def taps() -> tuple[Choice, ...]:
    return (Choice("不会", "不会,看答案"), Choice("不练了", "先练到这"))


def question_text(run: ExamRun, question: ExamQuestion) -> str:
    kind = "多选" if question.is_multiple else "单选"
    head = [
        f"第{run.place + 1}题/共{len(run.question_ids)}题",
        kind,
        TOPICS[question.topic].name,
        difficulty_of(question),
    ]
    options = [f"{letter}. {option}" for letter, option in zip(LETTERS, question.options, strict=False)]
    how = "回复字母,多选就一起发,比如 AC。" if question.is_multiple else "回复字母。"
    last = [how] if run.place == 0 else []
    return "\n".join([" · ".join(part for part in head if part), question.stem, *options, *last])


def answered(done: Answered, day: date) -> str:
    """Right or wrong, why, and the article."""
    answer = "、".join(done.question.answer)
    wrong = f"不对,答案是{answer}。" if done.given else f"答案是{answer}。"
    verdict = "对。" if done.is_right else wrong
    why = [done.question.explanation] if done.question.explanation else []
    return "\n".join([verdict, *why, f"依据:{basis_of(done.question, day)}。"])


def result_text(run: ExamRun) -> str:
    wrong = run.place - run.right_count
    if not run.place:
        return "好,先放下。想练随时说“练题”。"
    head = "练完了" if run.state == RunState.DONE else "先到这"
    rest = f"没对的{wrong}题记进了错题本,明天起再练。" if wrong else "全对,明天换一组。"
    return f"{head}:{run.place}题对{run.right_count}题。\n{rest}"
