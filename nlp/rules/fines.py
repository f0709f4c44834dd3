"""Fines by multiples of unlawful income, turnover or the value of the goods; a flat sum or range below a threshold."""

from datetime import date
from decimal import Decimal
from typing import Any

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.wording import money, money_both, percent, plain_number

FIRST_DAY = date(2021, 6, 1)
ASK_WRONG = "是假冒专利、商标侵权、冒充注册商标、仿冒混淆、盗版,还是侵犯品种权?"


def fine(inputs: Inputs) -> RuleResult:
    """The highest fine, and the least one where the article sets one; other measures come on top."""
    wrong = inputs.word("wrong", ASK_WRONG)
    entry: dict[str, Any] = amounts("fines", inputs.on)[wrong]
    base = inputs.number("base", f"{entry['base']}是多少?")
    threshold = exact(entry["threshold"])
    is_small = base <= threshold if entry["inclusive"] else base < threshold
    low, high = _bounds(entry, base, is_small=is_small)
    lines = [f"{entry['base']}{money(base)},{_sentence(entry, is_small=is_small)}。"]
    if not is_small:
        parts = [_product(base, exact(entry[each])) for each in ("least_multiple", "multiple") if entry.get(each)]
        lines.append(";".join(parts) + "。")
    lines.append("具体数额由执法部门定;违法所得另外没收。" if entry["takes_gain"] else "具体数额由执法部门定。")
    figures = [Figure("罚款上限", high, "元")]
    headline = f"{entry['label']}最高罚{money_both(high)}。"
    if low:
        figures.append(Figure("罚款下限", low, "元"))
        headline = f"{entry['label']}罚{money(low)}以上{money(high)}以下。"
    return RuleResult(
        "fine", high, "元", headline, tuple(lines), ((entry["law"], entry["article"]),), (), tuple(figures)
    )


def _bounds(entry: dict[str, Any], base: Decimal, *, is_small: bool) -> tuple[Decimal, Decimal]:
    if is_small:
        return exact(entry.get("least_flat", 0)), exact(entry["flat"])
    return base * exact(entry.get("least_multiple", 0)), base * exact(entry["multiple"])


def _sentence(entry: dict[str, Any], *, is_small: bool) -> str:
    """What the article says of this side of the threshold."""
    bound = money(exact(entry["threshold"]))
    if is_small:
        least = f"{money(exact(entry['least_flat']))}以上" if "least_flat" in entry else ""
        said = f"在{bound}以下" if entry["inclusive"] else f"不足{bound}"
        return f"{entry['base']}{said}的,罚{least}{money(exact(entry['flat']))}以下"
    least = f"{_times(exact(entry['least_multiple']))}以上" if "least_multiple" in entry else ""
    return f"罚{entry['base']}的{least}{_times(exact(entry['multiple']))}以下"


def _times(multiple: Decimal) -> str:
    return f"{plain_number(multiple)}倍" if multiple >= 1 else percent(multiple)


def _product(base: Decimal, multiple: Decimal) -> str:
    return f"{plain_number(base)}×{_times(multiple)}={plain_number(base * multiple)}元"


FINES = (Rule("fine", "罚款上限", frozenset({"wrong", "base"}), (("专利法", "第六十八条"),), FIRST_DAY, fine),)
