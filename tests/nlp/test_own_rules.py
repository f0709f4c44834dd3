"""Who asks what a place has laid down itself gets that first, and nobody else does."""

from datetime import date

import pytest

from nlp.scope import asks_own_rule, own_rule_first
from nlp.types import PassageText

ASKS = [
    "河南自己的规定是不是还要高些",
    "按当地条例要补多少",
    "浙江省的条例怎么说",
    "我们省有没有出专门的规定,省里的规定是多少",
    "上海这边的规定呢",
    "照我们市的办法呢",
]
DOES_NOT_ASK = ["没有规定也没约定的怎么奖", "河南的公司成果许可出去怎么奖", "郑州哪里能交材料", "商标法怎么规定的"]


def passage(number: int, region: str) -> PassageText:
    return PassageText(
        passage_id=number,
        document="促进科技成果转化条例" if region != "全国" else "促进科技成果转化法",
        label="第四十条",
        text="从净收入中提取比例奖励。",
        kind="regulation",
        region=region,
        source="",
        authority=None,
        version="2020",
        checked_at=date(2026, 1, 1),
        confidence="V",
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )


NATIONAL, HENAN, SHANGHAI = passage(1, "全国"), passage(2, "河南省"), passage(3, "上海市")


@pytest.mark.parametrize("question", ASKS)
def test_a_place_s_own_rule_is_asked_for(question: str) -> None:
    assert asks_own_rule(question)


@pytest.mark.parametrize("question", DOES_NOT_ASK)
def test_a_place_s_own_rule_is_not_asked_for(question: str) -> None:
    assert not asks_own_rule(question)


def test_the_named_place_s_rule_goes_first_with_the_best_score_where_it_answers_about_as_well() -> None:
    found = [(NATIONAL, 0.95), (SHANGHAI, 0.94), (HENAN, 0.9)]

    first = own_rule_first(ASKS[0], found, enough=0.33)

    assert first == [(HENAN, 0.95), (NATIONAL, 0.95), (SHANGHAI, 0.94)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (ASKS[0], [(NATIONAL, 0.95), (HENAN, 0.6)]),
        (ASKS[0], [(NATIONAL, 0.3), (HENAN, 0.29)]),
        (ASKS[0], [(NATIONAL, 0.95), (SHANGHAI, 0.94)]),
        (DOES_NOT_ASK[1], [(NATIONAL, 0.95), (HENAN, 0.94)]),
        (ASKS[0], []),
    ],
)
def test_a_worse_an_unsure_or_another_place_s_rule_stays_behind(
    question: str, found: list[tuple[PassageText, float]]
) -> None:
    assert own_rule_first(question, found, enough=0.33) == found
