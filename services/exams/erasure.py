"""What a learner leaves behind: nothing; that a question was answered and how stays counted, without who."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import ExamAnswer, ExamRun, LeaderboardEntry, WrongAnswer


def forget_learner(session: Session, user_id: int) -> None:
    for table in (ExamAnswer, ExamRun, WrongAnswer, LeaderboardEntry):
        session.execute(delete(table).where(table.user_id == user_id))
