"""Deadlines: one start, one length, one article, each an entry of data/rules/deadlines.yaml; and three others."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from nlp.rules.configuration import deadline_entries
from nlp.rules.model import Article, Figure, Inputs, Rule, RuleResult
from nlp.rules.periods import PeriodEnd, add_months, end_of_period, end_of_workdays
from nlp.rules.wording import full_day, weekday

DELIVERY_DAYS = 15
ELECTRONIC_SINCE = date(2024, 1, 20)
SLOTS = frozenset({"start_on", "issued_on", "delivery", "kind", "extended_months"})
RIGHT_NAMES = {"trademark": "商标", "patent": "专利"}


def length_in_words(entry: dict[str, Any]) -> str:
    """2个月, 15日, 3年."""
    if "workdays" in entry:
        return f"{entry['workdays']}个工作日"
    if "years" in entry:
        return f"{entry['years']}年"
    return f"{entry['months']}个月" if "months" in entry else f"{entry['days']}日"


def deadline(inputs: Inputs, entry: dict[str, Any]) -> RuleResult:
    """The last day (or the first possible one) of the period that an entry describes."""
    entry = _extended(_for_kind(entry, inputs.find_word("kind")), inputs.find_number("extended_months"))
    issued_on = inputs.find_day("issued_on")
    if issued_on is not None and "delivery" in entry:
        return _from_issue(inputs, entry, issued_on)
    start = inputs.day("start_on", entry["question"])
    return _result(inputs, entry, start, f"{entry['start']}是{full_day(start)}")


def _for_kind(entry: dict[str, Any], kind: str | None) -> dict[str, Any]:
    months = entry.get("kinds", {}).get(kind)
    return entry if months is None else {**entry, "months": months}


def _extended(entry: dict[str, Any], months: Decimal | None) -> dict[str, Any]:
    """A period that the office sets can be extended, by two months at most (Guidelines, part V, chapter 7, 4.2)."""
    if not months or "extension" not in entry:
        return entry
    more = min(int(months), int(entry["extension"]))
    return {
        **entry,
        "months": entry["months"] + more,
        "note": f"已加延长的{more}个月;要在原期限届满前请求并缴费,最多2个月。",
    }


def _from_issue(inputs: Inputs, entry: dict[str, Any], issued_on: date) -> RuleResult:
    """From the day on the paper: e-notices of patents count from it, posted ones and trademark ones 15 days on."""
    posted = issued_on + timedelta(days=DELIVERY_DAYS)
    is_posted = inputs.find_word("delivery") == "post"
    if entry["delivery"] == "trademark" or is_posted or issued_on < ELECTRONIC_SINCE:
        said = f"{full_day(issued_on)}发出,满15日({full_day(posted)})算收到"
        return _result(inputs, entry, posted, said)
    said = f"电子通知{full_day(issued_on)}进入系统,当天就算收到"
    other = _end(inputs, entry, posted).day
    note = "" if inputs.find_word("delivery") else f"纸件邮寄的,满15日才算收到,最晚到{full_day(other)}。"
    return _result(inputs, entry, issued_on, said, note)


def _end(inputs: Inputs, entry: dict[str, Any], start: date) -> PeriodEnd:
    if "workdays" in entry:
        return end_of_workdays(start, inputs.calendar, entry["workdays"])
    length = {unit: entry[unit] for unit in ("years", "months", "days") if unit in entry}
    return end_of_period(start, inputs.calendar, moves=entry.get("moves", True), **length)


def _result(inputs: Inputs, entry: dict[str, Any], start: date, said: str, note: str = "") -> RuleResult:
    end = _end(inputs, entry, start)
    is_first_day = entry.get("mode") == "from"
    left = (end.day - inputs.on).days
    headline = f"{entry['title']}:最晚{full_day(end.day)}({weekday(end.day)})。"
    if is_first_day:
        headline = f"{entry['title']}:{full_day(end.day)}满{length_in_words(entry)}。"
    lines = [f"{said},{length_in_words(entry)}" + ("。" if is_first_day else ",当天不算。")]
    lines += [f"{end.note}。"] if end.note else []
    lines += [note] if note else []
    figures = [Figure("期限届满日", end.day), Figure("还剩天数", max(left, 0), "天")]
    if entry.get("mode") == "pct":
        late = end_of_period(start, inputs.calendar, months=entry["months"] + 2).day
        lines.append(f"缴宽限费可到32个月:{full_day(late)}。")
        figures.append(Figure("宽限期届满日", late))
    elif "note" in entry:
        lines.append(entry["note"])
    if not is_first_day:
        lines.append(f"离今天还有{left}天。" if left >= 0 else f"已经过了{-left}天。" + entry.get("after", ""))
    articles: tuple[Article, ...] = tuple((law, article) for law, article in entry["articles"])
    warnings = (end.warning,) if end.warning else ()
    return RuleResult(entry["name"], end.day, "", headline, tuple(lines), articles, warnings, tuple(figures))


def priority(inputs: Inputs) -> RuleResult:
    """Twelve months for inventions and utility models, six for designs: Patent Law, art. 29; Rules, art. 36."""
    kind = inputs.word("kind", "是发明、实用新型,还是外观设计?")
    start = inputs.day("start_on", "第一次申请是哪天?")
    months = 6 if kind == "design" else 12
    end = end_of_period(start, inputs.calendar, months=months)
    lines = [f"第一次申请{full_day(start)},{months}个月,当天不算。"] + ([f"{end.note}。"] if end.note else [])
    figures = [Figure("优先权期限届满日", end.day)]
    articles: tuple[Article, ...] = (("专利法", "第二十九条"), ("专利法实施细则", "第五条"))
    if kind != "design":
        restore = end_of_period(end.day, inputs.calendar, months=2).day
        lines.append(f"误了又有正当理由的,可在{full_day(restore)}前请求恢复优先权。")
        figures.append(Figure("恢复优先权届满日", restore))
        articles = (*articles, ("专利法实施细则", "第三十六条"))
    left = (end.day - inputs.on).days
    lines.append(f"离今天还有{left}天。" if left >= 0 else f"已经过了{-left}天。")
    return RuleResult(
        "priority",
        end.day,
        "",
        f"优先权最晚{full_day(end.day)}提出在后申请。",
        tuple(lines),
        articles,
        (end.warning,) if end.warning else (),
        tuple(figures),
    )


def restoration(inputs: Inputs) -> RuleResult:
    """Good cause: two months from the notice. Force majeure: two from the end of the obstacle, within two years."""
    articles: tuple[Article, ...] = (("专利法实施细则", "第六条"), ("专利法实施细则", "第五条"))
    ended_on = inputs.find_day("obstacle_ended_on")
    if ended_on is None:
        start = inputs.day("start_on", "通知书是哪天收到的?")
        end = end_of_period(start, inputs.calendar, months=2)
        lines = [
            f"{full_day(start)}收到通知,2个月,当天不算。",
            *([f"{end.note}。"] if end.note else []),
            "要交恢复请求书、补办手续,并缴恢复费。",
        ]
        return RuleResult(
            "restoration",
            end.day,
            "",
            f"最晚{full_day(end.day)}请求恢复权利。",
            tuple(lines),
            articles,
            (end.warning,) if end.warning else (),
            (Figure("恢复请求届满日", end.day),),
        )
    expired_on = inputs.day("expired_on", "原来的期限是哪天届满的?")
    by_obstacle = end_of_period(ended_on, inputs.calendar, months=2)
    by_expiry = end_of_period(expired_on, inputs.calendar, years=2)
    day = min(by_obstacle.day, by_expiry.day)
    lines = [
        f"障碍消除起2个月:{full_day(by_obstacle.day)}。",
        f"期限届满起2年:{full_day(by_expiry.day)}。",
        "两个都要满足,看早的一个。",
    ]
    return RuleResult(
        "restoration",
        day,
        "",
        f"最晚{full_day(day)}请求恢复权利。",
        tuple(lines),
        articles,
        (),
        (Figure("恢复请求届满日", day),),
    )


def limitation(inputs: Inputs) -> RuleResult:
    """Three years from knowing of the act and the actor; twenty from the harm: Patent Law 74, Civil Code 188."""
    known_on = inputs.day("start_on", "是哪天知道侵权、也知道是谁干的?")
    end = end_of_period(known_on, inputs.calendar, years=3)
    left = (end.day - inputs.on).days
    lines = [f"{full_day(known_on)}知道侵权和侵权人,3年,当天不算。", *([f"{end.note}。"] if end.note else [])]
    figures = [Figure("诉讼时效届满日", end.day)]
    harm_on = inputs.find_day("harm_on")
    day = end.day
    if harm_on is not None:
        cap = add_months(harm_on, 240)
        lines.append(f"从损害发生({full_day(harm_on)})起最长20年:{full_day(cap)}。")
        day = min(day, cap)
    lines.append(f"离今天还有{left}天。" if left >= 0 else f"已经过了{-left}天,对方可以提时效抗辩。")
    lines.append("中间催过款、发过函、起诉过的,从那时重新算。")
    right = inputs.find_word("right")
    own: tuple[Article, ...] = (("专利法", "第七十四条"),) if right == "patent" else ()
    return RuleResult(
        "limitation",
        day,
        "",
        f"诉讼时效到{full_day(day)}。",
        tuple(lines),
        (*own, ("民法典", "第一百八十八条")),
        (),
        tuple(figures),
    )


def refusal_review(inputs: Inputs, trademark: dict[str, Any], patent: dict[str, Any]) -> RuleResult:
    """驳回通知 is said of trademarks and of patents; where the right is not said both last days are told."""
    right = inputs.find_word("right")
    if right in RIGHT_NAMES:
        return deadline(inputs, trademark if right == "trademark" else patent)
    if not inputs.has("issued_on"):
        inputs.day("start_on", trademark["question"])
    both = [(RIGHT_NAMES["trademark"], deadline(inputs, trademark)), (RIGHT_NAMES["patent"], deadline(inputs, patent))]
    lines = [f"从收到第二天起算,商标{length_in_words(trademark)},专利{length_in_words(patent)}。"]
    lines += [f"{name}:{result.lines[-1]}" for name, result in both]
    warnings = dict.fromkeys(warning for _, result in both for warning in result.warnings)
    figures = (Figure(f"{name}复审期限届满日", result.value) for name, result in both)
    return RuleResult(
        "refusal_review",
        both[0][1].value,
        "",
        ";".join(f"{name}复审最晚{full_day(end)}" for name, result in both if isinstance(end := result.value, date))
        + "。",
        (*lines, "告诉我是哪一种,我只说那一种。"),
        tuple(dict.fromkeys(article for _, result in both for article in result.articles)),
        tuple(warnings),
        tuple(figures),
    )


def _refusal_reviews() -> tuple[Rule, ...]:
    """One for each version of the trademark's period."""
    entries = deadline_entries()
    patent = next(each for each in entries if each["name"] == "reexamination")
    return tuple(
        Rule(
            "refusal_review",
            "驳回复审",
            SLOTS | {"right"},
            tuple((law, article) for each in (trademark, patent) for law, article in each["articles"]),
            trademark["valid_from"],
            partial(refusal_review, trademark=trademark, patent=patent),
            trademark.get("valid_to"),
        )
        for trademark in entries
        if trademark["name"] == "trademark_refusal_review"
    )


def _table_rules() -> tuple[Rule, ...]:
    rules = []
    for entry in deadline_entries():
        run: Callable[[Inputs], RuleResult] = partial(deadline, entry=entry)
        articles = tuple((law, article) for law, article in entry["articles"])
        rules.append(
            Rule(
                entry["name"],
                entry["title"],
                SLOTS,
                articles,
                entry["valid_from"],
                run,
                entry.get("valid_to"),
                by_start=entry.get("version_by") == "start",
            )
        )
    return tuple(rules)


SINCE = date(2024, 1, 20)
DEADLINES = (
    Rule("priority", "优先权期限", frozenset({"kind", "start_on"}), (("专利法", "第二十九条"),), SINCE, priority),
    Rule(
        "restoration",
        "恢复权利期限",
        frozenset({"start_on", "obstacle_ended_on", "expired_on"}),
        (("专利法实施细则", "第六条"),),
        SINCE,
        restoration,
    ),
    Rule(
        "limitation",
        "诉讼时效",
        frozenset({"start_on", "harm_on", "right"}),
        (("专利法", "第七十四条"), ("民法典", "第一百八十八条")),
        date(2021, 1, 1),
        limitation,
    ),
    *_refusal_reviews(),
    *_table_rules(),
)
