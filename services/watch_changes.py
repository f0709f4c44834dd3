"""A watched patent that an import changed: told with what is different, once, portion by portion."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import LegalStatus, Patent, Topic, UpkeepMark, Watch, WatchKind
from services.job_names import JobName, request_job
from services.notices.facts import Fact, said_day
from services.notices.preferences import Pace
from services.notices.telling import tell
from services.patent_words import STATUS_NAMES
from services.watching import number_of, seen_of

MARK = "watches"
# Of changed patents, and of their watches.
PORTION, MOST_AT_ONCE = 500, 200
ENDED = (LegalStatus.LAPSED, LegalStatus.INVALIDATED, LegalStatus.REJECTED, LegalStatus.WITHDRAWN)


def note_changed(session: Session, now: datetime) -> int | None:
    """Read on in what imports changed, one portion, and ask for who watches it to be told; answers how many patents,
    None where all has been read. The mark and the job are one transaction."""
    mark = session.get(UpkeepMark, MARK, with_for_update=True)
    if mark is None:
        last = session.scalar(select(func.max(Patent.change_serial))) or 0
        session.add(UpkeepMark(name=MARK, last_id=last, done_at=now))
        session.flush()
        return 0
    serials = session.scalars(
        select(Patent.change_serial)
        .where(Patent.change_serial > mark.last_id)
        .order_by(Patent.change_serial)
        .limit(PORTION)
    ).all()
    if not serials:
        return None
    _ask(session, mark.last_id, serials[-1], 0, now)
    mark.last_id, mark.done_at = serials[-1], now
    session.flush()
    return len(serials)


def tell_watchers(session: Session, first: int, last: int, after: int, now: datetime) -> int:
    """Tell a portion of those who watch what changed with a serial above `first` up to `last`, and ask for the next
    portion; answers how many notices. What was told already is no change any more."""
    changed = session.scalars(
        select(Patent).where(Patent.change_serial > first, Patent.change_serial <= last).order_by(Patent.change_serial)
    )
    patents = {f"{WatchKind.PATENT}:{number_of(patent)}": patent for patent in changed}
    rows = session.scalars(
        select(Watch)
        .where(Watch.key.in_(sorted(patents)), Watch.id > after)
        .order_by(Watch.id)
        .limit(MOST_AT_ONCE)
        .with_for_update()
    ).all()
    count = sum(_tell(session, row, patents[row.key], now) for row in rows)
    if len(rows) == MOST_AT_ONCE:
        _ask(session, first, last, rows[-1].id, now)
    session.flush()
    return count


def _ask(session: Session, first: int, last: int, after: int, now: datetime) -> None:
    request_job(
        session, JobName.TELL_WATCHERS, key=f"{first}-{last}-{after}", now=now, first=first, last=last, after=after
    )


def _tell(session: Session, row: Watch, patent: Patent, now: datetime) -> bool:
    before, row.seen = row.seen, seen_of(patent)
    lines, is_grave = _changes(before, row.seen)
    if not lines or row.pace == Pace.OFF:
        return False
    number = patent.publication_number
    head, demo = f"{number}有变化", "(演示数据)" if patent.is_demo else ""
    told = tell(
        session, user_id=row.user_id, topic=Topic.WATCH, key=f"watch-{row.id}-{patent.change_serial}",
        subject=f"watch:{number}", title=head,
        text="\n".join([f"{head}{demo}", *lines, f"您在关注{number}。", f"数据截至{said_day(patent.data_date)}。"]),
        facts={Fact.NUMBER: number, Fact.STATE: "有变化", Fact.DETAIL: patent.title,
               Fact.DAY: said_day(patent.data_date)},
        patents=(number,), watch=row.public_id,
        pace=Pace(row.pace) if row.pace else None, is_urgent=is_grave, now=now,
    )  # fmt: skip
    return told is not None


def _changes(before: dict[str, object], after: dict[str, object]) -> tuple[list[str], bool]:
    """What is different, in words, and whether it is grave: the right ended, or changed hands."""
    lines, is_grave = [], False
    if before.get("status") != after["status"]:
        old, new = (STATUS_NAMES[LegalStatus(str(each["status"]))] for each in (before, after))
        lines.append(f"法律状态:{old} → {new}")
        is_grave = after["status"] in ENDED
    if before.get("owners") != after["owners"]:
        owners = after["owners"] if isinstance(after["owners"], list) else []
        lines.append(f"权利人变为:{'、'.join(map(str, owners)) or '没有写'}")
        is_grave = True
    return lines, is_grave
