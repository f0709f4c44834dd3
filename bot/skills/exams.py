"""Practice for the patent agent examination in chat: one question at a time, right or wrong at once, with the article.

The run is in the database, so the mini-program goes on with it; the conversation remembers which one and where.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Reply, appended
from bot.skills import Skill
from bot.skills import exam_words as words
from bot.skills.exam_overviews import (
    book_reply,
    put_on_board,
    show_board,
    show_book,
    show_mock,
    show_progress,
    take_off_board,
)
from bot.skills.exam_replies import AGAIN, BOOK, answered, fits_chat, question_text, result_text, taps
from core.errors import AppError, NotFound
from models import Conversation, ExamRun
from services.exams.bank import LETTERS
from services.exams.practice import (
    USUAL_COUNT,
    NothingToAsk,
    answer_current,
    current_question,
    find_running,
    get_own_run,
    leave,
    start_practice,
    start_review,
)
from services.exams.topics import subject_said, topic_said

NAME = "exams"
KEY = "practice"
# These may ask something themselves or end everything: the question is not brought up after them.
WITHOUT_RETURN = frozenset({NAME, "form", "desk", "handoff", "own_data", "failed", "feedback"})
MAY_WISH = frozenset({None, "training_browse", "training_book", "help", "chitchat", "out_of_scope", "policy_question"})
CLEARED = {"list": None, "pending": None, "subject": None}
GO_ON = "\n\n题还在,回复“继续练题”接着做。"


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for a wish to practise, and while questions are being asked for an answer."""
    plain = context.plain.strip(" 。.!?")
    if len(text) > words.LONGEST:
        return None
    for pattern, answer in (
        (words.REVIEWS, review), (words.BOOK, show_book), (words.PROGRESS, show_progress), (words.MOCK, show_mock),
        (words.JOINS_BOARD, put_on_board), (words.LEAVES_BOARD, take_off_board), (words.BOARD, show_board),
    ):  # fmt: skip
        if pattern.fullmatch(plain):
            return Skill(NAME, answer)
    if context.memory.get(KEY) is not None:
        said = _said_of_question(context, text, plain)
        if said is not None:
            return said
    if words.RESUMES.fullmatch(plain):
        return Skill(NAME, go_on)
    return Skill(NAME, start) if _wishes(context, plain) else None


def aside(skill: Skill, context: TurnContext) -> Skill:
    """Another skill's answer; the first time it says that the question waits."""
    is_first = context.memory.get(KEY) is not None and context.memory.get("last_skill") == NAME
    if not is_first or skill.name in WITHOUT_RETURN:
        return skill
    return Skill(skill.name, lambda given: appended(skill.answer(given), GO_ON), is_slow=skill.is_slow)


def start(context: TurnContext) -> Reply:
    """练题, 来十道商标的题."""
    match = words.STARTS.fullmatch(context.plain.strip(" 。.!?"))
    count = words.read_count((match["count"] or match["again"]) if match else None, USUAL_COUNT)
    topic, subject = topic_said(context.plain), subject_said(context.plain)

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            run = start_practice(
                session, user_id=conversation.user_id, now=context.now, topic=topic, count=count, fits=fits_chat,
                subject=None if topic else subject,
            )  # fmt: skip
        except NothingToAsk as refusal:
            return Reply(refusal.message, choices=(AGAIN,))
        return _asked(session, run, context)

    return Reply("", on_commit=commit)


def review(context: TurnContext) -> Reply:
    """练错题: those that are due."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            run = start_review(session, user_id=conversation.user_id, now=context.now, fits=fits_chat)
        except NothingToAsk:
            reply = book_reply(session, conversation.user_id, context.now)
            # What is due may be too long for a message.
            return replace(reply, choices=(AGAIN,))
        return _asked(session, run, context)

    return Reply("", on_commit=commit)


def go_on(context: TurnContext) -> Reply:
    """继续练题: the question that waits."""
    run = find_running(context.session, user_id=context.user_id)
    return start(context) if run is None else _asked(context.session, run, context)


def take_answer(context: TurnContext, given: str) -> Reply:
    """The answer to the question that was asked last."""
    kept = context.memory[KEY]

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            run = get_own_run(session, user_id=conversation.user_id, public_id=str(kept.get("run")))
            question = current_question(session, run)
            if question is not None and not question.is_multiple and len(given) > 1:
                return Reply("这题是单选,只选一个。", choices=taps(), memory=_memory(run))
            done = answer_current(session, run, given, context.now, place=int(kept.get("place") or 0))
        except AppError as refusal:
            return _after_refusal(session, conversation, context, refusal)
        return _asked(session, run, context, head=f"{answered(done, context.today)}\n\n")

    return Reply("", on_commit=commit)


def end(context: TurnContext) -> Reply:
    """算了: the result so far."""
    kept = context.memory[KEY]

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            run = get_own_run(session, user_id=conversation.user_id, public_id=str(kept.get("run")))
        except NotFound:
            return Reply("好,先放下。", choices=(AGAIN,), memory={KEY: None})
        leave(session, run, context.now)
        return Reply(result_text(run), choices=(AGAIN, BOOK), memory={KEY: None})

    return Reply("", on_commit=commit)


def keep(context: TurnContext) -> Reply:
    """算了 to what was offered beside the questions: they wait."""
    return Reply(f"好。{GO_ON.strip()}", memory={"pending": None})


def _said_of_question(context: TurnContext, text: str, plain: str) -> Skill | None:
    """An answer, going on, or leaving."""
    given = words.read_letters(text, LETTERS)
    if given is not None:
        return Skill(NAME, lambda turn: take_answer(turn, given))
    if words.CONTINUES.fullmatch(plain):
        return Skill(NAME, go_on)
    understood = context.understanding
    is_cancel = understood.intent is None and understood.act == "cancel"
    if words.LEAVES.fullmatch(plain) or is_cancel:
        return Skill(NAME, keep if context.memory.get("pending") else end)
    return None


def _wishes(context: TurnContext, plain: str) -> bool:
    if words.OTHER_QUESTIONS.search(plain):
        return False
    match = words.STARTS.fullmatch(plain)
    if match is not None:
        about = match["about"] or ""
        return bool(words.GENERAL.fullmatch(about) or topic_said(about) or subject_said(about))
    return bool(words.WISHES.search(plain)) and context.understanding.intent in MAY_WISH


def _asked(session: Session, run: ExamRun, context: TurnContext, *, head: str = "") -> Reply:
    """The question that the run is at, or how it went where there is none left."""
    question = current_question(session, run)
    if question is None:
        return Reply(head + result_text(run), choices=(AGAIN, BOOK), memory={**CLEARED, KEY: None})
    return Reply(head + question_text(run, question), choices=taps(), memory={**CLEARED, **_memory(run)})


def _after_refusal(session: Session, conversation: Conversation, context: TurnContext, refusal: AppError) -> Reply:
    """Answered in the mini-program meanwhile, or ended there: where it stands now."""
    run = find_running(session, user_id=conversation.user_id)
    if run is None:
        return Reply(refusal.message, choices=(AGAIN, BOOK), memory={KEY: None})
    return _asked(session, run, context, head=f"{refusal.message}\n\n")


def _memory(run: ExamRun) -> dict[str, object]:
    return {KEY: {"run": run.public_id, "place": run.place}}
