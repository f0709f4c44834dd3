"""What imports brought of a watched applicant, class or search: looked up when it is due, told once, the best few first
and why they are there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import Database
from core.logs import get_logger
from core.search import NumberRange
from models import LegalStatus, Notice, Patent, Topic, Watch, WatchKind
from nlp.patent_query_form import UnknownForm
from nlp.patent_search import PatentSearch
from services.job_names import JobName, request_job, request_rescues
from services.notices.facts import Fact, said_day
from services.notices.preferences import Pace, Preferences, preferences_of
from services.notices.telling import tell
from services.patents import describe_status_briefly
from services.watching import LEAD, next_look, owners_of, pace_of, query_of

log = get_logger(__name__)

PORTION = 100
EVERY = timedelta(minutes=5)
# Of the new ones so many are weighed, and so many told whole.
MOST_WEIGHED, MOST_SHOWN = 20, 3
LONGEST_NAME = 36
KIND_NAMES = {WatchKind.APPLICANT: "申请人", WatchKind.IPC: "分类", WatchKind.SEARCH: "检索"}


@dataclass(frozen=True)
class _Found:
    """New patents of one watch up to the row `until`: ids with the words that they matched, and how many there are."""

    until: int
    words: dict[int, tuple[str, ...]]
    total: int


def request_looks(session: Session, now: datetime) -> int:
    """Ask for the watches that are due to be looked at; answers 1 where there are any."""
    due = session.scalar(select(Watch.id).where(Watch.due_at <= now).limit(1))
    asks = {} if due is None else {"due": {"after": 0}}
    request_rescues(session, JobName.LOOK_AT_WATCHES, asks, every=EVERY, now=now)
    return len(asks)


def look_at_portion(database: Database, search: PatentSearch, after: int, now: datetime) -> None:
    """Look at some watches that are due, each in a transaction of its own, and ask for the next portion. Safe to
    repeat. Raises UpstreamUnavailable where the index is away: they stay due."""
    with database.reading() as session:
        due = select(Watch.id).where(Watch.due_at <= now, Watch.id > after)
        ids = session.scalars(due.order_by(Watch.id).limit(PORTION)).all()
    for watch_id in ids:
        look(database, search, watch_id, now)
    if len(ids) == PORTION:
        with database.unit_of_work() as session:
            key = f"{now:%Y%m%d%H%M%S%f}-{ids[-1]}"
            request_job(session, JobName.LOOK_AT_WATCHES, key=key, now=now, after=ids[-1])


def look(database: Database, search: PatentSearch, watch_id: int, now: datetime) -> bool:
    """Tell what is new of one watch; answers whether there was anything. The mark and what is told are one transaction,
    and where another look was faster nothing is done."""
    # Read before the rows: what comes into the index meanwhile is found by the next look.
    serial = search.last_serial
    with database.reading() as session:
        row = session.get(Watch, watch_id)
        if row is None or row.due_at is None or row.due_at > now:
            return False
        mark, due_at, until = row.after_patent_id, row.due_at, _indexed_to(session, row.after_patent_id, serial)
        try:
            query = query_of(row)
        except UnknownForm:
            # A later version of this code wrote it, and will find the mark where it is.
            query, until = None, mark
            log.error("watch_unreadable", watch_id=watch_id)
    found = _Found(until, {}, 0)
    if query is not None and until > mark:
        page = search.search_among(replace(query, offset=0, limit=MOST_WEIGHED), NumberRange(mark + 1, until))
        found = _Found(until, {match.patent_id: match.matched_words for match in page.matches}, page.total)
    with database.unit_of_work() as session:
        row = session.get(Watch, watch_id, with_for_update=True)
        if row is None or (row.after_patent_id, row.due_at) != (mark, due_at):
            return False
        wishes = preferences_of(session, row.user_id, now)
        pace, summary = pace_of(row, wishes), due_at + LEAD
        is_told = _tell(session, row, found, _when(pace, summary, now), wishes, now)
        row.after_patent_id = until
        row.due_at = next_look(wishes, pace, now if pace is Pace.AT_ONCE else max(now, summary))
    return is_told


def _indexed_to(session: Session, after: int, serial: int) -> int:
    """Up to which row, counted on from `after`, the index has every patent."""
    missing = session.scalar(select(func.min(Patent.id)).where(Patent.change_serial > serial, Patent.id > after))
    return missing - 1 if missing is not None else max(session.scalar(select(func.max(Patent.id))) or 0, after)


def _when(pace: Pace, summary: datetime, now: datetime) -> Pace:
    """The look comes before the summary that it is for; one that comes late does not wait for another."""
    return Pace.DAILY if pace is not Pace.AT_ONCE and now < summary else Pace.AT_ONCE


def _tell(session: Session, row: Watch, found: _Found, pace: Pace, wishes: Preferences, now: datetime) -> bool:
    patents = {each.id: each for each in session.scalars(select(Patent).where(Patent.id.in_(found.words)))}
    ranked = [patents[number] for number in found.words if number in patents]
    unwanted = _dismissed(session, row.user_id, [patent.publication_number for patent in ranked])
    wanted = [patent for patent in ranked if patent.publication_number not in unwanted]
    if not wanted:
        return False
    count = found.total - (len(found.words) - len(wanted))
    # A right in force may forbid what an application only asks for: those first, else by how well they match.
    shown = sorted(wanted, key=lambda patent: patent.legal_status != LegalStatus.ACTIVE)[:MOST_SHOWN]
    name = row.name if len(row.name) <= LONGEST_NAME else f"{row.name[:LONGEST_NAME]}…"
    head = f"“{name}”有{count}件新公开"
    data_date = max(patent.data_date for patent in shown)
    in_force = sum(patent.legal_status == LegalStatus.ACTIVE for patent in wanted)
    lines = [
        f"{head}{'(演示数据)' if any(patent.is_demo for patent in shown) else ''}"
        f"{f',其中{in_force}件已授权有效' if in_force else ''}:",
        *(_line(place, patent, found.words[patent.id], now) for place, patent in enumerate(shown, start=1)),
        *([f"还有{count - len(shown)}件。"] if count > len(shown) else []),
        f"您在关注{KIND_NAMES[WatchKind(row.kind)]}“{name}”。",
        f"数据截至{said_day(data_date)}。",
    ]
    numbers = [patent.publication_number for patent in shown]
    subject = f"watch:{numbers[0]}" if count == 1 else f"watches:{row.public_id}"
    told = tell(
        session, user_id=row.user_id, topic=Topic.WATCH, key=f"watch-{row.id}-to-{found.until}", subject=subject,
        title=head, text="\n".join(lines), patents=numbers, watch=row.public_id, choices=("不再关注",),
        facts={Fact.NUMBER: numbers[0], Fact.STATE: "新公开", Fact.DETAIL: shown[0].title,
               Fact.DAY: said_day(data_date)},
        pace=pace, now=now,
    )  # fmt: skip
    return told is not None


def _line(place: int, patent: Patent, words: Sequence[str], now: datetime) -> str:
    state = describe_status_briefly(patent, china_date(now))
    parts = [patent.title, patent.publication_number, *owners_of(patent)[:1], state]
    why = f"(对得上:{'、'.join(words)})" if words else ""
    return f"{place}. {' · '.join(parts)}{why}"


def _dismissed(session: Session, user_id: int, numbers: Sequence[str]) -> set[str]:
    """Those that this person does not want to hear of, whichever watch brings them."""
    subjects = session.scalars(
        select(Notice.subject).where(
            Notice.user_id == user_id, Notice.subject.in_([f"watch:{number}" for number in numbers]),
            Notice.dismissed_at.is_not(None),
        )
    )  # fmt: skip
    return {str(subject).removeprefix("watch:") for subject in subjects}
