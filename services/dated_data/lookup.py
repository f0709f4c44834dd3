"""What is in force on a day at a place: the nearest place first, only what a second person approved."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from models import DatedRecord, RecordState
from nlp.segmenter import default_segmenter
from nlp.slots.regions import RegionFinder

NATIONWIDE = "全国"
CONFIDENCE_WORDS = {"V": "读过原文", "V2": "二手资料,以官方最新公布为准", "GK": "一般知识,以官方最新公布为准",
                    "DEMO": "演示数据"}  # fmt: skip


@cache
def _finder() -> RegionFinder:
    return RegionFinder(default_segmenter())


def full_place(said: str | None) -> str:
    """The full administrative name of a place as people say it; 全国 where nothing is said, as it is if unknown."""
    text = "".join((said or "").split())
    if not text or text == NATIONWIDE:
        return NATIONWIDE
    found = _finder().find(text)
    if not found:
        return text
    name = str(found[0].value)
    # A district that the table does not know stands behind its city.
    return text if text.startswith(name) else name


def place_in(text: str) -> str | None:
    """The first place that a sentence names, by its full name; None where it names none."""
    found = _finder().find(text)
    return str(found[0].value) if found else None


def places_above(said: str | None) -> list[str]:
    """Every name that covers the place, the nearest first, 全国 last."""
    place = full_place(said)
    if place == NATIONWIDE:
        return [NATIONWIDE]
    return [*(place[:end] for end in range(len(place), 1, -1)), NATIONWIDE]


def find_records(
    session: Session, kind: str, *, region: str | None, on: date, keys: Iterable[str] | None = None
) -> list[DatedRecord]:
    """The records of a kind that hold there on that day, one version of each, the nearest place first."""
    places = places_above(region)
    query = select(DatedRecord).where(DatedRecord.region.in_(places), *holding(kind, on))
    if keys is not None:
        query = query.where(DatedRecord.key.in_(list(keys)))
    return sorted(_latest(session, query), key=lambda record: (places.index(record.region), record.key))


def list_in_force(session: Session, kind: str, on: date) -> list[DatedRecord]:
    """Every record of a kind that holds on that day, wherever, one version of each."""
    return _latest(session, select(DatedRecord).where(*holding(kind, on)))


def find_nearest(session: Session, kind: str, *, region: str | None, on: date) -> DatedRecord | None:
    """The one that counts at a place: its own, else its city's, its province's, the nation's."""
    return next(iter(find_records(session, kind, region=region, on=on)), None)


def find_record(session: Session, kind: str, key: str, *, on: date) -> DatedRecord | None:
    """The version of one entry that holds on that day."""
    query = select(DatedRecord).where(DatedRecord.key == key, *holding(kind, on))
    return next(iter(_latest(session, query)), None)


def said_source(record: DatedRecord) -> str:
    """Where it comes from and how far it can be trusted, in one line."""
    trust = CONFIDENCE_WORDS.get(record.confidence, record.confidence)
    return trust if record.confidence == "DEMO" else f"{record.source}({trust})"


def holding(kind: str, on: date) -> tuple[ColumnElement[bool], ...]:
    """What makes a record of a kind one that holds on that day."""
    return (
        DatedRecord.kind == kind,
        DatedRecord.state == RecordState.APPROVED,
        or_(DatedRecord.valid_from.is_(None), DatedRecord.valid_from <= on),
        or_(DatedRecord.valid_to.is_(None), DatedRecord.valid_to >= on),
    )


def _latest(session: Session, query: Select[DatedRecord]) -> list[DatedRecord]:
    """Of versions of one entry that hold on the same day the latest one."""
    ordered = query.order_by(DatedRecord.valid_from.asc().nulls_first(), DatedRecord.id)
    return list({record.key: record for record in session.scalars(ordered)}.values())
