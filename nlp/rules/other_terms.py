"""How long trademarks, copyright in software and works, and layout designs last."""

from datetime import date, timedelta

from nlp.rules.model import Article, Figure, Inputs, Rule, RuleResult
from nlp.rules.periods import add_months, end_of_period
from nlp.rules.wording import full_day

NEW_TRADEMARK_LAW = date(2027, 1, 1)
TERM_YEARS = 10


def trademark_term(inputs: Inputs) -> RuleResult:
    """The current ten years of a registration, the twelve months before their end, the six after.

    The last day is the one before the anniversary (Trademark Law Regulations, art. 12), and it does not move.
    """
    expires_on = inputs.find_day("expires_on")
    if expires_on is not None:
        last = expires_on
    else:
        registered_on = inputs.day("registered_on", "注册日(证上的注册公告日)是哪天?")
        last = _current_end(registered_on, inputs.on)
    opens = add_months(last + timedelta(days=1), -12)
    grace = end_of_period(last, inputs.calendar, months=6)
    next_end = add_months(last + timedelta(days=1), 12 * TERM_YEARS) - timedelta(days=1)
    lines = [
        f"续展从{full_day(opens)}起可以办,到{full_day(last)}为止。",
        f"没赶上有6个月宽展期,到{full_day(grace.day)};{full_day(grace.day + timedelta(days=1))}起还没办就注销。",
        f"续展一次再用10年,从期满次日{full_day(last + timedelta(days=1))}算到{full_day(next_end)}。",
    ]
    wants = inputs.find_word("want")
    headline, value = f"商标有效期到{full_day(last)}。", last
    if wants == "grace":
        headline, value = f"宽展期到{full_day(grace.day)},有效期{full_day(last)}满。", grace.day
    elif wants == "opens":
        headline, value = f"{full_day(opens)}起可以办续展,有效期到{full_day(last)}。", opens
    elif wants == "next":
        headline, value = f"续展后有效期到{full_day(next_end)}。", next_end
    if inputs.on > grace.day and expires_on is not None:
        lines.append("宽展期也过了,要重新申请。")
    articles = _trademark_articles(inputs.on)
    return RuleResult(
        "trademark_term",
        value,
        "",
        headline,
        tuple(lines),
        articles,
        (),
        (Figure("有效期届满日", last), Figure("续展起始日", opens), Figure("宽展期届满日", grace.day)),
    )


def _current_end(registered_on: date, on: date) -> date:
    """The end of the period that runs on that day, with the grace of the last one counted in."""
    years = TERM_YEARS
    while add_months(registered_on, 12 * years + 6) < on:
        years += TERM_YEARS
    return add_months(registered_on, 12 * years) - timedelta(days=1)


def _trademark_articles(on: date) -> tuple[Article, ...]:
    if on >= NEW_TRADEMARK_LAW:
        return (("商标法", "第四十三条"), ("商标法", "第四十四条"))
    return (("商标法", "第三十九条"), ("商标法", "第四十条"))


def copyright_term(inputs: Inputs) -> RuleResult:
    """Fifty years to 31 December: from first publication for a company, from death for a person."""
    is_software = inputs.find_word("work") == "software"
    name = "软件著作权" if is_software else "著作权"
    article: Article = ("计算机软件保护条例", "第十四条") if is_software else ("著作权法", "第二十三条")
    died_on = inputs.find_number("died_in")
    published_in, completed_in = inputs.find_number("published_in"), inputs.find_number("completed_in")
    if died_on is not None:
        end, why = date(int(died_on) + 50, 12, 31), f"个人的到去世({int(died_on)}年)后第50年的12月31日。"
    elif published_in is not None:
        end, why = date(int(published_in) + 50, 12, 31), f"单位的到首次发表({int(published_in)}年)后第50年的12月31日。"
    elif completed_in is not None:
        end = date(int(completed_in) + 50, 12, 31)
        why = f"{int(completed_in)}年完成后50年内没发表的,不再保护。"
    else:
        inputs.number("published_in", "是哪年首次发表的?(没发表就说哪年完成)")
        raise AssertionError
    return RuleResult(
        "copyright_term",
        end,
        "",
        f"{name}保护到{full_day(end)}。",
        (why, "署名权等人身权没有期限。"),
        (article,),
        (),
        (Figure("保护期届满日", end),),
    )


def layout_design_term(inputs: Inputs) -> RuleResult:
    """Ten years from the application or the first commercial use, whichever is earlier."""
    filed_on, used_on = inputs.find_day("filed_on"), inputs.find_day("used_on")
    days = [day for day in (filed_on, used_on) if day is not None]
    start = min(days) if days else inputs.day("filed_on", "布图设计登记申请日是哪天?")
    end = add_months(start, 120)
    return RuleResult(
        "layout_design_term",
        end,
        "",
        f"布图设计保护到{full_day(end)}。",
        (f"从登记申请日或首次商业利用日中早的一天({full_day(start)})起10年。", "创作完成满15年的不再保护。"),
        (("集成电路布图设计保护条例", "第十二条"),),
        (),
        (Figure("保护期届满日", end),),
    )


OTHER_TERMS = (
    Rule(
        "trademark_term",
        "商标有效期和续展",
        frozenset({"registered_on", "expires_on", "want"}),
        (("商标法", "第四十条"),),
        date(2019, 11, 1),
        trademark_term,
    ),
    Rule(
        "copyright_term",
        "著作权保护期",
        frozenset({"work", "died_in", "published_in", "completed_in"}),
        (("著作权法", "第二十三条"),),
        date(2013, 3, 1),
        copyright_term,
    ),
    Rule(
        "layout_design_term",
        "布图设计保护期",
        frozenset({"filed_on", "used_on"}),
        (("集成电路布图设计保护条例", "第十二条"),),
        date(2001, 10, 1),
        layout_design_term,
    ),
)
