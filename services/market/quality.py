"""How well matching works: week by week and field by field what became of matches, who has none, who takes them all,
and which posts people do not want. Everything is about matches found in the last weeks, by the index of that day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select, union
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
# The section of a post's first class, and whether either side heard of a match.
FIELD = func.substr(cast(MarketPost.classes, String), 3, 1)
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
    offers, said = _per_offer(session, starts[0]), _said(session, starts)
    weeks, fields = _figures(session, starts, offers, said)
    reasons = Counter(each.reason for each in said if each.verdict == FeedbackVerdict.DISMISSED)
    share, posts = _top_share([each.found for each in offers])
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
        worst=_worst(session, said),
    )


def _week_of(column: Any, starts: Sequence[datetime]) -> ColumnElement[int]:
    return case(*((column < start, place) for place, start in enumerate(starts[1:])), else_=len(starts) - 1)


def _per_offer(session: Session, since: datetime) -> Sequence[Any]:
    """Offer, letter of its field, matches found and told. Counted before posts are read: one row of these an offer."""
    counted = (
        select(MarketMatch.offer_id, func.count().label("found"), func.sum(WAS_TOLD).label("told"))
        .where(MarketMatch.found_at >= since)
        .group_by(MarketMatch.offer_id)
        .subquery()
    )
    return session.execute(
        select(counted.c.offer_id, FIELD.label("field"), counted.c.found, counted.c.told).join(
            MarketPost, MarketPost.id == counted.c.offer_id
        )
    ).all()


def _said(session: Session, starts: Sequence[datetime]) -> Sequence[Any]:
    """What people said of matches of these weeks."""
    return session.execute(
        select(
            _week_of(MarketMatch.found_at, starts).label("week"),
            MarketMatch.need_id,
            MarketMatch.offer_id,
            MarketFeedback.side,
            MarketFeedback.verdict,
            MarketFeedback.reason,
        )
        .join(MarketFeedback.match)
        .where(MarketMatch.found_at >= starts[0])
    ).all()


def _figures(
    session: Session, starts: Sequence[datetime], offers: Sequence[Any], said: Sequence[Any]
) -> tuple[dict[int, Counter[str]], dict[str, Counter[str]]]:
    """By week and by field."""
    weeks: dict[int, Counter[str]] = defaultdict(Counter)
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    week, field_of = _week_of(MarketMatch.found_at, starts), {each.offer_id: each.field for each in offers}
    counted = select(week.label("week"), func.count(), func.sum(WAS_TOLD)).group_by("week")
    for place, count, told in session.execute(counted.where(MarketMatch.found_at >= starts[0])):
        weeks[place].update(found=count, told=int(told))
    for each in offers:
        fields[_known(each.field)].update(found=each.found, told=int(each.told))
    for each in said:
        weeks[each.week][each.verdict] += 1
        fields[_known(field_of.get(each.offer_id))][each.verdict] += 1
    deals = (
        select(week, MarketMatch.offer_id, Deal.state)
        .select_from(Deal)
        .join(MarketMatch, and_(MarketMatch.need_id == Deal.need_post_id, MarketMatch.offer_id == Deal.offer_post_id))
        .where(MarketMatch.found_at >= starts[0], Deal.created_at >= starts[0])
    )
    for place, offer_id, state in session.execute(deals):
        for figures in (weeks[place], fields[_known(field_of.get(offer_id))]):
            figures.update(enquired=1, done=int(state == DealState.DONE))
    when = _week_of(MarketPost.published_at, starts)
    published = select(when.label("week"), FIELD.label("field"), func.count()).group_by("week", "field")
    for place, field, count in session.execute(published.where(MarketPost.published_at >= starts[0])):
        weeks[place].update(published=count)
        fields[_known(field)].update(published=count)
    return weeks, fields


def _known(field: str | None) -> str:
    return field if field in SECTIONS else ""


def _unmatched(session: Session, now: datetime) -> list[Unmatched]:
    """Of both sides, by one walk through what is on the market."""
    live = (
        select(MarketPost.id, MarketPost.side)
        .where(MarketPost.state == PostState.PUBLISHED, MarketPost.until >= china_date(now))
        .subquery()
    )
    matched = union(select(MarketMatch.need_id), select(MarketMatch.offer_id)).subquery()
    counted = (
        select(live.c.side, func.count(), func.count(matched.c.need_id))
        .outerjoin_from(live, matched, matched.c.need_id == live.c.id)
        .group_by(live.c.side)
    )
    found = {side: (posts, having) for side, posts, having in session.execute(counted)}
    posts = {side: found.get(side, (0, 0)) for side in PostSide}
    return [Unmatched(side, count, count - having) for side, (count, having) in posts.items()]


def _top_share(found: Sequence[int]) -> tuple[float | None, int]:
    """What the hundredth of the offers that have matches takes of all matches, and how many posts that is."""
    if not found:
        return None, 0
    top = -(-len(found) // TOP_SHARE)
    return sum(sorted(found, reverse=True)[:top]) / sum(found), top


def _worst(session: Session, said: Sequence[Any]) -> list[Unwanted]:
    """Posts that several others dismissed; what speaks of a post is said by the other side of the match."""
    dismissed = Counter(
        each.offer_id if each.side == PostSide.NEED else each.need_id
        for each in said
        if each.verdict == FeedbackVerdict.DISMISSED
    )
    found = []
    for post_id, count in dismissed.most_common(WORST):
        if count < WORST_FROM:
            break
        is_its = or_(MarketMatch.need_id == post_id, MarketMatch.offer_id == post_id)
        matches = session.scalar(select(func.count()).select_from(MarketMatch).where(is_its)) or 0
        found.append(Unwanted(session.get_one(MarketPost, post_id), count, matches))
    return found
