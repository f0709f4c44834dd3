"""What a key account needs next: asked once of the buyer some time after a deal was done, and a tap begins the need."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from models import Deal, DealParty, DealState, KeyAccount, PostSide, Topic
from services.deals.settings import deal_settings
from services.memberships import list_memberships
from services.notices.telling import tell

# What is older nobody is asked about any more.
AT_MOST = timedelta(days=30)
MOST = 200
NEEDS = "我想求购技术"


def ask_what_is_next(session: Session, now: datetime) -> int:
    """Answers how many were asked; each deal once. Who has left the firm is not asked."""
    since = now - timedelta(days=deal_settings(china_date(now)).next_need_days)
    rows = session.execute(
        select(Deal, DealParty)
        .join(DealParty, DealParty.deal_id == Deal.id)
        .join(KeyAccount, KeyAccount.company_id == DealParty.company_id)
        .where(
            Deal.state == DealState.DONE,
            DealParty.side == PostSide.NEED,
            Deal.state_since <= since,
            Deal.state_since > since - AT_MOST,
        )
        .order_by(Deal.id)
        .limit(MOST)
    )
    asked = 0
    for deal, party in rows.all():
        acts_for = {row.company_id for row in list_memberships(session, party.user_id)}
        if party.company_id not in acts_for:
            continue
        text = f"{deal.number}“{deal.title}”办完有一阵了。用得怎么样,接下来还缺什么技术?点“{NEEDS}”直接写,我们去找。"
        told = tell(
            session, user_id=party.user_id, topic=Topic.OPPORTUNITY, key=f"next-need-{deal.id}",
            title="接下来还缺什么技术", text=text, choices=(NEEDS,), is_personal=True, now=now,
        )  # fmt: skip
        asked += told is not None
    return asked
