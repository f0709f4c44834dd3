"""Questions that the bot could not answer: kept without names, grouped by meaning, the biggest group first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from models import AnswerState, CuratedAnswer, Miss, MissKind, Staff, UpkeepMark, User
from services.audit import record_action
from services.knowledge_upkeep.redaction import Redactor

# Nobody learns from a shorter text; a longer one is a story, not a question.
SHORTEST = 3
# The same person asking the same again is one miss.
ONE_MISS = timedelta(days=1)
EXAMPLES = 5
PAGE = 20
SORTED = "misses_sorted"


@dataclass(frozen=True)
class MissGroup:
    """Questions of one meaning. `number` names it; `answer` is the one being written for it, if any."""

    number: int
    count: int
    people_count: int
    first_at: datetime
    last_at: datetime
    examples: list[Miss]
    answer: CuratedAnswer | None = None


@dataclass(frozen=True)
class MissOverview:
    """One page of groups, how many questions wait for the next sorting, and when the last one was."""

    groups: list[MissGroup]
    has_more: bool
    waiting_count: int
    sorted_at: datetime | None


@cache
def default_redactor() -> Redactor:
    """The product's redactor, made on first use."""
    return Redactor()


def redact(session: Session, text: str, *, user_id: int | None) -> str:
    """The whole text without what names a person, that person's own name and firm above all."""
    user = session.get(User, user_id) if user_id is not None else None
    names = [user.display_name, user.company.name if user.company else None] if user else []
    return default_redactor().redact_whole(text, names)


def record_miss(
    session: Session, *, user_id: int, kind: MissKind, text: str, region: str | None, now: datetime
) -> Miss | None:
    """Keep the question for staff; None where it says nothing or the same person asked it just before."""
    if sum(sign.isalnum() for sign in text) < SHORTEST:
        return None
    shown = " ".join(redact(session, text[:2_000], user_id=user_id).split())[:200]
    asked_before = select(Miss.id).where(Miss.user_id == user_id, Miss.text == shown, Miss.asked_at > now - ONE_MISS)
    if session.scalar(asked_before.limit(1)) is not None:
        return None
    miss = Miss(user_id=user_id, kind=kind, text=shown, region=region[:60] if region else None, asked_at=now)
    session.add(miss)
    session.flush()
    return miss


def is_open() -> ColumnElement[bool]:
    """A miss that nobody has set aside and that no published answer is for."""
    answered = select(CuratedAnswer.id).where(CuratedAnswer.state == AnswerState.PUBLISHED)
    return Miss.is_set_aside.is_(False) & or_(Miss.answer_id.is_(None), Miss.answer_id.not_in(answered))


def list_groups(session: Session, *, page: int = 0, limit: int = PAGE) -> MissOverview:
    """The groups with the most questions first, the more recent of equal ones before."""
    size = func.count(Miss.id)
    rows = session.execute(
        select(
            Miss.cluster, size, func.count(Miss.user_id.distinct()), func.min(Miss.asked_at), func.max(Miss.asked_at)
        )
        .where(is_open(), Miss.cluster.is_not(None))
        .group_by(Miss.cluster)
        .order_by(size.desc(), func.max(Miss.asked_at).desc(), Miss.cluster)
        .offset(page * limit)
        .limit(limit + 1)
    ).all()
    groups = [
        MissGroup(
            number or 0, count, people, first_at, last_at, _examples(session, number), find_answer(session, number)
        )
        for number, count, people, first_at, last_at in rows[:limit]
    ]
    waiting = session.scalar(select(func.count(Miss.id)).where(is_open(), Miss.cluster.is_(None))) or 0
    mark = session.get(UpkeepMark, SORTED)
    return MissOverview(groups, len(rows) > limit, waiting, mark.done_at if mark else None)


def _examples(session: Session, number: int | None) -> list[Miss]:
    """Those nearest to the group's middle, each wording once."""
    nearest = session.scalars(
        select(Miss)
        .where(is_open(), Miss.cluster == number)
        .order_by(Miss.closeness.desc(), Miss.id.desc())
        .limit(EXAMPLES * 4)
    )
    return list({miss.text: miss for miss in reversed(nearest.all())}.values())[::-1][:EXAMPLES]


def find_answer(session: Session, number: int | None) -> CuratedAnswer | None:
    """The latest answer that is being written for a group."""
    return session.scalar(
        select(CuratedAnswer)
        .join(Miss, Miss.answer_id == CuratedAnswer.id)
        .where(is_open(), Miss.cluster == number)
        .order_by(CuratedAnswer.id.desc())
        .limit(1)
    )


def list_misses(session: Session, number: int, *, limit: int = 200) -> list[Miss]:
    """A group's open questions, the latest first. Raises NotFound where there are none."""
    found = session.scalars(
        select(Miss)
        .where(is_open(), Miss.cluster == number)
        .order_by(Miss.asked_at.desc(), Miss.id.desc())
        .limit(limit)
    ).all()
    if not found:
        raise NotFound("这组问题已经处理了,或已经重新归类。")
    return list(found)


def set_aside(session: Session, *, staff: Staff, number: int, now: datetime) -> int:
    """Staff decide that these need no answer; answers how many. Raises NotFound where there are none."""
    count = len(list_misses(session, number))
    session.execute(update(Miss).where(is_open(), Miss.cluster == number).values(is_set_aside=True))
    record_action(session, staff=staff, action="misses_set_aside", target=f"miss:{number}", now=now, count=count)
    return count
