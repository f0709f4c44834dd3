"""Where supervisors look at flagged transfers, and how a flag reads."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import chinese_date
from core.logs import get_logger
from models import FlagKind, FlagState, PostSide, Staff, TransferFlag
from services.audit import record_action
from services.permissions import Action, check_may

log = get_logger(__name__)

SHOWN = 100
LONGEST_NOTE = 300
KIND_NAMES = {
    FlagKind.FLIP: "短期内又转让", FlagKind.BULK: "短期内批量转让", FlagKind.FIELD: "和受让方的领域对不上",
    FlagKind.RELATED: "双方有关联",
}  # fmt: skip
STATE_NAMES = {FlagState.OPEN: "待看", FlagState.SEEN: "看过", FlagState.FINE: "没问题", FlagState.PURSUE: "要查"}
DECISIONS = (FlagState.SEEN, FlagState.FINE, FlagState.PURSUE)
RELATIONS = {"phone": "电话相同", "company": "同一家企业的人"}


def list_flagged(session: Session, staff: Staff, *, decided: bool = False) -> list[TransferFlag]:
    """What waits, the oldest first; else what was decided on, the latest first. What is looked into still waits.
    Raises Forbidden."""
    check_may(staff, Action.REVIEW_TRANSFERS)
    done = TransferFlag.state.in_((FlagState.SEEN, FlagState.FINE))
    wanted = select(TransferFlag).where(done if decided else ~done)
    order = TransferFlag.decided_at.desc() if decided else TransferFlag.found_at
    rows = wanted.options(joinedload(TransferFlag.deal), joinedload(TransferFlag.staff))
    return list(session.scalars(rows.order_by(order, TransferFlag.id).limit(SHOWN)))


def decide_flag(
    session: Session, staff: Staff, flag_id: int, state: FlagState, note: str, now: datetime, *, version: int
) -> TransferFlag:
    """What somebody makes of it; it changes nothing of the deal. Raises Forbidden, NotFound, InvalidInput, Conflict."""
    check_may(staff, Action.REVIEW_TRANSFERS)
    flag = session.get(TransferFlag, flag_id, with_for_update=True, populate_existing=True)
    if flag is None:
        raise NotFound("没有找到这条线索。")
    words = " ".join(note.split())
    if state not in DECISIONS:
        raise InvalidInput("请选看过、没问题还是要查。", fields={"state": "请选一个"})
    if len(words) > LONGEST_NOTE or (state != FlagState.SEEN and len(words) < 2):
        said = f"写明理由,2到{LONGEST_NOTE}个字。"
        raise InvalidInput(said, fields={"note": said})
    if flag.version != version:
        raise Conflict("这条刚有变动,请刷新后再看。")
    flag.state, flag.note, flag.staff_id, flag.decided_at = state, words, staff.id, now
    flag.version += 1
    session.flush()
    action = f"transfer_flag_{state}"
    record_action(session, staff=staff, action=action, target=f"deal:{flag.deal.number}", now=now, kind=flag.kind)
    log.info("transfer_flag_decided", flag_id=flag.id, state=state, staff_id=staff.id)
    return flag


def said_flag(flag: TransferFlag) -> str:
    """CN… 2026年10月8日在GX261008-0001转让过,12个月内又转。"""
    return SAYS[FlagKind(flag.kind)](flag.details)


def _said_flip(details: Mapping[str, Any]) -> str:
    said = "、".join(
        f"{each['right']} {chinese_date(date.fromisoformat(each['signed_on']))}在{each['deal']}签过转让"
        for each in details["transfers"]
    )
    return f"{said},{details['months']}个月内又转。"


def _said_bulk(details: Mapping[str, Any]) -> str:
    who = "出让方" if details["side"] == PostSide.OFFER else "受让方"
    return f"{who}{details['days']}天内转让{details['deals']}单、{details['rights']}件。"


def _said_field(details: Mapping[str, Any]) -> str:
    own = "、".join(details["buyer"]) or "没有"
    return f"这些权利的分类是{'、'.join(details['rights'])},受让方已有的是{own}。"


def _said_relation(details: Mapping[str, Any]) -> str:
    return f"双方{'、'.join(RELATIONS[each] for each in details['by'])}。法定代表人我们没有数据,没比。"


SAYS = {
    FlagKind.FLIP: _said_flip,
    FlagKind.BULK: _said_bulk,
    FlagKind.FIELD: _said_field,
    FlagKind.RELATED: _said_relation,
}
