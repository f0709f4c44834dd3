"""Pledge loans: who bears which part of a loss, and what a loan costs after the four subsidies."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.wording import money, money_both, percent, plain_number

CENT = Decimal("0.01")
PARTY_NAMES = {
    "insurer": "保险机构",
    "guarantor": "担保机构",
    "bank": "银行",
    "government": "政府(风险补偿资金)",
    "company": "企业",
    "other": "其他方",
}
DEFAULT_PARTIES = ("insurer", "guarantor", "bank")
SUBSIDIES = (
    ("interest", "贷款利息"),
    ("premium", "保险费"),
    ("service", "中介(担保)服务费"),
    ("valuation", "专利评估费"),
)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def risk_split(inputs: Inputs) -> RuleResult:
    """A loss shared by any agreed ratio; 6:2:2 is insurer, guarantor, bank. The parts add up to the whole."""
    loss = inputs.number("loss", "损失(代偿)一共多少钱?")
    entry = amounts("risk_split", inputs.on)
    ratio = inputs.numbers("ratio", "按什么比例分?(比如6:2:2)") if inputs.has("ratio") else None
    if ratio is None:
        ratio = tuple(exact(entry[party]) for party in DEFAULT_PARTIES)
    names = _names(inputs.words("parties"), len(ratio))
    whole = sum(ratio, Decimal(0))
    if whole <= 0:
        raise ValueError("A ratio needs a positive part.")
    shares = [cents(loss * part / whole) for part in ratio]
    shares[-1] += loss - sum(shares, Decimal(0))
    asked = PARTY_NAMES.get(inputs.find_word("asked") or "", "")
    said = ":".join(plain_number(part) for part in ratio)
    parts = [
        f"{name}:{plain_number(loss)}×{plain_number(part)}/{plain_number(whole)}={money_both(share)}。"
        for name, part, share in zip(names, ratio, shares, strict=True)
    ]
    each = ",".join(f"{name}{money(share)}" for name, share in zip(names, shares, strict=True))
    value = shares[names.index(asked)] if asked in names else shares[0]
    headline = f"{asked}承担{money_both(value)}。" if asked in names else f"{each}。"
    lines = [f"{money(loss)}按{said}分。", *parts]
    lines.append("这是机构之间分损失,企业仍要全额还款。")
    figures = tuple(Figure(name, share, "元") for name, share in zip(names, shares, strict=True))
    return RuleResult(
        "risk_split", value, "元", headline, tuple(filter(None, lines)), (), ("实际按合作协议的约定。",), figures
    )


def _names(parties: tuple[str, ...], count: int) -> list[str]:
    """The parties as they were named, else insurer, guarantor, bank; without names by number."""
    if len(parties) == count:
        return [PARTY_NAMES[party] for party in parties]
    if count == len(DEFAULT_PARTIES) and set(parties) <= set(DEFAULT_PARTIES):
        return [PARTY_NAMES[party] for party in DEFAULT_PARTIES]
    return [f"第{each + 1}方" for each in range(count)]


def pledge_cost(inputs: Inputs) -> RuleResult:
    """Interest and fees of a pledge loan less the four subsidies; shares and caps as local rules give them."""
    loan = inputs.number("loan", "贷款多少钱?")
    rate = inputs.number("interest_rate", "年利率是多少?")
    months = inputs.number("term_months", "贷多久?(比如12个月)")
    costs = {"interest": cents(loan * rate * months / 12)}
    lines = [f"利息:{money(loan)}×{percent(rate)}×{plain_number(months)}/12={money(costs['interest'])}。"]
    for key, name in SUBSIDIES[1:]:
        costs[key] = _fee(inputs, key, loan)
        if costs[key]:
            lines.append(f"{name}:{money(costs[key])}。")
    subsidies = {key: _subsidy(inputs, key, costs[key]) for key, _ in SUBSIDIES}
    for key, name in SUBSIDIES:
        if subsidies[key]:
            lines.append(f"{name}补贴:{money(subsidies[key])}。")
    gross, aid = sum(costs.values(), Decimal(0)), sum(subsidies.values(), Decimal(0))
    net = gross - aid
    yearly = net / loan * 12 / months if loan and months else Decimal(0)
    lines.append(f"总成本{money(gross)}-补贴{money(aid)}={money(net)},折合年成本{percent(yearly)}。")
    return RuleResult(
        "pledge_cost",
        net,
        "元",
        f"扣掉补贴,净成本{money_both(net)}。",
        tuple(lines),
        (),
        ("补贴比例、上限各地不同,多为先付后补,以当地最新通知为准。",),
        (
            Figure("净成本", net, "元"),
            Figure("总成本", gross, "元"),
            Figure("补贴", aid, "元"),
            Figure("利息", costs["interest"], "元"),
        ),
    )


def _fee(inputs: Inputs, key: str, loan: Decimal) -> Decimal:
    amount, rate = inputs.find_number(f"{key}_fee"), inputs.find_number(f"{key}_rate")
    return amount if amount is not None else cents(loan * rate) if rate is not None else Decimal(0)


def _subsidy(inputs: Inputs, key: str, cost: Decimal) -> Decimal:
    share, cap = inputs.find_number(f"{key}_share"), inputs.find_number(f"{key}_cap")
    aid = cents(cost * share) if share is not None else Decimal(0)
    return min(aid, cap) if cap is not None else aid


COST_SLOTS = {"loan", "interest_rate", "term_months", "interest_share", "interest_cap"}
for _key in ("premium", "service", "valuation"):
    COST_SLOTS |= {f"{_key}_fee", f"{_key}_rate", f"{_key}_share", f"{_key}_cap"}
FINANCING = (
    Rule("risk_split", "风险分担", frozenset({"loss", "ratio", "parties", "asked"}), (), date(2015, 7, 1), risk_split),
    Rule("pledge_cost", "质押贷款净成本", frozenset(COST_SLOTS), (), date(2015, 7, 1), pledge_cost),
)
