"""A plan of benefits as the seller's side and the broker read it: the law beside it, and each one's money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from models import (
    BenefitBasis,
    BenefitHolder,
    BenefitPlan,
    BenefitRole,
    BenefitShare,
    BenefitWord,
    CustodyRight,
    Deal,
    DealPayment,
    PostSide,
    Staff,
)
from nlp.market.posts import Mode
from services.deals.access import get_deal_of_seller, get_deal_to_share_out
from services.deals.benefit_law import PEOPLE, Facts, LawPoint, Line, Warn, law_of, least_bp, people_bp, warnings_of
from services.deals.benefit_split import divide, nets_of
from services.deals.benefits import find_plan
from services.deals.contact import party_of
from services.deals.publicity import Holder, find_holder
from services.market.trade_record import normal_number
from services.patents import find_patent

ROLE_NAMES = {
    BenefitRole.UNIT: "单位",
    BenefitRole.DEPARTMENT: "院系或部门",
    BenefitRole.INVENTOR: "发明人",
    BenefitRole.TEAM: "团队",
    BenefitRole.CONVERTER: "转化人员",
}
BASIS_NAMES = {
    BenefitBasis.AGREED: "与完成、转化的人约定",
    BenefitBasis.RULES: "按本单位公开的规定",
    BenefitBasis.NONE: "没有约定也没有规定",
}
HOLDER_NAMES = {
    BenefitHolder.UNIT: "单位",
    BenefitHolder.PUBLIC: "国家设立的院所、高校",
    BenefitHolder.PERSON: "个人,不是职务发明",
}
WORD_NAMES = {BenefitWord.KNOWN: "知道", BenefitWord.AGREED: "同意", BenefitWord.OBJECTED: "不同意"}


@dataclass(frozen=True)
class Portion:
    """What a sum comes to: `parts` by the lines of the plan, in fen, making `net`."""

    gross_fen: int
    net_fen: int
    parts: Sequence[int]


@dataclass(frozen=True)
class PaidPortion:
    payment: DealPayment
    portion: Portion


@dataclass(frozen=True)
class BenefitView:
    """`price` is None before one is agreed, or where no plan is written. Where the contract has payments, it is
    what they make together."""

    deal: Deal
    plan: BenefitPlan | None
    mode: Mode | None
    holder: BenefitHolder
    least_bp: int
    people_bp: int
    law: Sequence[LawPoint]
    warnings: Sequence[Warn]
    price: Portion | None
    payments: Sequence[PaidPortion]


def view_benefits(session: Session, user_id: int, number: str, now: datetime) -> BenefitView:
    """The seller's. Raises NotFound, for the buyer as for a stranger."""
    return view_of(session, get_deal_of_seller(session, user_id, number), now)


def view_benefits_as_broker(session: Session, staff: Staff, number: str, now: datetime) -> BenefitView:
    """Raises NotFound, Forbidden for whoever does not broker this deal."""
    return view_of(session, get_deal_to_share_out(session, staff, number), now)


def noted_by(session: Session, share: BenefitShare) -> str | None:
    """Who wrote down what this line's person said; None where nobody did."""
    if share.word is None:
        return None
    staff = session.get(Staff, share.staff_id) if share.staff_id is not None else None
    return staff.display_name if staff is not None else "出让方"


def view_of(session: Session, deal: Deal, now: datetime) -> BenefitView:
    """For whoever has come through one of the doors."""
    today, plan = china_date(now), find_plan(session, deal)
    facts = _facts(session, deal, plan)
    price, payments = (None, []) if plan is None else money_of(deal, plan)
    return BenefitView(
        deal=deal,
        plan=plan,
        mode=facts.mode,
        holder=facts.holder,
        least_bp=least_bp(facts.mode, today),
        people_bp=people_bp(facts.lines),
        law=law_of(facts, today),
        warnings=warnings_of(facts, today) if plan is not None else [],
        price=price,
        payments=payments,
    )


def _facts(session: Session, deal: Deal, plan: BenefitPlan | None) -> Facts:
    lines = [
        Line(BenefitRole(each.role), each.name, each.share_bp, BenefitWord(each.word) if each.word else None)
        for each in (plan.shares if plan is not None else [])
    ]
    seller = party_of(deal, PostSide.OFFER)
    return Facts(
        mode=Mode(deal.mode) if deal.mode is not None else None,
        basis=BenefitBasis(plan.basis) if plan is not None else BenefitBasis.NONE,
        holder=_holder(session, deal, plan),
        rests_on=plan.rests_on if plan is not None else "",
        lines=lines,
        has_rights=bool(deal.rights),
        recorded=_inventors(session, deal, seller.user_id, seller.company_id),
        region=seller.company.region if seller.company is not None else deal.region,
    )


def _holder(session: Session, deal: Deal, plan: BenefitPlan | None) -> BenefitHolder:
    if plan is not None and plan.holder is not None:
        return BenefitHolder(plan.holder)
    return BenefitHolder.PUBLIC if find_holder(session, deal) is Holder.PUBLIC else BenefitHolder.UNIT


def _inventors(session: Session, deal: Deal, user_id: int, company_id: int | None) -> list[str]:
    """As the records of the rights name them, else as the seller keeps them in custody."""
    found: dict[str, None] = {}
    for number in deal.rights:
        patent = find_patent(session, number)
        names = list(patent.inventors) if patent is not None else []
        if not names:
            own = CustodyRight.company_id == company_id if company_id is not None else CustodyRight.user_id == user_id
            normal = normal_number(number)
            is_it = or_(CustodyRight.publication_number == normal, CustodyRight.application_number == normal)
            right = session.scalars(select(CustodyRight).where(own, is_it).limit(1)).first()
            names = list(right.inventors) if right is not None else []
        found.update(dict.fromkeys(names))
    return list(found)


def money_of(deal: Deal, plan: BenefitPlan) -> tuple[Portion | None, list[PaidPortion]]:
    """What the price comes to, and each payment of the contract."""
    shares = [(each.share_bp, BenefitRole(each.role) in PEOPLE) for each in plan.shares]
    # Of shares the law counts what is valued, not what is left of money.
    costs = 0 if deal.mode == Mode.EQUITY else plan.costs_fen
    sums = [payment.amount * 100 for payment in deal.payments]
    paid = [
        PaidPortion(payment, Portion(gross, net, divide(net, shares)))
        for payment, gross, net in zip(deal.payments, sums, nets_of(sums, costs) if sums else [], strict=True)
    ]
    if paid:
        together = [sum(parts) for parts in zip(*(each.portion.parts for each in paid), strict=True)]
        return Portion(sum(sums), sum(each.portion.net_fen for each in paid), together), paid
    if deal.amount is None:
        return None, []
    gross = deal.amount * 100
    net = max(gross - costs, 0)
    return Portion(gross, net, divide(net, shares)), []
