"""Annual fees of patents: table, due day, surcharge ladder, reduction (Implementing Rules, art. 114 to 117)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Article, Figure, Inputs, Rule, RuleResult
from nlp.rules.patent_terms import ASK_FILED, ASK_KIND, term_years
from nlp.rules.periods import PeriodEnd, end_of_period, whole_months_between
from nlp.rules.wording import KIND_NAMES, full_day, money, money_both, percent, plain_number, short_day

LAW = "专利法实施细则"
NEW_RULES = date(2024, 1, 20)
OFFICIAL = "年费数额以官方最新公布为准。"
STEPS = 6
ASK_YEAR = "要算第几年的年费?(说申请日也行)"


def fee_article(on: date) -> Article:
    """Where the annual fee and its surcharge stand in the version of that day."""
    return (LAW, "第一百一十五条" if on >= NEW_RULES else "第九十八条")


def full_fee(kind: str, year: int, on: date) -> Decimal | None:
    """The whole fee of a patent year from the table; None beyond the term."""
    if year < 1:
        return None
    table = amounts("annual_fees", on)[kind]
    return next((exact(fee) for last, fee in table if year <= last), None)


def annual_fee(inputs: Inputs) -> RuleResult:
    """The fee of one patent year, or of several, from the table, reduced where asked."""
    kind = inputs.word("kind", ASK_KIND)
    filed_on = None if inputs.has("year") else inputs.find_day("filed_on")
    first = _next_year(inputs, filed_on) if filed_on else int(inputs.number("year", ASK_YEAR))
    last = int(inputs.find_number("last_year") or first)
    fees = [full_fee(kind, year, inputs.on) for year in range(first, last + 1)]
    known = [fee for fee in fees if fee is not None]
    total = sum(known, Decimal(0))
    rate = inputs.find_number("reduction")
    due = total * (1 - rate) if rate else total
    name = KIND_NAMES[kind]
    years = f"第{first}年" if last == first else f"第{first}到第{last}年"
    if len(known) < len(fees):
        return _beyond_term(name, years, inputs.on)
    lines = [f"{name}{years}全额{money(total)}。", *([_when_due(inputs, kind, filed_on, first)] if filed_on else [])]
    if rate:
        lines.append(f"减缴{percent(rate)}:{plain_number(total)}×{percent(1 - rate)}={plain_number(due)}元。")
    articles: tuple[Article, ...] = (fee_article(inputs.on),)
    return RuleResult(
        "annual_fee",
        due,
        "元",
        f"{name}{years}年费{money_both(due)}。",
        tuple(lines),
        ((LAW, "第一百一十七条"), *articles) if rate else articles,
        (OFFICIAL,),
        (Figure("年费", due, "元"), Figure("全额年费", total, "元")),
    )


def _when_due(inputs: Inputs, kind: str, filed_on: date, year: int) -> str:
    """Until when the next fee is due, and which one was due earlier in the year of asking."""
    due, before = due_day(inputs, filed_on, year).day, full_fee(kind, year - 1, inputs.on)
    passed = ""
    if before and due.year > inputs.on.year:
        passed = f";{inputs.on.year}年那笔是第{year - 1}年的,{money(before)}"
    return f"下一笔最晚{full_day(due)}缴{passed}。"


def _beyond_term(name: str, years: str, on: date) -> RuleResult:
    return RuleResult(
        "annual_fee",
        Decimal(0),
        "元",
        f"{name}没有{years}的年费:保护期没有这么长。",
        (),
        (("专利法", "第四十二条"), fee_article(on)),
    )


def due_day(inputs: Inputs, filed_on: date, year: int) -> PeriodEnd:
    """The last day for the fee of that patent year: the anniversary, moved to the next working day."""
    return end_of_period(filed_on, inputs.calendar, years=year - 1)


def annual_fee_due(inputs: Inputs) -> RuleResult:
    """The last day for a year's fee, and how long it can still be paid late. Without a year the next one due."""
    filed_on = inputs.day("filed_on", ASK_FILED)
    given = inputs.find_number("year")
    wants_grace = inputs.find_word("want") == "grace"
    year = int(given) if given else _next_year(inputs, filed_on)
    if wants_grace and not given and inputs.on <= _grace_day(inputs, filed_on, year - 1):
        year -= 1  # the fee whose day has just passed is the one that can still be paid late
    kind = inputs.find_word("kind")
    if kind and year > term_years(kind, filed_on):
        return _beyond_term(KIND_NAMES[kind], f"第{year}年", inputs.on)
    due = due_day(inputs, filed_on, year)
    grace = end_of_period(due.day, inputs.calendar, months=STEPS)
    notes = [
        due.note and f"{due.note}。",
        f"过期还有6个月补缴期,到{full_day(grace.day)};第1个月不加滞纳金,之后每月加全额年费的5%。",
    ]
    lines = [f"第{year}年的年费要在第{year - 1}年期满前缴,期满日是申请日的第{year - 1}个周年日。", *filter(None, notes)]
    headline = f"第{year}年年费最晚{full_day(due.day)}缴。"
    if wants_grace:
        headline = f"第{year}年年费最晚能补缴到{full_day(grace.day)},再不缴专利从{short_day(due.day)}起终止。"
    return RuleResult(
        "annual_fee_due",
        grace.day if wants_grace else due.day,
        "",
        headline,
        tuple(lines),
        (fee_article(inputs.on), (LAW, "第五条")),
        tuple(filter(None, (due.warning,))),
        (Figure("缴费截止日", due.day), Figure("补缴期截止日", grace.day), Figure("年度", year, "年")),
    )


def _grace_day(inputs: Inputs, filed_on: date, year: int) -> date:
    """The last day of the six months behind a fee's day; before the second year nothing is due."""
    if year < 2:
        return date.min
    return end_of_period(due_day(inputs, filed_on, year).day, inputs.calendar, months=STEPS).day


def _next_year(inputs: Inputs, filed_on: date) -> int:
    """The first patent year whose fee is not due before the day of asking."""
    months, _ = whole_months_between(filed_on, inputs.on)
    year = max(2, months // 12 + 1)
    while due_day(inputs, filed_on, year).day < inputs.on:
        year += 1
    return year


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
        year = Decimal(lateness.due_on.year - filed_on.year + 1 if lateness.due_on else _next_year(inputs, filed_on))
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


def fee_reduction(inputs: Inputs) -> RuleResult:
    """A fee after reduction: by the share that is said, else 85 % for one applicant and 70 % for joint ones."""
    fee = inputs.find_number("fee")
    kind, year = inputs.find_word("kind"), inputs.find_number("year")
    if fee is None and kind and year:
        fee = full_fee(kind, int(year), inputs.on)
    if fee is None:
        fee = inputs.number("fee", "减之前的全额是多少?")
    entry = amounts("fee_reduction", inputs.on)
    rate, lines = inputs.find_number("reduction"), []
    if rate is None:
        rate = exact(entry[inputs.word("applicants", "是一个申请人,还是两个以上共同申请?")])
        lines.append(f"{'一个申请人' if rate == exact(entry['single']) else '两个以上共同申请'}减{percent(rate)}。")
    after = (fee * (1 - rate)).quantize(Decimal("0.01"), ROUND_CEILING)
    lines.append(f"{plain_number(fee)}×(1-{percent(rate)})={plain_number(after)}元,省{plain_number(fee - after)}元。")
    return RuleResult(
        "fee_reduction",
        after,
        "元",
        f"减缴后缴{money_both(after)}。",
        tuple(lines),
        ((LAW, "第一百一十七条"),),
        ("比例和条件以官方最新公布为准;要先做费减备案,滞纳金不减。",),
        (Figure("减缴后", after, "元"), Figure("减掉", fee - after, "元")),
    )


WORDS = "kind year last_year fee reduction applicants filed_on due_on paid_on months_late days_late want late fee_is"
SLOTS = frozenset(WORDS.split())
SINCE = date(2010, 2, 1)
ANNUAL_FEES = (
    Rule("annual_fee", "专利年费", SLOTS, ((LAW, "第一百一十五条"),), SINCE, annual_fee),
    Rule("annual_fee_due", "专利年费", SLOTS, ((LAW, "第一百一十五条"),), SINCE, annual_fee_due),
    Rule("late_annual_fee", "专利年费滞纳金", SLOTS, ((LAW, "第一百一十五条"),), SINCE, late_annual_fee),
    Rule("fee_reduction", "费用减缴", SLOTS, ((LAW, "第一百一十七条"),), SINCE, fee_reduction),
)
