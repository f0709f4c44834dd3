"""What the upkeep of knowledge holds of a person, forgotten with them."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models import AnswerFeedback, AnswerState, Conversation, CuratedAnswer, EvaluationRun, Message, Miss
from services.knowledge_upkeep.notices import forget_questions

PUBLIC = (AnswerState.PUBLISHED, AnswerState.RETIRED)


def forget_person(session: Session, user_id: int) -> None:
    """Delete their questions and verdicts, and drafts made from their words. What was published was checked to name
    nobody and stays; it no longer says which message it came from."""
    said = set(session.scalars(select(Miss.text).where(Miss.user_id == user_id)))
    for answer in session.scalars(
        select(CuratedAnswer)
        .join(Miss, Miss.answer_id == CuratedAnswer.id)
        .where(Miss.user_id == user_id, CuratedAnswer.state.not_in(PUBLIC))
    ).unique():
        _take_out(answer, said)
        forget_questions(session, [answer.id], are_gone=False)
    session.execute(delete(Miss).where(Miss.user_id == user_id))
    session.execute(delete(AnswerFeedback).where(AnswerFeedback.user_id == user_id))
    own = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.user_id == user_id)
    )
    _delete_drafts(session, list(session.scalars(
        select(CuratedAnswer.id).where(CuratedAnswer.message_id.in_(own), CuratedAnswer.state.not_in(PUBLIC))
    )))  # fmt: skip
    session.execute(update(CuratedAnswer).where(CuratedAnswer.message_id.in_(own)).values(message_id=None))


def _take_out(answer: CuratedAnswer, said: set[str]) -> None:
    """Other people's wordings stay."""
    questions = [text for text in (answer.question, *answer.other_questions) if text not in said]
    answer.question = questions[0] if questions else ""
    answer.other_questions = questions[1:]
    answer.version += 1


def _delete_drafts(session: Session, answer_ids: list[int]) -> None:
    session.execute(update(Miss).where(Miss.answer_id.in_(answer_ids)).values(answer_id=None))
    forget_questions(session, answer_ids, are_gone=True)
    session.execute(delete(EvaluationRun).where(EvaluationRun.answer_id.in_(answer_ids)))
    session.execute(delete(CuratedAnswer).where(CuratedAnswer.id.in_(answer_ids)))
