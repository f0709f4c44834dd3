"""Annual fees of patents: table, due day, reduction (Implementing Rules, art. 114 to 117)."""

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
    first = next_year(inputs, filed_on) if filed_on else int(inputs.number("year", ASK_YEAR))
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
    due_on, wants_grace = inputs.find_day("due_on"), inputs.find_word("want") == "grace"
    if wants_grace and due_on is not None and not inputs.has("filed_on"):
        return _grace_from(inputs, due_on)
    filed_on = inputs.day("filed_on", ASK_FILED)
    given = inputs.find_number("year")
    year = int(given) if given else next_year(inputs, filed_on)
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


def _grace_from(inputs: Inputs, due_on: date) -> RuleResult:
    """The last day of the six months behind the day on which a fee was due."""
    grace = end_of_period(due_on, inputs.calendar, months=STEPS)
    lines = [f"应缴年费期满日{full_day(due_on)},期满起6个月内可以补缴。", *([f"{grace.note}。"] if grace.note else [])]
    lines.append(f"第1个月不加滞纳金,之后每月加全额年费的5%;过期没缴,专利从{full_day(due_on)}起终止。")
    return RuleResult(
        "annual_fee_due",
        grace.day,
        "",
        f"最晚能补缴到{full_day(grace.day)}。",
        tuple(lines),
        (fee_article(inputs.on), (LAW, "第五条")),
        tuple(filter(None, (grace.warning,))),
        (Figure("补缴期截止日", grace.day),),
    )


def _grace_day(inputs: Inputs, filed_on: date, year: int) -> date:
    """The last day of the six months behind a fee's day; before the second year nothing is due."""
    if year < 2:
        return date.min
    return end_of_period(due_day(inputs, filed_on, year).day, inputs.calendar, months=STEPS).day


def next_year(inputs: Inputs, filed_on: date) -> int:
    """The first patent year whose fee is not due before the day of asking."""
    months, _ = whole_months_between(filed_on, inputs.on)
    year = max(2, months // 12 + 1)
    while due_day(inputs, filed_on, year).day < inputs.on:
        year += 1
    return year


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
    Rule("fee_reduction", "费用减缴", SLOTS, ((LAW, "第一百一十七条"),), SINCE, fee_reduction),
)
