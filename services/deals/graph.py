"""The ways of a deal: which step leads from which state to which. Nothing else changes a deal's state."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from core.errors import Conflict
from models import Deal, DealState


class Step(StrEnum):
    AGREE = "agree"
    DECLINE = "decline"
    # Nobody answered in time.
    LAPSE = "lapse"
    ACCEPT = "accept"
    CHECKED = "checked"
    # What was agreed does not hold: talk again.
    BACK = "back"
    SIGN = "sign"
    # Signed, and there is nothing to register.
    COMPLETE = "complete"
    REGISTER = "register"
    END = "end"


_S = DealState
WAYS: Mapping[DealState, Mapping[Step, DealState]] = {
    _S.ENQUIRED: {
        Step.AGREE: _S.TALKING,
        # Standard terms, taken as they are.
        Step.ACCEPT: _S.AGREED,
        Step.DECLINE: _S.DECLINED,
        Step.LAPSE: _S.DECLINED,
        Step.END: _S.ENDED,
    },
    _S.TALKING: {Step.ACCEPT: _S.AGREED, Step.END: _S.ENDED},
    _S.AGREED: {Step.CHECKED: _S.CONTRACT, Step.BACK: _S.TALKING, Step.END: _S.ENDED},
    _S.CONTRACT: {
        Step.SIGN: _S.REGISTRATION,
        Step.COMPLETE: _S.DONE,
        Step.BACK: _S.TALKING,
        Step.END: _S.ENDED,
    },
    _S.REGISTRATION: {Step.REGISTER: _S.DONE, Step.END: _S.ENDED},
    _S.DONE: {},
    _S.DECLINED: {},
    _S.ENDED: {},
}
CLOSED = frozenset(state for state, ways in WAYS.items() if not ways)
# Both have said yes: only from here on may either see whom they deal with, and only while both still say so.
AGREED_TO_TALK = frozenset(DealState) - {_S.ENQUIRED, _S.DECLINED, _S.ENDED}
STATE_NAMES = {
    _S.ENQUIRED: "等答复",
    _S.TALKING: "洽谈中",
    _S.AGREED: "谈成待核对",
    _S.CONTRACT: "签合同",
    _S.REGISTRATION: "办登记备案",
    _S.DONE: "已完成",
    _S.DECLINED: "没谈",
    _S.ENDED: "已终止",
}


def go(deal: Deal, step: Step, now: datetime) -> None:
    """Take the step, of a locked deal. Raises Conflict where its state has no such way."""
    before = DealState(deal.state)
    if step not in WAYS[before]:
        raise Conflict(f"{deal.number} 现在是“{STATE_NAMES[before]}”,不能这样办。")
    deal.state, deal.state_since = WAYS[before][step], now
    if deal.state in CLOSED:
        deal.closed_at, deal.next_notice_on = now, None
