"""What imports brought of a watched applicant, class or search, be it new or come to match: looked up when it is due,
told once, the best few first and why they are there."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from nlp.types import PatentPage, PatentQuery
from services.job_names import JobName, request_job, request_rescues
from services.notices.facts import Fact, said_day
from services.notices.preferences import Pace, Preferences, preferences_of
from services.notices.telling import tell
from services.patents import describe_status_briefly
from services.watch_arrivals import Arrival, Span, how_they_came, list_arrivals, read_to, reason_of
from services.watching import LEAD, next_look, owners_of, pace_of, query_of

log = get_logger(__name__)

PORTION = 100
EVERY = timedelta(minutes=5)
# So many are weighed, and so many told whole; of those that came to match the last ones are ranked.
MOST_WEIGHED, MOST_SHOWN, MOST_RANKED = 20, 3, 200
LONGEST_NAME = 36
KIND_NAMES = {WatchKind.APPLICANT: "申请人", WatchKind.IPC: "分类", WatchKind.SEARCH: "检索"}


@dataclass(frozen=True)
class _Found:
    """What there is of one watch, up to the row `until` and the change `read_to`: new patents as ids with the words
    that they matched, and how many there are; the same of those that were there and came to match."""

    until: int
    read_to: int
    words: dict[int, tuple[str, ...]] = field(default_factory=dict)
    total: int = 0
    arrivals: Sequence[Arrival] = ()
    arrived_words: dict[int, tuple[str, ...]] = field(default_factory=dict)


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
        marks, due_at = (row.after_patent_id, row.after_serial), row.due_at
        last = read_to(session, row.after_serial, serial)
        found = _Found(_indexed_to(session, row.after_patent_id, min(last, serial)), last)
        try:
            query = query_of(row)
        except UnknownForm:
            # A later version of this code wrote it, and will find the marks where they are.
            query, found = None, _Found(*marks)
            log.error("watch_unreadable", watch_id=watch_id)
    if query is not None and (found.until, found.read_to) != marks:
        found = _find(database, search, query, marks, found)
    with database.unit_of_work() as session:
        row = session.get(Watch, watch_id, with_for_update=True)
        if row is None or ((row.after_patent_id, row.after_serial), row.due_at) != (marks, due_at):
            return False
        wishes = preferences_of(session, row.user_id, now)
        pace, summary = pace_of(row, wishes), due_at + LEAD
        is_told = _tell(session, row, found, _when(pace, summary, now), wishes, now)
        row.after_patent_id, row.after_serial = found.until, found.read_to
        row.due_at = next_look(wishes, pace, now if pace is Pace.AT_ONCE else max(now, summary))
    return is_told


def _find(database: Database, search: PatentSearch, query: PatentQuery, marks: tuple[int, int], to: _Found) -> _Found:
    mark, serial = marks
    standing = search.standing(query)
    new = standing.among_rows(NumberRange(mark + 1, to.until), MOST_WEIGHED) if to.until > mark else PatentPage((), 0)
    arrivals = list_arrivals(database, search, standing, Span(serial, to.read_to, mark))
    best = standing.among([each.patent_id for each in arrivals[:MOST_RANKED]]).matches[:MOST_WEIGHED]
    return replace(
        to, words={match.patent_id: match.matched_words for match in new.matches}, total=new.total,
        arrivals=arrivals, arrived_words={match.patent_id: match.matched_words for match in best},
    )  # fmt: skip


def count_new(session: Session, search: PatentSearch, row: Watch) -> int:
    """How many new ones wait to be told of an applicant, a class or a search. Raises UpstreamUnavailable."""
    try:
        query = query_of(row)
    except UnknownForm:
        return 0
    until = _indexed_to(session, row.after_patent_id, search.last_serial)
    if row.pace == Pace.OFF or until <= row.after_patent_id:
        return 0
    return search.standing(query).among_rows(NumberRange(row.after_patent_id + 1, until), 1).total


def _indexed_to(session: Session, after: int, serial: int) -> int:
    """Up to which row, counted on from `after`, the index has every patent."""
    missing = session.scalar(select(func.min(Patent.id)).where(Patent.change_serial > serial, Patent.id > after))
    return missing - 1 if missing is not None else max(session.scalar(select(func.max(Patent.id))) or 0, after)


def _when(pace: Pace, summary: datetime, now: datetime) -> Pace:
    """The look comes before the summary that it is for; one that comes late does not wait for another."""
    return Pace.DAILY if pace is not Pace.AT_ONCE and now < summary else Pace.AT_ONCE


def _tell(session: Session, row: Watch, found: _Found, pace: Pace, wishes: Preferences, now: datetime) -> bool:
    new, came = (_wanted(session, row.user_id, list(words)) for words in (found.words, found.arrived_words))
    if not new and not came:
        return False
    count = found.total - (len(found.words) - len(new)) if new else 0
    came_count = len(found.arrivals) - (len(found.arrived_words) - len(came)) if came else 0
    shown_new = new[: MOST_SHOWN - min(len(came), 1)]
    shown = [*shown_new, *came[: MOST_SHOWN - len(shown_new)]]
    before = {each.patent_id: each for each in found.arrivals}
    how, why = how_they_came([before[patent.id] for patent in came])
    counts = [*([f"{count}件新公开"] if count else []), *([f"{came_count}件{how}"] if came_count else [])]
    name = row.name if len(row.name) <= LONGEST_NAME else f"{row.name[:LONGEST_NAME]}…"
    head = f"“{name}”有{'、'.join(counts)}"
    data_date = max(patent.data_date for patent in shown)
    in_force = sum(patent.legal_status == LegalStatus.ACTIVE for patent in new)
    more = count + came_count - len(shown)
    lines = [
        f"{head}{'(演示数据)' if any(patent.is_demo for patent in shown) else ''}"
        f"{f',其中{in_force}件已授权有效' if in_force and not came else ''}:",
        *(
            _line(place, patent, found.words.get(patent.id) or found.arrived_words.get(patent.id) or (), now)
            + (f"({reason_of(before[patent.id].before)})" if patent.id in before else "")
            for place, patent in enumerate(shown, start=1)
        ),
        *([f"还有{more}件。"] if more else []),
        *([f"{how}的{why}。"] if came else []),
        f"您在关注{KIND_NAMES[WatchKind(row.kind)]}“{name}”。",
        f"数据截至{said_day(data_date)}。",
    ]
    numbers = [patent.publication_number for patent in shown]
    is_one = len(shown) == 1 and not more
    told = tell(
        session, user_id=row.user_id, topic=Topic.WATCH, key=f"watch-{row.id}-to-{found.until}-{found.read_to}",
        subject=f"watch:{numbers[0]}" if is_one else f"watches:{row.public_id}",
        title=head, text="\n".join(lines), patents=numbers, watch=row.public_id, choices=("不再关注",),
        facts={Fact.NUMBER: numbers[0], Fact.STATE: "新公开" if new else how, Fact.DETAIL: shown[0].title,
               Fact.DAY: said_day(data_date)},
        pace=pace, now=now,
    )  # fmt: skip
    return told is not None


def _wanted(session: Session, user_id: int, ids: Sequence[int]) -> list[Patent]:
    """Those that this person did not dismiss, in their order, but those in force first: they may forbid what an
    application only asks for."""
    patents = {each.id: each for each in session.scalars(select(Patent).where(Patent.id.in_(ids)))}
    ranked = [patents[number] for number in ids if number in patents]
    unwanted = _dismissed(session, user_id, [patent.publication_number for patent in ranked])
    wanted = [patent for patent in ranked if patent.publication_number not in unwanted]
    return sorted(wanted, key=lambda patent: patent.legal_status != LegalStatus.ACTIVE)


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
