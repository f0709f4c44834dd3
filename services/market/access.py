"""The doors to posts and matches: their owners', and that of staff who look at posts before they are shown."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from core.errors import Conflict, NotFound
from models import MarketMatch, MarketPost, MemberRole, Membership, MemberState, PostSide, PostState, Staff
from services.memberships import find_owner
from services.permissions import Action, check_may

NO_POST = "没有找到这条供需。"
NO_MATCH = "没有找到这条对接。"
STALE = "这条刚被改过,请刷新后再看。"


def owned_by(user_id: int, post: type[MarketPost] = MarketPost) -> ColumnElement[bool]:
    """The posts that are a person's to see and change: their own, and those of a company that they run. Whoever left a
    company has nothing to do with its posts any more, their own among them."""
    acts = and_(
        Membership.user_id == user_id,
        Membership.company_id == post.company_id,
        Membership.state == MemberState.ACTIVE,
    )
    is_own = and_(post.user_id == user_id, or_(post.company_id.is_(None), exists().where(acts)))
    return or_(is_own, exists().where(acts, Membership.role == MemberRole.OWNER))


def find_owner_of(session: Session, post: MarketPost) -> int | None:
    """Whose post it is by now: who wrote it; who runs the company where they left it; None where nobody does."""
    wanted = select(MarketPost.id).where(MarketPost.id == post.id, owned_by(post.user_id))
    if post.company_id is None or session.scalar(wanted) is not None:
        return post.user_id
    owner = find_owner(session, post.company_id)
    return owner.id if owner is not None else None


def get_own_post(session: Session, user_id: int, public_id: str, *, lock: bool = False) -> MarketPost:
    """Raises NotFound, for a stranger's post as for a missing one."""
    wanted = select(MarketPost).where(MarketPost.public_id == public_id, owned_by(user_id))
    if lock:
        wanted = wanted.with_for_update(of=MarketPost).execution_options(populate_existing=True)
    post = session.scalar(wanted)
    if post is None:
        raise NotFound(NO_POST)
    return post


def get_board_post(session: Session, public_id: str, today: date) -> MarketPost:
    """What everybody may read: a post that is on the market. Raises NotFound for any other."""
    wanted = select(MarketPost).where(
        MarketPost.public_id == public_id, MarketPost.state == PostState.PUBLISHED, MarketPost.until >= today
    )
    post = session.scalar(wanted.options(joinedload(MarketPost.company)))
    if post is None:
        raise NotFound(NO_POST)
    return post


def list_posts_to_review(session: Session, staff: Staff, *, limit: int) -> tuple[list[MarketPost], list[MarketPost]]:
    """Those that wait, the oldest first, and those that somebody decided on, the latest first. Raises Forbidden."""
    check_may(staff, Action.REVIEW_POSTS)
    posts = select(MarketPost).options(joinedload(MarketPost.user), joinedload(MarketPost.company)).limit(limit)
    waiting = posts.where(MarketPost.state == PostState.REVIEW).order_by(MarketPost.changed_at, MarketPost.id)
    decided = posts.where(MarketPost.reviewed_by_id.is_not(None), MarketPost.state != PostState.REVIEW)
    latest = decided.order_by(MarketPost.changed_at.desc(), MarketPost.id.desc())
    return list(session.scalars(waiting)), list(session.scalars(latest))


def get_post_to_review(session: Session, staff: Staff, public_id: str) -> MarketPost:
    """The post, locked. Raises Forbidden, and NotFound also for what was never handed in."""
    check_may(staff, Action.REVIEW_POSTS)
    wanted = select(MarketPost).where(MarketPost.public_id == public_id, MarketPost.state != PostState.DRAFT)
    post = session.scalar(wanted.with_for_update(of=MarketPost).execution_options(populate_existing=True))
    if post is None:
        raise NotFound(NO_POST)
    return post


def check_version(post: MarketPost, version: int) -> None:
    """Raises Conflict where it has changed since that version."""
    if post.version != version:
        raise Conflict(STALE)


def get_own_match(session: Session, user_id: int, public_id: str) -> tuple[MarketMatch, PostSide]:
    """A match of one's own post, and which side that is. Raises NotFound."""
    need, offer = aliased(MarketPost), aliased(MarketPost)
    is_need = owned_by(user_id, need)
    wanted = (
        select(MarketMatch, is_need)
        .join(need, MarketMatch.need)
        .join(offer, MarketMatch.offer)
        .options(contains_eager(MarketMatch.need.of_type(need)), contains_eager(MarketMatch.offer.of_type(offer)))
        .where(MarketMatch.public_id == public_id, or_(is_need, owned_by(user_id, offer)))
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(NO_MATCH)
    return found[0], PostSide.NEED if found[1] else PostSide.OFFER
