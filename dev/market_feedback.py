"""Recorded feedback on matches, and what it changes: made from judgements, replayed through the market's own rules.

`python -m dev.market_feedback` writes data/evaluation/market_feedback.jsonl. No owner gave these verdicts: what was
shown for the needs that are for choosing, in its order, is answered as the graded judgements would have it. 2 and 3 are
of interest, 0 is dismissed with a reason of the pair or none, 1 is mostly left unanswered. Later needs are the others.
"""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.db import Base, Database
from dev.market_sets import FEEDBACK, TODAY, MarketSet, measure
from models import FeedbackVerdict, MarketFeedback, MarketMatch, MarketPost, PostSide, PostState, User
from nlp.market.conditions import Verdict
from nlp.market.matching import Match
from services.market.feedback import NEVER, Learnt, Reason
from services.market.matching import KEPT

SEED = 6
BEGAN, LASTS = datetime(2026, 11, 8, 1, tzinfo=UTC), timedelta(days=14)
# Of what is only related so many are answered at all; of what is dismissed so many say no reason.
ANSWERED, SILENT = 0.2, 0.3
TEACHES = 2 / 3
# Row ids of needs; those of offers begin with 1.
FIRST_NEED = 10_000
# How many owners ask with each need of a week, and how many are asked by many where a field is in fashion.
OWNERS, IN_FASHION, CROWD = 5, 10, 20
MOST_TAKEN = 0.01
Rows = Sequence[dict[str, Any]]


def main() -> None:
    """Writes the file."""
    market = MarketSet.read()
    rows = list(_made(market))
    FEEDBACK.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(Counter(row["verdict"] for row in rows))


def _made(market: MarketSet) -> Iterator[dict[str, Any]]:
    dice = random.Random(SEED)
    order = list(market.choosing)
    dice.shuffle(order)
    for turn, number in enumerate(order):
        at = BEGAN + LASTS * turn / len(order)
        for place, match in enumerate(_kept(market.find(number)), 1):
            grade = market.judged[number].get(match.post_id, 0)
            verdict, reason = _answer(grade, match, dice)
            yield {
                "made_from": "judgements",
                "need": market.need_names[number],
                "offer": market.offer_names[match.post_id],
                "place": place,
                "shown_at": at.isoformat(),
                "verdict": verdict,
                "reason": reason,
            }


def _answer(grade: int, match: Match, dice: random.Random) -> tuple[str | None, str | None]:
    if grade >= 2:
        return FeedbackVerdict.INTERESTED, None
    if grade == 1 and dice.random() >= ANSWERED:
        return None, None
    if grade == 1 and dice.random() < 0.5:
        return FeedbackVerdict.INTERESTED, None
    if dice.random() < SILENT:
        return FeedbackVerdict.DISMISSED, None
    unmet = [each.name for each in match.conditions if each.verdict is Verdict.UNMET and each.name in set(Reason)]
    return FeedbackVerdict.DISMISSED, dice.choice([*unmet, Reason.SUBJECT, Reason.SUBJECT])


def feedback_report(market: MarketSet) -> list[str]:
    """What recorded feedback changes: later needs, the same needs, pairs that were dismissed, and the crowd."""
    rows = [json.loads(line) for line in FEEDBACK.read_text(encoding="utf-8").splitlines()]
    order = list(dict.fromkeys(market.need_names.index(row["need"]) for row in rows))
    early = order[: round(len(order) * TEACHES)]
    names = {market.need_names[number] for number in early}
    lines = [
        "## The market: what feedback changes", "",
        f"{len(rows)} matches shown for the {len(order)} needs for choosing that had any, answered as the judgements"
        f" would have it ({_counted(rows)}): made, not given by owners. Replayed through services/market/feedback.py.",
        "",
        "| taught by | measured on | nDCG@10 without | with |", "| --- | --- | ---: | ---: |",
    ]  # fmt: skip
    splits = (
        (f"the first {len(early)} needs", f"the {len(order) - len(early)} after them", early, order[len(early) :]),
        (f"all {len(order)}", f"the {len(market.held_out)} held out", order, market.held_out),
        (f"all {len(order)}", f"the {len(market.fresh)} of another author", order, market.fresh),
        (f"all {len(order)}", "the same needs, asked again: their dismissals are out", order, order),
    )
    again = answered = 0
    for taught_by, measured, teachers, part in splits:
        taught = rows if len(teachers) == len(order) else [row for row in rows if row["need"] in names]
        with replayed(market, taught) as learnt:
            found = {number: market.find(number, learnt.about(_asking(number))) for number in part}
            if part is order:
                dismissed = {pair_of(market, row) for row in rows if row["verdict"] == FeedbackVerdict.DISMISSED}
                kept = {(number, match.post_id) for number in part for match in _kept(found[number])}
                again, answered = len(dismissed & kept), len(dismissed)
        plain = measure(_ids({number: market.find(number) for number in part}), market.judged, part)[0]
        lines.append(f"| {taught_by} | {measured} | {plain:.3f} | {measure(_ids(found), market.judged, part)[0]:.3f} |")
    lines += ["", f"Of {answered} pairs that were dismissed {again} came again.", "", *_crowd_report(market)]
    return lines


def _crowd_report(market: MarketSet) -> list[str]:
    """Who takes the matches of a week in which needs are asked by so many owners each."""
    everyone = list(range(len(market.needs)))
    weeks = {
        "every need once": everyone,
        f"every need by {OWNERS} owners": everyone * OWNERS,
        f"{IN_FASHION} needs by {CROWD} owners each, the others once": [
            *everyone,
            *market.choosing[:IN_FASHION] * (CROWD - 1),
        ],
    }
    lines = [
        "| a week with | matches taken by the top 1 % of offers, without fairness | with | nDCG@10 without | with |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for week, asked in weeks.items():
        plain, fair = (_week(market, asked, is_fair=is_fair) for is_fair in (False, True))
        lines.append(f"| {week} | {plain[0]:.1%} | {fair[0]:.1%} | {plain[1]:.3f} | {fair[1]:.3f} |")
    return [*lines, ""]


def _week(market: MarketSet, asked: Sequence[int], *, is_fair: bool) -> tuple[float, float]:
    """(share of the matches that the top 1 % of offers take, nDCG@10 over everybody who asks)."""
    taken: Counter[int] = Counter()
    found: list[list[int]] = []
    with replayed(market, []) as learnt:
        for turn, number in enumerate(asked):
            asking = _asking(number, turn)
            matches = market.find(number, learnt.about(asking))
            found.append([match.post_id for match in matches])
            for match in _kept(matches):
                taken[match.post_id] += 1
                if is_fair:
                    learnt.note(match.post_id, of=asking.id)
    top = round(len(market.offers) * MOST_TAKEN)
    share = sum(count for _, count in taken.most_common(top)) / taken.total()
    judged = [market.judged[number] for number in asked]
    return share, measure(dict(enumerate(found)), judged, range(len(asked)))[0]


class Replay:
    """What the market's own rules have learnt from rows, by number of the offer."""

    def __init__(self, learnt: Learnt) -> None:
        self._learnt = learnt

    def about(self, asking: MarketPost) -> Mapping[int, float]:
        return {row_id - 1: share for row_id, share in self._learnt.about(asking).items()}

    def note(self, post_id: int, *, of: int) -> None:
        self._learnt.note(post_id + 1, of=of)


@contextmanager
def replayed(market: MarketSet, rows: Rows) -> Iterator[Replay]:
    """The rows as the product keeps them, in a database of their own; read a month later, when no week counts them."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/market.db")
        Base.metadata.create_all(database.engine)
        with database.unit_of_work() as session:
            _write(session, market, rows)
        with database.reading() as session:
            yield Replay(Learnt(session, PostSide.OFFER, BEGAN + 3 * LASTS))
        database.engine.dispose()


def _write(session: Session, market: MarketSet, rows: Rows) -> None:
    user = User(created_at=BEGAN)
    session.add(user)
    session.flush()
    posts = [(number + 1, PostSide.OFFER) for number in range(len(market.offers))]
    posts += [(_asking(number).id, PostSide.NEED) for number in market.choosing]
    for post_id, side in posts:
        session.add(
            MarketPost(id=post_id, user_id=user.id, side=side, text="", state=PostState.PUBLISHED, until=TODAY,
                       created_at=BEGAN, changed_at=BEGAN)
        )  # fmt: skip
    session.flush()
    for row in rows:
        number, offer = pair_of(market, row)
        at = datetime.fromisoformat(row["shown_at"])
        match = MarketMatch(need_id=_asking(number).id, offer_id=offer + 1, score=0, found_at=at, changed_at=at)
        session.add(match)
        session.flush()
        if row["verdict"]:
            session.add(
                MarketFeedback(match_id=match.id, side=PostSide.NEED, verdict=row["verdict"], reason=row["reason"],
                               given_at=at)
            )  # fmt: skip


def _asking(number: int, turn: int = 0) -> MarketPost:
    """The need as a row; another id for another asker of the same need."""
    return MarketPost(id=FIRST_NEED * (turn + 1) + number)


def pair_of(market: MarketSet, row: Mapping[str, Any]) -> tuple[int, int]:
    return market.need_names.index(row["need"]), market.offer_names.index(row["offer"])


def _kept(matches: Sequence[Match]) -> list[Match]:
    """Those that the service would keep."""
    return [match for match in matches[:KEPT] if match.is_close]


def _ids(found: Mapping[int, Sequence[Match]]) -> dict[int, list[int]]:
    return {
        number: [match.post_id for match in matches if match.score > NEVER / 2] for number, matches in found.items()
    }


def _counted(rows: Rows) -> str:
    counts = Counter(row["verdict"] or "unanswered" for row in rows)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())


if __name__ == "__main__":
    main()
