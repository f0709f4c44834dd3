"""The measure of matching, and a floor under what words alone find."""

import json
import math

import pytest

from dev.evaluate_market import FRESH, TODAY, measure, read_market
from nlp.market.index import PostIndex
from nlp.market.matching import Matcher
from nlp.market.terms import TermTable
from nlp.segmenter import default_segmenter


def test_the_measure_is_what_the_report_says() -> None:
    judged = [{5: 3, 6: 1}, {7: 2}]
    found = [[6, 0, 5], [1, 2, 3]]

    gain, recall = measure(found, judged, [0])

    assert gain == pytest.approx((1 + 7 / math.log2(4)) / (7 + 1 / math.log2(3)))
    assert recall == 1.0
    assert measure(found, judged, [0, 1])[1] == 0.5


def test_a_need_that_no_offer_has_to_do_with_counts_in_neither() -> None:
    assert measure([[1], [5]], [{}, {5: 1}], [0, 1]) == (1.0, 1.0)


def test_the_needs_of_another_author_are_marked_judged_and_none_of_the_first_set() -> None:
    _, needs, judged = read_market(default_segmenter(), FRESH)
    rows = [json.loads(line) for line in FRESH.read_text(encoding="utf-8").splitlines()]

    assert {(row["author"], row["written"]) for row in rows} == {("third", "2026-11-29")}
    assert len(needs) == 40
    without_a_good_offer = [grades for grades in judged if max(grades.values(), default=0) < 2]
    assert len(without_a_good_offer) >= 5
    assert {grade for grades in judged for grade in grades.values()} == {1, 2, 3}


def test_without_vectors_matching_is_ahead_of_words_alone() -> None:
    segmenter = default_segmenter()
    offers, needs, judged = read_market(segmenter)
    assert (len(offers), len(needs)) == (400, 150)
    words = TermTable(segmenter.cut_for_search(f"{offer.title}\n{offer.text}") for offer in offers)
    matcher = Matcher(PostIndex(offers, segmenter), segmenter, seeking=True)

    ours = [[match.post_id for match in matcher.match(need, on=TODAY, limit=20)] for need in needs]
    plain = [list((-words.scores(segmenter.cut_for_search(need.text))).argsort()[:20]) for need in needs]

    everyone = range(len(needs))
    assert measure(ours, judged, everyone)[0] > measure(plain, judged, everyone)[0] + 0.1
