"""How long patents last: Patent Law, art. 42 (designs filed before 1 June 2021: ten years)."""

from datetime import date, timedelta

from nlp.rules.configuration import amounts
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.periods import add_months, whole_months_between
from nlp.rules.wording import KIND_NAMES, full_day, span

ASK_KIND = "是发明、实用新型,还是外观设计?"
ASK_FILED = "申请日是哪天?"
ASK_FILED_2021 = "2021年6月1日那天外观设计从10年改成15年,您的申请日具体是哪天?"


def term_years(kind: str, filed_on: date) -> int:
    """The term in years that a patent filed on that day has."""
    entry = amounts("patent_terms", max(filed_on, date(1985, 4, 1)))
    if kind == "design" and filed_on < entry["design_before"]:
        return int(entry["design_years_before"])
    return int(entry["years"][kind])


def patent_term(inputs: Inputs) -> RuleResult:
    """The end of the term and what is left of it on the day of asking. The end does not move on a day off."""
    kind = inputs.word("kind", ASK_KIND)
    if not inputs.has("filed_on") and inputs.has("filed_in"):
        return _term_by_month(kind, inputs)
    filed_on = inputs.day("filed_on", ASK_FILED)
    years = term_years(kind, filed_on)
    end = add_months(filed_on, 12 * years)
    months, days = whole_months_between(inputs.on, end)
    left = (end - inputs.on).days
    name = KIND_NAMES[kind]
    if left > 0:
        state = f"还剩{span(months, days)}(共{left}天)"
    else:
        state = f"已经届满{span(*whole_months_between(end, inputs.on))}"
    lines = [
        f"{name}保护{years}年,从申请日{full_day(filed_on)}算起。",
        f"最后有效日是{full_day(end - timedelta(days=1))}。",
    ]
    if kind == "design" and years == 10:
        lines.append("2021年6月1日以前申请的外观设计是10年,之后申请的才是15年。")
    return RuleResult(
        rule="patent_term",
        value=end,
        unit="",
        headline=f"{name}专利{full_day(end)}届满,{state}。",
        lines=tuple(lines),
        articles=(("专利法", "第四十二条"),),
        warnings=("期满日不因休假日顺延;前提是每年按时缴年费。",),
        figures=(Figure("届满日", end), Figure("剩余天数", max(left, 0), "天"), Figure("保护期", years, "年")),
    )


def _term_by_month(kind: str, inputs: Inputs) -> RuleResult:
    """The month or year in which the term ends, where only that of the filing is known ("2020-05", "2020")."""
    said = inputs.word("filed_in", ASK_FILED)
    year, _, month = said.partition("-")
    first = date(int(year), int(month or 1), 1)
    years = term_years(kind, first)
    if years != term_years(kind, date(int(year), int(month or 12), 28)):
        inputs.day("filed_on", ASK_FILED_2021)
    name, ends = KIND_NAMES[kind], first.year + years
    filed = f"{first.year}年{first.month}月" if month else f"{first.year}年"
    until = f"{ends}年{first.month}月" if month else f"{ends}年"
    lines = [f"{name}保护{years}年,从申请日算起,{filed}申请的到{until}的同一天届满。"]
    if kind == "design":
        lines.append("2021年6月1日以前申请的外观设计是10年,之后申请的才是15年。")
    return RuleResult(
        rule="patent_term",
        value=ends,
        unit="年",
        headline=f"{name}专利保护到{until}。",
        lines=tuple(lines),
        articles=(("专利法", "第四十二条"),),
        warnings=("说出申请日是几号,我算到天;前提是每年按时缴年费。",),
        figures=(Figure("届满年", ends, "年"), Figure("保护期", years, "年")),
    )


PATENT_TERMS = (
    Rule(
        "patent_term",
        "专利保护期和剩余时间",
        frozenset({"kind", "filed_on", "filed_in"}),
        (("专利法", "第四十二条"),),
        date(2021, 6, 1),
        patent_term,
    ),
)
