"""A market of 100,000 published posts and 100,000 matches: the board's searches and 匹配质量, on both databases.

Statements and what is made of them; HTTP and the page's template are not in it.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.boards import fresh_database
from benchmarks.market import needs, offers
from core.clock import china_date
from core.db import Base, Database
from core.logs import configure_logging
from core.memory import keep_for_good
from models import (
    Deal,
    DealState,
    FeedbackVerdict,
    MarketFeedback,
    MarketMatch,
    MarketPost,
    PostSide,
    PostState,
    Role,
    User,
)
from nlp.market.posts import Mode, Post
from nlp.segmenter import default_segmenter
from services.market.board import BoardQuery, search_board
from services.market.quality import show_quality
from tests.support.staff import make_staff

POSTS, MATCHES, OWNERS = 100_000, 100_000, 20_000
ROUNDS = 12
BATCH = 5_000
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = china_date(NOW)
# Words of benchmarks.generated_patents; each thing of the list is in about one offer of twelve.
SEARCHES = {
    "no filter": (BoardQuery(), 0),
    "one word": (BoardQuery(words="轴承"), 0),
    "two words": (BoardQuery(words="轴承 变压器"), 0),
    "a sentence": (BoardQuery(words="高精度石墨烯散热膜的制备方法"), 0),
    "two words, region, mode": (BoardQuery(words="轴承 变压器", region="广东省", mode=Mode.LICENCE_PLAIN), 0),
    "a word that nobody used": (BoardQuery(words="摇青机"), 0),
    "one word, page 5": (BoardQuery(words="轴承"), 80),
}


def fill(session: Session, posts: int, matches: int) -> None:
    """Half offers, half needs; a tenth of the matches is answered, a fiftieth led to a deal."""
    chance, half = random.Random(6), posts // 2
    _insert(session, User, ({"id": each, "created_at": NOW} for each in range(1, OWNERS + 1)))
    listed = [*offers(half), *(replace(need, post_id=half + number) for number, need in enumerate(needs(half), 1))]
    _insert(session, MarketPost, (_post(post, chance, is_offer=post.post_id <= half) for post in listed))
    sections = [post.classes[0][:1] for post in listed[:half]]
    _insert(session, MarketMatch, (
        {
            "id": number, "public_id": f"m{number}", "need_id": half + 1 + number % half, "score": 0.8,
            "offer_id": 1 + (number // half + number * 7) % half,
            "section": sections[(number // half + number * 7) % half], "reasons": ["主题(轴承、诊断)", "可普通许可"],
            "need_told": "matches-1" if number % 3 else None, "changed_at": NOW,
            "found_at": NOW - timedelta(minutes=chance.randrange(8 * 7 * 1440)),
        }
        for number in range(1, matches + 1)
    ))  # fmt: skip
    verdicts = tuple(FeedbackVerdict)
    _insert(session, MarketFeedback, (
        {"match_id": number, "side": "need", "verdict": chance.choice(verdicts), "given_at": NOW}
        for number in range(10, matches + 1, 10)
    ))  # fmt: skip
    _insert(session, Deal, (
        {
            "number": f"GX261123-{number:06d}", "state": DealState.DONE, "asked_by": "need", "created_at": NOW,
            "need_post_id": half + 1 + number % half, "offer_post_id": 1 + (number // half + number * 7) % half,
            "state_since": NOW,
        }
        for number in range(50, matches + 1, 50)
    ))  # fmt: skip


def _post(post: Post, chance: random.Random, *, is_offer: bool) -> dict[str, Any]:
    published = NOW - timedelta(minutes=chance.randrange(180 * 1440))
    return {
        "id": post.post_id, "public_id": f"p{post.post_id}", "user_id": 1 + post.post_id % OWNERS,
        "side": PostSide.OFFER if is_offer else PostSide.NEED, "state": PostState.PUBLISHED, "title": post.title,
        "text": post.text, "classes": list(post.classes), "section": post.classes[0][:1] if post.classes else None,
        "modes": list(post.modes), "amount": post.amount,
        "regions": list(post.regions), "place": post.regions[0] if post.regions else None,
        "right_state": post.right_state, "until": TODAY + timedelta(days=chance.randrange(1, 180)),
        "published_at": published, "created_at": published, "changed_at": published,
    }  # fmt: skip


def _insert(session: Session, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    for start in range(0, len(listed), BATCH):
        session.execute(insert(model), listed[start : start + BATCH])


def measure(kind: str, folder: Path, posts: int, matches: int) -> dict[str, Any]:
    """By name of the search or page: milliseconds, and how many posts were found."""
    segmenter = default_segmenter()
    with fresh_database(kind, folder) as url:
        database = Database(url)
        try:
            with database.unit_of_work() as session:
                fill(session, posts, matches)
                staff = make_staff(session, NOW, role=Role.SUPERVISOR)
            # What autovacuum and PRAGMA optimize do on a database that lives longer than this one.
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
                raw.execute(text("ANALYZE" if kind == "sqlite" else "VACUUM ANALYZE"))
            keep_for_good()
            figures = {}
            for name, (query, offset) in SEARCHES.items():

                def search(session: Session, query: BoardQuery = query, offset: int = offset) -> int:
                    found = search_board(session, segmenter, query, user_id=1, today=TODAY, offset=offset)
                    return found.total

                figures[name] = _times(database, search)
            figures["quality"] = _times(
                database, lambda session: sum(line.found for line in show_quality(session, staff, NOW).weeks)
            )
            return figures
        finally:
            database.engine.dispose()


def _times(database: Database, work: Callable[[Session], int]) -> dict[str, Any]:
    times, found = [], 0
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        with database.reading() as session:
            found = work(session)
        times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times[1:], n=20)  # the first has compiled the statements
    return {"p50_ms": round(cuts[9]), "p95_ms": round(cuts[18]), "found": found}


def run(posts: int = POSTS, matches: int = MATCHES) -> dict[str, Any]:
    """Every figure, by database."""
    found: dict[str, Any] = {"posts": posts, "matches": matches, "rounds": ROUNDS}
    for kind in ("postgresql", "sqlite"):
        with tempfile.TemporaryDirectory() as folder:
            found[kind] = measure(kind, Path(folder), posts, matches)
    return found


if __name__ == "__main__":
    # Logs go to standard error, so that what is printed is the figures alone.
    configure_logging("WARNING")
    # A smaller one, to see that it runs: python -m benchmarks.market_pages 2000 2000
    print(json.dumps(run(*(int(each) for each in sys.argv[1:])), ensure_ascii=False))
