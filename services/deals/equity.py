"""An offer of shares instead of money: what it must say, and what whoever takes it should know."""

from enum import StrEnum

from core.errors import InvalidInput
from nlp.market.posts import Mode

MOST_SHARE = 10_000
RISK = (
    "作价入股拿到的是股权,不是现款:专利要转到公司名下,收益看经营,退出看章程。作价要评估,高估的要补足出资。"
    "依据:《公司法》第四十八条、第四十九条、第五十条。"
)


class Valuation(StrEnum):
    """appraised: by an appraiser's report that is there · to_appraise: a price that an appraisal has yet to bear out"""

    APPRAISED = "appraised"
    TO_APPRAISE = "to_appraise"


VALUATION_NAMES = {Valuation.APPRAISED: "按评估报告作价", Valuation.TO_APPRAISE: "先协商,签约前评估"}


def check_equity(mode: Mode, share_bp: int | None, valuation: Valuation | None) -> None:
    """Raises InvalidInput where shares are offered without how many and how valued, or these without shares."""
    problems = {}
    if mode is Mode.EQUITY and share_bp is None:
        problems["share_percent"] = "作价入股要写占股多少。"
    if mode is Mode.EQUITY and valuation is None:
        problems["valuation"] = "作价入股要写按什么作价:有评估报告,还是签约前评估。"
    if mode is not Mode.EQUITY and (share_bp is not None or valuation is not None):
        problems["share_percent"] = "只有作价入股才写占股和作价依据。"
    if problems:
        raise InvalidInput(fields=problems)


def said_equity(share_bp: int | None, valuation: str | None) -> str:
    """占股12.5%,按评估报告作价; "" where it was not said."""
    if share_bp is None or valuation is None:
        return ""
    return f"占股{share_bp / 100:g}%,{VALUATION_NAMES[Valuation(valuation)]}"
