"""What a patent's worth is in shares, and how much of them belongs to those who made it: by rule, from the owner's own
figures."""

from decimal import Decimal
from typing import Any

from core.i18n import chinese_amount
from nlp.rules import RuleResult, compute
from services.catalogue.facts import Estimate, Facts

PERCENT = Decimal(100)
UNLESS_AGREED = "是职务成果、又没有规定和约定的,"
NOTES = (
    "作价和出资都是您填的数;作价要评估,其他股东要认可。依据:《公司法》第四十八条。",
    "完成人的份额只对职务成果、又没有规定和约定时这样算。依据:《促进科技成果转化法》第四十四条、第四十五条。",
    "占股按认缴出资算,章程另有约定的从约定。",
)


def estimate_shares(facts: Facts) -> Estimate | None:
    """None unless a patent becomes capital and it is known what the others put in."""
    worth, others = facts.form.get("amount"), facts.form.get("other_capital")
    if facts.form.get("way") != "in_kind" or not worth or not others:
        return None
    share = Decimal(worth) / (Decimal(worth) + Decimal(others))
    inputs: dict[str, Any] = {"way": "equity", "income": round(share, 4), "income_unit": "%", "of": "patent"}
    makers = compute("achievement_share", inputs, on=facts.today)
    if not isinstance(makers, RuleResult):
        raise LookupError(f"achievement_share asked for {makers.slot}")
    said = f"专利作价{chinese_amount(int(worth))}、其他出资{chinese_amount(int(others))},专利占股{_percent(share)}。"
    lines = (f"{worth:,}÷({worth:,}+{others:,})={_percent(share)}。", *makers.lines)
    return Estimate(f"{said}{UNLESS_AGREED}{makers.headline}", "按您填的作价和出资算", lines, NOTES)


def _percent(share: Decimal) -> str:
    return f"{(share * PERCENT).quantize(Decimal('0.01')).normalize():f}%"
