"""What WeChat still lets us send to whom: five messages in 48 hours after theirs, three in a minute after a click."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from core.db import table_of
from core.statements import Statement
from models import Allowance, AllowanceKind

# wechat-contract §2.1: (messages, how long); not cumulative.
MESSAGE_GRANT = (5, timedelta(hours=48))
ACTION_GRANT = (3, timedelta(minutes=1))
ENTER_CHAT_GRANT = (2, timedelta(minutes=1))


_table = table_of(Allowance)
# Every message refreshes an allowance: one statement, built once.
REFRESH = Statement(
    update(_table)
    .where(_table.c.identity_id == bindparam("identity"), _table.c.kind == bindparam("of"))
    .values(
        left_count=case(
            (
                (_table.c.until_at > bindparam("now")) & (_table.c.left_count > bindparam("count")),
                _table.c.left_count,
            ),
            else_=bindparam("count"),
        ),
        until_at=case((_table.c.until_at > bindparam("until"), _table.c.until_at), else_=bindparam("until")),
    )
)
ADD = Statement.adding(_table, "identity_id", "kind", "left_count", "until_at")


@dataclass(frozen=True)
class AllowanceView:
    """What staff see: how many more messages, and until when. `until_at` is None where none is left."""

    left_count: int
    until_at: datetime | None


def open_allowance(
    session: Session, *, identity_id: int, kind: AllowanceKind, grant: tuple[int, timedelta], now: datetime
) -> None:
    """Start (or refresh) an allowance after something the user did."""
    count, lasting = grant
    values = {"identity": identity_id, "of": kind, "count": count, "until": now + lasting, "now": now}
    if REFRESH.change(session, values) == 0:
        ADD.first(session, {"identity_id": identity_id, "kind": kind, "left_count": count, "until_at": now + lasting})


def take_allowance(session: Session, *, identity_id: int, now: datetime, keep_last: bool = False) -> str | None:
    """Use one message; answers the kind it was taken from, or None where nothing is left.

    Both rows count down, because WeChat keeps one counter a user and does not add the grants up: counting each
    alone could promise eight messages where five are allowed. `keep_last` leaves the last one for a person's reply.
    """
    alive = _alive(session, identity_id, now, lock=True)
    best = max((row.left_count for row in alive), default=0)
    if best <= (1 if keep_last else 0):
        return None
    kind = max(alive, key=lambda row: (row.left_count, row.kind == AllowanceKind.MESSAGE)).kind
    for row in alive:
        row.left_count = max(0, row.left_count - 1)
    session.flush()
    return kind


def return_allowance(session: Session, *, identity_id: int, now: datetime) -> None:
    """Give one message back after WeChat refused it without delivering."""
    for row in _alive(session, identity_id, now, lock=True):
        row.left_count += 1
    session.flush()


def close_allowances(session: Session, *, identity_id: int) -> None:
    """WeChat says the window is closed, or the user left: nothing may be sent until they act again."""
    for row in session.scalars(select(Allowance).where(Allowance.identity_id == identity_id)):
        row.left_count = 0
    session.flush()


def has_acted_since(session: Session, *, identity_id: int, moment: datetime) -> bool:
    """Whether the user wrote, tapped or followed after that moment: each of it opened an allowance."""
    opened = select(Allowance.kind, Allowance.until_at).where(Allowance.identity_id == identity_id)
    shortest = {AllowanceKind.MESSAGE: MESSAGE_GRANT[1], AllowanceKind.ACTION: ACTION_GRANT[1]}
    return any(until_at - shortest[AllowanceKind(kind)] > moment for kind, until_at in session.execute(opened))


def view_allowance(session: Session, *, identity_id: int, now: datetime) -> AllowanceView:
    """What is left now."""
    usable = [row for row in _alive(session, identity_id, now) if row.left_count > 0]
    if not usable:
        return AllowanceView(0, None)
    return AllowanceView(max(row.left_count for row in usable), max(row.until_at for row in usable))


def _alive(session: Session, identity_id: int, now: datetime, *, lock: bool = False) -> list[Allowance]:
    query = select(Allowance).where(Allowance.identity_id == identity_id, Allowance.until_at > now)
    return list(session.scalars(query.order_by(Allowance.kind).with_for_update() if lock else query))
