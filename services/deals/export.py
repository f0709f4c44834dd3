"""A seller's deals as a table: what was sold, and who asks."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from core.clock import china_date
from models import BenefitBasis, BenefitRole, BenefitWord, Deal, DealState, PostSide
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from services.custody.export import csv_table
from services.deals.benefit_view import BASIS_NAMES, ROLE_NAMES, WORD_NAMES, money_of
from services.deals.benefits import find_plan
from services.deals.graph import AGREED_TO_TALK, CLOSED
from services.deals.listing import OwnDeal, labels_of, list_deals
from services.deals.wording import said_state

MOST = 1_000
HEADERS = ("单号", "名称", "到哪一步", "对方", "方式", "谈成的价(元)", "权利", "分摊", "提出日", "签约日", "登记日")
BENEFIT_HEADERS = (
    "单号", "名称", "角色", "姓名或名称", "比例(%)", "能分(元)", "怎么定的", "依据", "本人说过", "哪天说的",
)  # fmt: skip


class Table(StrEnum):
    """sales: done deals of one's offers · leads: those that are not closed · benefits: how what they bring is shared"""

    SALES = "sales"
    LEADS = "leads"
    BENEFITS = "benefits"


def export_deals(session: Session, *, user_id: int, table: Table) -> str:
    """One line for each, the latest first; of the other side only what it lets be seen now, and no telephone. Of
    benefits a line for each share."""
    if table is Table.BENEFITS:
        sold = list_deals(session, user_id, side=PostSide.OFFER, states=sorted(AGREED_TO_TALK), limit=MOST)
        return csv_table([BENEFIT_HEADERS, *(row for each in sold for row in _benefits(session, each.deal))])
    states = [DealState.DONE] if table is Table.SALES else sorted(frozenset(DealState) - CLOSED)
    own = list_deals(session, user_id, side=PostSide.OFFER, states=states, limit=MOST)
    labels = labels_of(session, own)
    return csv_table([HEADERS, *(_row(each, labels[each.deal.id]) for each in own)])


def _benefits(session: Session, deal: Deal) -> list[Sequence[object]]:
    plan = find_plan(session, deal)
    if plan is None:
        return []
    price, _ = money_of(deal, plan)
    parts = price.parts if price is not None else [None] * len(plan.shares)
    return [
        (
            deal.number, deal.title, ROLE_NAMES[BenefitRole(share.role)], share.name, f"{share.share_bp / 100:g}",
            f"{part / 100:.2f}" if part is not None else "", BASIS_NAMES[BenefitBasis(plan.basis)], plan.rests_on,
            WORD_NAMES[BenefitWord(share.word)] if share.word is not None else "", share.said_on,
        )
        for share, part in zip(plan.shares, parts, strict=True)
    ]  # fmt: skip


def _row(own: OwnDeal, other: str) -> Sequence[object]:
    deal = own.deal
    return (
        deal.number, deal.title, said_state(deal), other,
        MODE_NAMES[Mode(deal.mode)] if deal.mode is not None else "", deal.amount, "、".join(deal.rights),
        "、".join(f"{share['right']} {share['amount']}" for share in deal.split), china_date(deal.created_at),
        deal.signed_on, deal.registered_on,
    )  # fmt: skip
