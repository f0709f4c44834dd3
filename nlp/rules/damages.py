"""Damages: multiples of what is proved, the statutory range where nothing is; interest; an estimate by royalties."""

from datetime import date
from decimal import Decimal

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.wording import money, money_both, plain_number

RIGHT_NAMES = {"patent": "专利", "trademark": "商标", "copyright": "著作权", "trade_secret": "商业秘密"}
ASK_RIGHT = "侵的是专利、商标、著作权,还是商业秘密?"
FIRST_DAY = date(2021, 6, 1)


def punitive_damages(inputs: Inputs) -> RuleResult:
    """One to five times the loss, the gain, or the royalty multiple; one figure where a multiple is said."""
    entry = amounts("damages", inputs.on)
    right = inputs.word("right", ASK_RIGHT)
    base = inputs.number("base", "实际损失(或对方获利)是多少?")
    low, high = (exact(each) for each in entry["multiple"])
    multiple = inputs.find_number("multiple")
    costs = inputs.find_number("costs") or Decimal(0)
    article = (entry[right]["law"], entry[right]["article"])
    extra = f",另加合理开支{money(costs)}" if costs else ""
    lines = ["要故意侵权、情节严重,并且损失、获利或许可费倍数能确定。"]
    if multiple is not None and multiple > high:
        lines.append(f"倍数最高{plain_number(high)}倍,{plain_number(multiple)}倍超了。")
        multiple = high
    if multiple is not None:
        total = base * multiple + costs
        added = f"+{plain_number(costs)}" if costs else ""
        lines.insert(0, f"{plain_number(base)}×{plain_number(multiple)}{added}={plain_number(total)}元。")
        return RuleResult(
            "punitive_damages",
            total,
            "元",
            f"按{plain_number(multiple)}倍是{money_both(total)}。",
            tuple(lines),
            (article,),
            ("倍数由法院定。",),
            (Figure("赔偿额", total, "元"),),
        )
    most = base * high
    headline = f"可判{money(base * low)}到{money_both(most)}{extra}。"
    lines.insert(
        0, f"{plain_number(base)}元的1倍到5倍:最高{plain_number(base)}×{plain_number(high)}={plain_number(most)}元。"
    )
    return RuleResult(
        "punitive_damages",
        most,
        "元",
        headline,
        tuple(lines),
        (article,),
        ("倍数由法院定。",),
        (Figure("最高", most, "元"), Figure("最低", base * low, "元")),
    )


def statutory_damages(inputs: Inputs) -> RuleResult:
    """The range where loss, gain and royalties cannot be found out; a claim above it is cut; costs come on top."""
    entry = amounts("damages", inputs.on)
    right = inputs.word("right", ASK_RIGHT)
    low, high = exact(entry[right]["low"]), exact(entry[right]["high"])
    claim = inputs.find_number("claim")
    costs = inputs.find_number("costs") or Decimal(0)
    most = (high if claim is None else min(claim, high)) + costs
    span = f"{money(low)}以上{money(high)}以下" if low else f"{money(high)}以下"
    lines = [f"{RIGHT_NAMES[right]}的法定赔偿是{span},由法院看情节定。"]
    if claim is not None and claim > high:
        lines.append(f"主张{money(claim)},超过上限{money(high)},超出部分不支持。")
    if costs:
        lines.append(f"合理开支另算:{money(most - costs)}+{money(costs)}={money(most)}。")
    lines.append("前提是损失、获利、许可费都难以确定。")
    return RuleResult(
        "statutory_damages",
        most,
        "元",
        f"法定赔偿最多判{money_both(most)}。",
        tuple(lines),
        ((entry[right]["law"], entry[right]["article"]),),
        (),
        (Figure("最高", most, "元"), Figure("最低", low, "元")),
    )


def overdue_interest(inputs: Inputs) -> RuleResult:
    """Interest on a late payment to an SME where none is agreed: 0.05 % a day."""
    entry = amounts("overdue_interest", inputs.on)
    amount = inputs.number("amount", "欠了多少钱?")
    days = inputs.number("days", "逾期多少天?")
    daily = exact(entry["daily"])
    interest = amount * daily * days
    return RuleResult(
        "overdue_interest",
        interest,
        "元",
        f"逾期利息{money_both(interest)}。",
        (
            f"没约定利率的按每日万分之五:{plain_number(amount)}×0.05%×{plain_number(days)}={plain_number(interest)}元。",
            "约定了利率的按约定,但不得低于订合同时1年期LPR;只适用机关、事业单位、大型企业欠中小企业的款。",
        ),
        (("保障中小企业款项支付条例", entry["article"]),),
        (),
        (Figure("逾期利息", interest, "元"),),
    )


def royalty_estimate(inputs: Inputs) -> RuleResult:
    """An estimate: yearly sales × royalty rate, discounted over the years left. No formal value."""
    sales = inputs.number("sales", "用这件专利的产品一年销售额多少?")
    rate = inputs.number("royalty_rate", "许可费率(分成率)按多少?(比如3%)")
    years = int(inputs.number("years", "还能用几年?"))
    if not 0 < years <= 20:
        raise ValueError("A patent earns for 1 to 20 years.")
    discount = inputs.find_number("discount") or Decimal(0)
    total = sum((sales * rate / (1 + discount) ** year for year in range(1, years + 1)), Decimal(0))
    value = total.quantize(Decimal(1))
    yearly = sales * rate
    shown = f",按{plain_number(discount * 100)}%折现" if discount else ",没折现"
    low, high = (value * share for share in (Decimal("0.8"), Decimal("1.2")))
    return RuleResult(
        "royalty_estimate",
        value,
        "元",
        f"估算:约{money_both(value)}。",
        (
            f"每年{plain_number(sales)}×{plain_number(rate * 100)}%={plain_number(yearly)}元,共{years}年{shown}。",
            f"上下浮动20%:{money(low.quantize(Decimal(1)))}到{money(high.quantize(Decimal(1)))}。",
            "这是估算,不是评估结论;正式价值要由有资质的评估机构出。",
        ),
        (),
        (),
        (Figure("估算值", value, "元"), Figure("年许可费", yearly, "元")),
    )


DAMAGES = (
    Rule(
        "punitive_damages",
        "惩罚性赔偿",
        frozenset({"right", "base", "multiple", "costs"}),
        (("专利法", "第七十一条"),),
        FIRST_DAY,
        punitive_damages,
    ),
    Rule(
        "statutory_damages",
        "法定赔偿",
        frozenset({"right", "claim", "costs"}),
        (("专利法", "第七十一条"),),
        FIRST_DAY,
        statutory_damages,
    ),
    Rule(
        "overdue_interest",
        "逾期利息",
        frozenset({"amount", "days"}),
        (("保障中小企业款项支付条例", "第十七条"),),
        date(2020, 9, 1),
        overdue_interest,
    ),
    Rule(
        "royalty_estimate",
        "许可费法估值",
        frozenset({"sales", "royalty_rate", "years", "discount"}),
        (),
        FIRST_DAY,
        royalty_estimate,
    ),
)
