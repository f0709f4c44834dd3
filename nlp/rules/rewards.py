"""What inventors get at least where nothing is agreed: Rules, art. 93 and 94; Tech Transfer Law, art. 45."""

from datetime import date
from decimal import Decimal
from typing import Any

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Article, Figure, Inputs, Rule, RuleResult
from nlp.rules.periods import end_of_period
from nlp.rules.wording import KIND_NAMES, full_day, money, money_both, percent, plain_number

LAW = "专利法实施细则"
TRANSFER_LAW = "促进科技成果转化法"
OWN_RULES = "单位和发明人有约定、或规章制度里有规定的,按约定和规定。"


def inventor_bonus(inputs: Inputs) -> RuleResult:
    """The least bonus by kinds and counts, by the rules in force on the day of grant."""
    counts = {kind: inputs.find_number(kind) for kind in KIND_NAMES}
    if not any(counts.values()):
        counts[inputs.word("kind", "是发明、实用新型,还是外观设计?")] = Decimal(1)
    granted_on = inputs.find_day("granted_on")
    entry = amounts("inventor_bonus", granted_on or inputs.on)
    parts, total = [], Decimal(0)
    for kind, count in counts.items():
        if count:
            each = exact(entry[kind])
            total += each * count
            parts.append(f"{KIND_NAMES[kind]}{plain_number(count)}件×{plain_number(each)}元")
    lines = [f"{'+'.join(parts)}={plain_number(total)}元,这是最低数。", OWN_RULES]
    figures = [Figure("奖金最低额", total, "元")]
    if granted_on and not inputs.find_word("month_only"):
        due = end_of_period(granted_on, inputs.calendar, months=3).day
        lines.append(f"授权公告({full_day(granted_on)})起3个月内发,最晚{full_day(due)}。")
        figures.append(Figure("发放截止日", due))
    return RuleResult(
        "inventor_bonus",
        total,
        "元",
        f"奖金不少于{money_both(total)}。",
        tuple(lines),
        ((LAW, entry["article"]), ("专利法", "第十五条")),
        (),
        tuple(figures),
    )


def achievement_share(inputs: Inputs) -> RuleResult:
    """The least share of those who made it: half of net income or equity, 5 % of profit for 3 to 5 years."""
    way = inputs.word("way", "是转让、许可、作价入股,还是自己实施?")
    entry = amounts("achievement_shares", inputs.on)
    local = _local_shares(inputs)
    if local is not None:
        entry = local
    share = exact(entry[way])
    noun = {"transfer": "转让净收入", "licence": "许可净收入", "equity": "折股(出资)额", "profit": "营业利润"}[way]
    base = inputs.number("income", f"{noun}是多少?")
    least = base * share
    unit, amount = "元", money_both(least)
    if inputs.find_word("income_unit") == "%":
        least, unit = base * share * 100, "%"
        amount = f"{plain_number(least)}%的股份"
    shown = percent(base) if unit == "%" else plain_number(base)
    lines = [f"{noun}{shown if unit == '%' else money(base)}×{percent(share)}={amount}。"]
    headline = f"至少{amount}归完成和转化的人。"
    if way == "profit":
        lines.append(f"投产成功后连续3至5年,每年都提;3年共{money(least * 3)},5年共{money(least * 5)}。")
        headline = f"每年至少提{amount}给完成和转化的人。"
    lines.append("净收入要先扣成本;单位有规定或有约定的从其规定(高校院所的不得低于这个标准)。")
    articles: tuple[Article, ...] = ((TRANSFER_LAW, "第四十五条"),)
    if local is not None:
        articles = ((local["law"], local["article"]), *articles)
    if inputs.find_word("of") == "patent":
        articles = (*articles, (LAW, "第九十四条"))
    return RuleResult(
        "achievement_share", least, unit, headline, tuple(lines), articles, (), (Figure("最低奖酬", least, unit),)
    )


def _local_shares(inputs: Inputs) -> dict[str, Any] | None:
    """The shares of a province that sets its own for public institutions."""
    region = inputs.find_word("region")
    if region is None:
        return None
    try:
        return dict(amounts("local_achievement_shares", inputs.on)["regions"][region])
    except LookupError:
        return None


def former_remuneration(inputs: Inputs) -> RuleResult:
    """The 2010 standard, until 19 January 2024: 2 % (designs 0.2 %) of profit a year, or 10 % of royalties."""
    way = inputs.word("way", "是许可别人用,还是自己实施?")
    entry = amounts("remuneration", min(inputs.on, date(2024, 1, 19)))
    base = inputs.number("income", "营业利润(许可使用费)是多少?")
    is_design = inputs.find_word("kind") == "design"
    key = "licence" if way in {"licence", "transfer"} else "design_profit" if is_design else "profit"
    share = exact(entry[key])
    least = base * share
    noun = "许可使用费" if key == "licence" else "每年营业利润"
    return RuleResult(
        "former_remuneration",
        least,
        "元",
        f"按旧标准报酬不少于{money_both(least)}。",
        (
            f"{noun}{money(base)}×{percent(share)}={money(least)}。",
            "这是2024年1月20日以前的旧规定,现在按转化法第四十五条。",
        ),
        ((LAW, entry["article"]),),
        (),
        (Figure("报酬最低额", least, "元"),),
    )


def least_share(inputs: Inputs) -> RuleResult:
    """The least share itself where no sum is said, by the rules of the day: of profit, royalties, price or equity."""
    way = inputs.word("way", "是转让、许可、作价入股,还是自己实施?")
    entry = amounts("remuneration", inputs.on)
    is_former = "design_profit" in entry
    is_own = way == "profit"
    key = "design_profit" if is_former and is_own and inputs.find_word("kind") == "design" else way
    share = exact(entry[key])  # the former rules say nothing of sales and equity: a LookupError, no figure
    noun = {"transfer": "转让净收入", "licence": "许可净收入", "equity": "折股", "profit": "实施的营业利润"}[way]
    if is_former:
        noun = "每年实施的营业利润" if is_own else "许可使用费"
    lines = [OWN_RULES]
    if is_former:
        lines.append("这是2024年1月20日以前的规定;促进科技成果转化法第四十五条的标准更高,按成果转化的要一并看。")
    elif is_own:
        lines.insert(0, "投产成功后连续3至5年,每年都提。")
    own: Article = (LAW, entry["article"])
    return RuleResult(
        "least_share",
        share * 100,
        "%",
        f"没有约定的,不低于{noun}的{percent(share)}。",
        tuple(lines),
        (own,) if is_former else (own, (TRANSFER_LAW, "第四十五条")),
        (),
        (Figure("最低比例", share * 100, "%"),),
    )


REWARDS = (
    Rule(
        "inventor_bonus",
        "职务发明奖金",
        frozenset({"invention", "utility_model", "design", "kind", "granted_on", "month_only"}),
        ((LAW, "第九十三条"),),
        date(2010, 2, 1),
        inventor_bonus,
    ),
    Rule(
        "achievement_share",
        "成果转化奖酬",
        frozenset({"way", "income", "income_unit", "of", "region"}),
        ((TRANSFER_LAW, "第四十五条"),),
        date(2015, 10, 1),
        achievement_share,
    ),
    Rule(
        "least_share",
        "职务发明报酬比例",
        frozenset({"way", "kind"}),
        ((LAW, "第九十四条"),),
        date(2024, 1, 20),
        least_share,
    ),
    Rule(
        "least_share",
        "职务发明报酬比例",
        frozenset({"way", "kind"}),
        ((LAW, "第七十八条"),),
        date(2010, 2, 1),
        least_share,
        date(2024, 1, 19),
    ),
    Rule(
        "former_remuneration",
        "旧规定的报酬",
        frozenset({"way", "income", "kind"}),
        ((LAW, "第七十八条"),),
        date(2010, 2, 1),
        former_remuneration,
    ),
)
