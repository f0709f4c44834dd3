"""The price of an offer reads the same beside its standard terms as within them."""

import pytest

from models import MarketPost, PostSide
from nlp.market.posts import Mode
from services.market.quick_terms import said_terms_of
from services.market.wording import said_amount

YEARLY = {"fee": "per_year", "years": 3}


@pytest.mark.parametrize(
    ("modes", "terms", "said"),
    [
        ([Mode.LICENCE_QUICK], YEARLY, "每年5万元"),
        ([Mode.LICENCE_QUICK], {"fee": "lump_sum", "years": 3}, "一次付清5万元"),
        ([Mode.LICENCE_QUICK, Mode.TRANSFER], YEARLY, "快速许可每年5万元,其他方式5万元起"),
        ([Mode.LICENCE_QUICK], None, "5万元起"),
        ([Mode.TRANSFER], YEARLY, "5万元起"),
    ],
)
def test_an_offer_says_its_price_as_its_terms_do(modes: list[Mode], terms: dict[str, object] | None, said: str) -> None:
    post = MarketPost(side=PostSide.OFFER, modes=modes, amount=50_000, quick_terms=terms)

    assert said_amount(post) == said
    if said.startswith(("每年", "一次")):
        assert said in said_terms_of(post)


def test_a_need_says_what_it_can_pay() -> None:
    assert said_amount(MarketPost(side=PostSide.NEED, modes=[], amount=50_000)) == "预算5万元以内"
