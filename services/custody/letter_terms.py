"""By when a letter of the patent office must be answered: its rule, its last day, its articles."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.calendar import WorkingCalendar
from models import CustodyLetter, LetterKind
from nlp.rules import RuleResult, compute
from nlp.rules.model import Article
from nlp.rules.periods import add_months
from services.custody.settings import custody_settings

MOST_EXTENDED = 2
BY_LETTER = "期限按通知书上写的。"
ELECTRONIC = "按电子送达算,纸件邮寄的晚15日。"
RULES = {
    LetterKind.FIRST_ACTION: "office_action_first",
    LetterKind.FURTHER_ACTION: "office_action_further",
    LetterKind.CORRECTION: "office_action_further",
    LetterKind.REGISTRATION: "grant_registration",
    LetterKind.REFUSAL: "reexamination",
}
NAMES = {
    LetterKind.FIRST_ACTION: "第一次审查意见",
    LetterKind.FURTHER_ACTION: "再次审查意见",
    LetterKind.CORRECTION: "补正通知",
    LetterKind.REGISTRATION: "办理登记手续",
    LetterKind.REFUSAL: "驳回决定",
}
TASKS = {
    LetterKind.FIRST_ACTION: "答复第一次审查意见",
    LetterKind.FURTHER_ACTION: "答复再次审查意见",
    LetterKind.CORRECTION: "答复补正通知",
    LetterKind.REGISTRATION: "办理登记手续、缴登记费和当年年费",
    LetterKind.REFUSAL: "请求复审",
}
EXTENSIBLE = frozenset({LetterKind.FIRST_ACTION, LetterKind.FURTHER_ACTION, LetterKind.CORRECTION})
# Implementing Rules: whoever missed a period may ask for the right back within two months of the notice of its loss.
RESTORATION: Article = ("专利法实施细则", "第六条")
MISSED = {
    LetterKind.REGISTRATION: "过期没办,视为放弃取得专利权",
    LetterKind.REFUSAL: "过期没请求复审,驳回生效",
}
MISSED_OTHERWISE = "过期没答复,申请视为撤回"


@dataclass(frozen=True)
class Term:
    """The last day, what it rests on, and what is to be said of how it was reckoned."""

    due_on: date
    articles: tuple[Article, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LetterDays:
    """What the owner knows of a letter: when it came or was issued, how, and the last day that it names itself."""

    received_on: date | None = None
    issued_on: date | None = None
    delivery: str = ""
    stated_on: date | None = None
    extended_months: int = 0


def term_of(
    kind: LetterKind, days: LetterDays, patent_kind: str | None, today: date, calendar: WorkingCalendar
) -> Term:
    """One of received, issued and stated day must be there."""
    asked: dict[str, object] = {}
    if days.received_on is not None:
        asked["start_on"] = days.received_on
    elif days.issued_on is not None:
        asked["issued_on"] = days.issued_on
        if days.delivery:
            asked["delivery"] = days.delivery
    else:
        asked["start_on"] = today  # only for the articles: the day is the letter's own
    if patent_kind is not None:
        asked["kind"] = patent_kind
    if days.extended_months:
        asked["extended_months"] = days.extended_months
    result = compute(RULES[kind], asked, on=today, calendar=calendar)
    assert isinstance(result, RuleResult) and isinstance(result.value, date)
    if days.stated_on is not None:
        return Term(add_months(days.stated_on, days.extended_months), result.articles, (BY_LETTER,))
    is_guessed = days.received_on is None and not days.delivery
    return Term(result.value, result.articles, (*result.warnings, *((ELECTRONIC,) if is_guessed else ())))


def term_of_letter(letter: CustodyLetter, today: date, calendar: WorkingCalendar) -> Term:
    """The same for one that is written down."""
    return term_of(LetterKind(letter.kind), days_of(letter), letter.right.patent_kind, today, calendar)


def days_of(letter: CustodyLetter) -> LetterDays:
    return LetterDays(letter.received_on, letter.issued_on, letter.delivery, letter.stated_on, letter.extended_months)


def next_notice(due_on: date, today: date) -> date | None:
    """The next day after today on which the keeper is told."""
    distances = custody_settings(today).letter
    days = [due_on - timedelta(days=each) for each in distances.before]
    days += [due_on + timedelta(days=each) for each in distances.after]
    return min((day for day in days if day > today), default=None)


def missed(kind: LetterKind) -> str:
    """What follows if nothing is done, without a full stop."""
    return MISSED.get(kind, MISSED_OTHERWISE)
