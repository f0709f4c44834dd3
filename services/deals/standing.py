"""Whether what is dealt in may still be traded, asked anew at each step that binds: the market's own rules, over the
rights of the deal and the mode that both speak of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict
from models import Deal, DealState, MarketPost, PostSide
from nlp.market.posts import Mode
from nlp.market.trade_facts import Finding, Stage, Verdict
from nlp.rules.model import Article
from services.deals.contact import party_of
from services.deals.open_offer import find_open_offer
from services.deals.publicity import KEY as PUBLICITY
from services.deals.publicity import current_row
from services.market.checks import check_post

# What a rule says may name another request of the seller's: the buyer reads these words instead.
FOR_BOTH = {"pledge": "有质押,质权人还没同意"}
# While people talk, what has to be proved may still come; before they sign it has to be there.
BEFORE_SIGNING = (DealState.AGREED, DealState.CONTRACT)


@dataclass(frozen=True)
class Barrier:
    """Why a deal cannot go on, as both read it, with the article it rests on and what the seller can do; `right` is ""
    where it is about all of them."""

    rule: str
    right: str
    text: str
    todo: str
    article: Article

    @property
    def said(self) -> str:
        """CN112345678B 专利权已经终止(《专利法》第四十四条)"""
        law, article = self.article
        return f"{self.right} {self.text}(《{law}》{article})".strip()


# Nobody can look up what nobody named, and a contract says what it is about.
UNNAMED = Barrier(
    "unnamed",
    "",
    "出让方还没写明谈的是哪件专利",
    "说“权利”加专利号,没有专利的技术说“没有专利”",
    ("民法典", "第八百四十五条"),
)


def find_barriers(session: Session, deal: Deal, now: datetime) -> list[Barrier]:
    """What stands in the way today, right by right; empty where nothing does as far as we know."""
    if deal.offer_post_id is None and not deal.rights:
        return [] if deal.is_technology else [UNNAMED]
    post = standing_post(session, deal)
    stage = Stage.DEAL if deal.state in BEFORE_SIGNING else Stage.PUBLICATION
    found = check_post(session, post, now, stage=stage, rights=deal.rights, modes=_modes(deal, post))
    # A publicity that the broker wrote down counts, not what the post says of it: its own gate waits for its end.
    told = {PUBLICITY} if current_row(deal) is not None else set[str]()
    return [_barrier(each) for each in found if each.verdict is Verdict.BLOCKED and each.rule not in told]


def check_standing(session: Session, deal: Deal, now: datetime) -> None:
    """Raises Conflict with the first thing that stands in the way."""
    barriers = find_barriers(session, deal, now)
    if barriers:
        more = f"另有{len(barriers) - 1}处。" if len(barriers) > 1 else ""
        raise Conflict(f"{barriers[0].said}。先弄清再往下办。{more}")


def standing_post(session: Session, deal: Deal) -> MarketPost:
    """What the rules look at: the offer that the deal is about; where there is none, one that nobody keeps, of whoever
    sells, in what they named."""
    post = session.get(MarketPost, deal.offer_post_id) if deal.offer_post_id is not None else None
    if post is not None:
        return post
    seller = party_of(deal, PostSide.OFFER)
    return MarketPost(
        user_id=seller.user_id,
        company_id=seller.company_id,
        side=PostSide.OFFER,
        rights=list(deal.rights),
        modes=[],
        answers={},
    )


def _modes(deal: Deal, post: MarketPost) -> list[str]:
    """What was agreed, else what is offered now, else whatever the post offers."""
    if deal.mode is not None:
        return [deal.mode]
    offer = find_open_offer(deal)
    return [offer.mode] if offer is not None else [mode for mode in post.modes if mode != Mode.PLEDGE]


def _barrier(finding: Finding) -> Barrier:
    text = FOR_BOTH.get(finding.rule, finding.text)
    return Barrier(finding.rule, finding.number or "", text, finding.todo, finding.articles[0])
