"""A promise of confidentiality before the details of an offer are read: whose words they are, who gave it, and when.

Both can point to it for what the Civil Code, art. 501, asks of everybody who learns secrets in talks; and without such
measures nothing is a trade secret (Anti-Unfair Competition Law as of 2025, art. 10).
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import table_of
from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.i18n import chinese_date
from core.logs import get_logger
from core.statements import Statement
from models import Deal, MarketPost, MarketPromise, PostSide, User
from services.market.access import get_board_post

log = get_logger(__name__)

LONGEST_DETAILS = 1_000
# What was agreed to stays readable in its version; the last one is asked for.
TEXTS = {
    1: (
        "1. 这份资料只用来判断要不要合作,不给别人看,不公开,不拿去申请专利。\n"
        "2. 单位里只让要参与判断的人看,并让他们同样保密。\n"
        "3. 谈不成也一样:不再使用,删掉留下的副本。\n"
        "4. 已经公开的、您本来就知道的,不在里面。\n"
        "5. 违反了,要赔对方的损失。"
    ),
}
VERSION = max(TEXTS)
BASIS = "依据:《民法典》第五百零一条、《反不正当竞争法》第十条。"
NO_DETAILS = "这条没有保密资料。"
ADD = Statement.adding_once(table_of(MarketPromise), "post_id", "user_id", "version", "post_version", "promised_at")


def promise_text(version: int = VERSION) -> str:
    """The whole of it, with what it rests on."""
    return f"保密约定(第{version}版)\n{TEXTS[version]}\n{BASIS}"


def get_guarded_post(session: Session, public_id: str, now: datetime) -> MarketPost:
    """A post of the board that has details behind a promise. Raises NotFound."""
    post = get_board_post(session, public_id, china_date(now))
    if not post.details:
        raise NotFound(NO_DETAILS)
    return post


def find_promise(session: Session, user_id: int, post_id: int) -> MarketPromise | None:
    wanted = select(MarketPromise).where(MarketPromise.post_id == post_id, MarketPromise.user_id == user_id)
    return session.scalar(wanted)


def details_for(session: Session, user_id: int, post: MarketPost) -> str | None:
    """The details, for whoever wrote them or promised; None for everybody else."""
    if post.user_id == user_id or find_promise(session, user_id, post.id) is not None:
        return post.details
    return None


def promise(session: Session, user_id: int, public_id: str, version: int, now: datetime) -> MarketPromise:
    """Agree to the words of this version; doing it twice is no error, the first time counts. Raises NotFound,
    InvalidInput for one's own offer, and Conflict where the words were other ones than those that are asked for now."""
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None or user.erased_at is not None:
        raise Unauthorized
    post = get_guarded_post(session, public_id, now)
    if post.user_id == user_id:
        raise InvalidInput("这是您自己发的。")
    if version != VERSION:
        raise Conflict("保密约定有了新的一版,请看过再同意。")
    ADD.first(
        session,
        {"post_id": post.id, "user_id": user_id, "version": version, "post_version": post.version, "promised_at": now},
    )
    given = find_promise(session, user_id, post.id)
    assert given is not None
    log.info("market_promise_given", post_id=post.id, version=version)
    return given


def count_promises(session: Session, post: MarketPost) -> int:
    """For its owner: how many have promised. Who they are is said to nobody before both agree to talk."""
    wanted = select(func.count()).select_from(MarketPromise).where(MarketPromise.post_id == post.id)
    return session.scalar(wanted) or 0


def promise_of_deal(session: Session, deal: Deal) -> MarketPromise | None:
    """What the side that seeks has promised about the offer that is dealt in: for both sides and the broker."""
    if deal.offer_post_id is None:
        return None
    buyer = next(party for party in deal.parties if party.side == PostSide.NEED)
    return find_promise(session, buyer.user_id, deal.offer_post_id)


def said_promise_given(given: MarketPromise) -> str:
    """受让方2026年11月28日同意了保密约定(第1版)"""
    return f"受让方{chinese_date(china_date(given.promised_at))}同意了保密约定(第{given.version}版)"
