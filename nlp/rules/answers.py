"""From a sentence to a figure in words: the rule, its inputs from this turn and earlier ones, an answer for a phone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nlp.rules.catalogue import compute, find_rule
from nlp.rules.loose_values import loose_values
from nlp.rules.model import Missing, RuleAnswer, RuleCall, RuleResult, WorkingDays
from nlp.rules.recognition import Recogniser, is_asked, recognisers
from nlp.rules.sentence import Sentence
from nlp.rules.values_said import lateness_said

LONGEST = 200
TURNS_BACK = 4
MOST_LINES = 5
POINTS_BACK = re.compile(r"^(?:那|它|这|该)|[那这](?:[件个项张]|它)|它|呢[?。]?$|^(?:要是|如果|换成|改成)")
SHORT = 16
# What may be left of a turn that only gives a value.
FILLER = re.compile(
    r"[\s,。!?:;、]|的|了|是|吧|啊|呀|哦|嗯|就|大概|应该|申请日?|收到|公告|授权|那天|当天|日期|专利|年费|全额|减|缴|没有?|办"
)


@dataclass(frozen=True)
class Read:
    """A recogniser's reading of one turn."""

    recogniser: Recogniser
    rule: str
    inputs: dict[str, Any]


def read_rule_question(text: str, at: date, history: Sequence[str] = ()) -> RuleCall | None:
    """The rule that is asked for with what has been said for it; None for any other question, of law above all."""
    sentence = Sentence.of(text[:LONGEST], at)
    earlier = [Sentence.of(turn[:LONGEST], at) for turn in list(history)[-TURNS_BACK:]]
    found = _alone(sentence) or _with_topic_before(sentence, earlier) or _same_again(sentence, earlier)
    if found is None:
        return _value_given(sentence, earlier)
    return RuleCall(found.rule, _completed(found, sentence, earlier))


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


def _alone(sentence: Sentence) -> Read | None:
    for recogniser in recognisers():
        if recogniser.speaks_of_it(sentence.text) and is_asked(recogniser, sentence):
            reading = recogniser.read(sentence)
            if reading is not None:
                return Read(recogniser, *reading)
    return None


def _with_topic_before(sentence: Sentence, earlier: Sequence[Sentence]) -> Read | None:
    """A question that leaves out what it speaks of: 那它哪天到期, after 我有件实新申请日2017-06-14."""
    if not earlier or not (sentence.asks_day or sentence.asks_sum) or len(sentence.text) > 2 * SHORT:
        return None
    for count in range(1, len(earlier) + 1):
        joined = Sentence("。".join(turn.text for turn in (*earlier[-count:], sentence)), sentence.at)
        if not (joined.days or joined.sums or joined.years or joined.percents):
            continue
        for recogniser in recognisers():
            if (
                recogniser.asks == "number"
                or not recogniser.speaks_of_it(joined.text)
                or not is_asked(recogniser, sentence)
            ):
                continue
            reading = recogniser.read(joined)
            if reading is not None:
                return Read(recogniser, *reading)
    return None


def _same_again(sentence: Sentence, earlier: Sequence[Sentence]) -> Read | None:
    """那外观呢: the last question once more, with another value."""
    if not earlier or len(sentence.text) > SHORT or not POINTS_BACK.search(sentence.text) or sentence.is_general:
        return None
    before = _last_question(earlier)
    if before is None:
        return None
    changed = _values(before, sentence)
    return Read(before.recogniser, before.rule, {**before.inputs, **changed}) if changed else None


def _last_question(earlier: Sequence[Sentence]) -> Read | None:
    for place in range(len(earlier) - 1, -1, -1):
        found = _alone(earlier[place]) or _with_topic_before(earlier[place], earlier[:place])
        if found is not None:
            return found
    return None


def _value_given(sentence: Sentence, earlier: Sequence[Sentence]) -> RuleCall | None:
    """A bare value in reply to the question for it."""
    if not earlier or len(sentence.text) > 2 * SHORT or sentence.is_general:
        return None
    before = _last_question(earlier)
    if before is None:
        return None
    inputs = dict(before.inputs)
    for turn in earlier[_place_of(before, earlier) + 1 :]:
        inputs.update(_reply(before, inputs, turn))
    given = _reply(before, inputs, sentence)
    return RuleCall(before.rule, {**inputs, **given}) if given else None


def _place_of(before: Read, earlier: Sequence[Sentence]) -> int:
    for place in range(len(earlier) - 1, -1, -1):
        found = _alone(earlier[place])
        if found is not None and found.rule == before.rule:
            return place
    return len(earlier) - 1


def _reply(before: Read, inputs: dict[str, Any], sentence: Sentence) -> dict[str, Any]:
    """What a turn gives for the input that is missing."""
    result = compute(before.rule, inputs, on=sentence.at)
    if not _is_bare(sentence):
        return {}
    if not isinstance(result, Missing):
        # The surcharge was given as a share only; the fee turns it into a sum.
        has_fee = before.rule != "late_annual_fee" or "fee" in inputs or not sentence.sums
        return {} if has_fee else {"fee": sentence.sums[0][2]}
    values = _values(before, sentence)
    value = _value_for(result.slot, sentence)
    if result.slot not in values and value is not None:
        values = {name: each for name, each in values.items() if each != value} | {result.slot: value}
    return values if result.slot in values else {}


def _is_bare(sentence: Sentence) -> bool:
    """Whether nothing but values and small words is said."""
    text = sentence.text
    for start, end in sorted([(day.start, day.end) for day in sentence.days], reverse=True):
        text = text[:start] + text[end:]
    text = re.sub(
        r"发明|实用新型|实新|外观(?:设计)?|[\d.,%元块万亿年个月天件比:]|[零一二两三四五六七八九十百千]", "", text
    )
    return len(FILLER.sub("", text)) <= 6


def _value_for(slot: str, sentence: Sentence) -> Any:
    if slot.endswith("_on"):
        return sentence.days[0].value if sentence.days else None
    if slot == "kind":
        return sentence.kind
    if slot in {"royalty_rate", "interest_rate", "reduction"} or slot.endswith("share"):
        return sentence.percents[0][2] if sentence.percents else None
    if slot == "months_late":
        late = lateness_said(f"晚了{sentence.text}")
        return late[0] if late else None
    if slot == "applicants":
        return (
            "joint"
            if re.search(r"共同|两|多|[二三四]个", sentence.text)
            else "single"
            if re.search(r"一|1|单|自己", sentence.text)
            else None
        )
    return sentence.sums[0][2] if sentence.sums else None


def _values(before: Read, sentence: Sentence) -> dict[str, Any]:
    """What a turn says for the rule of an earlier one: by its own reader, else value by value."""
    reading = before.recogniser.read(sentence)
    if reading is not None and reading[0] == before.rule:
        return reading[1]
    slots = find_rule(before.rule, sentence.at).slots
    return {name: value for name, value in loose_values(sentence, before.inputs).items() if name in slots}


def _completed(found: Read, sentence: Sentence, earlier: Sequence[Sentence]) -> dict[str, Any]:
    """The inputs of this turn, and from earlier turns what is still missing."""
    inputs = dict(found.inputs)
    if not isinstance(compute(found.rule, inputs, on=sentence.at), Missing):
        return inputs
    for turn in reversed(earlier):
        reading = found.recogniser.read(turn)
        if reading is not None and reading[0] == found.rule:
            inputs = {**reading[1], **inputs}
        elif (
            turn.kind
            and "kind" not in inputs
            and found.rule in {"patent_term", "priority", "annual_fee", "fee_reduction"}
        ):
            inputs["kind"] = turn.kind
    return inputs
