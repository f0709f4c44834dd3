"""The quick score: worked examples, and what it never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.market.quick_score import Confidence, FeeState, ScoreFacts, ScoreWeights, score_patent

WEIGHTS = ScoreWeights(
    kind={"invention": 20, "utility_model": 12, "design": 12, "pending": 8},
    most={"kind": 20, "term": 20, "claims": 15, "citations": 15, "fees": 10, "use": 10, "demand": 10},
    full_years=12,
    full_claims=10,
    full_citations=10,
    full_uses=2,
    full_needs=4,
)
KINDS = st.sampled_from(["invention", "utility_model", "design"])
FACTS = st.builds(
    ScoreFacts,
    kind=st.none() | KINDS,
    is_alive=st.just(True),
    is_granted=st.booleans(),
    years_left=st.none() | st.floats(-1, 20),
    claims=st.none() | st.integers(0, 60),
    citations=st.none() | st.integers(0, 60),
    fees=st.none() | st.sampled_from(FeeState),
    uses=st.none() | st.integers(0, 5),
    needs=st.none() | st.integers(0, 9),
)


def test_an_invention_of_which_all_is_known_has_one_figure() -> None:
    facts = ScoreFacts("invention", True, True, 6.0, 5, 5, FeeState.DUE, 1, 2)
    score = score_patent(facts, WEIGHTS)
    assert score is not None
    # 20 + 10 + 7.5 + 7.5 + 8 + 5 + 5 of 100
    assert (score.low, score.high, score.confidence) == (63, 63, Confidence.HIGH)
    assert score.unknown == ()


def test_what_is_not_known_makes_the_range_and_lowers_the_confidence() -> None:
    score = score_patent(ScoreFacts("invention", True, True, 12.0, 10), WEIGHTS)
    assert score is not None
    # 20 + 20 + 15 are known, 45 are open.
    assert (score.low, score.high, score.confidence) == (55, 100, Confidence.MIDDLE)
    assert score.unknown == ("同族和被引用", "年费", "运用记录", "市场需求")


def test_a_design_is_not_scored_by_claims() -> None:
    score = score_patent(ScoreFacts("design", True, True, 6.0, None, 10, FeeState.PAID, 2, 4), WEIGHTS)
    assert score is not None
    # 12 + 10 + 15 + 10 + 10 + 10 of 85
    assert (score.low, score.high) == (79, 79)
    assert "claims" not in {part.key for part in score.parts}


def test_no_use_here_is_not_known_to_be_none_elsewhere() -> None:
    score = score_patent(ScoreFacts("invention", True, True, 6.0, 5, 5, FeeState.PAID, 0, 4), WEIGHTS)
    assert score is not None and score.unknown == ("运用记录",)


def test_what_has_ended_has_no_score() -> None:
    assert score_patent(ScoreFacts("invention", False, True, 3.0, 10), WEIGHTS) is None


@given(facts=FACTS)
def test_the_range_lies_in_a_hundred_and_every_part_says_why(facts: ScoreFacts) -> None:
    score = score_patent(facts, WEIGHTS)
    assert score is not None
    assert 0 <= score.low <= score.high <= 100
    assert all(part.why and (part.points is None or 0 <= part.points <= part.most) for part in score.parts)
    assert not any("元" in part.why or "万" in part.why for part in score.parts)


@pytest.mark.parametrize("name", ["years_left", "claims", "citations", "needs"])
def test_more_of_a_good_thing_never_scores_less(name: str) -> None:
    base = {"years_left": 4.0, "claims": 3, "citations": 3, "needs": 1}
    scores = [
        score_patent(ScoreFacts("invention", True, True, **{**base, name: value}), WEIGHTS)  # type: ignore[arg-type]
        for value in (1, 2, 8, 30)
    ]
    lows = [score.low for score in scores if score is not None]
    assert lows == sorted(lows) and len(lows) == 4
