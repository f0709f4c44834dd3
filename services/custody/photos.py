"""The numbers on the photo of a certificate: read, proved by their check digit, and put to the owner, who confirms.

Neither the picture nor what was read of it is kept.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.logs import get_logger
from models import Patent, RightKind
from nlp.patent_numbers import PatentNumber, find_numbers
from services.custody.numbers import read_number
from services.patents import find_patent

log = get_logger(__name__)

MOST_CANDIDATES = 5
# Of one person, in chat and by the API each: WeChat reads a hundred a day for everybody together.
MOST_PHOTOS_A_DAY = 20
LARGEST_PHOTO = 10 * 1024 * 1024
# A certificate's text is a page; more is no certificate, and looking for numbers in it would only cost time.
LONGEST_TEXT = 20_000
GRANTED = "ZL"


def count_photo(connection: redis.Redis, user_id: int, today: date, *, most: int = MOST_PHOTOS_A_DAY) -> bool:
    """Count one more of this person on this day; answers whether it may be read. While Redis is away it may."""
    key = f"zhiqiao:photos:{user_id}:{today:%Y%m%d}"
    try:
        with connection.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, timedelta(days=2))
            count = pipe.execute()[0]
    except redis.RedisError:
        log.warning("photo_limit_without_redis")
        return True
    return int(count) <= most


@dataclass(frozen=True)
class Meant:
    """A number one slip away from the one that was read, of our records."""

    number: str
    title: str
    is_demo: bool


@dataclass(frozen=True)
class Candidate:
    """A number of the photo. Only one without a `reason` may be confirmed as it stands."""

    number: str
    title: str = ""
    is_in_records: bool = False
    is_demo: bool = False
    reason: str = ""
    meant: tuple[Meant, ...] = ()

    @property
    def is_usable(self) -> bool:
        return not self.reason


def find_candidates(session: Session, text: str) -> tuple[Candidate, ...]:
    """Which rights the photo may be of, those that can be confirmed first."""
    text = text[:LONGEST_TEXT]
    numbers = dict.fromkeys(each.normal for each in _of_the_right(text, find_numbers(text)))
    found = [_candidate(session, number) for number in list(numbers)[:MOST_CANDIDATES]]
    return tuple(sorted(found, key=lambda each: not each.is_usable))


def _of_the_right(text: str, numbers: list[PatentNumber]) -> list[PatentNumber]:
    """A certificate names priorities and citations, too: its own number stands behind ZL; a publication has no check
    digit and says nothing that its application's number does not."""
    applications = [each for each in numbers if each.kind == "application"]
    granted = [each for each in applications if text[each.start : each.end].upper().startswith(GRANTED)]
    return granted or applications or [each for each in numbers if each.normal.startswith("CN")]


def _candidate(session: Session, number: str) -> Candidate:
    read = read_number(session, RightKind.PATENT, number)
    if not read.is_usable:
        rows = session.scalars(select(Patent).where(Patent.application_number.in_(read.repairs))).all()
        titles = {str(row.application_number): row for row in rows}
        meant = tuple(Meant(each, titles[each].title, titles[each].is_demo) for each in read.repairs if each in titles)
        return Candidate(number, reason=read.reason, meant=meant)
    patent = find_patent(session, read.normal)
    if patent is None:
        return Candidate(read.normal)
    shown = patent.application_number or patent.publication_number
    return Candidate(shown, patent.title, is_in_records=True, is_demo=patent.is_demo)
