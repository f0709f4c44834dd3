"""How well matching works: week by week and field by field what became of matches, who has none, who takes them all,
and which posts people do not want. Everything is about matches found in the last weeks, by the index of that day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from models import Deal, DealState, FeedbackVerdict, MarketFeedback, MarketMatch, MarketPost, PostSide, PostState, Staff
from services.market.feedback import Reason
from services.permissions import Action, check_may

WEEKS = 8
WORST, WORST_FROM = 10, 2
TOP_SHARE = 100  # one in a hundred
SECTIONS = {
    "A": "农业和生活", "B": "加工和运输", "C": "化学和冶金", "D": "纺织和造纸", "E": "建筑和采矿", "F": "机械和照明",
    "G": "仪器和计算", "H": "电",
}  # fmt: skip
UNKNOWN_FIELD = "没写分类"
# Whether either side heard of a match.
WAS_TOLD = case((or_(MarketMatch.need_told.is_not(None), MarketMatch.offer_told.is_not(None)), 1), else_=0)
REASON_WORDS = {
    Reason.SUBJECT: "不是这个方向", Reason.PRICE: "价格", Reason.MODE: "合作方式", Reason.REGION: "地区",
    Reason.OVER: "已经过时",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What became of the matches of one week, or of one field."""

    name: str
    published: int = 0
    found: int = 0
    told: int = 0
    interested: int = 0
    dismissed: int = 0
    enquired: int = 0
    done: int = 0


@dataclass(frozen=True)
class Unmatched:
    """Of the posts of one side that are on the market."""

    side: PostSide
    posts: int
    without: int

    @property
    def share(self) -> float:
        return self.without / self.posts if self.posts else 0.0


@dataclass(frozen=True)
class Unwanted:
    post: MarketPost
    dismissed: int
    matches: int


@dataclass(frozen=True)
class Quality:
    since: datetime
    weeks: Sequence[Line]
    fields: Sequence[Line]
    reasons: Sequence[tuple[str, int]]
    unmatched: Sequence[Unmatched]
    # Of the matches, what the hundredth of the offers with the most of them takes; None where there are none.
    top_share: float | None
    top_posts: int
    worst: Sequence[Unwanted]


def show_quality(session: Session, staff: Staff, now: datetime) -> Quality:
    """Raises Forbidden."""
    check_may(staff, Action.REVIEW_POSTS)
    monday = china_date(now) - timedelta(days=china_date(now).weekday())
    starts = [datetime.combine(monday - timedelta(weeks=back), time(), CHINA) for back in reversed(range(WEEKS))]
    said = _said(session, starts)
    weeks, fields = _figures(session, starts, said)
    reasons: Counter[str | None] = Counter()
    for each in said:
        if each.verdict == FeedbackVerdict.DISMISSED:
            reasons[each.reason] += each.times
    share, posts = _top_share(session, starts[0])
    return Quality(
        since=starts[0],
        weeks=[Line(f"{start:%m月%d日}起", **weeks[place]) for place, start in enumerate(starts)],
        fields=sorted(
            (Line(SECTIONS.get(key, UNKNOWN_FIELD), **figures) for key, figures in fields.items()),
            key=lambda line: (-line.found, line.name),
        ),
        reasons=[(REASON_WORDS[Reason(reason)] if reason else "没说原因", n) for reason, n in reasons.most_common()],
        unmatched=_unmatched(session, now),
        top_share=share,
        top_posts=posts,
        worst=_worst(session, starts[0]),
    )


def _week_of(column: Any, starts: Sequence[datetime]) -> ColumnElement[int]:
    return case(*((column < start, place) for place, start in enumerate(starts[1:])), else_=len(starts) - 1)


def _by_week(session: Session, column: Any, starts: Sequence[datetime], *counted: Any) -> Sequence[Any]:
    """The place of the week and what is counted in it, out of an index: a week after the other, because SQLite sorts
    what it groups, and one week's rows it sorts in memory."""
    ends = (*starts[1:], None)
    each = (
        select(literal(place), *counted)
        .where(column >= start, *([] if end is None else [column < end]))
        .group_by(counted[0])
        for place, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    return session.execute(union_all(*each)).all()


def _said(session: Session, starts: Sequence[datetime]) -> Sequence[Any]:
    """What people said of matches of these weeks, and how often."""
    columns = (
        _week_of(MarketMatch.found_at, starts).label("week"), MarketMatch.section, MarketFeedback.verdict,
        MarketFeedback.reason,
    )  # fmt: skip
    return session.execute(
        select(*columns, func.count().label("times"))
        .join(MarketFeedback.match)
        .where(MarketMatch.found_at >= starts[0])
        .group_by(*columns)
    ).all()


def _figures(
    session: Session, starts: Sequence[datetime], said: Sequence[Any]
) -> tuple[dict[int, Counter[str]], dict[str, Counter[str]]]:
    """By week and by field."""
    weeks: dict[int, Counter[str]] = defaultdict(Counter)
    fields: dict[str, Counter[str]] = defaultdict(Counter)

    def note(place: int, section: str | None, **figures: int) -> None:
        weeks[place].update(figures)
        fields[section if section in SECTIONS else ""].update(figures)

    figures = (MarketMatch.section, func.count(), func.sum(WAS_TOLD))
    for place, section, found, told in _by_week(session, MarketMatch.found_at, starts, *figures):
        note(place, section, found=found, told=int(told))
    for each in said:
        note(each.week, each.section, **{each.verdict: each.times})
    week = _week_of(MarketMatch.found_at, starts).label("week")
    deals = (
        select(week, MarketMatch.section, func.count(), func.sum(case((Deal.state == DealState.DONE, 1), else_=0)))
        .select_from(Deal)
        .join(MarketMatch, and_(MarketMatch.need_id == Deal.need_post_id, MarketMatch.offer_id == Deal.offer_post_id))
        .where(MarketMatch.found_at >= starts[0], Deal.created_at >= starts[0])
        .group_by(week, MarketMatch.section)
    )
    for place, section, enquired, done in session.execute(deals):
        note(place, section, enquired=enquired, done=int(done))
    posts = (MarketPost.section, func.count())
    for place, section, count in _by_week(session, MarketPost.published_at, starts, *posts):
        note(place, section, published=count)
    return weeks, fields


def _unmatched(session: Session, now: datetime) -> list[Unmatched]:
    """Of what is on the market; each side by itself, out of the index of its own. Ids of matches first: in their order
    SQLite reads the posts one after the other."""
    is_live = and_(MarketPost.state == PostState.PUBLISHED, MarketPost.until >= china_date(now))
    found = []
    for side, own in ((PostSide.OFFER, MarketMatch.offer_id), (PostSide.NEED, MarketMatch.need_id)):
        posts = select(func.count()).select_from(MarketPost).where(is_live, MarketPost.side == side)
        count = session.scalar(posts) or 0
        matched = select(own.label("id")).distinct().subquery()
        having = session.scalar(posts.join(matched, matched.c.id == MarketPost.id)) or 0
        found.append(Unmatched(side, count, count - having))
    return found


def _top_share(session: Session, since: datetime) -> tuple[float | None, int]:
    """What the hundredth of the offers that have matches takes of all matches, and how many posts that is."""
    each = (
        select(func.count().label("found"))
        .where(MarketMatch.found_at >= since)
        .group_by(MarketMatch.offer_id)
        .subquery()
    )
    by_found = select(each.c.found, func.count()).group_by(each.c.found).order_by(each.c.found.desc())
    counted = session.execute(by_found).all()
    if not counted:
        return None, 0
    left = top = -(-sum(posts for _, posts in counted) // TOP_SHARE)
    taken = 0
    for found, posts in counted:
        taken += found * min(posts, left)
        left -= min(posts, left)
    return taken / sum(found * posts for found, posts in counted), top


def _worst(session: Session, since: datetime) -> list[Unwanted]:
    """Posts that several others dismissed; what speaks of a post is said by the other side of the match."""
    about = case((MarketFeedback.side == PostSide.NEED, MarketMatch.offer_id), else_=MarketMatch.need_id)
    times = func.count()
    dismissed = (
        select(about.label("post_id"), times)
        .join(MarketFeedback.match)
        .where(MarketMatch.found_at >= since, MarketFeedback.verdict == FeedbackVerdict.DISMISSED)
        .group_by("post_id")
        .having(times >= WORST_FROM)
        .order_by(times.desc(), "post_id")
        .limit(WORST)
    )
    found = []
    for post_id, count in session.execute(dismissed).all():
        is_its = or_(MarketMatch.need_id == post_id, MarketMatch.offer_id == post_id)
        matches = session.scalar(select(func.count()).select_from(MarketMatch).where(is_its)) or 0
        found.append(Unwanted(session.get_one(MarketPost, post_id), count, matches))
    return found
