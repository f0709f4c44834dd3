"""The measure of matching, a floor under what words alone find, and the recorded feedback."""

import json
import math

import pytest

from dev.market_feedback import pair_of, replayed
from dev.market_sets import FEEDBACK, FRESH, TODAY, MarketSet, measure
from models import MarketPost
from nlp.market.index import PostIndex
from nlp.market.matching import Matcher
from nlp.market.terms import TermTable
from services.market.feedback import NEVER


@pytest.fixture(scope="module")
def market() -> MarketSet:
    return MarketSet.read()


def test_the_measure_is_what_the_report_says() -> None:
    judged = [{5: 3, 6: 1}, {7: 2}]
    found = {0: [6, 0, 5], 1: [1, 2, 3]}

    gain, recall = measure(found, judged, [0])

    assert gain == pytest.approx((1 + 7 / math.log2(4)) / (7 + 1 / math.log2(3)))
    assert recall == 1.0
    assert measure(found, judged, [0, 1])[1] == 0.5


def test_a_need_that_no_offer_has_to_do_with_counts_in_neither() -> None:
    assert measure({0: [1], 1: [5]}, [{}, {5: 1}], [0, 1]) == (1.0, 1.0)


def test_the_needs_of_another_author_are_marked_judged_and_none_of_the_first_set(market: MarketSet) -> None:
    rows = [json.loads(line) for line in FRESH.read_text(encoding="utf-8").splitlines()]

    assert {(row["author"], row["written"]) for row in rows} == {("third", "2026-11-29")}
    judged = [market.judged[number] for number in market.fresh]
    assert len(judged) == 40
    without_a_good_offer = [grades for grades in judged if max(grades.values(), default=0) < 2]
    assert len(without_a_good_offer) >= 5
    assert {grade for grades in judged for grade in grades.values()} == {1, 2, 3}


def test_without_vectors_matching_is_ahead_of_words_alone(market: MarketSet) -> None:
    assert (len(market.offers), market.old) == (400, 150)
    segmenter = market.segmenter
    words = TermTable(segmenter.cut_for_search(f"{offer.title}\n{offer.text}") for offer in market.offers)
    matcher = Matcher(PostIndex(market.offers, segmenter), segmenter, seeking=True)

    needs = dict(enumerate(market.needs[: market.old]))
    ours = {
        number: [match.post_id for match in matcher.match(need, on=TODAY, limit=20)] for number, need in needs.items()
    }
    plain = {
        number: list((-words.scores(segmenter.cut_for_search(need.text))).argsort()[:20])
        for number, need in needs.items()
    }

    assert measure(ours, market.judged, range(150))[0] > measure(plain, market.judged, range(150))[0] + 0.1


def test_recorded_feedback_says_that_it_was_made_and_agrees_with_the_judgements(market: MarketSet) -> None:
    rows = [json.loads(line) for line in FEEDBACK.read_text(encoding="utf-8").splitlines()]

    assert {row["made_from"] for row in rows} == {"judgements"}
    for row in rows:
        number, offer = pair_of(market, row)
        assert number in market.choosing
        grade = market.judged[number].get(offer, 0)
        assert row["verdict"] in {0: {"dismissed"}, 1: {None, "interested", "dismissed"}}.get(grade, {"interested"})
        assert row["reason"] is None or row["verdict"] == "dismissed"


def test_what_was_dismissed_never_comes_again_and_what_was_liked_rises_for_others(market: MarketSet) -> None:
    rows = [json.loads(line) for line in FEEDBACK.read_text(encoding="utf-8").splitlines()]
    asking = {need_id: MarketPost(id=need_id) for need_id in range(10_000, 10_000 + len(market.needs))}

    with replayed(market, rows) as learnt:
        about = {number: learnt.about(asking[10_000 + number]) for number in range(len(market.needs))}

    liked = {pair_of(market, row)[1] for row in rows if row["verdict"] == "interested"}
    for row in rows:
        number, offer = pair_of(market, row)
        assert (about[number].get(offer) == NEVER) == (row["verdict"] == "dismissed")
    later = about[market.held_out[0]]
    assert NEVER not in later.values()
    assert any(later[offer] > 0 for offer in liked)
