"""How far somebody is, topic by topic, and the leaderboard of those who want to be seen."""

from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256

from sqlalchemy import Integer, cast, delete, func, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from models import ExamAnswer, ExamQuestion, LeaderboardEntry
from services.exams.bank import usable
from services.exams.practice import lock_learner

MONTHLY = "month"
BOARD_LENGTH = 20


@dataclass(frozen=True)
class TopicProgress:
    """`seen` of `questions` were answered at least once; of `answers` in all, `right` were right."""

    topic: str
    questions: int
    seen: int
    answers: int
    right: int


@dataclass(frozen=True)
class Rank:
    """A place on the leaderboard; `right` counts different questions."""

    place: int
    name: str
    right: int
    is_own: bool


def progress_of(session: Session, *, user_id: int, now: datetime) -> list[TopicProgress]:
    """Every topic that has questions, those in which something was answered first."""
    there = usable(china_date(now)).subquery()
    counted = session.execute(select(there.c.topic, func.count()).group_by(there.c.topic))
    totals: dict[str, int] = dict(counted.all())
    rows = session.execute(
        select(
            ExamQuestion.topic,
            func.count(ExamAnswer.question_id.distinct()),
            func.count(),
            func.sum(cast(ExamAnswer.is_right, Integer)),
        )
        .join(ExamQuestion, ExamQuestion.id == ExamAnswer.question_id)
        .where(ExamAnswer.user_id == user_id, ExamAnswer.is_right.is_not(None))
        .group_by(ExamQuestion.topic)
    ).all()
    done = {
        topic: TopicProgress(topic, totals.get(topic, seen), seen, count, right) for topic, seen, count, right in rows
    }
    rest = [TopicProgress(topic, total, 0, 0, 0) for topic, total in totals.items() if topic not in done]
    return [*sorted(done.values(), key=lambda each: -each.answers), *sorted(rest, key=lambda each: each.topic)]


def join_board(session: Session, *, user_id: int, now: datetime) -> LeaderboardEntry:
    """Consent to be seen, under a name of ours that says nothing about the person."""
    lock_learner(session, user_id)
    entry = find_entry(session, user_id=user_id)
    if entry is None:
        number = int(sha256(f"{user_id} {now.isoformat()}".encode()).hexdigest(), 16) % 10_000
        entry = LeaderboardEntry(user_id=user_id, board=MONTHLY, name=f"考友{number:04d}", consented_at=now)
        session.add(entry)
        session.flush()
    return entry


def leave_board(session: Session, *, user_id: int) -> None:
    session.execute(delete(LeaderboardEntry).where(LeaderboardEntry.user_id == user_id))


def find_entry(session: Session, *, user_id: int) -> LeaderboardEntry | None:
    return session.scalar(
        select(LeaderboardEntry).where(LeaderboardEntry.user_id == user_id, LeaderboardEntry.board == MONTHLY)
    )


def leaderboard(session: Session, *, user_id: int, now: datetime) -> list[Rank]:
    """This month in China: who answered most different questions right, of those who consented."""
    right = func.count(ExamAnswer.question_id.distinct())
    rows = session.execute(
        select(LeaderboardEntry.user_id, LeaderboardEntry.name, right)
        .join(ExamAnswer, ExamAnswer.user_id == LeaderboardEntry.user_id)
        .where(
            LeaderboardEntry.board == MONTHLY, ExamAnswer.is_right.is_(True),
            ExamAnswer.answered_at >= month_start(now),
        )
        .group_by(LeaderboardEntry.user_id, LeaderboardEntry.name)
        .order_by(right.desc(), LeaderboardEntry.user_id)
        .limit(BOARD_LENGTH)
    ).all()  # fmt: skip
    return [
        Rank(sum(1 for *_, better in rows if better > count) + 1, name, count, owner == user_id)
        for owner, name, count in rows
    ]


def month_start(now: datetime) -> datetime:
    return datetime.combine(china_date(now).replace(day=1), time(), CHINA)
