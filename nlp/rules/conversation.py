"""A question of figures over several turns: kept, completed, corrected, asked again with another value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from nlp.rules.catalogue import compute, find_rule
from nlp.rules.loose_values import loose_values, value_for
from nlp.rules.model import Missing
from nlp.rules.periods import add_months
from nlp.rules.read_fees import LATE
from nlp.rules.recognition import Recogniser, is_asked, recognisers
from nlp.rules.sentence import Sentence
from nlp.rules.values_said import lateness_said

SHORT = 20
LONG = 32
POINTS_BACK = re.compile(
    r"^(?:那|它|这|该|要是|如果|换|改|不对|不是|错了|应该是)|[那这](?:[件个项张]|它)|它|呢[?。]?$|换成|改成|说错"
)
# Who asks or wants something else does not reply.
ANOTHER_WISH = re.compile(r"[?吗]|怎么|什么|如何|哪|多少|几点|帮我|我想|我要|查|找|转人工|客服|谢|算了")
# What means the same in every rule, so that one question can take it from the one before.
SHARED = frozenset({"kind", "filed_on", "year", "fee", "reduction", "right", "registered_on"})
FEE_RULES = frozenset({"annual_fee", "annual_fee_due"})
# 再过三个月 counts on from the day or the delay that was said before.
FURTHER = re.compile(r"再(?:过|晚|拖|等|迟|往后)")
DAYS_OF_MONTH = 30
# What may be left of a turn that only gives a value.
FILLER = re.compile(
    r"[\s,。!?:;、~]|的|了|是|吧|啊|呀|哦|嗯|就|大概|应该|申请日?|收到|公告|注册|授权|那天|当天|日期|专利|年费|全额|"
    r"减|缴|没有?|办|研发|销售|职工|员工|有|通知|提交|递交|报"
)
VALUES = re.compile(
    r"发明|实用新型|实新|外观(?:设计)?|软著|商标|[\d.,%元块万亿年个月天件人比:]|[零一二两三四五六七八九十百千]"
)


@dataclass(frozen=True)
class Read:
    """A question so far: by which recogniser, for which rule, with which inputs."""

    recogniser: Recogniser
    rule: str
    inputs: dict[str, Any]


def resolve(sentence: Sentence, earlier: Sequence[Sentence]) -> Read | None:
    """The question of figures that a turn asks, completes or changes; None where it does none of these."""
    state: Read | None = None
    for place, turn in enumerate(earlier):
        state = _step(turn, earlier[:place], state) or state
    return _step(sentence, earlier, state)


def _step(sentence: Sentence, earlier: Sequence[Sentence], state: Read | None) -> Read | None:
    found = _alone(sentence)
    if found is not None:
        return _completed(found, sentence, earlier, state)
    if state is not None and (changed := _changed(state, sentence)) is not None:
        return changed
    if state is not None and _asks_again(state, sentence):
        return state
    return _with_topic_before(sentence, earlier) or _told_of_topic(sentence, earlier)


def _alone(sentence: Sentence) -> Read | None:
    for recogniser in recognisers():
        if recogniser.speaks_of_it(sentence.text) and is_asked(recogniser, sentence):
            reading = recogniser.read(sentence)
            if reading is not None:
                return Read(recogniser, *reading)
    return None


def _with_topic_before(sentence: Sentence, earlier: Sequence[Sentence]) -> Read | None:
    """A question that leaves out what it speaks of: 那它哪天到期, after 我有件实新申请日2017-06-14."""
    if not (sentence.asks_day or sentence.asks_sum) or len(sentence.text) > LONG:
        return None
    for count in range(1, len(earlier) + 1):
        joined = Sentence("。".join(turn.text for turn in (*earlier[-count:], sentence)), sentence.at)
        if not (joined.days or joined.sums or joined.years or joined.percents):
            continue
        for recogniser in recognisers():
            if recogniser.asks == "number" or not recogniser.speaks_of_it(joined.text):
                continue
            reading = recogniser.read(joined) if is_asked(recogniser, sentence) else None
            if reading is not None:
                return Read(recogniser, *reading)
    return None


def _asks_again(state: Read, sentence: Sentence) -> bool:
    """那要交多少滞纳金, after how late it is was told: the same figure, in other words."""
    return (
        "months_late" in state.inputs
        and sentence.asks_sum
        and len(sentence.text) <= SHORT
        and bool(POINTS_BACK.search(sentence.text))
        and state.recogniser.speaks_of_it(sentence.text)
    )


def _told_of_topic(sentence: Sentence, earlier: Sequence[Sentence]) -> Read | None:
    """How late it is, told after a question of fees that named no figure: 已经过了4个月了, after 年费忘交了怎么办."""
    if not earlier or not _is_bare(sentence) or ANOTHER_WISH.search(sentence.text):
        return None
    before = earlier[-1].text
    if len(sentence.text) > SHORT or lateness_said(sentence.text) is None:
        return None
    asked = Sentence(f"{before}。{sentence.text}。要交多少", sentence.at)
    for recogniser in recognisers():
        if recogniser.asks == "fee" and recogniser.speaks_of_it(before):
            reading = recogniser.read(asked)
            if reading is not None and "months_late" in reading[1]:
                return Read(recogniser, *reading)
    return None


def _completed(found: Read, sentence: Sentence, earlier: Sequence[Sentence], state: Read | None) -> Read:
    """With what was said before, where this turn alone is not enough."""
    if not lacks_something(found.rule, found.inputs, sentence.at):
        return found
    inputs = dict(found.inputs)
    slots = find_rule(found.rule, sentence.at).slots
    if state is not None:
        is_same = state.rule == found.rule
        inputs = {name: value for name, value in state.inputs.items() if name in slots and (is_same or name in SHARED)}
        inputs |= found.inputs
    for turn in reversed(earlier):
        reading = found.recogniser.read(turn)
        if reading is not None and reading[0] == found.rule:
            inputs = {**reading[1], **inputs}
        elif turn.kind and "kind" in slots and "kind" not in inputs:
            inputs["kind"] = turn.kind
    return Read(found.recogniser, found.rule, inputs)


def lacks_something(rule: str, inputs: dict[str, Any], at: date) -> bool:
    """Whether the figure cannot be given yet, or only as a share of a fee that was not said."""
    try:
        result = compute(rule, inputs, on=at)
    except (ValueError, LookupError, ArithmeticError):
        return False
    return isinstance(result, Missing) or result.unit == "%"


def _changed(state: Read, sentence: Sentence) -> Read | None:
    """A bare value that was asked for, a correction, or the same question with another value."""
    if len(sentence.text) > LONG or sentence.is_general:
        return None
    wishes = bool(ANOTHER_WISH.search(sentence.text))
    is_bare, points_back = _is_bare(sentence) and not wishes, bool(POINTS_BACK.search(sentence.text))
    lacks = lacks_something(state.rule, state.inputs, sentence.at)
    is_reply = lacks and not wishes
    if not (is_bare or (points_back and len(sentence.text) <= SHORT) or is_reply):
        return None
    other = _other_deadline(state, sentence) if points_back else None
    if other is not None:
        return other
    given = _counted_on(state, sentence, _values(state, sentence))
    if state.rule in FEE_RULES and sentence.has(LATE):
        # 那如果晚交呢, 那晚两个月呢: the surcharge on the fee just named; how late is asked where it is not said.
        return Read(state.recogniser, "late_annual_fee", {**state.inputs, "late": "if", **given})
    changed = {name: value for name, value in given.items() if state.inputs.get(name) != value}
    return Read(state.recogniser, state.rule, {**state.inputs, **changed}) if changed else None


def _counted_on(state: Read, sentence: Sentence, given: dict[str, Any]) -> dict[str, Any]:
    """A further delay comes on top of the one before it, or behind the day of paying."""
    if "months_late" not in given or not FURTHER.search(sentence.text):
        return given
    months, days = given["months_late"], given.get("days_late", Decimal(0))
    if "months_late" in state.inputs:
        days += state.inputs.get("days_late", Decimal(0))
        months += state.inputs["months_late"] + days // DAYS_OF_MONTH
        return {**given, "months_late": months, "days_late": days % DAYS_OF_MONTH}
    if {"due_on", "filed_on"} & state.inputs.keys():
        later = add_months(state.inputs.get("paid_on", sentence.at), int(months)) + timedelta(days=int(days))
        rest = {name: value for name, value in given.items() if name not in {"months_late", "days_late"}}
        return {**rest, "paid_on": later}
    return given


def _values(state: Read, sentence: Sentence) -> dict[str, Any]:
    """What a turn says for the rule of an earlier one: by its own reader, else value by value."""
    slots = find_rule(state.rule, sentence.at).slots
    reading = state.recogniser.read(sentence)
    given = dict(reading[1]) if reading is not None and reading[0] == state.rule else {}
    loose = loose_values(sentence, state.inputs)
    given = {**{name: value for name, value in loose.items() if name in slots}, **given}
    missing = _missing_slot(state, sentence.at)
    if missing == "year" and "filed_on" in slots and sentence.days:
        # 第几年 may be answered with the day of filing.
        return {**given, "filed_on": sentence.days[0].value}
    if missing == "class_one" and "class_two" in given:
        return given
    if missing and missing not in given and (value := value_for(missing, sentence)) is not None:
        given = {name: each for name, each in given.items() if each != value} | {missing: value}
    return given


def _missing_slot(state: Read, at: date) -> str | None:
    result = compute(state.rule, state.inputs, on=at)
    if isinstance(result, Missing):
        return result.slot
    return "fee" if result.unit == "%" and state.rule == "late_annual_fee" else None


def _other_deadline(state: Read, sentence: Sentence) -> Read | None:
    """要是二通呢: another deadline from the same day."""
    if "start_on" not in state.inputs and "issued_on" not in state.inputs:
        return None
    for recogniser in recognisers():
        if not recogniser.speaks_of_it(sentence.text):
            continue
        reading = recogniser.read(Sentence(f"我们算一下{sentence.text}还剩几天", sentence.at))
        if reading is None or reading[0] == state.rule:
            continue
        slots = find_rule(reading[0], sentence.at).slots
        if "start_on" in slots and not sentence.days:
            inputs = {name: value for name, value in state.inputs.items() if name in slots}
            return Read(recogniser, reading[0], {**inputs, **reading[1]})
    return None


def _is_bare(sentence: Sentence) -> bool:
    """Whether nothing but values and small words is said."""
    text = sentence.text
    for start, end in sorted([(day.start, day.end) for day in sentence.days], reverse=True):
        text = text[:start] + text[end:]
    return len(FILLER.sub("", VALUES.sub("", text))) <= 5
