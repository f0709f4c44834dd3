"""What people watch: a patent, an applicant, a class of the classification, or whatever a search finds, and how often
they hear of it. How they are told: services/watch_changes.py (one patent), services/watch_looks.py (all else)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.logs import get_logger
from models import Notice, Patent, Topic, User, Watch, WatchKind
from nlp.ipc import normalise_ipc
from nlp.patent_query_form import fingerprint, read_form, write_form
from nlp.types import PatentQuery
from services.notices.preferences import Pace, Preferences, preferences_of
from services.notices.standing import Room
from services.notices.telling import WATCH
from services.patents import find_patent
from services.saved_searches import name_of

log = get_logger(__name__)

MOST_WATCHED = 50
LONGEST_NAME = 120
# From the subclass on: a whole section would be every day's noise.
IPC = re.compile(r"[A-H]\d{2}[A-Z](?: \d{1,4}(?:/\d{2,6})?)?")
# So long before a summary it is looked at what is new for it, and so often where nobody waits for a summary.
LEAD, AGAIN = timedelta(hours=3), timedelta(hours=1)


def watch(
    session: Session, user_id: int, kind: WatchKind, name: str, now: datetime, *, pace: Pace | None = None
) -> Watch:
    """Watch it from now on; watched already, it is the same watch with this pace. Raises InvalidInput, also for a
    patent that we don't have, Conflict beyond the limit. A search is watched by `watch_search`."""
    name = " ".join(name.split())
    if kind is WatchKind.PATENT:
        patent = find_patent(session, name)
        if patent is None:
            raise InvalidInput(fields={"name": "库里没有这件专利,号码再核对一下"})
        # An application and its grant are two publications of one patent.
        return _keep(
            session, user_id, kind, f"{kind}:{number_of(patent)}", patent.publication_number, now, pace,
            seen=seen_of(patent),
        )  # fmt: skip
    if kind is WatchKind.IPC:
        name = normalise_ipc(name) or name
        if not IPC.fullmatch(name):
            raise InvalidInput(fields={"name": "写到小类或更细,如 H01M 或 H01M 10/0525"})
    elif not 2 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(fields={"name": f"2到{LONGEST_NAME}个字"})
    return _keep(session, user_id, kind, f"{kind}:{name}", name, now, pace)


def watch_search(
    session: Session, user_id: int, query: PatentQuery, now: datetime, *, pace: Pace | None = None
) -> Watch:
    """Watch what a search finds, the same search once however it was written. Raises as `watch`."""
    name = name_of(query)
    if not name:
        raise InvalidInput("没听出要关注什么,比如“关注石墨烯散热膜的有效专利”。")
    return _keep(session, user_id, WatchKind.SEARCH, search_key(query), name, now, pace, query=write_form(query))


def _keep(
    session: Session, user_id: int, kind: WatchKind, key: str, name: str, now: datetime, pace: Pace | None,
    **values: dict[str, object],
) -> Watch:  # fmt: skip
    # What an import brings names the person and holds their watches: the lock lets that pass, or both would wait.
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None or user.erased_at is not None:
        raise Unauthorized
    kept = {row.key: row for row in list_watches(session, user_id)}
    row = kept.get(key)
    if row is None:
        if len(kept) >= MOST_WATCHED:
            raise Conflict(f"最多关注{MOST_WATCHED}项,先去掉一项再加。")
        row = Watch(
            user_id=user_id, kind=kind, key=key, name=name, created_at=now, **_marks(session),
            **{"seen": {}, **values},
        )  # fmt: skip
        session.add(row)
    _set_pace(session, row, pace, now)
    session.flush()
    log.info("watch_kept", user_id=user_id, watch_id=row.id, kind=kind)
    return row


def list_watches(session: Session, user_id: int) -> Sequence[Watch]:
    """All of a person, the newest first."""
    return session.scalars(select(Watch).where(Watch.user_id == user_id).order_by(Watch.id.desc())).all()


def find_watch_of(session: Session, user_id: int, key: str) -> Watch | None:
    """The watch that a person has of this, such as of a search they saved (`search_key`)."""
    return session.scalar(select(Watch).where(Watch.user_id == user_id, Watch.key == key))


def change_pace(session: Session, user_id: int, public_id: str, pace: Pace | None, now: datetime) -> Watch:
    """Tell of it so often from now on; None for as its owner wants such things in general. What comes while nothing is
    told is not made up for. Raises NotFound."""
    row = _get(session, user_id, public_id)
    _set_pace(session, row, pace, now)
    session.flush()
    return row


def end_watch(session: Session, user_id: int, public_id: str) -> str:
    """Watch it no more; answers its name. Raises NotFound."""
    row = _get(session, user_id, public_id)
    session.delete(row)
    session.flush()
    return row.name


def _still_wanted(session: Session, notice: Notice, now: datetime) -> bool:
    """What waits of a watch that ended meanwhile, or of which its owner wants to hear nothing, is not told."""
    public_id = notice.facts.get(WATCH)
    if public_id is None:
        return True
    row = session.scalar(select(Watch).where(Watch.public_id == public_id, Watch.user_id == notice.user_id))
    return row is not None and row.pace != Pace.OFF


ROOM = Room(_still_wanted)


def next_look(wishes: Preferences, pace: Pace, after: datetime) -> datetime:
    """When it is looked at what is new, the next time after this moment's summary."""
    return after + AGAIN if pace is Pace.AT_ONCE else wishes.next_summary(after, pace) - LEAD


def pace_of(row: Watch, wishes: Preferences) -> Pace:
    """How often its owner hears of it: as they said for just this, or for all such things."""
    return Pace(row.pace) if row.pace else wishes.pace(Topic.WATCH)


def query_of(row: Watch) -> PatentQuery:
    """What a watch of an applicant, a class or a search finds. Raises UnknownForm."""
    match row.kind:
        case WatchKind.APPLICANT:
            return PatentQuery(applicant=row.name)
        case WatchKind.IPC:
            return PatentQuery(ipc=row.name)
        case _:
            return read_form(row.query or {})


def search_key(query: PatentQuery) -> str:
    """The key of whoever watches this search."""
    return f"{WatchKind.SEARCH}:{fingerprint(query)}"


def seen_of(patent: Patent) -> dict[str, object]:
    """What of a watched patent is compared."""
    return {"status": patent.legal_status, "owners": sorted(owners_of(patent))}


def number_of(patent: Patent) -> str:
    """The number that all publications of one application have in common."""
    return patent.application_number or patent.publication_number


def owners_of(patent: Patent) -> list[str]:
    return [str(each["name"]) for each in patent.applicants if each.get("name")]


def _get(session: Session, user_id: int, public_id: str) -> Watch:
    row = session.scalar(select(Watch).where(Watch.public_id == public_id, Watch.user_id == user_id).with_for_update())
    if row is None:
        raise NotFound("没有找到这项关注。")
    return row


def _set_pace(session: Session, row: Watch, pace: Pace | None, now: datetime) -> None:
    was_silent, row.pace = row.pace == Pace.OFF, pace
    if was_silent and pace is not Pace.OFF:
        row.after_patent_id, row.after_serial = _marks(session).values()
    if row.kind != WatchKind.PATENT:
        wishes = preferences_of(session, row.user_id, now)
        row.due_at = None if pace is Pace.OFF else next_look(wishes, pace_of(row, wishes), now)


def _marks(session: Session) -> dict[str, int]:
    """All that is there already is nothing new."""
    row, serial = session.execute(select(func.max(Patent.id), func.max(Patent.change_serial))).one()
    return {"after_patent_id": row or 0, "after_serial": serial or 0}
