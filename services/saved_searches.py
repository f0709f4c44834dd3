"""Searches that an owner keeps: saved once however often, run again with the difference, deleted for good."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.ids import new_public_id
from core.logs import get_logger
from models import SavedSearch, User, Watch, WatchKind
from nlp.patent_query_form import as_written, fingerprint, read_form, write_form
from nlp.types import PatentQuery
from services.patent_words import chip_list

log = get_logger(__name__)

MOST_SAVED = 20
LONGEST_NAME = 160


class SavedSearchesFull(Conflict):
    """This person keeps as many as one may."""

    code = "saved_searches_full"
    default_message = f"最多保存{MOST_SAVED}个检索,先删掉一个再存。"


@dataclass(frozen=True)
class Saved:
    """`is_new` is false where the same search had been saved before."""

    search: SavedSearch
    is_new: bool


@dataclass(frozen=True)
class Look:
    """What the list was compared with: how many there had been, and when."""

    previous_total: int
    previous_at: datetime
    total: int

    @property
    def difference(self) -> int:
        """How many more there are now; below 0 where there are fewer."""
        return self.total - self.previous_total


def save_search(session: Session, *, user_id: int, query: PatentQuery, total: int, now: datetime) -> Saved:
    """Keep a search that found `total` patents. Saved again, it is the same one, just looked at.

    Raises SavedSearchesFull, and InvalidInput for a search that asks for nothing in particular.
    """
    name = name_of(query)
    if not name:
        raise InvalidInput("这个检索没有内容,先说要找什么再保存。")
    # One at a time for each person: two at once could pass the limit, and nothing is kept of somebody just erased.
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None:
        raise Unauthorized
    mark = fingerprint(query)
    kept = list(session.scalars(select(SavedSearch).where(SavedSearch.user_id == user_id)))
    same = next((each for each in kept if each.fingerprint == mark), None)
    if same is None and len(kept) >= MOST_SAVED:
        raise SavedSearchesFull
    search = same or SavedSearch(public_id=new_public_id(), user_id=user_id, fingerprint=mark, created_at=now)
    search.name, search.query = name, write_form(query)
    search.last_total, search.last_looked_at = total, now
    session.add(search)
    session.flush()
    log.info("search_saved", user_id=user_id, saved_search_id=search.id, is_new=same is None)
    return Saved(search, same is None)


def list_saved_searches(session: Session, *, user_id: int) -> list[SavedSearch]:
    """All that a person keeps, the newest first; at most MOST_SAVED."""
    wanted = select(SavedSearch).where(SavedSearch.user_id == user_id).order_by(SavedSearch.id.desc())
    return list(session.scalars(wanted))


def find_saved_search(session: Session, *, user_id: int, public_id: str) -> SavedSearch | None:
    """As get_saved_search, None where there is none."""
    return session.scalar(_owned(user_id, public_id))


def get_saved_search(session: Session, *, user_id: int, public_id: str, lock: bool = False) -> SavedSearch:
    """The one door to a saved search: only its owner's. A stranger's and a missing one raise the same NotFound."""
    wanted = _owned(user_id, public_id)
    search = session.scalar(wanted.with_for_update() if lock else wanted)
    if search is None:
        raise NotFound("没有找到这个保存的检索。")
    return search


def query_of(search: SavedSearch) -> PatentQuery:
    """What it looks for, from the first page. Raises UnknownForm where a later version of this code wrote it."""
    return read_form(search.query)


def note_look(session: Session, *, user_id: int, public_id: str, total: int, now: datetime) -> Look:
    """Its owner sees the list now, with `total` patents. Answers what to compare with; raises NotFound."""
    search = get_saved_search(session, user_id=user_id, public_id=public_id, lock=True)
    look = Look(search.last_total, search.last_looked_at, total)
    search.last_total, search.last_looked_at = total, now
    session.flush()
    return look


def delete_saved_search(session: Session, *, user_id: int, public_id: str) -> str:
    """Delete it for good, with the watch of it, and answer its name. Raises NotFound."""
    search = get_saved_search(session, user_id=user_id, public_id=public_id, lock=True)
    session.execute(
        delete(Watch).where(Watch.user_id == user_id, Watch.key == f"{WatchKind.SEARCH}:{search.fingerprint}")
    )
    session.delete(search)
    session.flush()
    log.info("saved_search_deleted", user_id=user_id, saved_search_id=search.id)
    return search.name


def _owned(user_id: int, public_id: str) -> Select[SavedSearch]:
    return select(SavedSearch).where(SavedSearch.public_id == public_id, SavedSearch.user_id == user_id)


def name_of(query: PatentQuery) -> str:
    """石墨烯散热膜 · 有效 · 广东省: the subject, then the chips; "" for a search that asks for nothing."""
    parts = (query.number or "", as_written(query.topic), *chip_list(query))
    name = " · ".join(part for part in parts if part)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
