"""The compensation fund of a place: when a bank may ask it, and how much is left of it by the claims that it has paid.

What a fund has paid is read from the histories of the cases: a case that is erased keeps its history.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.i18n import chinese_amount, chinese_date
from models import Case, CaseEvent, DatedRecord
from services.catalogue.facts import Facts
from services.catalogue.money_words import exact, said_yuan
from services.dated_data.lookup import find_nearest, said_source

COMPENSATION_FUND = "compensation_fund"
PERCENT = Decimal(100)
# Where a loan is once the fund has paid for it, and while its claim is open.
PLEDGE = "pledge_financing"
PAID_STAGES = ("compensated", "repaid", "settled", "written_off")
CLAIMED = "claimed"


@dataclass(frozen=True)
class FundState:
    """What the record says, in yuan, as of a day; what was paid after that day for cases of ours, and for how many.
    `is_size` tells that the record has no balance, only the size."""

    recorded: int | None
    on: date | None
    is_size: bool
    paid: int
    claims: int

    @property
    def left(self) -> int | None:
        """By our count; None where the record has no figure to count from. Less than nothing means that it is wrong."""
        return None if self.recorded is None else self.recorded - self.paid


def check_claim(facts: Facts, claim: Mapping[str, Any]) -> dict[str, str]:
    """What keeps a claim from being filed: more days than have passed, or fewer than the fund asks for."""
    passed = (_day(claim["claimed_on"]) - _day(facts.results["defaulted"]["overdue_on"])).days
    if passed < 0:
        return {"claimed_on": "申请日早于逾期日,请核对。"}
    if claim["overdue_days"] > passed:
        return {"overdue_days": f"从逾期日到申请日只有{passed}天,请核对。"}
    fund = _fund_of(facts)
    needed = int(fund.values.get("min_overdue_days") or 0) if fund is not None else 0
    if fund is None or claim["overdue_days"] >= needed:
        return {}
    lacking = needed - claim["overdue_days"]
    return {"overdue_days": f"{fund.name}要逾期满{needed}天才能申请,还差{lacking}天。来源:{said_source(fund)}。"}


def enter_payment(facts: Facts, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the history keeps of a claim that was paid: which fund, how much, when."""
    fund = _fund_of(facts)
    return {"fund": fund.key if fund is not None else None, "paid": answers["paid"], "paid_on": answers["paid_on"]}


def fund_state(session: Session, fund: DatedRecord) -> FundState:
    """The record's figure beside what has been paid since its day."""
    values = fund.values
    on = _day(values["size_on"]) if values.get("size_on") else None
    recorded = values.get("balance") if values.get("balance") is not None else values.get("size")
    payments = [
        int(each["paid"])
        for each in _entries(session)
        if each["fund"] == fund.key and (on is None or _day(each["paid_on"]) > on)
    ]
    return FundState(
        recorded=int(recorded) if recorded is not None else None,
        on=on,
        is_size=values.get("balance") is None,
        paid=sum(payments),
        claims=len(payments),
    )


def said_state(session: Session, fund: DatedRecord) -> list[str]:
    """The record's figure, our count and what is still asked for, a line each."""
    state = fund_state(session, fund)
    if state.recorded is None:
        lines = ["记录里没有规模和余额,算不出还剩多少。"]
    else:
        since = f"截至{chinese_date(state.on)}" if state.on else ""
        lines = [f"记录{since}{'规模' if state.is_size else '余额'}{chinese_amount(state.recorded)}。"]
    after = "此后" if state.on else "至今"
    lines.append(f"本平台的案子{after}赔付{state.claims}笔,共{chinese_amount(state.paid)}。")
    if state.left is not None and state.left >= 0:
        lines.append(f"按赔付推算还剩{chinese_amount(state.left)};别处的赔付不在内,以管理部门的数为准。")
    elif state.left is not None:
        lines.append(f"赔付比记录多{chinese_amount(-state.left)},记录要更新。")
    if pending := _pending(session, fund):
        lines.append(f"另有{pending}笔在申请,没算。")
    return lines


def said_trigger(fund: DatedRecord) -> str:
    """When a bank may ask for it, and what it hands in."""
    values = fund.values
    days = values.get("min_overdue_days")
    rules = [f"逾期满{days}天" if days else "逾期天数没写明", *_lines(values.get("conditions"))]
    papers = _lines(values.get("materials"))
    said = f"触发条件:{';'.join(rules)}。"
    return f"{said}申请材料:{'、'.join(papers)}。" if papers else said


def said_fund(facts: Facts, principal: Decimal) -> Iterator[str]:
    """For a loan that failed: what the fund may pay, when it may be asked, what is left of it."""
    fund = _fund_of(facts)
    if fund is None:
        yield "没有查到当地的风险补偿资金。"
        return
    values, most = fund.values, ""
    if values.get("share") is not None:
        paid = principal * exact(values["share"]) / PERCENT
        paid = min(paid, Decimal(values["cap"])) if values.get("cap") else paid
        most = f",按{values['share']:g}%最多补偿{said_yuan(paid)}"
    yield f"{fund.name}:由银行向{values['authority']}申请{most}。来源:{said_source(fund)}。"
    yield said_trigger(fund)
    yield "".join(said_state(facts.session, fund))


def _fund_of(facts: Facts) -> DatedRecord | None:
    return find_nearest(facts.session, COMPENSATION_FUND, region=facts.region, on=facts.today)


def _entries(session: Session) -> list[Mapping[str, Any]]:
    """What each case's history says of its payment; of one that was taken up again and paid anew the latest."""
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.details)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.kind == PLEDGE, Case.stage.in_(PAID_STAGES), CaseEvent.kind == "moved")
        .order_by(CaseEvent.id)
    )
    return list({case_id: details["ledger"] for case_id, details in rows if "ledger" in details}.values())


def _pending(session: Session, fund: DatedRecord) -> int:
    """How many claims are open at the places that the fund covers."""
    query = select(func.count()).where(Case.kind == PLEDGE, Case.stage == CLAIMED)
    if fund.region != "全国":
        query = query.where(Case.region.startswith(fund.region, autoescape=True))
    return session.scalar(query) or 0


def _lines(text: Any) -> list[str]:
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def _day(value: str) -> date:
    return date.fromisoformat(value)
