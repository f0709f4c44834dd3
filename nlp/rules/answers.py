"""From a sentence to a figure in words: the rule, its inputs from this turn and earlier ones, an answer for a phone."""

from collections.abc import Sequence
from datetime import date

from nlp.rules.catalogue import compute, find_rule
from nlp.rules.conversation import resolve
from nlp.rules.model import Missing, RuleAnswer, RuleCall, RuleResult, WorkingDays
from nlp.rules.sentence import Sentence

LONGEST = 200
TURNS_BACK = 6
MOST_LINES = 5


def read_rule_question(text: str, at: date, history: Sequence[str] = ()) -> RuleCall | None:
    """The rule that is asked for with what has been said for it; None for any other question, of law above all."""
    sentence = Sentence.of(text[:LONGEST], at)
    found = resolve(sentence, [Sentence.of(turn[:LONGEST], at) for turn in list(history)[-TURNS_BACK:]])
    return RuleCall(found.rule, found.inputs) if found is not None else None


def rule_subject(text: str, at: date, history: Sequence[str] = ()) -> str | None:
    """What a question of figures is about, in words without its days and sums; None for any other question."""
    call = read_rule_question(text, at, history)
    return find_rule(call.rule, at).title if call is not None else None


def answer_rule_question(
    text: str, at: date, history: Sequence[str] = (), calendar: WorkingDays | None = None
) -> RuleAnswer | None:
    """The figure first, its steps, its articles; or the question for the one thing that is missing."""
    call = read_rule_question(text, at, history)
    if call is None:
        return None
    try:
        result = compute(call.rule, call.inputs, on=at, calendar=calendar)
    except (ValueError, LookupError, ArithmeticError):
        # What was read makes no sense together (a share above the whole, a year out of range): no figure is better.
        return None
    if isinstance(result, Missing):
        return RuleAnswer(call.rule, result.question, missing=result.slot)
    return RuleAnswer(call.rule, answer_text(result), result.articles, result.figures)


def answer_text(result: RuleResult) -> str:
    """The result as a message for a phone."""
    lines = [result.headline, *result.lines[:MOST_LINES]]
    lines += [warning if warning.endswith("。") else f"{warning}。" for warning in result.warnings]
    if result.articles:
        lines.append(f"依据:{_basis(result)}。")
    return "\n".join(lines)


def _basis(result: RuleResult) -> str:
    by_law: dict[str, list[str]] = {}
    for law, article in result.articles:
        by_law.setdefault(law, []).append(article)
    return "、".join(f"《{law}》{'、'.join(articles)}" for law, articles in by_law.items())
