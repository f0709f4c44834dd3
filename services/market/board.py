"""The board: what is on the market, for everybody who looks; who it is from only where its owner lets it be told."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from models import MarketFavourite, MarketPost, PostSide, PostState
from nlp.ipc import normalise_ipc
from nlp.market.posts import Mode, RightState
from nlp.market.terms import terms_of
from nlp.segmenter import Segmenter
from services.market.board_words import may_say
from services.market.memory import as_post

MOST_WORDS = 6
SHORTEST_WORD = 2
# A word of the title says what it is about.
TITLE_WEIGHT, TEXT_WEIGHT = 2, 1
SIMILAR, LOOKED_AT = 5, 200
# Of the rarer post's terms; below it they have little more than the language in common.
LEAST_ALIKE = 0.12


@dataclass(frozen=True)
class BoardQuery:
    """What is looked for; None and "" ask for nothing. `most` is the budget, `least` the price, in whole yuan."""

    words: str = ""
    side: PostSide | None = None
    mode: Mode | None = None
    region: str = ""
    ipc: str = ""
    right_state: RightState | None = None
    most: int | None = None
    only_kept: bool = False


@dataclass(frozen=True)
class BoardPage:
    items: tuple[MarketPost, ...]
    total: int
    next_offset: int | None
    kept: frozenset[int] = field(default_factory=frozenset)


def on_board(today: date) -> ColumnElement[bool]:
    """Whatever everybody may see. The last day counts even before the clock has ended the post."""
    return and_(MarketPost.state == PostState.PUBLISHED, MarketPost.until >= today)


def search_board(
    session: Session,
    segmenter: Segmenter,
    query: BoardQuery,
    *,
    user_id: int,
    today: date,
    offset: int = 0,
    limit: int = 20,
) -> BoardPage:
    """Posts that have any of the words, those with more of them first, then the newest."""
    wanted = and_(on_board(today), *_conditions(query, user_id))
    words = _words(query.words, segmenter)
    if words:
        ids, total = _said_most(session, words, wanted, offset, limit)
    else:
        # A condition that no index takes: SQLite would look up all that are not over and sort them for one page.
        not_over = func.coalesce(MarketPost.until, MarketPost.until) >= today
        shown = and_(MarketPost.state == PostState.PUBLISHED, not_over, *_conditions(query, user_id))
        newest = select(MarketPost.id).where(shown).order_by(MarketPost.published_at.desc(), MarketPost.id.desc())
        ids = session.scalars(newest.offset(offset).limit(limit)).all()
        total = session.scalar(select(func.count()).select_from(MarketPost).where(wanted)) or 0
    found = select(MarketPost).where(MarketPost.id.in_(ids)).options(joinedload(MarketPost.company))
    rows = sorted(session.scalars(found), key=lambda post: ids.index(post.id))
    end = offset + len(rows)
    return BoardPage(tuple(rows), total, end if rows and end < total else None, kept_of(session, user_id, rows))


def _said_most(
    session: Session, words: Sequence[str], wanted: ColumnElement[bool], offset: int, limit: int
) -> tuple[Sequence[int], int]:
    """A page of ids, and how many there are in all, by one walk through the table.

    What is wanted stands within the weight: as a condition SQLite takes it to an index that leaves nothing out, and
    looks up row by row, which takes several times as long. Where the index of words knows, few are walked through."""
    weight = case((wanted, _relevance(words)), else_=0).label("weight")
    looked_at = select(MarketPost.id, MarketPost.published_at, weight)
    candidates = may_say(session, words)
    if candidates is not None:
        looked_at = looked_at.where(candidates)
    weighed = looked_at.cte("weighed").prefix_with("MATERIALIZED")
    said = select(weighed.c.id, func.count().over()).where(weighed.c.weight > 0)
    order = (weighed.c.weight.desc(), weighed.c.published_at.desc(), weighed.c.id.desc())
    page = session.execute(said.order_by(*order).offset(offset).limit(limit)).all()
    if not page and offset:  # beyond the last page no row says how many there are
        total = session.scalar(select(func.count()).select_from(weighed).where(weighed.c.weight > 0)) or 0
        return [], total
    return [each[0] for each in page], page[0][1] if page else 0


def find_similar(session: Session, segmenter: Segmenter, post: MarketPost, *, today: date) -> list[MarketPost]:
    """Others of the same side that share the most words with it, best first."""
    words = _words(post.title or post.text, segmenter)
    if not words:
        return []
    candidates = may_say(session, words)
    wanted = (
        select(MarketPost)
        .where(on_board(today), MarketPost.side == post.side, MarketPost.id != post.id)
        .where(or_(*(_says(word) for word in words)), *([] if candidates is None else [candidates]))
        .options(joinedload(MarketPost.company))
        .order_by(_relevance(words).desc(), MarketPost.id.desc())
        .limit(LOOKED_AT)
    )
    own = set(terms_of(as_post(post).subject, segmenter))
    found = []
    for other in session.scalars(wanted):
        theirs = set(terms_of(as_post(other).subject, segmenter))
        alike = len(own & theirs) / max(1, min(len(own), len(theirs)))
        if alike >= LEAST_ALIKE:
            found.append((alike, other))
    return [other for _, other in sorted(found, key=lambda each: -each[0])[:SIMILAR]]


def kept_of(session: Session, user_id: int, posts: Sequence[MarketPost]) -> frozenset[int]:
    """Which of these somebody keeps, by id."""
    wanted = select(MarketFavourite.post_id).where(
        MarketFavourite.user_id == user_id, MarketFavourite.post_id.in_([post.id for post in posts])
    )
    return frozenset(session.scalars(wanted))


def _conditions(query: BoardQuery, user_id: int) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.side is not None:
        found.append(MarketPost.side == query.side)
    if query.mode is not None:
        found.append(cast(MarketPost.modes, Text).contains(f'"{query.mode.value}"', autoescape=True))
    if query.region:
        found.append(MarketPost.place.startswith(query.region, autoescape=True))
    if query.ipc:
        symbol = normalise_ipc(query.ipc) or query.ipc
        found.append(cast(MarketPost.classes, Text).contains(f'"{symbol}', autoescape=True))
    if query.right_state is not None:
        found.append(MarketPost.right_state == query.right_state)
    if query.most is not None:
        found.append(MarketPost.amount <= query.most)
    if query.only_kept:
        kept = select(MarketFavourite.post_id).where(MarketFavourite.user_id == user_id)
        found.append(MarketPost.id.in_(kept))
    return found


def _words(text: str, segmenter: Segmenter) -> list[str]:
    """What is searched for, long words first; a search of one short word has that word."""
    words = dict.fromkeys(word.strip() for word in segmenter.cut_for_search(text) if word.strip())
    telling = [word for word in words if len(word) >= SHORTEST_WORD]
    return sorted(telling or list(words), key=len, reverse=True)[:MOST_WORDS]


def _says(word: str) -> ColumnElement[bool]:
    return or_(_shows_in_title(word), _has(MarketPost.text, word))


def _relevance(words: Sequence[str]) -> ColumnElement[int]:
    return reduce(operator.add, (_weight(word) for word in words))


def _weight(word: str) -> ColumnElement[int]:
    in_title, in_text = _shows_in_title(word), _has(MarketPost.text, word)
    return case((in_title, TITLE_WEIGHT), else_=0) + case((in_text, TEXT_WEIGHT), else_=0)


def _shows_in_title(word: str) -> ColumnElement[bool]:
    """Found by the title of its patent an anonymous offer would say whose it is (wording.title_for_others)."""
    is_shown = or_(
        MarketPost.is_anonymous.is_(False), MarketPost.side != PostSide.OFFER, cast(MarketPost.rights, Text) == "[]"
    )
    return and_(_has(MarketPost.title, word), is_shown)


def _has(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    # Making a text small letters takes PostgreSQL three times as long as looking through it.
    if word.lower() == word.upper():
        return column.contains(word, autoescape=True)
    return func.lower(column).contains(word.lower(), autoescape=True)
