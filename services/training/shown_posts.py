"""Posts of the market beside a session: staff put them there, whoever watches asks to talk, and what is off the board
is not shown any more."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from core.clock import CHINA, china_date
from core.errors import Conflict, NotFound
from core.logs import get_logger
from models import CourseSession, MarketPost, SessionPost, Staff, Topic
from services.audit import record_action
from services.market.access import find_owner_of, get_board_post
from services.market.board import on_board
from services.market.wording import called
from services.notices.telling import tell
from services.permissions import Action, check_may
from services.training.seats import lock_session
from services.training.timetable import get_session

log = get_logger(__name__)

MOST_POSTS = 10
# So long after a session its posts are still found by its words.
FOUND_FOR = timedelta(days=180)
MOST_FOUND = 100
NOT_THERE = "这条不在这一场旁边。"


def list_session_posts(session: Session, held: CourseSession, today: date) -> list[MarketPost]:
    """Those that are on the board, in the order in which staff put them there."""
    wanted = select(MarketPost).join(SessionPost, SessionPost.post_id == MarketPost.id)
    of_it = wanted.where(SessionPost.session_id == held.id, on_board(today)).options(joinedload(MarketPost.company))
    return list(session.scalars(of_it.order_by(SessionPost.id)))


def list_attached(session: Session, staff: Staff, held: CourseSession) -> Sequence[SessionPost]:
    """All of them, for the desk, with those that are off the board by now. Raises Forbidden."""
    check_may(staff, Action.RUN_TRAINING)
    wanted = select(SessionPost).where(SessionPost.session_id == held.id).order_by(SessionPost.id)
    return session.scalars(wanted.options(joinedload(SessionPost.post).joinedload(MarketPost.company))).all()


def attach_post(session: Session, *, staff: Staff, public_id: str, post_id: str, now: datetime) -> SessionPost:
    """Show a post of the board beside the session; its owner is told. Doing it twice is no error. Raises Forbidden,
    NotFound, Conflict where there are many already or it was called off."""
    check_may(staff, Action.RUN_TRAINING)
    held = lock_session(session, get_session(session, public_id).id)
    post = get_board_post(session, post_id, china_date(now))
    there = session.scalar(select(SessionPost).where(SessionPost.session_id == held.id, SessionPost.post_id == post.id))
    if there is not None:
        return there
    if held.cancelled_at is not None:
        raise Conflict("这一场取消了。")
    count = select(func.count()).select_from(SessionPost).where(SessionPost.session_id == held.id)
    if (session.scalar(count) or 0) >= MOST_POSTS:
        raise Conflict(f"一场旁边最多放{MOST_POSTS}条,先撤下一条。")
    row = SessionPost(session_id=held.id, post_id=post.id, created_at=now)
    session.add(row)
    session.flush()
    _tell_owner(session, held, row, now)
    _audit(session, staff, held, "session_post_shown", now, post)
    return row


def detach_post(session: Session, *, staff: Staff, public_id: str, post_id: str, now: datetime) -> None:
    """Show it there no more. Raises Forbidden, NotFound."""
    check_may(staff, Action.RUN_TRAINING)
    held = get_session(session, public_id)
    wanted = select(SessionPost).join(SessionPost.post).where(SessionPost.session_id == held.id)
    row = session.scalar(wanted.where(MarketPost.public_id == post_id))
    if row is None:
        raise NotFound(NOT_THERE)
    post = row.post
    session.delete(row)
    session.flush()
    _audit(session, staff, held, "session_post_taken_away", now, post)


def posts_words(held: CourseSession) -> str:
    """看12月4日专利质押融资实务的供需: it lists them in chat, whatever the title sounds like."""
    starts = held.starts_at.astimezone(CHINA)
    return f"看{starts.month}月{starts.day}日{held.course.title}的供需"


def list_with_posts(session: Session, now: datetime) -> Sequence[CourseSession]:
    """Sessions that have any, not long over, the latest first."""
    has_any = select(SessionPost.session_id).distinct()
    wanted = select(CourseSession).where(
        CourseSession.id.in_(has_any), CourseSession.cancelled_at.is_(None), CourseSession.ends_at > now - FOUND_FOR
    )
    rows = wanted.options(joinedload(CourseSession.course)).order_by(CourseSession.starts_at.desc())
    return session.scalars(rows.limit(MOST_FOUND)).all()


def count_asked(session: Session, course_session_id: str, post_id: int) -> None:
    """Somebody asked about this post from beside that session. Nothing where it is not there."""
    held = select(CourseSession.id).where(CourseSession.public_id == course_session_id).scalar_subquery()
    of_it = SessionPost.session_id == held, SessionPost.post_id == post_id
    session.execute(update(SessionPost).where(*of_it).values(asked=SessionPost.asked + 1))


def _tell_owner(session: Session, held: CourseSession, row: SessionPost, now: datetime) -> None:
    owner = find_owner_of(session, row.post)
    if owner is None:
        return
    starts = held.starts_at.astimezone(CHINA)
    text = (
        f"“{called(row.post)}”放在{starts.month}月{starts.day}日“{held.course.title}”旁边展示,看的人可以直接问您谈不谈。"
        "和供需列表上显示的一样,匿名的还是匿名。不想放就说“转人工”。"
    )
    tell(
        session, user_id=owner, topic=Topic.CASE, key=f"session-post-{row.id}", title="您的供需在培训旁边展示",
        text=text, choices=("我的供需",), now=now,
    )  # fmt: skip


def _audit(session: Session, staff: Staff, held: CourseSession, action: str, now: datetime, post: MarketPost) -> None:
    target = f"session:{held.id}"
    record_action(session, staff=staff, action=action, target=target, now=now, post=post.public_id)
    log.info(action, session_id=held.id, post_id=post.id)
