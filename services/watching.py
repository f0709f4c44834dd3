"""Watching a patent, an applicant or a class of the classification: what imports bring of it is told with the reason,
each thing once, by the pace that its owner chose."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.logs import get_logger
from models import LegalStatus, Patent, Topic, UpkeepMark, User, Watch, WatchKind
from services.notices.facts import Fact, said_day
from services.notices.preferences import Pace
from services.notices.telling import tell
from services.patent_words import STATUS_NAMES
from services.patents import find_patent

log = get_logger(__name__)

MARK = "watches"
PORTION = 500
MOST_WATCHED = 50
LONGEST_NAME = 120
# From the subclass on: a whole section would be every day's noise.
IPC = re.compile(r"[A-H]\d{2}[A-Z](?:\d{1,4}(?:/\d{2,6})?)?")
ENDED = (LegalStatus.LAPSED, LegalStatus.INVALIDATED, LegalStatus.REJECTED, LegalStatus.WITHDRAWN)


def watch(
    session: Session, user_id: int, kind: WatchKind, name: str, now: datetime, *, pace: Pace | None = None
) -> Watch:
    """Watch it from now on; watched already, it is the same watch with this pace. Raises InvalidInput, also for a
    patent that we don't have, Conflict beyond the limit."""
    name = " ".join(name.split())
    patent = find_patent(session, name) if kind is WatchKind.PATENT else None
    if kind is WatchKind.PATENT:
        if patent is None:
            raise InvalidInput(fields={"name": "库里没有这件专利,号码再核对一下"})
        name = patent.publication_number
    elif kind is WatchKind.IPC:
        name = name.upper().replace(" ", "")
        if not IPC.fullmatch(name):
            raise InvalidInput(fields={"name": "写到小类或更细,如 H01M 或 H01M10/0525"})
    elif not 2 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(fields={"name": f"2到{LONGEST_NAME}个字"})
    # What an import brings names the person and holds their watches: the lock lets that pass, or both would wait.
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None or user.erased_at is not None:
        raise Unauthorized
    kept = {row.key: row for row in list_watches(session, user_id)}
    # An application and its grant are two publications of one patent.
    key = f"{kind}:{_number(patent) if patent is not None else name}"
    row = kept.get(key)
    if row is None:
        if len(kept) >= MOST_WATCHED:
            raise Conflict(f"最多监控{MOST_WATCHED}项,先去掉一项再加。")
        newest = session.scalar(select(func.max(Patent.id))) or 0
        row = Watch(
            user_id=user_id, kind=kind, key=key, name=name, after_patent_id=newest, created_at=now,
            seen=_seen(patent) if patent is not None else {},
        )  # fmt: skip
        session.add(row)
    row.pace = pace
    session.flush()
    log.info("watch_kept", user_id=user_id, watch_id=row.id, kind=kind)
    return row


def list_watches(session: Session, user_id: int) -> Sequence[Watch]:
    """All of a person, the newest first."""
    return session.scalars(select(Watch).where(Watch.user_id == user_id).order_by(Watch.id.desc())).all()


def end_watch(session: Session, user_id: int, public_id: str) -> str:
    """Watch it no more; answers its name. Raises NotFound."""
    row = session.scalar(select(Watch).where(Watch.public_id == public_id, Watch.user_id == user_id))
    if row is None:
        raise NotFound("没有找到这项监控。")
    session.delete(row)
    session.flush()
    return row.name


def note_watched(session: Session, now: datetime) -> int | None:
    """Read on in what imports changed, one portion, and tell who watches it; answers how many notices, None where all
    has been read. Cut off, the mark and the notices are both undone."""
    mark = session.get(UpkeepMark, MARK, with_for_update=True)
    if mark is None:
        last = session.scalar(select(func.max(Patent.change_serial))) or 0
        session.add(UpkeepMark(name=MARK, last_id=last, done_at=now))
        session.flush()
        return 0
    changed = session.scalars(
        select(Patent).where(Patent.change_serial > mark.last_id).order_by(Patent.change_serial).limit(PORTION)
    ).all()
    if not changed:
        return None
    of_patent = {patent.id: keys_of(patent) for patent in changed}
    wanted = sorted({key for keys in of_patent.values() for key in keys})
    watching: dict[str, list[Watch]] = {}
    for row in session.scalars(select(Watch).where(Watch.key.in_(wanted)).order_by(Watch.id).with_for_update()):
        watching.setdefault(row.key, []).append(row)
    count = sum(
        _tell(session, row, patent, now)
        for patent in changed for key in of_patent[patent.id] for row in watching.get(key, ())
    )  # fmt: skip
    mark.last_id, mark.done_at = changed[-1].change_serial, now
    session.flush()
    return count


def keys_of(patent: Patent) -> set[str]:
    """The keys of all watches that this patent could be about."""
    keys = {f"{WatchKind.PATENT}:{_number(patent)}"}
    keys |= {f"{WatchKind.APPLICANT}:{name}" for name in _owners(patent)}
    for code in patent.ipc_codes:
        plain = code.upper().replace(" ", "")
        keys |= {f"{WatchKind.IPC}:{part}" for part in (plain[:4], plain.partition("/")[0], plain) if len(part) >= 4}
    return keys


def _tell(session: Session, row: Watch, patent: Patent, now: datetime) -> bool:
    number, title = patent.publication_number, patent.title
    if row.kind == WatchKind.PATENT:
        before, row.seen = row.seen, _seen(patent)
        lines, is_grave = _changes(before, row.seen)
        if not lines:
            return False
        head, reason = f"{number}有变化", f"您在监控{number}。"
        key = f"watch-{row.id}-{patent.change_serial}"
    else:
        if patent.id <= row.after_patent_id:
            return False
        lines, is_grave = [title, f"申请人:{'、'.join(_owners(patent)) or '没有写'}"], False
        head, reason = (
            f"新公开:{number}",
            f"您在监控{'申请人' if row.kind == WatchKind.APPLICANT else '分类'}“{row.name}”。",
        )
        key = f"watch-{row.id}-{number}"
    demo = "(演示数据)" if patent.is_demo else ""
    text = "\n".join([f"{head}{demo}", *lines, reason, f"数据截至{said_day(patent.data_date)}。"])
    told = tell(
        session, user_id=row.user_id, topic=Topic.WATCH, key=key, subject=f"watch:{number}", title=head, text=text,
        facts={Fact.NUMBER: number, Fact.STATE: "有变化" if row.kind == WatchKind.PATENT else "新公开",
               Fact.DETAIL: title, Fact.DAY: said_day(patent.data_date)},
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


def _seen(patent: Patent) -> dict[str, object]:
    return {"status": patent.legal_status, "owners": sorted(_owners(patent))}


def _number(patent: Patent) -> str:
    return patent.application_number or patent.publication_number


def _owners(patent: Patent) -> list[str]:
    return [str(each["name"]) for each in patent.applicants if each.get("name")]
