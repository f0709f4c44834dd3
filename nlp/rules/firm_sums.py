"""Two sums of a firm's everyday law: what a dismissed employee gets, what public buyers must leave to small firms."""

from datetime import date
from decimal import Decimal

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.wording import money, money_both, percent, plain_number

LABOUR_LAW, SME_LAW = "劳动合同法", "中小企业促进法"


def severance(inputs: Inputs) -> RuleResult:
    """A month's wage for each year of service, six months and more being a year: Labour Contract Law, art. 47."""
    months = int(inputs.number("service_months", "在公司干了几年几个月?"))
    wage = inputs.number("wage", "解除前12个月的月平均工资是多少?")
    rest = months % 12
    units = Decimal(months // 12) + (Decimal(1) if rest >= 6 else Decimal("0.5") if rest else Decimal(0))
    total = units * wage
    lines = [
        f"工作{months // 12}年{rest}个月,算{plain_number(units)}个月工资。",
        f"{money(wage)}×{plain_number(units)}={money(total)}。",
    ]
    articles = [(LABOUR_LAW, "第四十七条"), (LABOUR_LAW, "第四十六条")]
    name = "经济补偿"
    if inputs.find_word("unlawful"):
        total *= 2
        name = "赔偿金"
        lines.append(f"违法解除按两倍付赔偿金:{money(total)}。")
        articles = [(LABOUR_LAW, "第八十七条"), (LABOUR_LAW, "第四十七条")]
    lines.append("月工资高于当地上年度职工月平均工资3倍的,按3倍算,年限最多12年。")
    figures = (Figure(name, total, "元"),)
    headline = f"{name}{money_both(total)}。"
    return RuleResult("severance", total, "元", headline, tuple(lines), tuple(articles), (), figures)


def sme_procurement(inputs: Inputs) -> RuleResult:
    """At least 30 % of a year's budget for small and medium firms, of that 60 % for small and micro ones: art. 40."""
    entry = amounts("sme_procurement", inputs.on)
    budget = inputs.number("budget", "本部门年度政府采购项目预算总额是多少?")
    sme, small = exact(entry["sme"]), exact(entry["small"])
    for_sme = budget * sme
    for_small = for_sme * small
    figures = (Figure("预留给中小企业", for_sme, "元"), Figure("其中小型微型企业", for_small, "元"))
    return RuleResult(
        "sme_procurement",
        for_small,
        "元",
        f"至少给中小企业留{money_both(for_sme)},其中小微企业不低于{money_both(for_small)}。",
        (
            f"中小企业:{money(budget)}×{percent(sme)}={money(for_sme)}。",
            f"小微企业:{money(for_sme)}×{percent(small)}={money(for_small)}。",
            "中小企业提供不了的商品和服务除外。",
        ),
        ((SME_LAW, "第四十条"),),
        (),
        figures,
    )


FIRM_SUMS = (
    Rule(
        "severance",
        "辞退员工的经济补偿",
        frozenset({"service_months", "wage", "unlawful"}),
        ((LABOUR_LAW, "第四十七条"),),
        date(2008, 1, 1),
        severance,
    ),
    Rule(
        "sme_procurement",
        "政府采购预留份额",
        frozenset({"budget"}),
        ((SME_LAW, "第四十条"),),
        date(2018, 1, 1),
        sme_procurement,
    ),
)
