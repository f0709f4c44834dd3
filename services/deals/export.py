"""A seller's deals as a table: what was sold, and who asks."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from core.clock import china_date
from models import DealState, PostSide
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from services.custody.export import csv_table
from services.deals.graph import CLOSED
from services.deals.listing import OwnDeal, labels_of, list_deals
from services.deals.wording import said_state

MOST = 1_000
HEADERS = ("单号", "名称", "到哪一步", "对方", "方式", "谈成的价(元)", "权利", "分摊", "提出日", "签约日", "登记日")


class Table(StrEnum):
    """sales: done deals of one's offers · leads: those that are not closed"""

    SALES = "sales"
    LEADS = "leads"


def export_deals(session: Session, *, user_id: int, table: Table) -> str:
    """One line for each, the latest first; of the other side only what it lets be seen now, and no telephone."""
    states = [DealState.DONE] if table is Table.SALES else sorted(frozenset(DealState) - CLOSED)
    own = list_deals(session, user_id, side=PostSide.OFFER, states=states, limit=MOST)
    labels = labels_of(session, own)
    return csv_table([HEADERS, *(_row(each, labels[each.deal.id]) for each in own)])


def _row(own: OwnDeal, other: str) -> Sequence[object]:
    deal = own.deal
    return (
        deal.number, deal.title, said_state(deal), other,
        MODE_NAMES[Mode(deal.mode)] if deal.mode is not None else "", deal.amount, "、".join(deal.rights),
        "、".join(f"{share['right']} {share['amount']}" for share in deal.split), china_date(deal.created_at),
        deal.signed_on, deal.registered_on,
    )  # fmt: skip
