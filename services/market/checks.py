"""What is looked at before a post is shown, and again each night: whether its rights may be traded, whether its words
tell too much. What the rules said stays with the post, for its owner and for whoever decides on it."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from core.errors import Conflict
from core.logs import get_logger
from models import MarketPost, PostSide, PostState
from nlp.market.disclosure import Detail, Sign, find_details
from nlp.market.posts import RightState
from nlp.market.tradability import check_tradability
from nlp.market.trade_facts import Finding, Stage
from nlp.rules.model import Article
from services.market.findings import blocking, said_articles, said_signs
from services.market.moving import ask_for_matches, move
from services.market.telling import ask_to_tell
from services.market.trade_record import read_offer

log = get_logger(__name__)

PORTION = 100
MOST_SAID = 2
STATE_SECRETS: Article = ("保守国家秘密法", "第二十九条")


class NotTradable(Conflict):
    """A rule does not let it be traded: the sentence says which, and what to do."""

    code = "not_tradable"


class TellsTooMuch(Conflict):
    """Its words tell how it is made, and no application is filed: its owner has to say that they want that."""

    code = "tells_too_much"


def check_post(
    session: Session,
    post: MarketPost,
    now: datetime,
    *,
    stage: Stage = Stage.PUBLICATION,
    rights: Sequence[str] | None = None,
    modes: Sequence[str] | None = None,
) -> list[Finding]:
    """Every rule on every right that a post offers, as things stand; a deal names the rights and modes that it is in. A
    need offers none."""
    if post.side != PostSide.OFFER:
        return []
    today = china_date(now)
    offer = read_offer(session, post, today, rights=rights, modes=modes)
    return check_tradability(offer, on=today, stage=stage)


def note_checks(session: Session, post: MarketPost, now: datetime) -> None:
    """Look at a post, and keep with it what the rules and the guard said."""
    post.findings = [_row(each) for each in check_post(session, post, now)]
    post.signs = [[sign.detail.value, sign.quote] for sign in signs_of(post)]
    post.checked_at = now


def signs_of(post: MarketPost) -> list[Sign]:
    """What in a post tells how a thing is made where nobody has applied for a patent yet; state secrets anywhere. The
    figures of a need are what it wants."""
    wanted = {Detail.SECRET}
    if not is_filed(post):
        wanted |= {Detail.FORMULA, Detail.STEPS}
        if post.side == PostSide.OFFER:
            wanted.add(Detail.PARAMETERS)
    return [sign for sign in find_details(f"{post.title}\n{post.text}") if sign.detail in wanted]


def is_filed(post: MarketPost) -> bool:
    """Whether an application is filed for what an offer is about, as its owner says."""
    return (
        post.side == PostSide.OFFER
        and post.right_state in {RightState.IN_FORCE, RightState.PENDING}
        and bool(post.rights)
    )


def check_may_be_shown(post: MarketPost) -> None:
    """Raises NotTradable, and TellsTooMuch where its owner has not said that they publish the details all the same."""
    if any(detail == Detail.SECRET for detail, _ in post.signs):
        said = f"里面有涉密字样,涉密内容不能在这里发({said_articles((STATE_SECRETS,))})。"
        raise NotTradable(said + "不涉密的,把这几个字去掉再交。")
    if blocked := blocking(post):
        raise NotTradable("现在不能挂:" + "".join(each.said for each in blocked[:MOST_SAID]))
    if post.signs and not post.accepts_disclosure:
        raise TellsTooMuch(said_signs(post.signs))


def recheck_posts(session: Session, now: datetime, *, after: int = 0, at_most: int = PORTION) -> int | None:
    """One portion of the night: each post that is on the market, or would be, once a day. A post that a rule does not
    let be traded any more is suspended, one that may be traded again comes back. Answers where to go on."""
    due = (
        select(MarketPost)
        .where(
            MarketPost.id > after,
            MarketPost.state.in_((PostState.PUBLISHED, PostState.SUSPENDED)),
            or_(MarketPost.checked_at.is_(None), MarketPost.checked_at < _midnight(now)),
        )
        .order_by(MarketPost.id)
        .limit(at_most)
        .with_for_update(of=MarketPost)
    )
    posts = session.scalars(due).all()
    for post in posts:
        note_checks(session, post, now)
        is_blocked = bool(blocking(post))
        if is_blocked == (post.state == PostState.SUSPENDED):
            continue
        move_checked(session, post, now, is_blocked=is_blocked)
    session.flush()
    return posts[-1].id if posts else None


def move_checked(session: Session, post: MarketPost, now: datetime, *, is_blocked: bool) -> None:
    """Off the market, or back on it; its owner is told by day."""
    move(post, PostState.SUSPENDED if is_blocked else PostState.PUBLISHED, now)
    if not is_blocked:
        ask_for_matches(session, post, now)
    ask_to_tell(session, post, now, waits_for_day=True)
    log.info("market_post_rechecked", post_id=post.id, state=post.state)


def _midnight(now: datetime) -> datetime:
    day = now.astimezone(CHINA).date()
    return datetime.combine(day, time(0), tzinfo=CHINA)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule, "verdict": finding.verdict.value, "text": finding.text, "todo": finding.todo,
        "number": finding.number,
        "articles": [list(each) for each in finding.articles],
    }  # fmt: skip
