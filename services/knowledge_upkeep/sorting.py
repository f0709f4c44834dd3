"""Sorting the misses: vectors for the new ones, then all open ones grouped anew. Run by a job, safe to repeat."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.db import Database
from core.logs import get_logger
from models import Miss, UpkeepMark
from nlp.ports import Embedder
from services.job_names import JobName, request_job
from services.knowledge_upkeep.clustering import from_bytes, group_by_meaning, to_bytes
from services.knowledge_upkeep.misses import SORTED, is_open

log = get_logger(__name__)

BATCH = 64
# About 35 ms a text: a run stays well below a job's five minutes; what is left goes to the next run.
MOST_NEW = 3_000
MOST_SORTED = 20_000


@dataclass(frozen=True)
class Sorted:
    """What a run did: texts embedded, questions grouped into groups, and whether texts are left for the next run."""

    embedded: int
    questions: int
    groups: int
    is_part: bool


def request_sorting(session: Session, *, key: str, now: datetime) -> None:
    """Ask for one run; the same key is one run."""
    request_job(session, JobName.SORT_MISSES, key=key, now=now)


def has_open_misses(session: Session) -> bool:
    return session.scalar(select(Miss.id).where(is_open()).limit(1)) is not None


def sort_misses(database: Database, embedder: Embedder, *, now: datetime) -> Sorted:
    """Raises UpstreamUnavailable where the embedder does not answer; what was embedded before that is kept."""
    embedded = 0
    while embedded < MOST_NEW and (done := _embed_some(database, embedder)):
        embedded += done
    with database.reading() as session:
        rows = session.execute(
            select(Miss.id, Miss.text, Miss.vector, Miss.cluster, Miss.closeness)
            .where(is_open(), Miss.vector.is_not(None))
            .order_by(Miss.id.desc())
            .limit(MOST_SORTED)
        ).all()
        is_part = session.scalar(select(Miss.id).where(is_open(), Miss.vector.is_(None)).limit(1)) is not None
    length = embedder.dimensions * 4
    known = [(row.id, row.text, row.vector) for row in rows if len(row.vector or b"") == length]
    before = {row.id: (row.cluster, row.closeness) for row in rows}
    placed = _place(known)
    changed = {number: place for number, place in placed.items() if not _is_same(before[number], place)}
    _write(database, changed)
    with database.unit_of_work() as session:
        _mark(session, now)
    result = Sorted(embedded, len(placed), len({place[0] for place in placed.values()}), is_part)
    log.info("misses_sorted", embedded=embedded, questions=result.questions, groups=result.groups)
    return result


def _embed_some(database: Database, embedder: Embedder) -> int:
    with database.reading() as session:
        new = session.execute(
            select(Miss.id, Miss.text).where(is_open(), Miss.vector.is_(None)).order_by(Miss.id.desc()).limit(BATCH)
        ).all()
    if not new:
        return 0
    vectors = embedder.embed([text for _, text in new], kind="query")
    with database.unit_of_work() as session:
        for (number, _), vector in zip(new, vectors, strict=True):
            # A person who was erased meanwhile has no row any more: then nothing is written.
            session.execute(update(Miss).where(Miss.id == number).values(vector=to_bytes(vector)))
    return len(new)


def _place(rows: list[tuple[int, str, bytes]]) -> dict[int, tuple[int, float]]:
    """(group, closeness) for each question. The group's number is its oldest question's id, so that it stays the same
    while that question is there; equal texts count as one, those said most often first."""
    same: dict[str, list[int]] = {}
    vectors: dict[str, bytes] = {}
    for number, text, vector in rows:
        same.setdefault(text, []).append(number)
        vectors[text] = vector
    texts = sorted(same, key=lambda text: (-len(same[text]), -max(same[text])))
    if not texts:
        return {}
    grouping = group_by_meaning(from_bytes([vectors[text] for text in texts]))
    oldest: dict[int, int] = {}
    for text, label in zip(texts, grouping.labels, strict=True):
        oldest[label] = min(oldest.get(label, min(same[text])), *same[text])
    return {
        number: (oldest[label], round(closeness, 4))
        for text, label, closeness in zip(texts, grouping.labels, grouping.closeness, strict=True)
        for number in same[text]
    }


def _is_same(before: tuple[int | None, float], after: tuple[int, float]) -> bool:
    return before[0] == after[0] and abs(before[1] - after[1]) < 0.001


def _write(database: Database, changed: dict[int, tuple[int, float]]) -> None:
    numbers = sorted(changed)
    for start in range(0, len(numbers), 500):
        with database.unit_of_work() as session:
            for number in numbers[start : start + 500]:
                cluster, closeness = changed[number]
                session.execute(update(Miss).where(Miss.id == number).values(cluster=cluster, closeness=closeness))


def _mark(session: Session, now: datetime) -> None:
    mark = session.get(UpkeepMark, SORTED)
    if mark is None:
        session.add(UpkeepMark(name=SORTED, done_at=now))
    else:
        mark.done_at = now
