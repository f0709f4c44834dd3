"""Sums of a firm's everyday law: severance, repaid training, procurement for small firms, limits of guarantees."""

from datetime import date
from decimal import Decimal

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.wording import money, money_both, percent, plain_number

LABOUR_LAW, SME_LAW, GUARANTEE_RULES = "劳动合同法", "中小企业促进法", "融资担保公司监督管理条例"


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


def training_penalty(inputs: Inputs) -> RuleResult:
    """At most the share of the training's cost that falls on the service left: Labour Contract Law, art. 22."""
    cost = inputs.number("training_cost", "专项培训费是多少?")
    agreed = inputs.number("agreed_months", "约定的服务期是几年?")
    served = inputs.number("served_months", "已经干了多久?")
    if not 0 <= served <= agreed or not agreed:
        raise ValueError("More service than was agreed.")
    left = agreed - served
    most = (cost * left / agreed).quantize(Decimal("0.01"))
    return RuleResult(
        "training_penalty",
        most,
        "元",
        f"违约金最多{money_both(most)}。",
        (
            f"服务期{plain_number(agreed)}个月,干了{plain_number(served)}个月,还差{plain_number(left)}个月。",
            f"{money(cost)}×{plain_number(left)}÷{plain_number(agreed)}={money(most)}。",
            "只限单位出专项培训费做专业技术培训、又约定了服务期的。",
        ),
        ((LABOUR_LAW, "第二十二条"),),
        (),
        (Figure("违约金上限", most, "元"),),
    )


def guarantee_limit(inputs: Inputs) -> RuleResult:
    """By net assets: 10 % for one client, 15 % with its affiliates, ten times in all: arts. 15 and 16."""
    entry = amounts("guarantee_limits", inputs.on)
    assets = inputs.number("net_assets", "担保公司净资产是多少?")
    one, related, total = assets * exact(entry["one"]), assets * exact(entry["related"]), assets * entry["total"]
    figures = (
        Figure("同一被担保人", one, "元"),
        Figure("连同关联方", related, "元"),
        Figure("全部责任余额", total, "元"),
    )
    return RuleResult(
        "guarantee_limit",
        one,
        "元",
        f"对同一家最多担保{money_both(one)}。",
        (
            f"同一被担保人不超过净资产的{percent(exact(entry['one']))}:{money(one)}。",
            f"连同关联方不超过{percent(exact(entry['related']))}:{money(related)}。",
            f"全部担保责任余额不超过净资产的{entry['total']}倍:{money(total)}。",
        ),
        ((GUARANTEE_RULES, "第十六条"), (GUARANTEE_RULES, "第十五条")),
        (),
        figures,
    )


def deposit(inputs: Inputs) -> RuleResult:
    """A deposit counts up to 20 % of the contract's sum; who took it and fails gives it back twice: Civil Code."""
    share = exact(amounts("deposits", inputs.on)["share"])
    paid, contract = inputs.find_number("paid"), inputs.find_number("contract")
    lines: list[str] = []
    if inputs.find_word("failed") == "taker":
        counted = inputs.number("paid", "定金交了多少?")
        most = contract * share if contract is not None else counted
        counted, rest = min(counted, most), max(counted - most, Decimal(0))
        total = counted * 2 + rest
        lines.append(f"收定金的一方不履行,双倍返还:{money(counted)}×2={money(counted * 2)}。")
        if rest:
            lines.append(f"超过总价{percent(share)}的{money(rest)}不算定金,原数退。")
        elif contract is None:
            lines.append(f"定金超过合同总价{percent(share)}的部分不翻倍,只原数退。")
        lines.append("要因此合同目的实现不了;同时约定违约金的,只能选一样。")
        headline, figure = f"要还{money_both(total)}。", Figure("应返还", total, "元")
    else:
        sum_agreed = inputs.number("contract", "合同总价是多少?")
        total = sum_agreed * share
        lines.append(f"不超过合同标的额的{percent(share)}:{money(sum_agreed)}×{percent(share)}={money(total)}。")
        if paid is not None and paid > total:
            lines.append(f"付了{money(paid)},多出的{money(paid - total)}不算定金,只当预付款。")
        elif paid is not None:
            total = paid
            lines = [f"付了{money(paid)},没超过{money(sum_agreed)}的{percent(share)},都算定金。"]
        headline, figure = f"算得上定金的最多{money_both(total)}。", Figure("定金", total, "元")
    articles = (("民法典", "第五百八十六条"), ("民法典", "第五百八十七条"))
    if inputs.find_word("failed") == "taker":
        articles = articles[::-1]
    return RuleResult("deposit", total, "元", headline, tuple(lines), articles, (), (figure,))


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
    Rule(
        "training_penalty",
        "服务期违约金上限",
        frozenset({"training_cost", "agreed_months", "served_months"}),
        ((LABOUR_LAW, "第二十二条"),),
        date(2008, 1, 1),
        training_penalty,
    ),
    Rule(
        "guarantee_limit",
        "担保公司的担保上限",
        frozenset({"net_assets"}),
        ((GUARANTEE_RULES, "第十六条"),),
        date(2017, 10, 1),
        guarantee_limit,
    ),
    Rule(
        "deposit",
        "定金",
        frozenset({"contract", "paid", "failed"}),
        (("民法典", "第五百八十六条"), ("民法典", "第五百八十七条")),
        date(2021, 1, 1),
        deposit,
    ),
)
