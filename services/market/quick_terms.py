"""Standard terms of a quick licence: its owner chooses them once, whoever takes them takes them as they are."""

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, Field

from core.i18n import chinese_amount
from models import MarketPost, PostSide, PostState
from nlp.market.posts import Mode

MOST_YEARS = 20


class FeeKind(StrEnum):
    """How the price of the post is paid."""

    PER_YEAR = "per_year"
    LUMP_SUM = "lump_sum"


FEE_NAMES = {FeeKind.PER_YEAR: "每年", FeeKind.LUMP_SUM: "一次付清"}


class QuickTerms(BaseModel):
    """Never exclusive. `field` and `region` limit where it may be used, "" limits nothing."""

    fee: FeeKind
    years: int = Field(ge=1, le=MOST_YEARS)
    region: str = Field(default="", max_length=60)
    field: str = Field(default="", max_length=60)


def quick_terms_of(post: MarketPost) -> QuickTerms | None:
    """Those of a post that is on the market with a price; None where nobody can take it as it is."""
    is_there = post.side == PostSide.OFFER and post.state == PostState.PUBLISHED and post.amount is not None
    if not is_there or post.quick_terms is None or Mode.LICENCE_QUICK not in post.modes or not post.rights:
        return None
    return QuickTerms.model_validate(post.quick_terms)


def words_of_terms(post: MarketPost) -> str:
    """What its owner wrote in them, in whatever state the post is; "" where nothing is."""
    if post.quick_terms is None:
        return ""
    terms = QuickTerms.model_validate(post.quick_terms)
    return "\n".join(each for each in (terms.region, terms.field) if each)


def said_terms_of(post: MarketPost) -> str:
    """The whole of them as they will be read once the post is published; "" without them."""
    if post.quick_terms is None or post.amount is None:
        return ""
    return said_quick_terms(QuickTerms.model_validate(post.quick_terms), post.amount)


def said_quick_terms(terms: QuickTerms, amount: int) -> str:
    """普通许可(不排他),每年5万元,3年,地域不限,领域限水处理"""
    region = f"限{terms.region}" if terms.region else "地域不限"
    field = f"领域限{terms.field}" if terms.field else "领域不限"
    return f"普通许可(不排他),{FEE_NAMES[terms.fee]}{chinese_amount(amount)},{terms.years}年,{region},{field}"


def said_price(terms: QuickTerms, amount: int, modes: Collection[str]) -> str:
    """每年5万元, as the terms themselves say it; what the same figure means for other ways of trade beside it."""
    price = f"{FEE_NAMES[terms.fee]}{chinese_amount(amount)}"
    if set(modes) <= {Mode.LICENCE_QUICK}:
        return price
    return f"快速许可{price},其他方式{chinese_amount(amount)}起"


def price_of(terms: QuickTerms, amount: int) -> int:
    """Of the whole term."""
    return amount * terms.years if terms.fee is FeeKind.PER_YEAR else amount
