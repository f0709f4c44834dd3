"""What an annual fee paid late costs: the surcharge ladder (Implementing Rules, art. 115)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nlp.rules.annual_fees import LAW, OFFICIAL, SINCE, SLOTS, STEPS, due_day, fee_article, full_fee, next_year
from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.periods import end_of_period, whole_months_between
from nlp.rules.wording import full_day, money, money_both, percent, plain_number


@dataclass(frozen=True)
class Lateness:
    """On which step of the ladder a late payment stands: 0 to 5, or 6 and more where the right has ended."""

    step: int
    said: str
    lines: tuple[str, ...]
    due_on: date | None = None


def late_annual_fee(inputs: Inputs) -> RuleResult:
    """What a late payment costs: the fee, reduced or not, and 5 % of the whole fee for each month after the first."""
    lateness = _lateness(inputs)
    step = exact(amounts("late_fee", inputs.on)["step"])
    if lateness.step >= STEPS:
        return _ended(inputs, lateness)
    rate = step * lateness.step
    full = _whole_fee(inputs, lateness)
    articles = (fee_article(inputs.on),)
    if full is None:
        return RuleResult(
            "late_annual_fee",
            rate * 100,
            "%",
            f"滞纳金是全额年费的{percent(rate)}。",
            (*lateness.lines, "告诉我全额年费是多少,我算出总数。"),
            articles,
            (),
            (Figure("滞纳金比例", rate * 100, "%"),),
        )
    reduction = inputs.find_number("reduction") or Decimal(0)
    fee, surcharge = full * (1 - reduction), full * rate
    total = fee + surcharge
    lines = [*lateness.lines]
    if surcharge:
        lines.append(f"滞纳金:{plain_number(full)}×{percent(rate)}={plain_number(surcharge)}元。")
    if reduction:
        lines.append(f"年费减缴{percent(reduction)}后{plain_number(fee)}元;滞纳金按全额算,不减。")
    if surcharge:
        lines.append(f"合计:{plain_number(fee)}+{plain_number(surcharge)}={plain_number(total)}元。")
    headline = f"要缴{money_both(total)}:年费{money(fee)},加滞纳金{money(surcharge)}(按{percent(rate)})。"
    if not surcharge:
        headline = f"要缴{money_both(total)},滞纳金0元。"
    elif inputs.find_word("want") == "surcharge":
        headline = f"滞纳金{money_both(surcharge)}(按{percent(rate)}),连年费一共{money(total)}。"
    return RuleResult(
        "late_annual_fee",
        total,
        "元",
        headline,
        tuple(lines),
        articles,
        () if inputs.has("fee") else (OFFICIAL,),
        (Figure("应缴合计", total, "元"), Figure("滞纳金", surcharge, "元"), Figure("滞纳金比例", rate * 100, "%")),
    )


def _whole_fee(inputs: Inputs, lateness: Lateness) -> Decimal | None:
    """The whole fee as said, else from the table where kind and year are known."""
    fee = inputs.find_number("fee")
    kind, year = inputs.find_word("kind"), inputs.find_number("year")
    filed_on = inputs.find_day("filed_on")
    if fee is None and kind and year is None and filed_on:
        # So many months late, as it may be one day: the fee that is due next.
        year = Decimal(lateness.due_on.year - filed_on.year + 1 if lateness.due_on else next_year(inputs, filed_on))
    if fee is None and kind and year:
        fee = full_fee(kind, int(year), inputs.on)
    if fee is None and not inputs.has("months_late"):
        return inputs.number("fee", "这一年的全额年费是多少?")
    reduced = inputs.find_number("reduction")
    if fee is not None and reduced and inputs.find_word("fee_is") == "reduced":
        return fee / (1 - reduced)
    return fee


def _lateness(inputs: Inputs) -> Lateness:
    if inputs.find_word("late") == "most":
        return Lateness(5, "最多", ("滞纳金最高是全额年费的25%(晚5个月以上、不满6个月)。",))
    months = inputs.find_number("months_late")
    if months is not None:
        return _lateness_of_span(months, inputs.find_number("days_late") or Decimal(0))
    filed_on, due_on = inputs.find_day("filed_on"), inputs.find_day("due_on")
    if inputs.find_word("late") == "if":
        inputs.number("months_late", "晚多久?(比如2个月零3天)")
    if filed_on is None and due_on is None:
        inputs.number("months_late", "晚了多久?(比如2个月零3天,或者告诉我申请日)")
    paid_on = inputs.find_day("paid_on") or inputs.on
    if due_on is None and filed_on is not None:
        due_on = _due_before(inputs, filed_on, paid_on)
    assert due_on is not None
    ends = [due_on, *(end_of_period(due_on, inputs.calendar, months=each).day for each in range(1, STEPS + 1))]
    begun = next((each for each, end in enumerate(ends) if paid_on <= end), STEPS + 1)
    said = f"{full_day(due_on)}到期,{full_day(paid_on)}缴"
    if begun == 0:
        return Lateness(0, said, (f"{said},没有过期。",), due_on)
    if begun > STEPS:
        return Lateness(STEPS, said, (f"{said},已过6个月补缴期({full_day(ends[-1])})。",), due_on)
    window = f"在第{begun}个月内({full_day(ends[begun])}止)"
    return Lateness(begun - 1, said, (f"{said},{window}。",), due_on)


def _due_before(inputs: Inputs, filed_on: date, paid_on: date) -> date:
    year = inputs.find_number("year")
    if year:
        return due_day(inputs, filed_on, int(year)).day
    months, _ = whole_months_between(filed_on, paid_on)
    latest = max(2, months // 12 + 1)
    due = due_day(inputs, filed_on, latest).day
    return due if due <= paid_on or latest == 2 else due_day(inputs, filed_on, latest - 1).day


def _lateness_of_span(months: Decimal, days: Decimal) -> Lateness:
    whole = int(months)
    begun = whole + 1 if days or months % 1 else whole
    said = f"晚了{plain_number(months)}个月" + (f"零{plain_number(days)}天" if days >= 1 else "多" if days else "")
    if begun > STEPS:
        return Lateness(STEPS, said, (f"{said},已过6个月补缴期。",))
    if begun <= 1:
        return Lateness(0, said, (f"{said},在第1个月内,不加滞纳金。",))
    return Lateness(begun - 1, said, (f"{said},在第{begun}个月内,第1个月不加,之后每月5%。",))


def _ended(inputs: Inputs, lateness: Lateness) -> RuleResult:
    ends = f"专利权从{full_day(lateness.due_on)}起终止" if lateness.due_on else "专利权从原缴费期满日起终止"
    full = inputs.find_number("fee")
    lines = [*lateness.lines, "收到终止通知之日起2个月内,有正当理由可请求恢复,要补年费、25%滞纳金和恢复费。"]
    if full:
        lines.append(
            f"恢复时年费加25%滞纳金:{plain_number(full)}+{plain_number(full / 4)}={plain_number(full * 5 / 4)}元。"
        )
    value = lateness.due_on or "已终止"
    return RuleResult(
        "late_annual_fee",
        value,
        "",
        f"已经不能补缴,{ends}。",
        tuple(lines),
        (fee_article(inputs.on), (LAW, "第六条")),
        (),
        (Figure("状态", "已终止"),),
    )


LATE_FEES = (Rule("late_annual_fee", "专利年费滞纳金", SLOTS, ((LAW, "第一百一十五条"),), SINCE, late_annual_fee),)
